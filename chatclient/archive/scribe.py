"""The thread that writes.

Rules: what is handed over is written within a fifth of a second, many lines at a time, in
order. It is put in the index when there is nothing else to do, or too much has come together. What
cannot be written now, as the disk is full or may not be written to, waits for that to pass, as long
as there is room for it in memory.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import chatclient.archive.tasks as t
from chatclient.archive.reading import Reader
from chatclient.archive.writing import Writer
from chatclient.logs import Logs
from chatclient.model.window import weight

_GATHER = 0.2  # seconds in which lines are gathered before they are written
_ENOUGH = 500  # lines with which it does not wait for more
_QUIET = 0.5  # seconds without lines after which there is time for the index
_INDEXED = 400  # lines that are put in the index at a time
_FRESH_MOST = 20_000  # lines that may be missing from the index, as search reads them all
_IN_MEMORY = 50_000  # lines that are kept where there is no file
_MEMORY_SIZE = 32 << 20  # bytes of them, with their index
_TRIES = 3  # when somebody else writes for long
_AGAIN = 2.0  # seconds between two looks whether a trouble has passed
_WAITING_MOST = 50_000  # tasks that wait for that
_WAITING_SIZE = 32 << 20  # bytes of their lines

_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
    }
)
"""What may be over later, in the lower byte of a code of SQLite's."""


@dataclass(slots=True, eq=False)
class Store:
    """Both sides of a file, or of memory."""

    reader: Reader
    writer: Writer
    lock: threading.Lock
    """Held while it is written to."""
    lasting: bool
    """Whether it outlives the client."""

    def close(self) -> None:
        """Close it."""
        self.reader.close()
        self.writer.close()


class Scribe:
    """Writes what it is given, in a thread."""

    def __init__(
        self, store: Store, fall_back: Callable[[Exception], Store], logs: Logs | None
    ) -> None:
        """Write to `store`, and to `logs`; if `store` breaks, to what `fall_back` returns."""
        self._store = store
        self._logs = logs
        self._fall_back = fall_back
        self._queue: deque[t.Added | t.Task] = deque()
        self._wake = threading.Event()
        self._hurry = threading.Event()
        self._closing = False
        self._fresh = 1  # how many lines may not be in the index
        self._untrimmed = 0
        self._due = 0.0
        self.trouble = ""
        """Why nothing can be written now, "" if it can."""
        self._thread = threading.Thread(target=self._run, name="archive", daemon=True)
        self._thread.start()

    def put(self, task: t.Added | t.Task, *, soon: bool = False) -> None:
        """Have something written, with `soon` at once."""
        self._queue.append(task)
        if not self._wake.is_set():
            self._wake.set()
        if soon or len(self._queue) == _ENOUGH:
            self._hurry.set()

    def put_all(self, added: Sequence[t.Added]) -> None:
        """Have lines written."""
        before = len(self._queue)
        self._queue.extend(added)
        if added and not self._wake.is_set():
            self._wake.set()
        if before < _ENOUGH <= before + len(added):
            self._hurry.set()

    def index_some(self) -> bool:
        """Put some lines in the index now, in the calling thread; say whether there may be more."""
        with self._store.lock:
            return self._store.writer.index(_INDEXED) == _INDEXED

    def close(self) -> None:
        """Write what is left, and end."""
        self._closing = True
        self._wake.set()
        self._hurry.set()
        self._thread.join(10.0)

    def _run(self) -> None:
        while not self._closing or self._queue:
            waits = self._fresh or self.trouble or (self._logs and self._logs.problem)
            woken = self._wake.wait(_QUIET if waits else None)
            if woken:
                self._hurry.wait(_GATHER)
            self._wake.clear()
            self._hurry.clear()
            if not self.trouble or self._closing or time.monotonic() >= self._due:
                self._write()
            if self._closing and self.trouble:
                break
            if self._closing or self.trouble:
                continue
            if self._logs and self._logs.problem and time.monotonic() >= self._due:
                self._due = time.monotonic() + _AGAIN
                self._logs.flush()
            if self._fresh > (_FRESH_MOST if woken else 0):
                self._index()
        if self._logs:
            self._logs.close()

    def _write(self) -> None:
        work = [self._queue.popleft() for _ in range(len(self._queue))]
        if not work:
            return
        if not self._try(lambda: self._store.writer.write(work)):
            self._queue.extendleft(reversed(work))
            if self._too_much_waits():
                self._store = self._fall_back(sqlite3.OperationalError(self.trouble))
                self.trouble = ""
                self._wake.set()
            return
        self._fresh += len(work)
        self._log(work)
        self._tidy(work)
        for task in work:
            if isinstance(task, t.Barrier):
                task.passed.set()

    def _log(self, work: Sequence[t.Added | t.Task]) -> None:
        """Have logged what was written."""
        if self._logs:
            for task in work:
                if isinstance(task, t.RenameNetwork):
                    self._logs.rename(task.before, task.now)
            held = ((each.shelf, each.hold) for each in work if isinstance(each, t.Hold))
            self._logs.write(self._store.writer.new, held)
        for task in work:
            if isinstance(task, t.Log):
                if self._logs:
                    self._logs.close()
                self._logs = task.logs

    def _tidy(self, work: Sequence[t.Added | t.Task]) -> None:
        """Forget what is too much, or is to be forgotten."""
        if not self._store.lasting:
            self._untrimmed += len(work)
            if self._untrimmed > _IN_MEMORY // 10 or self._store.writer.size > _MEMORY_SIZE:
                self._untrimmed = 0
                self._try(lambda: self._store.writer.trim(_IN_MEMORY, _MEMORY_SIZE))
        if any(isinstance(task, t.Forget | t.ForgetAll) for task in work):
            self._try(self._store.writer.wipe)

    def _index(self) -> None:
        """Put lines in the index until there is something to write, or none is left."""
        enough = _FRESH_MOST // 2
        while self._fresh and (not self._wake.is_set() or self._fresh > enough):
            if len(self._queue) >= _ENOUGH:  # lines come faster than they can be put in there
                break
            self._fresh = max(1, self._fresh - _INDEXED)
            if not self._try(self._index_some):
                break

    def _index_some(self) -> None:
        if self._store.writer.index(_INDEXED) < _INDEXED:
            self._fresh = 0

    def _try(self, work: Callable[[], None]) -> bool:
        """Do something with the file; say whether it is done, or cannot be now.

        If it never can be, go on without the file.
        """
        for tries in range(_TRIES + 1):
            try:
                with self._store.lock:
                    work()
            except sqlite3.Error as error:
                busy = _kind(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
                if busy and tries < _TRIES - 1:
                    continue
                if self._store.lasting and _may_pass(error):
                    self.trouble, self._due = str(error), time.monotonic() + _AGAIN
                    return False
                if self._store.lasting:
                    self._store = self._fall_back(error)
            else:
                break
        self.trouble = ""
        return True

    def _too_much_waits(self) -> bool:
        """Say whether what waits takes too much memory."""
        if len(self._queue) > _WAITING_MOST:
            return True
        waiting = (each[1] for each in [*self._queue] if isinstance(each, tuple))
        return sum(map(weight, waiting)) > _WAITING_SIZE


def _kind(error: sqlite3.Error) -> int:
    """Return what an error is about, 0 if it is none of SQLite's own."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _may_pass(error: sqlite3.Error) -> bool:
    moved = getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY_DBMOVED
    return _kind(error) in _PASSING and not moved
