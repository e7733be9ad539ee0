"""All services that there are, and the ways in which clients give them orders."""

from collections.abc import Mapping
from typing import Final

from chatserver.faces.contract import Request
from chatserver.faces.irc.chanserv import CHANSERV
from chatserver.faces.irc.nickserv import NICKSERV
from chatserver.faces.irc.services import Service, consult
from chatserver.faces.irc.session import Handler, Items, Session
from chatwire.message import Message
from chatwire.names import fold

STAFF: Final[Mapping[str, Service]] = {
    fold(service.name): service for service in (CHANSERV, NICKSERV)
}
"""The services, by folded name."""


def find_service(name: str) -> Service | None:
    """Return the service called `name`, in any case of letters."""
    return STAFF.get(fold(name))


def order(service: Service) -> Handler:
    """Make the handler of a command that is an order to `service`, as `NS` is to NickServ."""

    def handler(session: Session, message: Message) -> Items | Request:
        return consult(service, session, " ".join(message.params))

    return handler
