"""The thread that writes: one thing at a time, handed over with a lock.

Rules: who hands something over waits until it is done before the next. A pool of threads does the same
for twice the time that a small write takes by itself (queues, conditions, and two futures for each).
"""

import asyncio
import threading
from collections.abc import Callable

Work = Callable[[], None]
Done = Callable[[Exception | None], None]
"""Called in the event loop when it is done, with what it raised."""


class Writer:
    """A thread that begins with the first thing to do."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._given = threading.Lock()
        self._given.acquire()
        self._job: tuple[asyncio.AbstractEventLoop, Work, Done] | None = None

    def do(self, work: Work, done: Done) -> None:
        """Have the thread do `work`, and then the running loop call `done`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._job = asyncio.get_running_loop(), work, done
        self._given.release()

    def close(self) -> None:
        """Let the thread end, when it has done what it does."""
        if self._thread is not None:
            self._job = None
            self._given.release()
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while self._given.acquire() and self._job is not None:
            job, self._job = self._job, None
            _do(*job)
            del job  # what was written is not held until there is something else to write


def _do(loop: asyncio.AbstractEventLoop, work: Work, done: Done) -> None:
    failure: Exception | None = None
    try:
        work()
    except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
        failure = error
    loop.call_soon_threadsafe(done, failure)
