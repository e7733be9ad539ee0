"""When to let lines gather before they are read: on a busy connection, and only there.

Rules: a line that comes by itself is read at once. Where read follows read, each costs as much as
ten lines do: then what comes within `GATHER` is read in one go, and a PING is answered that much
later. What is much already is never waited for. Times are of a clock that never goes back.
"""

GATHER = 0.033
"""Seconds to let lines gather: a frame, so that each read is drawn by one."""

SOON = 0.015
"""A read that comes within so many seconds of being ready for it follows the one before."""

RUN = 8
"""So many reads that follow one another are a busy connection."""

MUCH = 16 * 1024
"""Bytes that came in one read, after which there is no use in waiting for more."""


class Pace:
    """How fast reads of one connection follow one another."""

    def __init__(self) -> None:
        self._ready = float("-inf")
        self._run = 0

    def hear(self, now: float, size: int) -> float:
        """Take note that so many bytes came; return for how many seconds to let others gather."""
        self._run = self._run + 1 if now - self._ready < SOON and size < MUCH else 0
        wait = GATHER if self._run >= RUN else 0.0
        self._ready = now + wait
        return wait
