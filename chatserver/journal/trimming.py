"""Removes what is too old from the log, in small steps, as long as the server runs.

Rules: what is to go is looked for on a thread of its own, and goes with what is written anyway, so
nobody waits for either. When there is nothing more, it looks again a little later.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from chatserver.ports import Clock, Store, StoreError, Trimmed

STEP_EVERY: Final = 0.1
"""Seconds from one step to the next."""

STEPS_EMPTY: Final = 20
"""So many steps that find nothing, since what was found last may not be gone yet, are a reason to rest."""

LOOK_EVERY: Final = 10.0
"""Seconds of rest, also after a failure."""

_log = logging.getLogger(__name__)


class Trimming:
    """Trims `store` by way of `trim`, which has it written."""

    def __init__(
        self, store: Store, trim: Callable[[Sequence[Trimmed]], None], clock: Clock
    ) -> None:
        self._store = store
        self._trim = trim
        self._clock = clock
        self._finder = ThreadPoolExecutor(1, "trimming") if store.blocking else None
        self._timer: asyncio.TimerHandle | None = None
        self._stopped = False
        self._empty = 0
        """Steps that found nothing, one after the other."""

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._look_in(0.0)

    def stop(self) -> None:
        """Stop for good, before the store is closed."""
        self._stopped = True
        if self._timer is not None:
            self._timer.cancel()
        if self._finder is not None:
            self._finder.shutdown()

    def _look_in(self, seconds: float) -> None:
        if not self._stopped:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        now = self._clock.now()
        if self._finder is None:
            self._take(self._store.overdue(now))
            return
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._finder, self._store.overdue, now)
        done.add_done_callback(self._looked)

    def _looked(self, done: "asyncio.Future[Sequence[Trimmed]]") -> None:
        error = done.exception()
        if error is None:
            self._take(done.result())
            return
        if not isinstance(error, StoreError):
            _log.error("the store failed in an unknown way", exc_info=error)
        _log.warning("what is too old could not be looked for: %s", error)
        self._look_in(LOOK_EVERY)

    def _take(self, found: Sequence[Trimmed]) -> None:
        if self._stopped:
            return
        if found:
            self._trim(found)
        self._empty = 0 if found else self._empty + 1
        self._look_in(STEP_EVERY if self._empty < STEPS_EMPTY else LOOK_EVERY)
