"""The disk of the simulated server: what was kept outlives the process, and keeping may fail.

Rules: it is the store in memory, whose contents stay when the process dies. `keep` takes effect at one
moment, wholly, or fails and leaves nothing. What a dead process would still write is not written.
"""

from collections.abc import Mapping, Sequence

from chatserver.core.accounts import Account
from chatserver.core.events import KeptEvent, Said
from chatserver.core.history import Page, Search, target_of
from chatserver.core.nonces import Kept, nonce_key
from chatserver.ports import Restored, StoreError, Trimmed, Writing
from chatserver.storage.memory import MemoryStore
from tests.simulation.ledger import Ledger

Question = Page | Search


class Disk:
    """What survives."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.contents = MemoryStore(most=1_000_000)
        self.accounts: dict[str, Account] = {}
        """By folded name."""
        self.starts = 0
        self.full = ""
        """Why nothing can be written, "" while it can."""
        self.unreadable = ""
        """Why nothing can be read."""
        self.seeks = 0
        """Pages that were read since somebody took note: each takes its time."""


class SimStore:
    """The store of one process (`ports.Store`)."""

    blocking = True

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def open(self) -> Restored:
        """Count the start, and return what is known from before."""
        disk = self._disk
        disk.starts += 1
        contents = disk.contents
        events = [event for kept in contents._events.values() for event in kept]
        events.sort(key=lambda event: event.seq)
        nonces = [
            Kept(key, target_of(event), event.seq, event.at)
            for event in events
            if isinstance(event, Said) and (key := nonce_key(event.who, event.target, event.tags))
        ]
        last_at = max((event.at for event in events), default=0)
        rooms, accounts = [*contents._rooms.values()], [*disk.accounts.values()]
        return Restored(disk.starts, last_at, rooms, nonces, accounts=accounts)

    def keep(self, writing: Writing) -> None:
        """Keep it, or fail."""
        if not writing.writes:
            return
        if self._disk.full:
            self._disk.ledger.hold(writing.records)
        self.probe()
        self._disk.contents.keep(writing)
        self._disk.accounts.update((account.key, account) for account in writing.accounts)
        self._disk.ledger.keep(writing.records)
        self._disk.ledger.universe.counts["writes"] += 1

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Read, or fail."""
        if asked and self._disk.unreadable:
            raise StoreError(self._disk.unreadable)
        self._disk.ledger.universe.counts["pages read"] += len(asked)
        self._disk.seeks += len(asked)
        return self._disk.contents.read(asked)

    def overdue(self, now: int) -> Sequence[Trimmed]:
        """Everything is kept for ever."""
        return ()

    def forgotten(self) -> Sequence[Trimmed]:
        """Forget nothing by itself."""
        return ()

    def probe(self) -> None:
        """Fail while the disk is full."""
        if self._disk.full:
            self._disk.ledger.universe.counts["writes failed"] += 1
            raise StoreError(self._disk.full)

    def close(self) -> None:
        """Nothing is held open."""
