"""The server itself: MOTD, LUSERS, VERSION, TIME, INFO, ADMIN and LINKS."""

from collections.abc import Callable, Sequence

from chatserver.faces.contract import Lookup
from chatserver.faces.irc import registration
from chatserver.faces.irc.isupport import support
from chatserver.faces.irc.lines import readable_time
from chatserver.faces.irc.session import Inquiry, Items, Query, Session
from chatwire.message import Message
from chatwire.names import matches

Handler = Callable[[Session, Message], Items]


def _here(query: Query) -> Handler:
    """Make a handler of `query` whose optional parameter names a server, or somebody on it."""

    def handler(session: Session, message: Message) -> Items:
        target = message.param(0)

        def answer(inquiry: Inquiry) -> Sequence[bytes] | Lookup:
            name = session.server.name
            if target and not matches(target, name) and not inquiry.state.find_user(target):
                return [inquiry.numeric("402", target, text="No such server")]
            return query(inquiry)

        return [session.ask(answer)]

    return handler


def _version(inquiry: Inquiry) -> list[bytes]:
    server = inquiry.session.server
    return [
        inquiry.numeric("351", server.version, server.name, text=server.description),
        *support(inquiry.session, inquiry.user.nick),
    ]


def _time(inquiry: Inquiry) -> list[bytes]:
    server, now = inquiry.session.server.name, inquiry.at
    return [inquiry.numeric("391", server, str(now // 1000), "0", text=readable_time(now))]


def _info(inquiry: Inquiry) -> list[bytes]:
    server = inquiry.session.server
    texts = (
        f"{server.name}: {server.description}",
        f"It runs {server.version}, since {readable_time(server.created_at)}.",
        "Join the same rooms with netcat, with chatclient, or with any IRC client.",
    )
    lines = [inquiry.numeric("371", text=text) for text in texts]
    return [*lines, inquiry.numeric("374", text="End of INFO list")]


def _admin(inquiry: Inquiry) -> list[bytes]:
    server = inquiry.session.server
    return [
        inquiry.numeric("256", server.name, text="Administrative info"),
        inquiry.numeric("257", text=server.admin.location),
        inquiry.numeric("258", text=server.admin.organisation),
        inquiry.numeric("259", text=server.admin.email),
    ]


def links(session: Session, message: Message) -> Items:
    """LINKS: the servers that are linked to this one: none."""
    mask = message.params[-1] if message.params else "*"
    return [session.tell("365", mask, text="End of /LINKS list")]


admin = _here(_admin)
"""ADMIN: who answers for the server."""
info = _here(_info)
"""INFO: what the server is."""
lusers = _here(registration.lusers)
"""LUSERS: how many are there."""
motd = _here(registration.motd)
"""MOTD: the message of the day."""
time = _here(_time)
"""TIME: what time it is for the server."""
version = _here(_version)
"""VERSION: software and what it supports."""
