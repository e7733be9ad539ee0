"""A store that keeps the newest events in memory, for a server that keeps nothing on disk.

Rules: it answers like the store on disk, and forgets the oldest events where that one would grow.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from chatserver.core.events import KEPT, KeptEvent, Said
from chatserver.core.history import Page, Question, Search
from chatserver.ports import Record, Restored, Retention, Trimmed, Writing

if TYPE_CHECKING:
    from chatserver.core.records import RoomRecord

EVENTS_MOST: Final = 20_000


class MemoryStore:
    """Keeps at most `most` events, all targets together."""

    blocking = False

    def __init__(
        self, epoch: int = 1, most: int = EVENTS_MOST, retention: Retention | None = None
    ) -> None:
        """Make an empty store. `epoch` is to be higher at each start of the server."""
        self._epoch = epoch
        self._retention = retention or Retention()
        self._most = most
        self._events: dict[str, deque[KeptEvent]] = {}
        """By target, oldest first."""
        self._direct: dict[str, deque[KeptEvent]] = {}
        """By reader, of what only some people see, likewise."""
        self._order: deque[Record] = deque()
        """All of it, oldest first."""
        self._rooms: dict[str, RoomRecord] = {}
        self._found = False
        """Whether something too old was found and is not gone."""
        self._forgotten: list[Trimmed] = []

    def open(self) -> Restored:
        """Count the start; there is nothing to restore."""
        return Restored(self._epoch, 0, ())

    def keep(self, writing: Writing) -> None:
        """Keep all of `writing`, and forget what is too old."""
        for record in writing.records:
            self._events.setdefault(record.target, deque()).append(record.event)
            for reader in record.readers:
                self._direct.setdefault(reader, deque()).append(record.event)
            self._order.append(record)
        for target, seq in writing.redacted:
            self._redact(target, seq)
        for trimmed in writing.trimmed:
            self._trim(trimmed)
            self._found = False
        for room in writing.rooms:
            self._rooms[room.key] = room
        for key in writing.forgotten:
            self._rooms.pop(key, None)
        while len(self._order) > self._most:
            self._forget_oldest()

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Return the pages, and what the searches find."""
        return {
            one: self._read(one) if isinstance(one, Page) else self._search(one) for one in asked
        }

    def overdue(self, now: int) -> Sequence[Trimmed]:
        """Return what is too old."""
        if self._found:
            return ()
        found: dict[str, dict[int, None]] = {}
        left = {
            target: sum(isinstance(event, Said) for event in events) - self._retention.messages
            for target, events in self._events.items()
        }
        for record in islice(self._order, max(0, len(self._order) - 1)):
            event, target = record.event, record.target
            aged = self._retention.age and event.at < now - self._retention.age
            beyond = self._retention.messages and left[target] > 0
            if aged or beyond:
                found.setdefault(target, {})[event.seq] = None
            left[target] -= isinstance(event, Said)
        self._found = bool(found)
        return [Trimmed(target, tuple(seqs)) for target, seqs in found.items()]

    def forgotten(self) -> Sequence[Trimmed]:
        """Return what was forgotten since the last call."""
        forgotten, self._forgotten = self._forgotten, []
        return forgotten

    def probe(self) -> None:
        """It always works."""

    def close(self) -> None:
        """Forget everything."""
        self._events.clear()
        self._direct.clear()
        self._order.clear()
        self._rooms.clear()

    def _forget_oldest(self) -> None:
        record = self._order.popleft()
        self._forgotten.append(Trimmed(record.target, (record.event.seq,)))
        _drop(self._events, record.target, record.event)
        for reader in record.readers:
            _drop(self._direct, reader, record.event)

    def _redact(self, target: str, seq: int) -> None:
        """Forget a message."""
        found = (one for one in self._events.get(target, ()) if one.seq == seq)
        event = next((one for one in found if isinstance(one, Said)), None)
        if event is None:
            return
        self._remove(
            next(one for one in self._order if one.event is event and one.target == target)
        )

    def _trim(self, trimmed: Trimmed) -> None:
        for record in [*self._order]:
            if record.target == trimmed.target and record.event.seq in trimmed.seqs:
                self._remove(record)

    def _remove(self, record: Record) -> None:
        self._order.remove(record)
        _drop(self._events, record.target, record.event)
        for reader in record.readers:
            _drop(self._direct, reader, record.event)

    def _read(self, page: Page) -> Sequence[KeptEvent]:
        events = (self._direct if page.direct else self._events).get(page.target, ())
        ordered = iter(events) if page.oldest else reversed(events)
        within: Iterable[KeptEvent] = (
            event
            for event in ordered
            if page.after < event.seq < page.before and page.since < event.at < page.until
        )
        kind = KEPT if page.everything else Said
        found = [*islice((event for event in within if isinstance(event, kind)), page.limit)]
        return found if page.oldest else found[::-1]

    def _search(self, search: Search) -> Sequence[KeptEvent]:
        found = {
            event.seq: event
            for scope in search.scopes
            for event in (self._direct if scope.direct else self._events).get(scope.target, ())
            if scope.after < event.seq < search.before
            and search.since < event.at < search.until
            and search.fits(event)
        }
        ordered = [found[seq] for seq in sorted(found, reverse=not search.oldest)[: search.limit]]
        return ordered if search.oldest else ordered[::-1]


def _drop(events: dict[str, deque[KeptEvent]], key: str, event: KeptEvent) -> None:
    events[key].remove(event)  # mostly the oldest, which is found at once
    if not events[key]:
        del events[key]
