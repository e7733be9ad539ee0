"""What a program hears of a chat, one type each: the values that the library hands out.

Rules: they are frozen, and mean the same whatever server they come from; every text in them is safe
to show in a terminal.
"""

import datetime as dt
from dataclasses import dataclass

from chatclient.hearing import Altered, Heard, When
from chatclient.model import CONVERSATION, Buffer, BufferKind, Kind, Line, Reaction


@dataclass(frozen=True, slots=True)
class Message:
    """Something that somebody said."""

    time: dt.datetime
    """When, by the server's clock; in UTC."""
    room: str
    """The room, "" in a conversation with one person."""
    sender: str
    """The nick of who said it."""
    text: str
    """What was said; it may have several lines."""
    msgid: str
    """The server's id of the message, "" if it gives none."""
    kind: Kind
    """MESSAGE, ACTION (/me) or NOTICE."""
    place: str
    """Where an answer goes: the room, or the nick of the other one."""
    own: bool
    """Whether we said it, here or on another device of ours."""
    mention: bool
    """Whether it calls us: our nick is in it, or it is said to us alone."""
    reply_to: str
    """The msgid of the message that it answers, "" for none."""
    account: str
    """Whose account said it, "" if the server does not tell, or there is none."""
    bot: bool
    """Whether a program said it, which says so."""
    history: bool
    """Whether it was said before we came, or while we were not connected."""


@dataclass(frozen=True, slots=True)
class Joined:
    """Somebody came into a room."""

    time: dt.datetime
    room: str
    nick: str
    own: bool
    """Whether it was us."""


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody left a room, or the server."""

    time: dt.datetime
    room: str
    nick: str
    text: str
    """A sentence that tells it, with the reason if there was one."""


@dataclass(frozen=True, slots=True)
class News:
    """Something else happened, as a sentence."""

    time: dt.datetime
    place: str
    """The room or person that it is about, "" for the server."""
    kind: Kind
    """KICK, NICK, TOPIC, MODE, INVITE, ERROR, or NOTICE (of the server)."""
    nick: str
    """Who did it, "" for a word of the client itself."""
    text: str


@dataclass(frozen=True, slots=True)
class Removed:
    """A message was removed."""

    place: str
    msgid: str
    text: str
    """Who did it, and why if they said so."""


@dataclass(frozen=True, slots=True)
class Reacted:
    """The reactions to a message are others than before."""

    place: str
    msgid: str
    reactions: tuple[Reaction, ...]
    """All that there are now."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Messages are missing here: the server cannot tell them, or they were not read in time."""

    place: str
    """The room or person, "" if it may be any."""
    text: str


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection has ended; another one is made."""

    reason: str


@dataclass(frozen=True, slots=True)
class Connected:
    """The server has let us in again; what was missed follows."""


Event = Message | Joined | Left | News | Removed | Reacted | Missed | Disconnected | Connected
"""Everything that can be heard."""


def message(buffer: Buffer, line: Line) -> Message:
    """Return the message that a line is."""
    return Message(
        time=moment(line.time),
        room=buffer.name if buffer.kind is BufferKind.ROOM else "",
        sender=line.source,
        text=line.text,
        msgid=line.msgid,
        kind=line.kind,
        place=buffer.target,
        own=line.own,
        mention=line.mention,
        reply_to=line.reply_to,
        account=line.account,
        bot=line.bot,
        history=line.history,
    )


def event(heard: Heard | Altered) -> Event:
    """Return what is heard as an event."""
    buffer, line = heard.buffer, heard.line
    if isinstance(heard, Altered):
        if line.kind is Kind.DELETED:
            return Removed(buffer.target, line.msgid, line.text)
        return Reacted(buffer.target, line.msgid, line.reactions)
    time = moment(line.time)
    match line.kind:
        case kind if kind in CONVERSATION and buffer.kind is not BufferKind.SERVER:
            return message(buffer, line)
        case Kind.JOIN:
            return Joined(time, buffer.target, line.source, line.own)
        case Kind.PART | Kind.QUIT:
            return Left(time, buffer.target, line.source, line.text)
        case Kind.GAP:
            return Missed(buffer.target, line.text)
        case Kind.DELETED:
            return Removed(buffer.target, line.msgid, line.text)
        case _:
            return News(time, buffer.target, line.kind, line.source, line.text)


def is_event(heard: Heard | Altered) -> bool:
    """Say whether something happened since we came, rather than before, or is but an answer."""
    if isinstance(heard, Altered):
        return True
    return heard.when is not When.BEFORE and heard.line.kind is not Kind.INFO


def moment(time: float) -> dt.datetime:
    """Return a moment of seconds since 1970, that of 1970 for one that is none."""
    try:
        return dt.datetime.fromtimestamp(time, dt.UTC)
    except (ValueError, OverflowError, OSError):  # a server may tell any time
        return dt.datetime.fromtimestamp(0, dt.UTC)
