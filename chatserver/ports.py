"""What the middle of the server needs from its edges: a store, a clock, and the peer at the other end."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from chatserver.core.accounts import Account
from chatserver.core.events import KeptEvent
from chatserver.core.guests import Guest
from chatserver.core.history import Question
from chatserver.core.markers import Marker
from chatserver.core.nonces import Kept
from chatserver.core.records import RoomRecord

EPOCH_BITS: Final = 32
"""Numbers start anew above all earlier ones at each start of the process; so many bits count within it."""


class StoreError(Exception):
    """Nothing of the last write was kept (disk full, I/O error): `str()` says why, in one line."""


class StoreUnusable(Exception):
    """The store cannot be opened: `str()` says why and what to do, in one line."""


class Record(Struct, frozen=True, gc=False):
    """An event to write down, under one target (see `core.history`); under several, it has several."""

    target: str
    event: KeptEvent
    readers: tuple[str, ...] = ()
    """For what only some people see (a direct message, one to a room's operators): the parties that
    they were then (`Identity.party`), its sender's among them. () is for the members of the room."""


class Trimmed(Struct, frozen=True):
    """Events of one target that are too old to be kept, by their numbers, oldest first."""

    target: str
    seqs: tuple[int, ...]


class Retention(Struct, frozen=True):
    """How much is kept of each target; 0 is for ever."""

    age: int = 0
    """Milliseconds."""
    messages: int = 0
    """The newest so many, and what else happened since the oldest of them."""

    @property
    def trims(self) -> bool:
        """Whether anything is ever too old."""
        return bool(self.age or self.messages)


class Writing(Struct, frozen=True):
    """What a store keeps in one go."""

    records: Sequence[Record] = ()
    """In rising order of `seq`."""
    rooms: Sequence[RoomRecord] = ()
    """Each replaces what was kept under its key."""
    forgotten: Sequence[str] = ()
    """Keys of rooms whose record is removed (their messages stay)."""
    redacted: Sequence[tuple[str, int]] = ()
    """Targets and numbers of messages that are to be gone. Their nonces stay: nobody says them again."""

    trimmed: Sequence[Trimmed] = ()
    """What is to be gone because it is too old, as `Store.overdue` found it."""
    guests: Sequence[Guest] = ()
    """Each replaces what was kept under its key."""
    forgotten_guests: Sequence[bytes] = ()
    """Keys of guests whose record is removed."""
    accounts: Sequence[Account] = ()
    """Each replaces what was kept under its key."""
    forgotten_accounts: Sequence[str] = ()
    """Keys of accounts whose record is removed, with all that belongs to it."""
    markers: Sequence[Marker] = ()
    """Each replaces what was kept for its account and target."""

    @property
    def writes(self) -> bool:
        """Whether anything is to be kept, or to be gone."""
        return bool(self.records or self.changes)

    @property
    def changes(self) -> bool:
        """Whether anything is to be kept but records, or to be gone."""
        return bool(
            self.rooms
            or self.forgotten
            or self.redacted
            or self.trimmed
            or self.guests
            or self.forgotten_guests
            or self.accounts
            or self.forgotten_accounts
            or self.markers
        )


class Restored(Struct, frozen=True):
    """What a store knows when it is opened."""

    epoch: int
    """How often it was opened, this time included: at least 1, and higher each time (already on disk)."""
    last_at: int
    """The time of the newest record, 0 if there is none."""
    rooms: Sequence[RoomRecord]
    nonces: Sequence[Kept] = ()
    """Of the messages of the last day, oldest first; the newest, if they are too many to remember."""
    guests: Sequence[Guest] = ()
    accounts: Sequence[Account] = ()
    markers: Sequence[Marker] = ()
    secret: bytes = b""
    """What this server alone knows, always the same; b"" if it would not outlive the process."""


class Store(Protocol):
    """Where messages and rooms are kept.

    `read` may be called from another thread, while one of the others is under way; those come from
    one thread at a time.
    """

    blocking: bool
    """Whether `keep` and `read` may take long enough to need threads of their own."""

    def open(self) -> Restored:
        """Open or create it, bring its schema up to date, and count the start. Raises `StoreUnusable`."""
        ...

    def keep(self, writing: Writing) -> None:
        """Keep all of `writing`, or nothing.

        It returns only when what it kept survives a crash of process and machine. Raises `StoreError`,
        after which nothing of `writing` is kept and the store can be used again.
        """
        ...

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Return what is asked for, oldest event first; all that was kept before is to be found.

        Raises `StoreError`.
        """
        ...

    def overdue(self, now: int) -> Sequence[Trimmed]:
        """Return what is too old at `now` (ms since 1970), the oldest first, and not too much at once.

        It is kept until a writing names it; until then there is nothing more. The newest record never
        is too old. Threads are as with `read`, but one at a time. Raises `StoreError`.
        """
        ...

    def forgotten(self) -> Sequence[Trimmed]:
        """Return what `keep` removed by itself since the last call: a store may have a bound."""
        ...

    def probe(self) -> None:
        """Write something small and make it last, to see whether the store works. Raises `StoreError`."""
        ...

    def close(self) -> None:
        """Close it; it can't be used any more. Never raises."""
        ...


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> int:
        """Return the wall-clock time, in ms since 1970 (UTC)."""
        ...


class Peer(Protocol):
    """The other end of a connection, as the node writes to it."""

    descriptor: int
    """The socket, while what is sent to it (see `direct`) comes after all that was written before; else
    `NOWHERE`. What the kernel did not take of that is to be written."""

    def write(self, data: bytes) -> None:
        """Send `data` after all that was written before. Never blocks, never raises; a no-op once closed."""
        ...

    @property
    def full(self) -> bool:
        """Whether so much waits to be sent that nothing more should be written, but for small things.

        Whoever owns it tells the node when that begins and ends (`Node.see_full`, `see_drained`).
        """
        ...

    def note(self, text: str, *values: object) -> None:
        """Log a step in the life of the connection; `values` are as in the logging module."""
        ...

    def close(self, farewell: bytes) -> None:
        """Send `farewell`, then what is still unsent, within a bound of time; then end the connection."""
        ...
