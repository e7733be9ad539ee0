"""What the log gets late: events that are shown without waiting until they are written down.

Rules: they go with the next write, before what is newer; of those that wait while the disk fails,
the newest `MOST` are kept in mind.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from msgspec import structs

from chatserver.core.events import Keeping
from chatserver.ports import Record, Trimmed, Writing

FLUSHED: Final = 1000
"""So many do not wait for another write."""

MOST: Final = 10_000


class Late:
    """The records that wait, oldest first."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque(maxlen=MOST)
        self._trimmed: Sequence[Trimmed] = ()

    def __bool__(self) -> bool:
        return bool(self._records or self._trimmed)

    def trim(self, trimmed: Sequence[Trimmed]) -> None:
        """Have what is too old removed with the next write; if that fails, it is found again."""
        self._trimmed = trimmed

    def put_off(self, writing: Writing) -> Writing:
        """Return what must be written now: all that waits too, or nothing."""
        if _gates(writing):
            return self.join(writing)
        self._records.extend(writing.records)
        return self.join(Writing()) if len(self._records) >= FLUSHED else Writing()

    def hold(self, writing: Writing) -> None:
        """Let all of `writing` wait: nothing can be kept."""
        self._records.extend(writing.records)

    def join(self, writing: Writing) -> Writing:
        """Return `writing` with all that waits, in order."""
        if not self:
            return writing
        records = [*self._records, *writing.records]
        records.sort(key=_place)
        whole = structs.replace(writing, records=records, trimmed=self._trimmed)
        self._records.clear()
        self._trimmed = ()
        return whole

    def put_back(self, records: Sequence[Record]) -> None:
        """Wait again with what was not written: of `records`, what need not be kept at once."""
        waiting = [one for one in records if one.event.keeping is Keeping.TRANSIENT]
        self._records = deque([*waiting, *self._records], MOST)


def _place(record: Record) -> int:
    return record.event.seq


def _gates(writing: Writing) -> bool:
    """Say whether something of `writing` must be on disk before what led to it is shown."""
    if writing.rooms or writing.forgotten or writing.accounts or writing.forgotten_accounts:
        return True
    return any(record.event.keeping is not Keeping.TRANSIENT for record in writing.records)
