"""What happened: one frozen type per event, complete in itself, so that any face can show it at any time.

Rules: an event is shown to its audience only when it is kept, and `keeping` says what keeping it means:
a `MESSAGE`, or its removal, is on disk or refused, changing nothing; `STATE` is on disk, and waits for it;
what is `TRANSIENT` need not outlive the process, so nobody waits for it, though what happened in a room
is written down soon. Who did it is told as they were then (`Identity`).
"""

import enum
from typing import ClassVar

from msgspec import Struct, field

from chatserver.core.accounts import Account
from chatserver.core.commands import ModeChange
from chatwire.names import fold


class Keeping(enum.Enum):
    """What must be true of an event before it is shown."""

    MESSAGE = "message"
    STATE = "state"
    TRANSIENT = "transient"


class Identity(Struct, frozen=True, gc=False):
    """Who somebody is at one moment. The server itself, where it acts, has the nick ""."""

    nick: str
    username: str
    host: str
    realname: str = ""
    account: str = ""

    @property
    def party(self) -> str:
        """As whom they take part in conversations: the account if they have one, else the nick; folded."""
        return fold(self.account or self.nick)

    @property
    def mask(self) -> str:
        """`nick!user@host`, as IRC writes and bans match it."""
        return f"{self.nick}!{self.username}@{self.host}"


class Event(Struct, frozen=True, tag=True, gc=False):
    """The base of all events: its place in the order of all, and its time in ms since 1970 (UTC)."""

    keeping: ClassVar[Keeping] = Keeping.TRANSIENT

    seq: int
    at: int


class Joined(Event, frozen=True):
    """Somebody entered a room. Its audience has them in it."""

    room: str
    who: Identity


class Parted(Event, frozen=True):
    """Somebody left a room. Its audience still has them in it."""

    room: str
    who: Identity
    reason: str = ""


class Kicked(Event, frozen=True):
    """Somebody was put out of a room. Its audience still has them in it."""

    room: str
    by: Identity
    nick: str
    reason: str


class Departed(Event, frozen=True):
    """Somebody left the chat. Its audience: who shared a room with them, each once, but not they."""

    who: Identity
    reason: str


class Renamed(Event, frozen=True):
    """Somebody (`who`, under the old nick) took the nick `nick`. Audience: they, and who shares a room."""

    who: Identity
    nick: str


class Said(Event, frozen=True):
    """A message. `target` is as the sender wrote it, in the spelling of the room or nick.

    `text` may have several lines, with a line feed between them, and `cuts` where the sender cut a
    longer one: see `commands.Say`.
    """

    keeping: ClassVar[Keeping] = Keeping.MESSAGE

    who: Identity
    target: str
    text: str
    notice: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    bot: bool = False
    cuts: tuple[int, ...] = ()
    to_account: str = ""
    """The account of the person it was said to, "" if they had none, or it was said in a room."""


class Redacted(Event, frozen=True):
    """A message is removed: its text is nowhere any more, once this is kept.

    Audience: the room; or the sender, and who got it and still is who they were.
    """

    keeping: ClassVar[Keeping] = Keeping.MESSAGE

    by: Identity
    target: str
    """The room or nick that it was said to."""
    message: int
    """Its number."""
    author: str
    """The nick of who said it, at the time."""
    said_at: int
    lines: int = 1
    """As how many lines with an id of their own it was shown at most."""
    reason: str = ""
    to_account: str = ""
    """As of the message."""


class Tagged(Event, frozen=True):
    """A message of tags alone (TAGMSG)."""

    who: Identity
    target: str
    tags: dict[str, str]
    bot: bool = False


class Reacted(Tagged, frozen=True):
    """Tags alone that belong to what was said, as a reaction does: history has them."""

    to_account: str = ""
    """The account of the person it was sent to, "" if they had none."""


class TopicChanged(Event, frozen=True):
    """A room has another topic; "" is none."""

    keeping: ClassVar[Keeping] = Keeping.STATE

    room: str
    by: Identity
    topic: str


class RoomModesChanged(Event, frozen=True):
    """Modes of a room changed; nicks and masks are the arguments as they took effect."""

    keeping: ClassVar[Keeping] = Keeping.STATE

    room: str
    by: Identity
    changes: tuple[ModeChange, ...]


class RoomRenamed(Event, frozen=True):
    """A room has another name, and is what it was else. Messages to the old one may be on their way."""

    room: str
    """As it was called before."""
    by: Identity
    name: str
    reason: str = ""


class RoomSettled(Event, frozen=True):
    """What a room keeps for an account is done. Audience: who wanted it.

    `command` is the type of the command, `status` what the account has in the room from now on.
    """

    keeping: ClassVar[Keeping] = Keeping.STATE

    room: str
    to: str
    """The nick of who wanted it."""
    command: str
    account: str
    status: str = ""


class UserModesChanged(Event, frozen=True):
    """Somebody's own modes changed. Audience: they alone."""

    who: Identity
    changes: tuple[ModeChange, ...]


class MarkerMoved(Event, frozen=True):
    """Somebody has read a room, or what a nick wrote, up to `read_at`. Audience: they alone."""

    target: str
    read_at: int


class MetadataChanged(Event, frozen=True):
    """A key says `value` of somebody or of a room, "" nothing. Audience: who follows it, and sees them."""

    target: str
    key: str
    value: str


class Invited(Event, frozen=True):
    """`nick` was asked into a room. Audience: they alone."""

    room: str
    by: Identity
    nick: str


class InviteSeen(Event, frozen=True):
    """`nick` was asked into a room, as the room's operators see it (invite-notify)."""

    room: str
    by: Identity
    nick: str


class AwayChanged(Event, frozen=True):
    """Somebody is away now, or back (""). Audience: who shares a room, but not they.

    Who enters a room while away is told of as such to those in it.
    """

    who: Identity
    message: str


class RealnameChanged(Event, frozen=True):
    """Somebody changed their real name. Audience: they, and who shares a room."""

    who: Identity
    realname: str


class Seat(Struct, frozen=True, gc=False):
    """A room that somebody is in, with the letters of their status there."""

    room: str
    status: str


class AccountChanged(Event, frozen=True):
    """Somebody (`who`, as before) has an account now, or none (""). Audience: as for `RealnameChanged`."""

    who: Identity
    account: str


class AccountKept(Event, frozen=True):
    """The record of an account is another one, or gone. Nobody sees it: it says that it must be kept.

    It is the first that a command leads to, and that is the last of its request. When it is not kept, the
    command is refused, and the account is as it was `before` (None: there was none).
    """

    keeping: ClassVar[Keeping] = Keeping.MESSAGE

    account: str
    before: Account | None
    command: str
    """The type of the command that changed it."""


class HostChanged(Event, frozen=True):
    """Somebody (`who`, as before) has another user name or host. Audience: they; or who shares a room.

    `seats` are the rooms that all of the audience share with them, none if they are told themselves:
    for whoever can be told of it only by letting them leave and come back.
    """

    who: Identity
    username: str
    host: str
    seats: tuple[Seat, ...] = ()
    away: str = ""
    """Their away message, as those rooms know it."""


class CameOnline(Event, frozen=True):
    """Somebody has a nick now that nobody had. Audience: one who watches it."""

    who: Identity


class WentOffline(Event, frozen=True):
    """Nobody has `nick` any more. Audience: one who watches it."""

    nick: str


class Observed(Event, frozen=True):
    """Something is told of somebody to one who watches their nick, and shares no room with them."""

    event: AccountChanged | AwayChanged | HostChanged | RealnameChanged


class WallopsSent(Event, frozen=True):
    """An operator told something to all who listen."""

    by: Identity
    text: str


class Killed(Event, frozen=True):
    """An operator ends the connection of `nick`. Audience: they alone; a `Close` follows."""

    by: Identity
    nick: str
    reason: str


KEPT = (
    Said, Redacted, Reacted, Joined, Parted, Kicked, Departed, Renamed, TopicChanged, RoomModesChanged,
    RoomRenamed,
)  # fmt: skip
"""The events that the journal writes down, which is what history is made of: see `KeptEvent`."""

KeptEvent = (
    Said
    | Redacted
    | Reacted
    | Joined
    | Parted
    | Kicked
    | Departed
    | Renamed
    | TopicChanged
    | RoomModesChanged
    | RoomRenamed
)
