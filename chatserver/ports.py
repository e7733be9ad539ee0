"""What the middle of the server needs from its edges: a store, a clock, and the peer at the other end."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct

from chatserver.core.events import KeptEvent, Said
from chatserver.core.state import RoomRecord

SEARCHED: Final = 20_000
"""How many of a target's newest messages a search by words looks at, so that it ends soon."""


class StoreError(Exception):
    """Nothing of the last write was kept (disk full, I/O error): `str()` says why, in one line."""


class StoreUnusable(Exception):
    """The store cannot be opened: `str()` says why and what to do, in one line."""


class Record(Struct, frozen=True, gc=False):
    """An event to write down. `target` is what history is asked by: a folded room name, or "" for none."""

    target: str
    event: KeptEvent


class Page(Struct, frozen=True):
    """A question for history: the newest `limit` messages of `target` with `after < seq < before`."""

    target: str
    after: int
    before: int
    limit: int
    words: tuple[str, ...] = ()
    """Only messages whose text has each of these in it, in any case; among the newest `SEARCHED` alone."""

    def fits(self, event: KeptEvent) -> bool:
        """Say whether `event` is a message with all the words."""
        if not isinstance(event, Said):
            return False
        text = event.text.casefold()
        return all(word.casefold() in text for word in self.words)


class Writing(Struct, frozen=True):
    """What a store does in one go: keep all of `records` and `rooms`, then read `pages`."""

    records: Sequence[Record] = ()
    """In rising order of `seq`."""
    rooms: Sequence[RoomRecord] = ()
    """Each replaces what was kept under its key."""
    forgotten: Sequence[str] = ()
    """Keys of rooms whose record is removed (their messages stay)."""
    pages: Sequence[Page] = ()

    @property
    def writes(self) -> bool:
        """Whether anything is to be kept, rather than read alone."""
        return bool(self.records or self.rooms or self.forgotten)


class Restored(Struct, frozen=True):
    """What a store knows when it is opened."""

    epoch: int
    """How often it was opened, this time included: at least 1, and higher each time (already on disk)."""
    last_at: int
    """The time of the newest record, 0 if there is none."""
    rooms: Sequence[RoomRecord]


class Store(Protocol):
    """Where messages and rooms are kept. Called from one thread at a time, never from two."""

    blocking: bool
    """Whether `keep` may take long enough to need a thread of its own."""

    def open(self) -> Restored:
        """Open or create it, bring its schema up to date, and count the start. Raises `StoreUnusable`."""
        ...

    def keep(self, writing: Writing) -> Mapping[Page, Sequence[KeptEvent]]:
        """Keep all that is to be kept, or nothing; return each page asked for, oldest message first.

        It returns only when what it kept survives a crash of process and machine. Raises `StoreError`,
        after which nothing of `writing` is kept and the store can be used again.
        """
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

    def write(self, data: bytes) -> None:
        """Send `data` after all that was written before. Never blocks, never raises; a no-op once closed.

        A peer over its bound for unsent bytes is closed, with a reason that its room will be told.
        """
        ...

    def close(self, farewell: bytes) -> None:
        """Send `farewell`, then what is still unsent, within a bound of time; then end the connection."""
        ...
