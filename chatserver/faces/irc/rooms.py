"""Rooms: JOIN, PART, TOPIC, NAMES, LIST, INVITE and KICK."""

from collections.abc import Mapping, Sequence

from chatserver.core import queries
from chatserver.core.commands import Invite, Join, Kick, Part, RenameRoom, SetTopic
from chatserver.core.effects import Entered, Reason, Refused, Relocated
from chatserver.core.events import Joined, Parted
from chatserver.core.records import STATUSES, Roster, RosterEntry
from chatserver.faces.contract import Item
from chatserver.faces.irc.dialect import dialect_for
from chatserver.faces.irc.isupport import MOST_TARGETS
from chatserver.faces.irc.lines import BODY_LIMIT, as_middle, finish
from chatserver.faces.irc.listing import parse_conditions
from chatserver.faces.irc.markers import marker
from chatserver.faces.irc.metadata import of_room
from chatserver.faces.irc.playback import on_entering
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatserver.faces.irc.talk import targets
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold
from chatwire.text import pack


def join(session: Session, message: Message) -> Items:
    """JOIN: enter rooms, each with its key if it needs one."""
    keys = message.param(1).split(",")
    named = [name for name in message.param(0).split(",") if name]
    keys += [""] * (len(named) - len(keys))
    items: list[Item] = []
    for name, key in zip(named, keys, strict=False):
        before, after = on_entering(session, name)
        items += [*before, Join(name, key), *after]
    return items


def part(session: Session, message: Message) -> Items:
    """PART: leave rooms."""
    return [Part(name, message.param(1)) for name in targets(message.param(0))]


def topic(session: Session, message: Message) -> Items:
    """TOPIC: show a room's topic, or change it."""
    name = message.param(0)
    if len(message.params) > 1:
        return [SetTopic(name, message.param(1))]
    return [session.ask(lambda inquiry: _show_topic(inquiry, name))]


def _show_topic(inquiry: Inquiry, name: str) -> Sequence[bytes]:
    room = queries.find_room(inquiry.state, inquiry.user, name)
    if room is None:
        return [inquiry.numeric("403", name, text="No such channel")]
    if not room.topic:
        return [inquiry.numeric("331", room.name, text="No topic is set")]
    return _topic_lines(inquiry, room.name, room.topic, room.topic_by, room.topic_at)


def _topic_lines(inquiry: Inquiry, name: str, text: str, by: str, at: int) -> list[bytes]:
    return [
        inquiry.numeric("332", name, text=text),
        inquiry.numeric("333", name, by, str(at // 1000)),
    ]


def entered(inquiry: Inquiry, reply: Entered) -> list[bytes]:
    """Return what somebody sees who has entered a room, after their JOIN."""
    lines = (
        _topic_lines(inquiry, reply.room, reply.topic, reply.topic_by, reply.topic_at)
        if reply.topic
        else []
    )
    if inquiry.session.has(caps.READ_MARKER):
        lines.append(marker(inquiry, reply.room))
    if inquiry.session.caps & caps.NO_IMPLICIT_NAMES:
        return lines
    symbol = "@" if reply.secret else "="
    lines += _name_lines(
        inquiry, reply.room, symbol, _roster_texts(inquiry, reply.room, reply.roster)
    )
    lines.append(_end_of_names(inquiry, reply.room))
    lines += of_room(inquiry, reply.room)
    return lines


def relocated(inquiry: Inquiry, reply: Relocated) -> list[bytes]:
    """Return what a client sees that knows no RENAME: it leaves, and enters (channel-rename, "Fallback")."""
    session, room = inquiry.session, reply.entered.room
    if session.has(caps.CHANNEL_RENAME) or fold(reply.before) == fold(room):
        return []
    dialect = dialect_for(
        session.server.name, session.caps - {caps.MESSAGE_TAGS}
    )  # no ids: none is kept
    moves = (
        Parted(reply.seq, reply.entered.at, reply.before, reply.who, reply.reason),
        Joined(reply.seq, reply.entered.at, room, reply.who),
    )
    return [*map(dialect.render, moves), *entered(inquiry, reply.entered)]


def names(session: Session, message: Message) -> Items:
    """NAMES: who is in rooms; without a room, who is in each that one is in."""
    written = message.param(0)
    named = targets(written)

    def answer(inquiry: Inquiry) -> Sequence[bytes]:
        names = named or [member.room.name for member in inquiry.user.rooms.values()]
        lines = [line for name in names for line in _names(inquiry, name)]
        return [*lines, _end_of_names(inquiry, written)]

    return [session.ask(answer)]


def _names(inquiry: Inquiry, name: str) -> Sequence[bytes]:
    room = queries.find_room(inquiry.state, inquiry.user, name)
    if room is None:
        return []
    if inquiry.user in room.members:
        texts = _roster_texts(inquiry, room.name, room.roster)
    else:
        texts = _texts(inquiry, room.name, queries.names(room, inquiry.user))
    symbol = "@" if "s" in room.flags else "="
    return _name_lines(inquiry, room.name, symbol, texts)


def _end_of_names(inquiry: Inquiry, name: str) -> bytes:
    return inquiry.numeric("366", name, text="End of /NAMES list")


def _name_lines(inquiry: Inquiry, name: str, symbol: str, texts: Sequence[str]) -> list[bytes]:
    head = f":{inquiry.session.server.name} 353 {inquiry.user.nick} {symbol} {name} :"
    return [finish(head + text) for text in texts]


def _roster_texts(inquiry: Inquiry, name: str, roster: Roster) -> Sequence[str]:
    """Return all names of a room, written once for all who see them in the same way.

    Of a room into which many come one after the other, only who is new is written each time.
    """
    session = inquiry.session
    key = (
        session.server.name, name,
        session.has(caps.MULTI_PREFIX), session.has(caps.USERHOST_IN_NAMES),
    )  # fmt: skip
    texts = roster.rendered.get(key)
    if not isinstance(texts, tuple):
        known, before = roster.earlier.pop(key, (0, ()))
        kept = before if isinstance(before, tuple) else ()
        fresh = _texts(inquiry, name, roster.entries[known:], first=kept[-1:])
        texts = roster.rendered[key] = (*kept[:-1], *fresh)
    return texts


def _texts(
    inquiry: Inquiry, name: str, entries: Sequence[RosterEntry], first: Sequence[str] = ()
) -> Sequence[str]:
    """Return names in as many texts as they need lines, for a reader with a nick of any length.

    They begin with what is in `first`, as far as there is room.
    """
    session = inquiry.session
    head = f":{session.server.name} 353  = {name} :"
    limit = BODY_LIMIT - len(head.encode()) - session.server.limits.nick
    shown = len(STATUSES) if session.has(caps.MULTI_PREFIX) else 1
    statuses = {entry.status: entry for entry in entries}
    prefixes = {status: entry.prefixes[:shown] for status, entry in statuses.items()}
    written = (
        [prefixes[entry.status] + entry.identity.mask for entry in entries]
        if session.has(caps.USERHOST_IN_NAMES)
        else [prefixes[entry.status] + entry.identity.nick for entry in entries]
    )
    return [*pack([*first, *written], limit)]


def rename(session: Session, message: Message) -> Items:
    """RENAME: give a room another name (IRCv3 draft/channel-rename)."""
    if not message.param(0) or not message.param(1):
        return [session.need_more("RENAME")]
    return [RenameRoom(message.param(0), message.param(1), message.param(2))]


RENAME_CODES: Mapping[Reason, str] = {
    Reason.ROOM_NAME_IN_USE: "CHANNEL_NAME_IN_USE",
    Reason.RENAMED_LATELY: "CANNOT_RENAME",
    Reason.LOBBY_STAYS: "CANNOT_RENAME",
}
"""The code of each reason to refuse another name for a room that has one."""


def refuse_rename(session: Session, reply: Refused, text: str) -> Sequence[bytes]:
    """Return why a room does not get the name that it was to have."""
    context = as_middle(reply.subject), as_middle(reply.detail)
    return session.fail("RENAME", RENAME_CODES[reply.reason], *context, text=text).lines


def list_rooms(session: Session, message: Message) -> Items:
    """LIST: rooms with their topics, all or those that conditions fit (ELIST)."""
    conditions = parse_conditions(item for words in message.params for item in words.split(","))

    def answer(inquiry: Inquiry) -> Sequence[bytes]:
        rooms = queries.rooms(inquiry.state, inquiry.user)
        found = (room for room in rooms if conditions.fit(room, inquiry.at))
        return [
            inquiry.numeric("321", "Channel", text="Users  Name"),
            *(
                inquiry.numeric("322", room.name, str(len(room.members)), text=room.topic)
                for room in found
            ),
            inquiry.numeric("323", text="End of /LIST"),
        ]

    return [session.ask(answer)]


def invite(session: Session, message: Message) -> Items:
    """INVITE: ask somebody into a room; without parameters, which rooms one was asked into."""
    if not message.params:
        return [session.ask(_invitations)]
    if not message.param(0) or not message.param(1):
        return [session.need_more("INVITE")]
    return [Invite(message.param(0), message.param(1))]


def _invitations(inquiry: Inquiry) -> Sequence[bytes]:
    found = map(inquiry.state.find_log, sorted(inquiry.user.invited))
    return [
        *(inquiry.numeric("336", room.name) for room in found if room and room.members),
        inquiry.numeric("337", text="End of /INVITE list"),
    ]


def kick(session: Session, message: Message) -> Items:
    """KICK: put somebody out of a room."""
    rooms = [name for name in message.param(0).split(",") if name]
    nicks = [nick for nick in message.param(1).split(",") if nick]
    if len(rooms) == 1:
        rooms *= len(nicks)
    if not nicks or len(rooms) != len(nicks):
        return [session.need_more("KICK")]
    kicks: list[Item] = [
        Kick(room, nick, message.param(2))
        for room, nick in zip(rooms[:MOST_TARGETS], nicks[:MOST_TARGETS], strict=True)
    ]
    return kicks
