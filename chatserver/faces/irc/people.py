"""People: WHOIS, WHOWAS, USERHOST and ISON, and SETNAME, by which one tells it of oneself."""

from collections.abc import Iterator, Sequence

from chatserver.core import queries
from chatserver.core.commands import SetRealname
from chatserver.core.members import User
from chatserver.faces.irc.lines import readable_time
from chatserver.faces.irc.metadata import in_whois
from chatserver.faces.irc.services import Service
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatserver.faces.irc.staff import find_service
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold

_USERHOST_LIMIT = 5


def bare_address(address: str) -> str:
    """Return the host of an address with its port, as IRC writes it: never with a colon first."""
    host = address.rpartition(":")[0].strip("[]") or address
    return f"0{host}" if host.startswith(":") else host


def whois(session: Session, message: Message) -> Items:
    """WHOIS: all about somebody; a server may be named before the nick."""
    target, nick = (["", *message.params])[-2:] if message.params else ("", "")
    if len(message.params) > 1:
        target, nick = message.params[:2]
    if not nick:
        return [session.tell("431", text="No nickname given")]
    return [session.ask(lambda inquiry: _whois(inquiry, target, nick))]


def _whois(inquiry: Inquiry, target: str, asked: str) -> Sequence[bytes]:
    here = fold(target) in ("", fold(inquiry.session.server.name)) or find_service(target)
    if not here and not inquiry.state.find_user(target):
        return [inquiry.numeric("402", target, text="No such server")]
    user = inquiry.state.find_user(asked.partition(",")[0])
    service = find_service(asked)
    end = inquiry.numeric("318", asked, text="End of /WHOIS list")
    if service is not None:
        return [*_service(inquiry, service), end]
    if user is None:
        return [inquiry.numeric("401", asked.partition(",")[0], text="No such nick/channel"), end]
    return [*_portrait(inquiry, user), end]


def _service(inquiry: Inquiry, service: Service) -> Iterator[bytes]:
    """Yield what a service is."""
    name, server = service.name, inquiry.session.server
    yield inquiry.numeric("311", name, name, server.name, "*", text=service.summary)
    yield inquiry.numeric("312", name, server.name, text=server.description)
    yield inquiry.numeric("335", name, text=f"is a service of {server.network}")


def _portrait(inquiry: Inquiry, user: User) -> Iterator[bytes]:
    """Yield what the asker may know about `user`."""
    server, who, nick = inquiry.session.server, user.identity, user.nick
    yield inquiry.numeric("311", nick, who.username, who.host, "*", text=who.realname)
    yield from _places(inquiry, user)
    yield inquiry.numeric("312", nick, server.name, text=server.description)
    if user.operator:
        yield inquiry.numeric("313", nick, text="is a server operator")
    if user.bot:
        yield inquiry.numeric("335", nick, text=f"is a bot on {server.network}")
    if user.secure:
        yield inquiry.numeric("671", nick, text="is using a secure connection")
    if who.account:
        yield inquiry.numeric("330", nick, who.account, text="is logged in as")
    yield from in_whois(inquiry, user)
    if inquiry.user is user or inquiry.user.operator:
        yield from _devices(inquiry, user)
        if user.modes:
            modes = "".join(sorted(user.modes))
            yield inquiry.numeric("379", nick, text=f"is using modes +{modes}")
    if user.away:
        yield inquiry.numeric("301", nick, text=user.away)
    idle, since = (inquiry.at - user.active_at) // 1000, user.connected_at // 1000
    yield inquiry.numeric(
        "317", nick, str(max(idle, 0)), str(since), text="seconds idle, signon time"
    )


def _devices(inquiry: Inquiry, user: User) -> Iterator[bytes]:
    """Yield from where somebody is connected, and with which certificates."""
    for device in user.devices.values():
        host = bare_address(device.address)
        yield inquiry.numeric("338", user.nick, host, text="Is actually using host")
        if device.certificate:
            text = f"has client certificate fingerprint {device.certificate}"
            yield inquiry.numeric("276", user.nick, text=text)


def _places(inquiry: Inquiry, user: User) -> Iterator[bytes]:
    every = inquiry.session.has(caps.MULTI_PREFIX)
    rooms = [
        (member.entry.prefixes if every else member.entry.prefixes[:1]) + member.room.name
        for member in queries.memberships(inquiry.user, user)
    ]
    if rooms:
        yield from inquiry.listing("319", rooms, user.nick)


def whowas(session: Session, message: Message) -> Items:
    """WHOWAS: who had a nick before, newest first."""
    nick, count = message.param(0), message.param(1)
    if not nick:
        return [session.tell("431", text="No nickname given")]
    most = int(count) if count.isascii() and count.isdigit() and len(count) < 10 else 0
    return [session.ask(lambda inquiry: _whowas(inquiry, nick, most))]


def _whowas(inquiry: Inquiry, nick: str, most: int) -> Sequence[bytes]:
    found = [*queries.remember(inquiry.state, nick)]
    end = inquiry.numeric("369", nick, text="End of WHOWAS")
    if not found:
        return [inquiry.numeric("406", nick, text="There was no such nickname"), end]
    server = inquiry.session.server.name
    lines = []
    for past in found[: most or None]:
        who = past.identity
        lines.append(
            inquiry.numeric("314", who.nick, who.username, who.host, "*", text=who.realname)
        )
        lines.append(inquiry.numeric("312", who.nick, server, text=readable_time(past.at)))
    return [*lines, end]


def userhost(session: Session, message: Message) -> Items:
    """USERHOST: where people are, whether they are away, and whether they are operators."""
    nicks = message.params[:_USERHOST_LIMIT]

    def answer(inquiry: Inquiry) -> Sequence[bytes]:
        users = (inquiry.state.find_user(nick) for nick in nicks)
        return inquiry.listing("302", (_userhost(user) for user in users if user))

    return [session.ask(answer)]


def _userhost(user: User) -> str:
    operator, away = "*" if user.operator else "", "-" if user.away else "+"
    return f"{user.nick}{operator}={away}{user.identity.username}@{user.identity.host}"


def ison(session: Session, message: Message) -> Items:
    """ISON: which of some nicks are there; services always are."""
    nicks = [nick for param in message.params for nick in param.split()]

    def answer(inquiry: Inquiry) -> Sequence[bytes]:
        found = ((inquiry.state.find_user(nick), find_service(nick)) for nick in nicks)
        names = (user.nick if user else service.name if service else "" for user, service in found)
        return inquiry.listing("303", filter(None, names))

    return [session.ask(answer)]


def setname(session: Session, message: Message) -> Items:
    """SETNAME: change one's real name (IRCv3 setname)."""
    realname = message.param(0)
    if realname and len(realname.encode()) <= session.server.limits.realname:
        return [SetRealname(realname)]
    why = "Realname is too long" if realname else "Realname is empty"
    if session.has(caps.SETNAME):
        return [session.fail("SETNAME", "INVALID_REALNAME", text=why)]
    return [
        session.ask(lambda inquiry: [inquiry.report("FAIL", "SETNAME", "INVALID_REALNAME", why)])
    ]
