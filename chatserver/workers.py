"""Threads for what takes its time (passwords), and a bound for how much of it may wait.

Rule: who asks for more than can be done soon is told so at once, so that a crowd of guesses holds up
nobody for long.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

THREADS: Final = max(1, min(8, (os.cpu_count() or 1) - 1))
"""All cores but one, which is left to who is in."""

WAITING_MOST: Final = 128 * THREADS
"""Works that may wait, or be under way: some twenty seconds, as when all come back."""

T = TypeVar("T")


class Workers:
    """The threads."""

    def __init__(self, most: int = WAITING_MOST) -> None:
        """Let at most so many works wait."""
        self._most = most
        self._executor = ThreadPoolExecutor(THREADS, "password")
        self._waiting = 0
        self._stopped = False

    async def do(self, work: Callable[[], T]) -> T | None:
        """Return what `work` comes to; None, at once, if too many wait, and for what is never begun."""
        if self._waiting >= self._most or self._stopped:
            return None
        self._waiting += 1
        done = asyncio.get_running_loop().run_in_executor(self._executor, work)
        done.add_done_callback(self._finish)  # also if nobody waits for it any more
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            if done.cancelled():
                return None
            raise

    def stop(self) -> None:
        """Begin nothing more: who waits for it need not be let in any more."""
        self._stopped = True
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _finish(self, done: "asyncio.Future[T]") -> None:
        self._waiting -= 1
        if not done.cancelled():
            done.exception()  # it is told to who waits, if anybody does
