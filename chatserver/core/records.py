"""What is kept or shown of rooms and of people as it was at one moment: values that never change.

Rule: nothing here refers to the living state, so that it can be stored, and shown later.
"""

from collections.abc import Iterable

from msgspec import Struct

from chatserver.core.events import Identity

STATUSES = "ov"
"""The statuses of a member, highest first: operator and voice."""

PREFIXES = {"o": "@", "v": "+"}


class RosterEntry(Struct, frozen=True, gc=False):
    """A member as NAMES lists them; `status` has the letters of `STATUSES` that they hold, in that order."""

    identity: Identity
    status: str
    invisible: bool

    @property
    def prefixes(self) -> str:
        """All prefixes of the member, highest first."""
        return "".join(PREFIXES[letter] for letter in self.status) if self.status else ""


class Roster:
    """The members of a room at one moment, in the order in which they came."""

    __slots__ = ("earlier", "entries", "rendered")

    def __init__(self, entries: Iterable[RosterEntry]) -> None:
        self.entries = tuple(entries)
        self.rendered: dict[object, object] = {}
        """What faces made of it, by a key of theirs; the core never looks at it."""
        self.earlier: dict[object, tuple[int, object]] = {}
        """What they made of its first so many entries, when there were no more."""

    def grown(self, entry: RosterEntry) -> "Roster":
        """Return this roster with one more member at its end."""
        other = Roster((*self.entries, entry))
        made = {key: (len(self.entries), value) for key, value in self.rendered.items()}
        other.earlier = {**self.earlier, **made}
        return other


class ListEntry(Struct, frozen=True):
    """A mask on a list of a room, who set it (their mask), and when (ms)."""

    mask: str
    by: str
    at: int


class Standing(Struct, frozen=True):
    """The status that a room keeps for an account, namely the one that was made at `since` (ms)."""

    status: str
    since: int


class FormerName(Struct, frozen=True):
    """A name (folded) that a room had up to the number `until`, when it got another, at `at` (ms)."""

    name: str
    until: int
    at: int


class RoomRecord(Struct, frozen=True):
    """What outlives the process of a room: the store keeps it whole, by `key`."""

    key: str
    """See `Room.log`."""
    name: str
    created_at: int
    created_seq: int = 0
    """Messages up to this number belong to an earlier room of that name, and are not shown in this one."""
    topic: str = ""
    topic_by: str = ""
    topic_at: int = 0
    flags: str = ""
    password: str = ""
    limit: int = 0
    lists: dict[str, list[ListEntry]] = {}
    statuses: dict[str, str] = {}
    """Mask (`nick!user@host`, folded) to the status that whoever it fits gets back on joining."""
    emptied_at: int = 0
    standings: dict[str, Standing] = {}
    """By folded account, the status that it gets back on entering; oldest first."""
    founder: str = ""
    """The folded account that the room belongs to, which has a standing; "" for none."""
    former: list[FormerName] = []
    metadata: dict[str, str] = {}
    """What is said of it, by key."""


class Past(Struct, frozen=True):
    """Somebody who is no more under that nick: they left or changed it at `at` (ms)."""

    identity: Identity
    at: int
