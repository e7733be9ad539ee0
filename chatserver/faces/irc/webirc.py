"""WEBIRC: a gateway, as web clients come through, says where its client is (IRCv3 webirc).

Rules: it is the first line, from an address that gateways have, and with the password of one of them; else it
ends the connection. Its client's address takes the place of the gateway's in all that follows. The host
name that it gives is not taken, as hosts here are addresses; nor is a certificate, which was not shown to us.
"""

import ipaddress
from collections.abc import Sequence
from functools import partial

from msgspec import Struct

from chatserver.core.commands import Quit
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Moment, Request
from chatserver.faces.irc.facts import Gateway
from chatserver.faces.irc.session import Session
from chatwire.message import Message


class Client(Struct, frozen=True):
    """What a gateway says of its client."""

    host: str
    """As others see it."""
    address: str
    """With the port, for operators."""
    secure: bool
    """Whether it reached the gateway over TLS."""


def webirc(session: Session, message: Message) -> Request:
    """WEBIRC: say where the client of a gateway is."""
    begun = session.nick or session.username or session.version or session.negotiating
    if begun or session.registered:
        return refuse("WEBIRC must be the first line")
    gateways = [one for one in session.server.gateways if one.admits(session.host)]
    if not gateways:
        return refuse("WEBIRC is not for you")
    client = _client(message)
    if client is None:
        return refuse("WEBIRC is not well-formed")
    return Request((), work=partial(_check, session, gateways, message.param(0), client))


def refuse(text: str, *, wrong: bool = False) -> Request:
    """End the connection."""
    return Request((Quit(text),), wrong=wrong)


def _check(session: Session, gateways: Sequence[Gateway], password: str, client: Client) -> Request:
    """Return what is asked when it is the password of a gateway, or when it is not."""
    if not any(gateway.verify(password) for gateway in gateways):
        return refuse("Invalid WEBIRC password", wrong=True)

    def take(_state: State, _user: User | None, _moment: Moment) -> Sequence[bytes]:
        session.host, session.address = client.host, client.address
        session.private = session.private and client.secure
        session.secure = session.secure and client.secure
        session.certificate = ""
        return ()

    return Request((Ask(take),))


def _client(message: Message) -> Client | None:
    """Return what WEBIRC says, None if it makes no sense."""
    options = dict(option.partition("=")[::2] for option in message.param(4).split())
    try:
        address = ipaddress.ip_address(message.param(3))
        port = int(options.get("remote-port", "0"))
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or ipaddress.IPv6Address(int(address))  # without a scope
    text = str(address)
    host = f"0{text}" if text.startswith(":") else text
    where = f"[{text}]:{port}" if ":" in text else f"{text}:{port}"
    return Client(host, where, "secure" in options)
