"""Whether the other end still lives: a PING when it is silent, and how long the answer takes.

Rules: nothing is known to be dead before `PATIENCE` after a PING without any byte; a dead link is
known at most `SILENCE + PATIENCE` after its last byte. Who was stopped itself meanwhile (SIGSTOP, a
laptop asleep) has heard nothing for its own fault, and asks once more. Times are of a clock that
never goes back.
"""

SILENCE = 9.0
"""Seconds without a byte from the server after which it is asked for one."""

PATIENCE = 9.0
"""Seconds that it then has."""

LATE = 2.0
"""Seconds later than asked for that mean that we were stopped."""

MEASURE = 30.0
"""Seconds between two measurements of the round trip on a busy connection."""


class Keepalive:
    """What one connection heard, and asked, and when."""

    def __init__(self, now: float) -> None:
        self._heard = now
        self._asked: float | None = None
        self._measured = now - MEASURE
        self._count = 0

    def hear(self, now: float) -> None:
        """Take note that bytes came."""
        self._heard = now

    def wait(self, now: float) -> float:
        """Return in how many seconds to call `ask` and `is_dead` again, if nothing is heard."""
        if self._asked is not None:
            due = max(self._asked, self._heard) + PATIENCE
        else:
            due = min(self._heard + SILENCE, self._measured + MEASURE)
        return max(0.0, due - now)

    def is_dead(self, now: float) -> bool:
        """Say whether a PING has had its time, and nothing at all came."""
        if self._asked is None:
            return False
        due = max(self._asked, self._heard) + PATIENCE
        if now > due + LATE:
            self._asked = None
            return False
        return now >= due

    def ask(self, now: float) -> str | None:
        """Return the token of a PING to send now, or None if it is not time."""
        if self._asked is not None or self.wait(now) > 0:
            return None
        self._asked = self._measured = now
        self._count += 1
        return f"alive-{self._count}"

    def answer(self, token: str, now: float) -> float | None:
        """Return the round trip in seconds, if `token` is that of the last PING."""
        if self._asked is None or token != f"alive-{self._count}":
            return None
        taken, self._asked = now - self._asked, None
        return taken
