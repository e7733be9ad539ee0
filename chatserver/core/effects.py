"""What executing a command leads to: events for an audience, replies to the asker, a close, a look back.

Refusals are values: `Refused` says why, and only a face knows how its protocol writes that down.
"""

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

from msgspec import Struct

from chatserver.core.audiences import Audience
from chatserver.core.events import Event, Identity, Said
from chatserver.core.members import Room, User
from chatserver.core.records import Roster


class Emission(Struct, frozen=True):
    """An event, and who is to see it."""

    event: Event
    audience: Audience[User]
    origin: User | None = None
    """Who said it: the session of theirs that did gets it only if it asked for echoes."""
    moved: User | None = None
    """Who came into or left the room by it: the audience of the room's next event is another one."""
    rooms: tuple[str, ...] = ()
    """The rooms (folded) where it happened, when the event itself names none."""
    session: int = 0
    """The number of the only session that is to see it, of all that its audience has; 0 for all of them."""


class Spoken(Struct, frozen=True):
    """What somebody said in a room, message after message: the same as so many emissions in a row."""

    events: Sequence[Said]
    """One at least."""
    audience: Audience[User]
    """The members of the room, the speaker among them."""
    origin: User

    @property
    def emissions(self) -> Iterator[Emission]:
        """The emissions that it stands for."""
        return (Emission(event, self.audience, self.origin) for event in self.events)


T = TypeVar("T")


def singly(effects: Iterable[T]) -> Iterator[T | Emission]:
    """Yield `effects`, and of what was said in a row each message by itself."""
    for effect in effects:
        if isinstance(effect, Spoken):
            yield from effect.emissions
        else:
            yield effect


class Attached(Struct, frozen=True):
    """The asker's session is a device of `user` from here on, and of nobody else."""

    user: User
    identity: Identity
    """Who that is now."""
    seq: int
    """The number of the command that did it."""
    rooms: tuple[str, ...] = ()
    """Where they are: the keys of the audiences."""


class Aside(Struct, frozen=True):
    """Another session, a device of the asker's, is told what the asker is told, or what came of it."""

    session: int
    reply: "Reply"


class Close(Struct, frozen=True):
    """A session ends, once what it was to see is written."""

    session: int
    reason: str
    whole: bool = False
    """Whether whose device it is ends with it, so that nothing more is for them."""


class Dismiss(Struct, frozen=True):
    """Sessions are to leave, in a turn of their own, once what leads to this is kept and shown."""

    sessions: tuple[int, ...]
    reason: str


class Recall(Struct, frozen=True):
    """The asker is to see the newest `limit` messages of a room with `after < seq < before`.

    `key` is the room's log.
    """

    key: str
    name: str
    after: int
    before: int
    limit: int
    direct: bool = False
    """`key` is a party: those are meant that people sent to it alone, and there is no `name`."""


class Reply(Struct, frozen=True):
    """The base of what the asker alone is told."""


class Welcomed(Reply, frozen=True):
    """The asker is a user now."""

    identity: Identity
    resumed: bool = False
    """Whether they are who had that nick before: what was written to it since then is theirs."""


class Entered(Reply, frozen=True):
    """The asker is in a room now. A `Joined` came before it, messages of before may follow."""

    room: str
    topic: str
    topic_by: str
    """The mask of who set it."""
    topic_at: int
    created_at: int
    secret: bool
    roster: Roster
    at: int = 0
    elsewhere: bool = False
    """Whether another device of theirs entered it."""
    gathered: bool = False
    """Whether they were in it before this device came: see `Gathered`."""

    @classmethod
    def of(
        cls, room: Room, at: int, *, elsewhere: bool = False, gathered: bool = False
    ) -> "Entered":
        """Return what who enters `room` at `at` is told."""
        return cls(
            room.name, room.topic, room.topic_by, room.topic_at, room.created_at,
            "s" in room.flags, room.roster, at, elsewhere, gathered,
        )  # fmt: skip


class Gathered(Reply, frozen=True):
    """The asker is somebody now who was there already: in these rooms, with these modes, maybe away.

    The rooms came before it, each as when it is entered.
    """

    identity: Identity
    rooms: tuple[str, ...]
    """Their names."""
    modes: str
    away: str


class Relocated(Reply, frozen=True):
    """A room that the asker is in was called `before`; the event is the one with the number `seq`.

    For whoever can be told of it only by leaving the one and entering the other, and by what that tells.
    """

    seq: int
    before: str
    who: Identity
    reason: str
    entered: Entered


class Inviting(Reply, frozen=True):
    """The asker's invitation is on its way; `away` is the invited one's away message, or ""."""

    nick: str
    room: str
    away: str = ""


class TargetAway(Reply, frozen=True):
    """Whom the asker wrote to is away."""

    nick: str
    message: str


class AwaySet(Reply, frozen=True):
    """The asker is away now, or back."""

    away: bool


class MarkerKept(Reply, frozen=True):
    """The asker had said already that they have read up to then, or later: to `read_at`."""

    target: str
    read_at: int


class Monitored(Reply, frozen=True):
    """Of those whom the asker monitors: who is there, and who is not; `full` were too many for the list."""

    online: tuple[Identity, ...]
    offline: tuple[str, ...]
    full: tuple[str, ...] = ()


class MonitorListed(Reply, frozen=True):
    """Whom the asker monitors."""

    nicks: tuple[str, ...]


class MetadataSet(Reply, frozen=True):
    """A key of a target says `value` now, "" nothing."""

    target: str
    key: str
    value: str


class MetadataCleared(Reply, frozen=True):
    """These keys of a target say nothing any more."""

    target: str
    keys: tuple[str, ...]


class Followed(Reply, frozen=True):
    """The asker's session follows these keys; `refused` is the first that was too many, "" for none."""

    keys: tuple[str, ...]
    refused: str = ""


class Unfollowed(Reply, frozen=True):
    """The asker's session follows these keys no more."""

    keys: tuple[str, ...]


class Synchronized(Reply, frozen=True):
    """The asker is to be told all that they follow of all that they see: also of whom they monitor."""

    monitored: tuple[str, ...]


class OperatorGranted(Reply, frozen=True):
    """The asker is an operator of the server now."""


class LoggedIn(Reply, frozen=True):
    """The asker has an account now, as `identity` says."""

    identity: Identity


class LoggedOut(Reply, frozen=True):
    """The asker has no account any more."""

    identity: Identity


class Registered(Reply, frozen=True):
    """The account is made, and the asker's."""

    account: str


class AccountSettled(Reply, frozen=True):
    """What the asker wanted of their account is done: `command` is the type of the command."""

    account: str
    command: str


class Repeated(Reply, frozen=True):
    """The asker had said this before, so it was not said again; by now it is kept, or refused.

    `name` is whom the asker said it to.
    """

    target: str
    """Where it stands in the log, with `seq`."""
    seq: int
    name: str
    notice: bool = False


class Reason(enum.Enum):
    """Why something was refused. In brackets: what `Refused.subject` and `.detail` are, where not obvious."""

    NICK_INVALID = enum.auto()
    NICK_IN_USE = enum.auto()
    NICK_RESERVED = enum.auto()
    """[nick] It is an account's, and the asker has not proved to have that."""
    NICK_TOO_SIMILAR = enum.auto()
    """[nick, the one that it looks like]"""
    ACCOUNT_EXISTS = enum.auto()
    """[account]"""
    ACCOUNT_INVALID = enum.auto()
    """[account] The name can't be an account's, or belongs to somebody who is there."""
    INVITATION_USED = enum.auto()
    """[account] Another account was made with the invitation code."""
    NO_SUCH_ACCOUNT = enum.auto()
    """[account]"""
    NO_ACCOUNT = enum.auto()
    """The asker has none."""
    HAS_ACCOUNT = enum.auto()
    """[account] The asker has one already."""
    SHARES_ACCOUNT = enum.auto()
    """[account] The asker is not the only device of theirs, or their account is always on."""
    PROOF_OUTDATED = enum.auto()
    """[account] Its record has changed since the proof was checked."""
    CERTIFICATE_TAKEN = enum.auto()
    """[fingerprint] It opens an account already."""
    TOO_MANY_CERTIFICATES = enum.auto()
    """[account]"""
    LAST_PROOF = enum.auto()
    """[account] Nothing else would open it."""
    ALREADY_CONNECTED = enum.auto()
    NO_SUCH_NICK = enum.auto()
    """[nick, or "" for an answer to nobody; `gone` if it is an answer to who has left]"""
    NO_SUCH_ROOM = enum.auto()
    ROOM_NAME_INVALID = enum.auto()
    NOT_IN_ROOM = enum.auto()
    """[room] The asker is not in it."""
    TARGET_NOT_IN_ROOM = enum.auto()
    """[nick, room]"""
    TARGET_IN_ROOM = enum.auto()
    """[nick, room]"""
    TOO_MANY_ROOMS = enum.auto()
    ROOM_FULL = enum.auto()
    INVITE_ONLY = enum.auto()
    BANNED = enum.auto()
    BAD_KEY = enum.auto()
    CANNOT_SEND = enum.auto()
    """[room, why] Moderated, no messages from outside, banned, or no CTCP."""
    TOO_LONG = enum.auto()
    """[target, bytes too many]"""
    NOT_ROOM_OPERATOR = enum.auto()
    """[room]"""
    NOT_SERVER_OPERATOR = enum.auto()
    UNKNOWN_ROOM_MODE = enum.auto()
    """[letter, room]"""
    UNKNOWN_USER_MODE = enum.auto()
    """[letter]"""
    MODE_PARAMETER_MISSING = enum.auto()
    """[room, letter]"""
    MODE_PARAMETER_INVALID = enum.auto()
    """[room, `letter parameter`]"""
    KEY_INVALID = enum.auto()
    """[room]"""
    LIST_FULL = enum.auto()
    """[room, mask]"""
    OTHER_USERS_MODES = enum.auto()
    SERVER_SETS_MODE = enum.auto()
    """[letter, room] It says what is so, and nobody sets it."""
    ROOM_NAME_IN_USE = enum.auto()
    """[room, the name that it was to have]"""
    RENAMED_LATELY = enum.auto()
    """[room, the name that it was to have]"""
    LOBBY_STAYS = enum.auto()
    """[room, the name that it was to have] It is the server's: it can't belong to others, or be renamed."""
    ROOM_REGISTERED = enum.auto()
    """[room] It belongs to an account already."""
    ROOM_UNREGISTERED = enum.auto()
    """[room] It belongs to nobody."""
    NOT_ROOM_FOUNDER = enum.auto()
    """[room, the name that it was to have] Only whom it belongs to may do that."""
    FOUNDER_STAYS = enum.auto()
    """[account, room] The room belongs to it, so it is an operator there."""
    TOO_MANY_FOUNDED = enum.auto()
    """[account] Too many rooms belong to it."""
    NOT_YOUR_MESSAGE = enum.auto()
    """[target, its number] Only who said it, or an operator of the room, may remove it."""
    TOO_LATE = enum.auto()
    """[target, its number] Who said it may not remove it any more."""
    METADATA_TARGET_INVALID = enum.auto()
    """[target] It is nobody, or no room that the asker may set something of."""
    METADATA_FORBIDDEN = enum.auto()
    """[target, key or `*`]"""
    METADATA_FULL = enum.auto()
    """[target, how many keys it may have]"""
    BUSY = enum.auto()
    """Too many passwords wait to be checked."""
    NOT_KEPT = enum.auto()
    """[target] The message could not be written to disk, and was shown to nobody."""


class Refused(Reply, frozen=True):
    """The asker's command was not done."""

    reason: Reason
    subject: str = ""
    detail: str = ""
    command: str = ""
    """The type of the command that was refused, for faces that name it."""


Effect = Emission | Spoken | Reply | Aside | Attached | Close | Dismiss | Recall

NOTHING: Final[tuple[Effect, ...]] = ()
