"""What changed in the world, one type each, in the order in which it happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from chatclient.model.buffers import Buffer
from chatclient.model.lines import Line


@dataclass(frozen=True, slots=True)
class StatusChanged:
    """`World.status` is another one."""


@dataclass(frozen=True, slots=True)
class BufferOpened:
    """A buffer is new in `World.buffers`."""

    buffer: Buffer


@dataclass(frozen=True, slots=True)
class BufferClosed:
    """A buffer is gone from `World.buffers`. If it was the active one, another is now."""

    buffer: Buffer


@dataclass(frozen=True, slots=True)
class BufferChanged:
    """Name, topic, modes, joined, behind, or the unread counts of a buffer changed."""

    buffer: Buffer


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """Somebody came, left, or changed nick, prefix or away."""

    buffer: Buffer


@dataclass(frozen=True, slots=True)
class LineAdded:
    """A line is new. It is the last, but for own pending lines, which stay after it."""

    buffer: Buffer
    line: Line


@dataclass(frozen=True, slots=True)
class LineChanged:
    """A line took the place of the one with the same id.

    An own one was confirmed, failed, or is sent again: it may have moved up, to where the server has
    it, or down to the end to be sent again. Or a message was removed, and says so.
    """

    buffer: Buffer
    line: Line


@dataclass(frozen=True, slots=True)
class LineRemoved:
    """An own line is gone: it was there a second time."""

    buffer: Buffer
    line: Line


@dataclass(frozen=True, slots=True)
class LinesInserted:
    """Lines of the past took their places, anywhere in the buffer."""

    buffer: Buffer
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class FocusWanted:
    """The user asked for this buffer (/join, /query): show it, with `World.activate`."""

    buffer: Buffer


@dataclass(frozen=True, slots=True)
class QuitWanted:
    """The user said /quit; the client says good-bye to the server, and the program should end."""


@dataclass(frozen=True, slots=True)
class ReconnectWanted:
    """The user said /reconnect: drop the connection, if there is one, and connect at once."""


@dataclass(frozen=True, slots=True)
class PongHeard:
    """The server answered an own PING (of interest to who measures the round trip)."""

    token: str


Change = (
    StatusChanged
    | BufferOpened
    | BufferClosed
    | BufferChanged
    | MembersChanged
    | LineAdded
    | LineChanged
    | LineRemoved
    | LinesInserted
    | FocusWanted
    | QuitWanted
    | ReconnectWanted
    | PongHeard
)
