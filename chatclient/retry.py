"""When to try again after a connection ended: at once, then ever more rarely.

Rules: the first wait is under a second, so that a restart of the server is hardly noticed; each
further one is up to twice as long as the one before, 30 s at most; all have jitter, so that a
thousand clients do not come back in one instant. Who has been online for a while starts over.
"""

from random import Random

LONGEST = 30.0
"""The longest wait, in seconds."""

STEADY = 5.0
"""After so many seconds online the next wait is a first one again."""


class Backoff:
    """The waits of one client."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._tries = 0

    def next_wait(self, *, online_for: float = 0.0) -> float:
        """Return how many seconds to wait, after a connection that was online for so many."""
        if online_for >= STEADY:
            self._tries = 0
        ceiling = min(LONGEST, 2.0 ** min(self._tries, 8))
        self._tries += 1
        return ceiling * self._random.uniform(0.3, 0.95)

    def reset(self) -> None:
        """Start over."""
        self._tries = 0
