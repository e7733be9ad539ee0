"""Reading the log beside the writing of it, so that nobody waits for who reads.

Rules: reading has threads of its own, if the store is one that takes time. Who reads all that happened
waits until what was put off is written; the journal says when that is.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from msgspec import Struct

from chatserver.batch import Found
from chatserver.core.history import Question
from chatserver.ports import Store, StoreError

THREADS: Final = 2
"""So much is read at once; the rest waits in its turn."""

_log = logging.getLogger(__name__)


class Asked(Struct, frozen=True):
    """Questions, and who is to get what answers them."""

    questions: Sequence[Question]
    done: Callable[[Found], None]
    patient: bool
    """Whether it waits as long as not all of it is written; else what there is will do."""


class Reading:
    """Questions under way, and those that wait."""

    def __init__(self, store: Store, finished: Callable[[], None]) -> None:
        """Read from `store`; `finished` is called whenever nothing is under way any more."""
        self._store = store
        self._finished = finished
        self._threads = ThreadPoolExecutor(THREADS, "reader") if store.blocking else None
        self._waiting: list[Asked] = []
        self._under_way = 0

    @property
    def waits(self) -> bool:
        """Whether somebody waits for what was put off."""
        return bool(self._waiting)

    @property
    def under_way(self) -> bool:
        """Whether something is being read."""
        return bool(self._under_way)

    def wait(self, asked: Asked) -> None:
        """Let a question wait for `go_on`."""
        self._waiting.append(asked)

    def go_on(self, *, complete: bool) -> None:
        """Ask what waited: all of it if the log is complete, else for who is not patient."""
        waiting, self._waiting = self._waiting, []
        for asked in waiting:
            if complete or not asked.patient:
                self.ask(asked)
            else:
                self._waiting.append(asked)

    def ask(self, asked: Asked) -> None:
        """Ask now."""
        if self._threads is None:
            asked.done(self._read(asked.questions))
            return
        self._under_way += 1
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(self._threads, self._read, asked.questions)
        answer.add_done_callback(partial(self._answer, asked))

    def close(self) -> None:
        """Read no more."""
        self._waiting.clear()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)

    def _read(self, questions: Sequence[Question]) -> Found:
        try:
            return self._store.read(questions)
        except Exception as error:  # noqa: BLE001 - a bug in a store is pages that can't be read
            _log.error("the store could not be read: %s", describe(error))
            return None

    def _answer(self, asked: Asked, answer: "asyncio.Future[Found]") -> None:
        self._under_way -= 1
        if not answer.cancelled():
            asked.done(answer.result())
        if not self._under_way:
            self._finished()


def describe(error: BaseException) -> str:
    """Return an error of the store in one line; one that it should not raise is a bug, and is logged."""
    if not isinstance(error, StoreError):
        _log.error("the store failed in an unknown way", exc_info=error)
    return str(error) or type(error).__name__
