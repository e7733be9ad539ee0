"""What a program has not handled yet, and how much of it may come.

Rules: beyond `AHEAD` events nothing more is read from the server while somebody handles them; but
for who waits for an answer, which may stand behind much else, up to `MOST` are taken. While nobody
handles them, the newest are kept, and how many were dropped is told.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chatclient.events import Event, Missed

AHEAD = 1000
"""How many events may wait to be handled before reading from the server pauses."""

MOST = 100_000
"""How many may wait while an answer is waited for."""


class Intake:
    """A queue of events that says when reading is to pause."""

    def __init__(self, hold: Callable[[bool], None]) -> None:
        """`hold` is told whether to pause, as often as it may have changed."""
        self._hold = hold
        self._queue: deque[Event] = deque()
        self._readers = 0
        self._askers = 0
        self._dropped = 0

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken, not even an answer."""
        return len(self._queue) >= MOST

    def put(self, event: Event) -> None:
        """Take what has happened."""
        self._queue.append(event)
        if not self._readers and len(self._queue) > AHEAD:
            self._queue.popleft()
            self._dropped += 1
        self._regulate()

    def take(self) -> Event | None:
        """Return the oldest event and forget it; None if there is none."""
        if self._dropped:
            text = f"{self._dropped} events were not read in time"
            self._dropped = 0
            return Missed("", text)
        found = self._queue.popleft() if self._queue else None
        self._regulate()
        return found

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Say that somebody handles what comes, while the block runs."""
        self._readers += 1
        try:
            yield
        finally:
            self._readers -= 1
            self._regulate()

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Say that somebody waits for an answer, while the block runs."""
        self._askers += 1
        self._regulate()
        try:
            yield
        finally:
            self._askers -= 1
            self._regulate()

    def _regulate(self) -> None:
        most = MOST if self._askers else AHEAD
        self._hold(bool(self._readers) and len(self._queue) >= most)
