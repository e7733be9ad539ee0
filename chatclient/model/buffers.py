"""A buffer: the server's own lines, a room, or a conversation with one person."""

import enum
from dataclasses import dataclass, field

from chatclient.model.lines import Line, Span
from chatclient.model.members import Members


class BufferKind(enum.StrEnum):
    """What a buffer is of."""

    SERVER = "server"
    ROOM = "room"
    DIRECT = "direct"


class Level(enum.StrEnum):
    """What of a buffer the user wants to be called for."""

    ALL = "all"
    MENTIONS = "mentions"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Topic:
    """What a room is about."""

    text: str = ""
    by: str = ""
    """The nick of who set it, "" if not told."""
    time: float | None = None
    """When it was set: seconds since 1970, None if not told."""
    spans: tuple[Span, ...] = ()
    """Parts of `text` that have a look."""


@dataclass(slots=True, eq=False)
class Buffer:
    """A list of lines and what belongs to it. Two buffers are the same only if they are one object.

    `lines` are in the order in which the server told them; own lines that are still pending stand
    after all others, the oldest first, and take their place when they are confirmed.
    """

    kind: BufferKind
    target: str
    """The name on the wire, to address it; "" for the server. Not for showing."""
    name: str
    """The name to show."""
    members: Members
    """Who is in the room; empty for other kinds."""
    lines: list[Line] = field(default_factory=list)
    topic: Topic = Topic()
    modes: str = ""
    """The modes of the room as the server writes them ("+nt"), "" while unknown."""
    joined: bool = False
    """Whether the user is in the room now (of a room alone)."""
    wanted: bool = False
    """Whether to join the room again after a new connection."""
    key: str = ""
    """The password with which the room was joined."""
    unread: int = 0
    """How many things people said since the user looked."""
    mentions: int = 0
    """How many of them call the user."""
    read_id: int = 0
    """`Line.id` of the last line that was there when the user looked away; 0 for none."""
    read_time: float | None = None
    """Up to when the user has read, on any device, if the server keeps that: seconds since 1970."""
    online: bool | None = None
    """Of a conversation: whether the other one is there, None while unknown."""
    away: bool = False
    """Of a conversation: whether the other one is known to be away."""
    pending: int = 0
    """How many lines at the end are own and unconfirmed."""
    behind: bool = False
    """Whether something may have been said since the last line, and is not filled in yet."""
    msgids: set[str] = field(default_factory=set)
    """The ids of all lines that have one."""
    network: str = ""
    """The name of the network (`World.name`) that it belongs to."""
    typing: dict[str, float] = field(default_factory=dict)
    """Who is typing: nicks, each until when unless more is heard (seconds since 1970)."""
    level: Level | None = None
    """What the user wants to be called for here, None for what its kind has usually."""
    seeking: bool = False
    """Whether the server was asked for what is older, and has not answered."""
    exhausted: bool = False
    """Whether the server has nothing older than what is known."""
    older: bool = False
    """Whether the archive has lines from before the first of `lines`, which are its newest part."""
