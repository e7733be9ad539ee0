"""The load: few senders speak to many receivers, in a closed loop or at a fixed rate.

Rules:
- Closed loop: a sender has at most `window` messages that have not come to every receiver yet.
- Fixed rate: a message's latency counts from when it was due, not from when it was at last sent.
- CPU and deliveries count from the end of the warm-up to the end of the run; a run has a deadline.
"""

import time
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from benchmarks.crowd import LoadError
from benchmarks.room import Room
from benchmarks.samples import Outcome
from benchmarks.tally import Tally, Watcher, compose

GRACE_SECONDS = 10.0  # how long a server may be silent
IDLE_SECONDS = 0.05  # how long a wait for something to hear may take


@dataclass(frozen=True, slots=True)
class Shape:
    """What a run looks like. Sizes are bytes, times seconds, `rate` messages a second in all."""

    receivers: int
    senders: int = 4
    size: int = 64
    window: int = 16
    rate: float | None = None
    warm_up: float = 0.5
    seconds: float = 4.0


class Meters(Protocol):
    """What tells how much CPU the server and the whole machine have used so far, in seconds."""

    def cpu_seconds(self) -> float:
        """The server's, by all its threads."""

    def machine_seconds(self) -> float:
        """Everybody's, on all cores."""


def read_meters(
    meters: Meters, outcome: Outcome, sign: int, now: float, deliveries: int
) -> Outcome:
    """Take from an outcome what all meters tell at its beginning (-1), add it at its end (1)."""
    outcome.seconds += sign * now
    outcome.server_cpu += sign * meters.cpu_seconds()
    outcome.machine_cpu += sign * meters.machine_seconds()
    outcome.load_cpu += sign * time.process_time()
    outcome.deliveries += sign * deliveries
    return outcome


class Pace:
    """Decides when which sender says its next message."""

    def __init__(self, shape: Shape, start: float) -> None:
        self._shape, self._start = shape, start
        self._said = 0
        self._credit = [shape.window] * shape.senders

    def heard_by_all(self, sender: int) -> None:
        """Note that one message of `sender` has come to every receiver."""
        self._credit[sender] += 1

    def due(self, now: float) -> list[tuple[int, float]]:
        """Take what is to be said by now: (sender, the time from which it counts)."""
        rate = self._shape.rate
        if rate is None:
            taken = [(sender, now) for sender, free in enumerate(self._credit) for _ in range(free)]
            self._credit = [0] * self._shape.senders
            return taken
        first, self._said = self._said, int((now - self._start) * rate) + 1
        return [
            (number % self._shape.senders, self._start + number / rate)
            for number in range(first, self._said)
        ]

    def wait(self, now: float) -> float:
        """How long there is nothing to say, in seconds, if nothing is heard."""
        if self._shape.rate is None:
            return IDLE_SECONDS
        return min(IDLE_SECONDS, max(0.0, self._start + self._said / self._shape.rate - now))


class Run:
    """One run in a room in which everyone is, in one shape or several one after another."""

    def __init__(self, room: Room, shape: Shape, meters: Meters) -> None:
        self._room, self._shape, self._meters = room, shape, meters
        self._tally, self._watcher = Tally(shape.receivers), Watcher()
        self._times: list[list[float]] = [[] for _ in range(shape.senders)]
        self._settled = 0  # messages that have come to all, and whose sender knows
        self._overheard = 0  # messages that the senders heard of each other
        self._latencies: list[float] = []

    @property
    def order(self) -> Sequence[tuple[int, int]]:
        """The messages that all have heard, in their order: sender and number of each."""
        return self._watcher.order[: self._settled]

    def take_on(self, shape: Shape) -> None:
        """Wait until all have heard what was said, and go on in another shape, of the same members."""
        deadline = time.monotonic() + GRACE_SECONDS
        idle = Pace(replace(self._shape, rate=None), time.monotonic())
        while self._settled < sum(map(len, self._times)):
            if time.monotonic() > deadline:
                raise LoadError("what was said did not come to all")
            for sender in range(len(self._times)):
                self._room.flush(sender)
            self._listen(idle, IDLE_SECONDS)
        self._shape = shape

    def measure(self) -> Outcome:
        """Warm up, measure, and tell; LoadError when the server falls silent."""
        start = last_heard = time.monotonic()
        pace, begin, outcome = Pace(self._shape, start), start + self._shape.warm_up, None
        while (now := time.monotonic()) < begin + self._shape.seconds:
            if outcome is None and now >= begin:
                outcome = read_meters(self._meters, Outcome(), -1, now, self._deliveries())
                self._latencies = []
            self._speak(pace, now)
            if self._listen(pace, pace.wait(now)):
                last_heard = now
            elif now - last_heard > GRACE_SECONDS:
                raise LoadError("the server fell silent")
        now = time.monotonic()
        outcome = read_meters(self._meters, outcome or Outcome(), 1, now, self._deliveries())
        outcome.latencies = self._latencies
        return outcome

    def _speak(self, pace: Pace, now: float) -> None:
        texts: list[list[bytes]] = [[] for _ in self._times]
        for sender, since in pace.due(now):
            texts[sender].append(compose(sender, len(self._times[sender]), self._shape.size))
            self._times[sender].append(since)
        for sender, mine in enumerate(texts):
            if mine:
                self._room.say(sender, mine)
            else:
                self._room.flush(sender)

    def _deliveries(self) -> int:
        ends = self._watcher.ends
        return sum(bisect(ends, size) for size in self._tally.counts) + self._overheard

    def _listen(self, pace: Pace, timeout: float) -> int:
        heard, tally, complete = 0, self._tally, self._tally.complete
        for member, size in self._room.read(timeout):
            heard += size
            if member >= self._shape.receivers:
                self._overheard += self._room.marks(size)
                continue
            tally.hear(member, size)
            if not member:
                self._watcher.feed(self._room.heard(size))
            if tally.complete > complete:
                complete = tally.complete
                self._settle(pace, bisect(self._watcher.ends, complete), time.monotonic())
        return heard

    def _settle(self, pace: Pace, complete: int, now: float) -> None:
        for sender, number in self._watcher.order[self._settled : complete]:
            self._latencies.append(now - self._times[sender][number])
            pace.heard_by_all(sender)
        self._settled = complete
