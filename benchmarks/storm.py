"""Thousands come into one room at once, stay for a while, and are gone at once.

Rules: everybody is in when each was told who is there and has heard a call that was said after that: what
comes before it, the joins of all others, was heard too. "Gone" is a reset of each connection, without a
word; it was seen when those who stay have heard a line for each.
"""

import time
from dataclasses import dataclass
from typing import Protocol

from benchmarks.crowd import Crowd, LoadError
from benchmarks.dialects import Dialect
from benchmarks.room import CALL, CALL_SECONDS

STAY = 10  # so many stay, and see the others go
DEADLINE_SECONDS = 60.0
QUIET_SECONDS = 1.0
IDLE_SECONDS = 5.0
RELEASE_SECONDS = 3.0  # after all are in, or gone, before memory is read
TAIL = 16  # bytes of a read that are kept, as what is looked for may be cut in two


class Meters(Protocol):
    """What tells the CPU seconds and the memory of the server."""

    def cpu_seconds(self) -> float:
        """CPU seconds used so far."""

    def resident_kib(self) -> int:
        """Resident memory now, in KiB."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the coming and going of many took: seconds, CPU seconds, and KiB."""

    join_seconds: float
    join_cpu: float
    idle_share: float
    """Of a core, while nothing happened."""
    idle_kib: float
    """For each member."""
    leave_seconds: float
    """NaN of a server that tells nobody who comes and goes."""
    leave_cpu: float
    left_kib: int
    """Beyond the memory of before, when all are gone."""
    count: int
    """So many came."""

    @property
    def left_share(self) -> float:
        """Of the memory that all took, what is not given back when they are gone."""
        return self.left_kib / (self.idle_kib * self.count)


class Storm:
    """`count` members of one server, which was idle before."""

    def __init__(self, crowd: Crowd, dialect: Dialect, count: int, meters: Meters) -> None:
        self._crowd, self._dialect, self._meters = crowd, dialect, meters
        self._count = count
        self._strangers: set[int] = set()
        self._outside: set[int] = set()
        self._tails: dict[int, bytes] = {}

    def pass_by(self) -> Passage:
        """Come, stay and go; LoadError when the server drops somebody, or takes too long."""
        before = self._meters.resident_kib()
        begin, cpu = time.monotonic(), self._meters.cpu_seconds()
        self._come(begin + DEADLINE_SECONDS)
        join_seconds, join_cpu = time.monotonic() - begin, self._meters.cpu_seconds() - cpu
        self._crowd.settle(QUIET_SECONDS, DEADLINE_SECONDS)
        time.sleep(RELEASE_SECONDS)
        idle_kib = (self._meters.resident_kib() - before) / self._count
        cpu = self._meters.cpu_seconds()
        time.sleep(IDLE_SECONDS)
        idle_share = (self._meters.cpu_seconds() - cpu) / IDLE_SECONDS
        begin, cpu = time.monotonic(), self._meters.cpu_seconds()
        for member in range(self._count - STAY):
            self._crowd.reset(member)
        leave_seconds = float("nan")
        if self._dialect.inside:
            self._see_gone(begin + DEADLINE_SECONDS)
            leave_seconds = time.monotonic() - begin
        leave_cpu = self._meters.cpu_seconds() - cpu
        time.sleep(RELEASE_SECONDS)
        left = self._meters.resident_kib() - before
        return Passage(
            join_seconds,
            join_cpu,
            idle_share,
            idle_kib,
            leave_seconds,
            leave_cpu,
            left,
            self._count,
        )

    def _come(self, deadline: float) -> None:
        together = self._dialect.together
        while len(self._crowd) < self._count or self._outside:
            while len(self._crowd) < self._count and len(self._outside) < together:
                self._arrive()
                if len(self._crowd) % 64 == 0:
                    break  # and hear what there is
            self._listen(deadline, 0.0 if len(self._crowd) < self._count else 1.0)
        absent = set(range(self._count)) - {0}
        while absent:  # the first calls, and does not hear itself
            self._crowd.send(0, self._dialect.say(CALL))
            until = min(deadline, time.monotonic() + max(CALL_SECONDS, self._count / 5000))
            while absent and (left := until - time.monotonic()) > 0:
                for member, size in self._crowd.read(left):
                    if self._crowd.has(CALL, size):
                        absent.discard(member)
            if time.monotonic() > deadline:
                raise LoadError(f"{len(absent)} members did not hear that all are in")

    def _arrive(self) -> None:
        member = self._crowd.connect()
        self._crowd.send(member, self._dialect.join(f"m{member}"))
        self._outside.add(member)
        if self._dialect.welcome:
            self._strangers.add(member)

    def _listen(self, deadline: float, timeout: float) -> None:
        for member, size in self._crowd.read(timeout):
            if member not in self._outside:
                continue
            text = self._tails.pop(member, b"") + self._crowd.heard(size)
            if member in self._strangers:
                if self._dialect.welcome not in text:
                    self._tails[member] = text[-TAIL:]
                    continue
                self._strangers.discard(member)
                self._crowd.send(member, self._dialect.enter)
            if self._dialect.inside in text:
                self._outside.discard(member)
            else:
                self._tails[member] = text[-TAIL:]
        if time.monotonic() > deadline:
            raise LoadError(f"{len(self._outside)} of {len(self._crowd)} members did not get in")

    def _see_gone(self, deadline: float) -> None:
        gone = self._count - STAY
        left = dict.fromkeys(range(gone, self._count), gone)
        while left:
            for member, size in self._crowd.read(1.0):
                left[member] = left.get(member, 0) - self._crowd.marks(size, b"\n")
                if left[member] <= 0:
                    del left[member]
            if time.monotonic() > deadline:
                raise LoadError(f"{max(left.values())} departures were not told")
