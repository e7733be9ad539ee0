"""The thread that writes: one thing after the other, as it was handed over.

Rule: what was handed over is done, also when the thread is to end. A pool of threads does the same for
twice the time that a small write takes by itself (conditions, and two futures for each).
"""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[], None]
Done = Callable[[Exception | None], None]
"""Called in the event loop when it is done, with what it raised."""
Job = tuple[asyncio.AbstractEventLoop, Work, Done]


class Writer:
    """A thread that begins with the first thing to do."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        """What it is to do; None at the end."""

    def do(self, work: Work, done: Done) -> None:
        """Have the thread do `work`, and then the running loop call `done`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._jobs.put((asyncio.get_running_loop(), work, done))

    def close(self) -> None:
        """Let the thread end, when it has done what it is to do."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            _do(*job)
            del job  # what was written is not held until there is something else to write


def _do(loop: asyncio.AbstractEventLoop, work: Work, done: Done) -> None:
    failure: Exception | None = None
    try:
        work()
    except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
        failure = error
    loop.call_soon_threadsafe(done, failure)
