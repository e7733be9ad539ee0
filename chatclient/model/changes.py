"""What changed in the world, one type each, in the order in which it happened."""

from collections.abc import Callable, Sequence
from dataclasses import field

from chatclient.model.buffers import Buffer
from chatclient.model.lines import Line
from chatclient.model.reactions import Sign
from chatclient.model.values import value


@value
class StatusChanged:
    """`World.status` is another one."""


@value
class BufferOpened:
    """A buffer is new in `World.buffers`."""

    buffer: Buffer


@value
class BufferClosed:
    """A buffer is gone from `World.buffers`. If it was the active one, another is now."""

    buffer: Buffer


@value
class BufferChanged:
    """Name, topic, modes, joined, behind, who types, or the unread counts of a buffer changed."""

    buffer: Buffer


@value
class MembersChanged:
    """Somebody came, left, or changed nick, prefix or away."""

    buffer: Buffer


@value
class LineAdded:
    """A line is new. It is the last, but for own pending lines, which stay after it."""

    buffer: Buffer
    line: Line


@value
class LineChanged:
    """A line took the place of the one with the same id.

    An own one was confirmed, failed, or is sent again: it may have moved up, to where the server has
    it, or down to the end to be sent again. Or a message was removed, and says so; or reactions to
    it came or went.
    """

    buffer: Buffer
    line: Line


@value
class LineRemoved:
    """An own line is gone: it was there a second time, or the user took it back."""

    buffer: Buffer
    line: Line


@value
class LinesInserted:
    """Lines of the past took their places, anywhere in the buffer."""

    buffer: Buffer
    lines: Sequence[Line]


@value
class PastFound:
    """Lines from directly before one that is known, in order; they are not in `Buffer.lines`.

    They belong in the archive, where `before` is, or will be in a moment.
    """

    buffer: Buffer
    lines: Sequence[Line]
    before: Line
    gap: Line | None = None
    """What stands before `before` now, and says that something is missing."""


@value
class PastChanged:
    """A message that is older than `Buffer.lines` was removed, or somebody reacted to it."""

    buffer: Buffer
    msgid: str
    removed: str = ""
    """Who removed it, as a sentence; "" when nobody did."""
    sign: Sign | None = None


@value
class FocusWanted:
    """The user asked for this buffer (/join, /query): show it, with `World.activate`."""

    buffer: Buffer


@value
class QuitWanted:
    """The user said /quit; the client says good-bye to the server, and the program should end."""


@value
class ReconnectWanted:
    """The user said /reconnect: drop the connection, if there is one, and connect at once."""


@value
class UpgradeWanted:
    """The server wants to be spoken to over TLS, on that port (IRCv3 sts)."""

    port: int


@value
class PolicyHeard:
    """The server wants to be spoken to over TLS alone for so many seconds from now; 0: no longer."""

    duration: int


@value
class WorkWanted:
    """Something takes a while to compute: do it elsewhere, and call `then` with what it returns."""

    compute: Callable[[], bytes | str]
    then: Callable[[bytes | str], None]


@value
class QuestionChanged:
    """`World.question` is another one, or there is none any more."""


@value
class CommandWanted:
    """A command was typed that is about the program, or all networks, and not about this one."""

    buffer: Buffer
    """Where it was typed, which is where to answer."""
    name: str
    argument: str


@value
class NetworkRenamed:
    """The network has another name (`World.name`, `Buffer.network`)."""

    before: str
    now: str


@value
class SettingsChanged:
    """The settings of the client (`Client.settings`) are others than before."""


@value
class PasswordProven:
    """The password that the user has typed was the right one: it may be worth remembering."""

    account: str
    password: str = field(repr=False)


@value
class PongHeard:
    """The server answered an own PING (of interest to who measures the round trip)."""

    token: str


Wish = (
    FocusWanted
    | QuitWanted
    | ReconnectWanted
    | UpgradeWanted
    | PolicyHeard
    | WorkWanted
    | CommandWanted
    | PasswordProven
)
"""What is asked of who shows the world, or owns the connection."""

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
    | PastFound
    | PastChanged
    | QuestionChanged
    | NetworkRenamed
    | SettingsChanged
    | PongHeard
    | Wish
)
