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

from chatserver.ports import Record, Retention, Trimmed

STEP: Final = 250
"""Events that go together: some milliseconds of the writer's time."""

TARGETS_MOST: Final = 100
"""Targets that are looked at together."""

AGAIN: Final = 30.0
"""Seconds after which what was found and not removed is found again: the write failed."""


class Overdue:
    """What is too old in one log."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._lock = threading.Lock()
        self._grown: dict[str, None] = {}
        """Targets that may have more messages than are to be kept."""
        self._seen: str | None = ""
        """At the start, all may have: those up to this one were looked at; None if all were."""
        self._found_at: float | None = None
        """When something was found that is not gone yet."""

    def note(self, records: Iterable[Record]) -> None:
        """Take note of what is kept."""
        if self._retention.messages:
            with self._lock:
                self._grown.update((record.target, None) for record in records)

    def removed(self) -> None:
        """Take note that what was found is gone."""
        self._found_at = None

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
                seqs = _beyond(log, target, self._retention.messages)
                if seqs:
                    found[target] = seqs
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


def _beyond(log: sqlite3.Connection, target: str, most: int) -> set[int]:
    """Return the numbers of the oldest events that came before the newest `most` messages."""
    row = log.execute(
        "select seq from events where kind = 'Said' and target = ?"
        " order by seq desc limit 1 offset ?",
        (target, most),
    ).fetchone()
    if row is None:
        return set()
    oldest = "select seq from events where kind {} 'Said' and target = ? and seq <= ? order by seq limit ?"
    asked = (target, row[0], STEP)
    messages = [seq for (seq,) in log.execute(oldest.format("="), asked)]
    changes = [seq for (seq,) in log.execute(oldest.format("<>"), asked)]
    return {*sorted([*messages, *changes])[:STEP]}
