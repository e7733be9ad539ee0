"""Finds what is older than is to be kept, a little at a time.

Rules: it only reads, and remembers which targets grew, so that a look at a log where nothing is to go
costs next to nothing. What it found is not found again until it is gone, or was not removed for a while.
The newest row never goes: numbers, times and places count on from it.
"""

import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import Final

from chatserver.core.events import Said
from chatserver.core.history import NEWEST
from chatserver.ports import Retention, Trimmed, Writing
from chatserver.storage.index import Message

STEP: Final = 100
"""Events that go together: some milliseconds of the writer's time."""

TARGETS_MOST: Final = 100
"""Targets that are looked at together."""

SMALL: Final = 256
"""A target with fewer messages is counted again each time, and its count is not remembered."""

AGAIN: Final = 30.0
"""Seconds after which what was found and not removed is found again: the write failed."""


class _Count:
    """How many messages a target has: those up to a number were counted, later ones are added."""

    __slots__ = ("later", "most", "number")

    def __init__(self) -> None:
        self.number = 0
        self.most: int | None = None
        """The number of the newest that was counted; None while they are being counted."""
        self.later: list[int] = []
        """Numbers of those that came meanwhile."""

    def add(self, seq: int) -> None:
        """Take note of a message."""
        if self.most is None:
            self.later.append(seq)
        elif seq > self.most:
            self.number += 1

    def counted(self, number: int, most: int) -> None:
        """Take note of what the log has up to a message."""
        self.number += number + sum(seq > most for seq in self.later)
        self.most = most
        self.later = []


class Overdue:
    """What is too old in one log."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._lock = threading.Lock()
        self._grown: dict[str, None] = {}
        """Targets that may have more messages than are to be kept."""
        self._counts: dict[str, _Count] = {}
        self._seen: str | None = ""
        """At the start, all may have: those up to this one were looked at; None if all were."""
        self._found_at: float | None = None
        """When something was found that is not gone yet."""

    def note(self, writing: Writing, gone: Iterable[Message]) -> None:
        """Take note of what was written, and of the messages that are gone by it."""
        if writing.trimmed:
            self._found_at = None
        if not self._retention.messages:
            return
        with self._lock:
            for record in writing.records:
                if isinstance(record.event, Said):
                    self._grown[record.target] = None
                    if (count := self._counts.get(record.target)) is not None:
                        count.add(record.event.seq)
            for message in gone:
                if (count := self._counts.get(message.target)) is not None:
                    count.number -= 1

    def find(self, log: sqlite3.Connection, now: int) -> Sequence[Trimmed]:
        """Return what is too old at `now`, up to some `STEP` events. Raises `sqlite3.Error`."""
        if self._found_at is not None and time.monotonic() < self._found_at + AGAIN:
            return ()
        found: dict[str, set[int]] = {}
        if self._retention.age:
            for target, seq in _older(log, now - self._retention.age):
                found.setdefault(target, set()).add(seq)
        if self._retention.messages and not found:
            for target in self._take_grown(log):
                excess = self._count(log, target) - self._retention.messages
                if excess > 0:
                    found[target] = _oldest(log, target, min(excess, STEP))
                    with self._lock:
                        self._grown[target] = None  # there may be more
                if sum(map(len, found.values())) >= STEP:
                    break
        if found:
            self._found_at = time.monotonic()
        return [Trimmed(target, tuple(sorted(seqs))) for target, seqs in found.items()]

    def _take_grown(self, log: sqlite3.Connection) -> Iterator[str]:
        """Yield some targets that may have too many, each taken off the list when it comes."""
        for _ in range(TARGETS_MOST):
            if self._seen is not None:
                self._seen = _next_target(log, self._seen)
            if self._seen is not None:
                yield self._seen
                continue
            with self._lock:
                if not self._grown:
                    return
                target = next(iter(self._grown))
                del self._grown[target]
            yield target

    def _count(self, log: sqlite3.Connection, target: str) -> int:
        """Return how many messages a target has; it takes long only once, if it has many."""
        with self._lock:
            known = self._counts.get(target)
            count = self._counts.setdefault(target, _Count())
        if known is None:
            number, most = log.execute(
                "select count(*), coalesce(max(seq), -1) from events"
                " where kind = 'Said' and target = ?",
                (target,),
            ).fetchone()
            with self._lock:
                count.counted(number, most)
                if count.number < SMALL:
                    del self._counts[target]
        return count.number


def _older(log: sqlite3.Connection, at: int) -> Iterator[tuple[str, int]]:
    """Yield target and number of the oldest events, as far as they are older than `at`."""
    rows = log.execute(
        "select target, seq, at from events where place < (select max(place) from events)"
        " order by place limit ?",
        (STEP,),
    )
    return ((target, seq) for target, seq, _ in takewhile(lambda row: row[2] < at, rows))


def _next_target(log: sqlite3.Connection, after: str) -> str | None:
    """Return the first target with messages after another one, by name."""
    row = log.execute(
        "select target from events where kind = 'Said' and target > ? order by target limit 1",
        (after,),
    ).fetchone()
    return row[0] if row else None


def _oldest(log: sqlite3.Connection, target: str, messages: int) -> set[int]:
    """Return the numbers of the oldest messages, and of what else happened until the last of them."""
    oldest = "select seq from events where kind {} 'Said' and target = ? and seq <= ? order by seq limit ?"
    said = log.execute(oldest.format("="), (target, NEWEST, messages)).fetchall()
    last = said[-1][0] if said else -1
    other = log.execute(oldest.format("<>"), (target, last, STEP)).fetchall()
    if len(other) == STEP:  # so much happened that messages wait for the next step
        said = [row for row in said if row <= other[-1]]
    return {seq for (seq,) in (*said, *other)}
