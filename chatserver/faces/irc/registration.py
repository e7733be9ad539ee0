"""How a client becomes a user: capabilities, password, nick and user name, and the welcome.

Rules: registration waits for CAP END once CAP LS or CAP REQ came (IRCv3 capability-negotiation); a
request for capabilities is granted whole or not at all; a nick that is taken leaves all else as is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from msgspec.structs import replace

from chatserver.core import queries
from chatserver.core.commands import ChangeNick, Connect, Quit
from chatserver.core.effects import Welcomed
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Request, judge
from chatserver.faces.irc import accounts, metadata, sasl, sts
from chatserver.faces.irc.guests import confirm
from chatserver.faces.irc.isupport import (
    MULTILINE_BYTES,
    MULTILINE_LINES,
    my_info,
    support,
)
from chatserver.faces.irc.lines import BODY_LIMIT, finish, readable_time
from chatserver.faces.irc.session import Handler, Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import is_nick, tidy
from chatwire.text import pack

_NO_USERNAME = re.compile(r"[^A-Za-z0-9_.\-+~^`|{}\[\]\\]")
_SOME_USERNAME = "user"
"""What stands in masks for a name without a letter of ASCII: some clients send the nick."""

_VERSION = 302
_VALUES: Mapping[str, Callable[[Session], str | None]] = {
    caps.ACCOUNT_REGISTRATION: accounts.offer,
    caps.METADATA: metadata.offer,
    caps.MULTILINE: lambda _session: f"max-bytes={MULTILINE_BYTES},max-lines={MULTILINE_LINES}",
    caps.SASL: sasl.mechanisms,
    caps.STS: sts.offer,
}
"""What capabilities say beside their name to a client; None if it is not offered to it."""


_RATIFIED_LAST = sorted(
    (known.name for known in caps.CAPABILITIES), key=lambda name: "/" not in name
)


def cap(session: Session, message: Message) -> Items | Request | None:
    """CAP: list, enable and disable capabilities."""
    subcommand = message.param(0).upper()
    handler = _SUBCOMMANDS.get(subcommand)
    if handler is None:
        return [session.tell("410", message.param(0), text="Invalid CAP command")]
    return handler(session, message)


def _cap_line(session: Session, subcommand: str, names: str) -> Ask:
    return _cap_lines(session, (subcommand, names))


def _cap_lines(session: Session, *lines: tuple[str, str]) -> Ask:
    """Answer with a line of CAP for each subcommand and its names."""

    def answer(_state: State, user: User | None, _moment: object) -> Sequence[bytes]:
        head = f":{session.server.name} CAP {user.nick if user else session.nick or '*'}"
        return [finish(f"{head} {subcommand} :{names}") for subcommand, names in lines]

    return Ask(answer)


def _list(session: Session, subcommand: str, names: Sequence[str]) -> Ask:
    """Answer with many names: in as many lines as they need, in the one that an older client reads.

    What does not fit that is left out, our own extensions first.
    """
    server = session.server
    nick = server.limits.nick if session.registered else len(session.nick.encode() or "*")
    room = BODY_LIMIT - len(f":{server.name} CAP  {subcommand} * :") - nick
    texts = [*pack(names, room)] or [""]
    if session.version >= _VERSION:
        stars = [f"{subcommand} *"] * (len(texts) - 1)
        return _cap_lines(session, *zip([*stars, subcommand], texts, strict=True))
    if len(texts) > 1:
        texts = [*pack((name for name in names if "." not in name), room)]
    return _cap_line(session, subcommand, texts[0])


def _cap_ls(session: Session, message: Message) -> Items:
    _hold(session)
    version = message.param(1)
    if version.isascii() and version.isdigit() and len(version) < 10:
        session.version = max(session.version, int(version))
    if session.version >= _VERSION:
        session.caps |= {caps.CAP_NOTIFY}
    session.offered = _offered(session)
    session.noticed = session.server
    return [_list(session, "LS", _written(session, session.offered))]


def _written(session: Session, offered: Mapping[str, str]) -> Sequence[str]:
    """Return capabilities as a client reads them: to a newer one, some have a value."""
    values = session.version >= _VERSION
    return [f"{name}={value}" if value and values else name for name, value in offered.items()]


def notify(session: Session) -> Items:
    """Tell a client which capabilities came or went since it was told of them (cap-notify)."""
    session.noticed, before = session.server, session.offered
    now = session.offered = _offered(session)
    gone = [name for name in before if name not in now and name != caps.STS]
    new = {name: value for name, value in now.items() if before.get(name) != value}
    session.caps -= {*gone}
    lines = [("DEL", " ".join(gone)), ("NEW", " ".join(_written(session, new)))]
    found = [(subcommand, names) for subcommand, names in lines if names]
    return [_cap_lines(session, *found)] if found else []


def _offered(session: Session) -> Mapping[str, str]:
    """Return the capabilities that are offered to a client, with what newer ones are told of each.

    Those of ratified specifications come last: there are clients that read the last line alone.
    """
    server = session.server
    found = {}
    for name in _RATIFIED_LAST:
        if name in server.withheld:
            continue
        value = _VALUES[name](session) if name in _VALUES else server.offered.get(name, "")
        if value is not None:
            found[name] = value
    return found


def _cap_list(session: Session, _message: Message) -> Items:
    return [_list(session, "LIST", sorted(session.caps))]


def _cap_req(session: Session, message: Message) -> Items:
    _hold(session)
    wanted = message.params[-1] if len(message.params) > 1 else ""
    enabled, offered = set(session.caps), _offered(session)
    for item in wanted.split():
        name = item.removeprefix("-")
        fixed = name == caps.CAP_NOTIFY and session.version >= _VERSION
        if name not in offered or name == caps.STS or (item.startswith("-") and fixed):
            return [_cap_line(session, "NAK", wanted)]
        (enabled.discard if item.startswith("-") else enabled.add)(name)
    knew = metadata.is_aware(session)
    session.caps = frozenset(enabled)
    forgotten = metadata.forget(session) if knew and not metadata.is_aware(session) else ()
    return [*forgotten, _cap_line(session, "ACK", wanted)]


def _cap_end(session: Session, _message: Message) -> Items | Request:
    if session.registered:
        return []
    session.negotiating = False
    if session.exchange is None:
        return _connect(session)
    return after([sasl.abort(session)], _connect(session))


def after(first: Items, asked: Items | Request) -> Request:
    """Return `asked`, with `first` before what it does, or before what its work leads to."""
    if not isinstance(asked, Request):
        return Request((*first, *asked))
    work = asked.work
    later = None if work is None else lambda: after(first, work())
    return replace(asked, items=(*first, *asked.items), work=later)


_SUBCOMMANDS: dict[str, Handler] = {
    "END": _cap_end,
    "LIST": _cap_list,
    "LS": _cap_ls,
    "REQ": _cap_req,
}


def _hold(session: Session) -> None:
    if not session.registered:
        session.negotiating = True


def password(session: Session, message: Message) -> Items:
    """PASS: the password that the server may ask for."""
    if session.registered:
        return [_already(session)]
    session.password = message.param(0)
    return []


def nick(session: Session, message: Message) -> Items | Request:
    """NICK: take a nick, or another one."""
    wanted = tidy(message.param(0))
    if not wanted:
        return [session.tell("431", text="No nickname given")]
    if session.registered:
        return [ChangeNick(wanted)]
    if not is_nick(wanted, session.server.limits.nick):
        return [session.tell("432", wanted, text="Erroneous nickname")]
    session.nick = wanted
    return _connect(session)


def user(session: Session, message: Message) -> Items | Request:
    """USER: user name and real name."""
    if session.registered:
        return [_already(session)]
    username, realname = message.param(0), message.param(3)
    if not username or not realname:
        return [session.need_more("USER")]
    session.username = _NO_USERNAME.sub("", username) or _SOME_USERNAME
    session.realname = realname
    return _connect(session)


def _already(session: Session) -> Ask:
    return session.tell("462", text="You may not reregister")


def _connect(session: Session) -> Items | Request:
    """Ask to become a user, once everything for it is there."""
    if session.negotiating or not session.nick or not session.username:
        return []
    connect = Connect(
        nicks=(session.nick,),
        username=session.username,
        realname=session.realname,
        host=session.host,
        address=session.address,
        secure=session.secure,
        key=session.key,
        account=session.account,
        version=session.proof,
        certificate=session.certificate,
        away=session.away,
    )
    items = (connect, *metadata.adopt(session))
    verify = session.server.password
    if verify is None:
        return items
    refusal = session.tell("464", text="Password incorrect")
    wrong = Request((refusal, Quit("Wrong password")), wrong=True)
    right = Request(items)
    return Request((), work=partial(judge, partial(verify, session.password), right, wrong))


def quit_chat(session: Session, message: Message) -> Items:
    """QUIT: leave the chat; others see that it was by choice."""
    reason = message.param(0)
    return [Quit(f"Quit: {reason}" if reason else "Quit", seen=True)]


def ping(session: Session, message: Message) -> Items:
    """PING: answered with the same token, after all that the server was told before, by whomever."""
    token = message.param(0)
    if not token:
        return [session.tell("409", text="No origin specified")]
    pong = finish(f":{session.server.name} PONG {session.server.name} :{token}")
    return [Ask(lambda _state, _user, _moment: (pong,))]


def pong(session: Session, message: Message) -> Items:
    """PONG: the answer to our PING; that anything came is all that matters."""
    return []


def welcome(inquiry: Inquiry, reply: Welcomed) -> list[bytes]:
    """Return what a new user is greeted with (Modern IRC, "Connection Registration")."""
    server, who = inquiry.session.server, inquiry.user.identity
    greeting = f"Welcome to the {server.network} network, {who.nick}"
    return [
        inquiry.numeric("001", text=greeting),
        inquiry.numeric("002", text=f"Your host is {server.name}, running {server.version}"),
        inquiry.numeric("003", text=f"This server was started {readable_time(server.created_at)}"),
        inquiry.numeric("004", *my_info(server)),
        *support(inquiry.session, inquiry.user.nick),
        *confirm(inquiry, resumed=reply.resumed),
        *lusers(inquiry),
        *metadata.of_newcomer(inquiry),
        *motd(inquiry),
    ]


def lusers(inquiry: Inquiry) -> list[bytes]:
    """Return how many users and rooms there are (LUSERS)."""
    census = queries.count(inquiry.state)
    count_strangers = inquiry.session.server.count_strangers
    users, most = census.users, census.most_users
    visible = users - census.invisible
    strangers = (
        [inquiry.numeric("253", str(count_strangers()), text="unknown connection(s)")]
        if count_strangers
        else []
    )
    return [
        inquiry.numeric(
            "251", text=f"There are {visible} users and {census.invisible} invisible on 1 servers"
        ),
        inquiry.numeric("252", str(census.operators), text="operator(s) online"),
        *strangers,
        inquiry.numeric("254", str(census.rooms), text="channels formed"),
        inquiry.numeric("255", text=f"I have {users} clients and 0 servers"),
        inquiry.numeric(
            "265", str(users), str(most), text=f"Current local users {users}, max {most}"
        ),
        inquiry.numeric(
            "266", str(users), str(most), text=f"Current global users {users}, max {most}"
        ),
    ]


def motd(inquiry: Inquiry) -> list[bytes]:
    """Return the message of the day (MOTD)."""
    server = inquiry.session.server
    if not server.motd:
        return [inquiry.numeric("422", text="There is no message of the day")]
    return [
        inquiry.numeric("375", text=f"- {server.name} Message of the day - "),
        *(inquiry.numeric("372", text=f"- {line}") for line in server.motd),
        inquiry.numeric("376", text="End of /MOTD command"),
    ]
