"""Gives back to the system the memory that a crowd needed and left.

Rules: an allocator keeps what was freed in between what is in use, in case it is wanted again. When many
have come or gone, and then nothing happens for a moment, it is given back. While nobody comes and goes,
nothing runs. Python's allocator gives memory back by the MiB, and a single object holds one: so when few
are left, what is only kept to be used again is let go, too. That looks at every object there is: some 20 ms
when few are there, so it is not done among many.
"""

import asyncio
import gc
import sys
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from functools import lru_cache
from types import FunctionType
from typing import Any, Final

CROWD: Final = 1000
"""So many have come or gone when it is worth it, and so many are no longer few."""
LOOKS_MOST: Final = 30
"""How often a moment without anything is waited for: where people talk all the time there is none."""
TABLE: Final = 16_384
"""Bytes of a table that it may keep."""
SPARSE: Final = 1000
"""Bytes that a table has for each entry, when it is made anew: some 30 to 100 are in use."""

Table = dict[Any, Any] | set[Any]

_Cached: Final = type(lru_cache(lambda: None))


def shrink(tables: Iterable[Table]) -> None:
    """Make tables small that have been large and are nearly empty: Python shrinks none by itself.

    Only the thread of the caller may write them.
    """
    for table in tables:
        if TABLE <= sys.getsizeof(table) >= len(table) * SPARSE:
            kept = table.copy()
            table.clear()
            table.update(kept)


def let_go() -> None:
    """Have Python let go of what it keeps to use again: results, empty objects, names of methods."""
    for one in gc.get_objects():
        if type(one) is _Cached and isinstance(one.__wrapped__, FunctionType):  # asks no object
            one.cache_clear()  # `sqlite3` has such, too: they belong to other threads
    gc.collect()
    clear = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache  # noqa: SLF001
    clear()


def trim() -> None:
    """Give back what nobody uses, where the C library can: some milliseconds for a hundred MiB."""
    if sys.platform != "linux":
        return
    with suppress(ImportError, OSError, AttributeError):  # glibc alone has it
        import ctypes  # noqa: PLC0415 - a Python may have been built without

        ctypes.CDLL(None).malloc_trim(0)


class Slack:
    """Counts who comes and goes, and gives back what they leave."""

    def __init__(
        self,
        activity: Callable[[], Hashable],
        give_back: Callable[[], None] = trim,
        moment: float = 1.0,
    ) -> None:
        """`activity` tells what has happened so far; `moment` is how long (s) it must not change."""
        self._activity = activity
        self._give_back = give_back
        self._moment = moment
        self._count = 0
        self._looks = 0
        self._seen: Hashable = None
        self._timer: asyncio.TimerHandle | None = None

    def count(self) -> None:
        """Know that one more has come or gone."""
        self._count += 1
        if self._count >= CROWD and self._timer is None:
            self._look_later()

    def _look_later(self) -> None:
        self._seen = self._activity()
        self._timer = asyncio.get_running_loop().call_later(self._moment, self._look)

    def _look(self) -> None:
        self._timer = None
        self._looks += 1
        if self._activity() != self._seen and self._looks < LOOKS_MOST:
            self._look_later()
            return
        self._count = self._looks = 0
        self._seen = None
        self._give_back()
