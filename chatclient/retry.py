"""When to try again after a connection ended, or did not come about.

Rules: while nothing listens (a server that restarts), it is tried every half second or so for
`EAGER` seconds, so that we are back soon after it is; that costs the server nothing. Where a
connection came about and ended, each wait is up to twice as long as the one before, 30 s at most,
or 4 s if we had been let in. Who has been online for a while starts over, and so does who finds
that nothing listens. All have jitter, so that a thousand clients do not come back in one instant.
"""

from random import Random

LONGEST = 30.0
"""The longest wait, in seconds."""

STEADY = 2.0
"""After so many seconds online the next wait is a first one again."""

EAGER = 600.0
"""For so many seconds it is tried often whether anything listens."""

_OFTEN = 0.8  # the longest wait then
_FLAPPING = 2  # who was let in, and not for long, waits as after so many tries: 4 s at most


class Backoff:
    """The waits of one client."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._tries = 0
        self._eager = 0.0

    def next_wait(self, *, online_for: float = 0.0, listens: bool = True) -> float:
        """Return how many seconds to wait, after a connection that was online for so many.

        Or after none, if nothing `listens`.
        """
        if online_for >= STEADY:
            self.reset()
        if online_for > 0:
            self._tries = min(self._tries, _FLAPPING)
        if listens:
            self._eager = 0.0
        elif self._eager < EAGER:
            self._tries = 0  # it did not send us away, it was gone
            wait = _OFTEN * self._random.uniform(0.3, 0.95)
            self._eager += wait
            return wait
        ceiling = min(LONGEST, 2.0 ** min(self._tries, 8))
        self._tries += 1
        return ceiling * self._random.uniform(0.3, 0.95)

    def reset(self) -> None:
        """Start over."""
        self._tries = 0
        self._eager = 0.0
