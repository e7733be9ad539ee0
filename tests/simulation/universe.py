"""Virtual time: what happens when, and in which order, is decided by a seed and nothing else.

Rules: nothing here knows the real time, and nothing real waits. Things of one moment happen in the
order in which they were planned. Whatever happens is noted; the same seed gives the same notes.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable
from random import Random

Action = Callable[[], None]

EPOCH_MS = 1_767_225_600_000
"""The wall-clock time at which every simulation begins, in ms since 1970."""


class Violation(AssertionError):
    """A promise was broken; the text names it and tells what was seen."""


class Universe:
    """The clock that all share, and what is still to happen."""

    def __init__(self, seed: int, tell: Callable[[str], None] | None = None) -> None:
        """Begin at time 0; `tell` gets every note as a line."""
        self.seed = seed
        self.now = 0.0
        self.counts: Counter[str] = Counter()
        """How often what happened: faults by kind, steps, events that were checked."""
        self.broken: Violation | None = None
        """The first promise that was broken."""
        self._plans: list[tuple[float, int, Action]] = []
        self._planned = 0
        self._tell = tell
        self._digest = hashlib.blake2b(digest_size=8)

    def random(self, name: str) -> Random:
        """Return the source of chance for `name`: always the same for the same seed."""
        return Random(f"{self.seed}:{name}")

    def wall(self) -> float:
        """Return the wall-clock time, in seconds since 1970."""
        return EPOCH_MS / 1000 + self.now

    def at(self, when: float, action: Action) -> None:
        """Have `action` happen at `when`, or now if that is past."""
        self._planned += 1
        heapq.heappush(self._plans, (max(when, self.now), self._planned, action))

    def after(self, delay: float, action: Action) -> None:
        """Have `action` happen in `delay` seconds."""
        self.at(self.now + delay, action)

    def note(self, *facts: object) -> None:
        """Remember what happened: part of the trace."""
        line = f"{self.now:.6f} " + " ".join(map(str, facts))
        self._digest.update(line.encode(errors="replace"))
        if self._tell is not None:
            self._tell(line)

    @property
    def digest(self) -> str:
        """A hash of all notes so far."""
        return self._digest.hexdigest()

    def fail(self, text: str) -> None:
        """Remember that a promise was broken; the run ends with it, whoever catches what is raised here."""
        if self.broken is None:
            self.note("BROKEN", text)
            self.broken = Violation(text)

    def run(self, until: float) -> None:
        """Let happen what is planned up to `until`, which is the time then. Raises `Violation`."""
        plans = self._plans
        while self.broken is None and plans and plans[0][0] <= until:
            self.now, _, action = heapq.heappop(plans)
            action()
        if self.broken is not None:
            raise self.broken
        self.now = max(self.now, until)
