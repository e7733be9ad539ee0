"""Fills the search index behind the store, on a thread of its own.

Rules: whoever keeps a message does not wait for this, and when the process is busy it works in small
steps with pauses, so that it is hardly felt. How far it came is kept with what it did, so it goes on
from there after a crash. What goes wrong is logged once and tried again later; a damaged index is
made anew. Whatever is not indexed yet is found in the log by who searches.
"""

import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from chatserver.storage.index import INDEX_NAME, Index, Message, Progress, drop, is_of
from chatserver.storage.readers import Readers, connect_reader

STEP: Final = 100
"""Rows of the log that are indexed without a pause: about 1 ms of work."""

COMMITTED: Final = 10_000
"""Rows that are committed at once, if so many wait."""

GATHERED_FOR: Final = 0.5
"""Seconds for which messages gather before they are indexed together."""

PAUSE_LEAST: Final = 0.001
PAUSE_MOST: Final = 0.1
"""Seconds between two steps, by how busy the process is: some 1 % of a core when it is."""

BUSY: Final = 0.2
"""The process is busy if its other threads take this share of a core during a pause."""

RETRY_AFTER: Final = 30.0
"""Seconds from a failure to the next try."""

STOPPED_WITHIN: Final = 1.0
"""Seconds that stopping waits for a step to end, before it is broken off."""

_log = logging.getLogger(__name__)


class LogUnreadable(Exception):
    """The log could not be read: it is not the index that is to be mended."""


class Indexer:
    """Keeps the index of one log up to date, from the first message kept or search asked on."""

    def __init__(
        self, log: Path, *, gathered_for: float = GATHERED_FOR, pause_most: float = PAUSE_MOST
    ) -> None:
        """Name the log; nothing is opened yet."""
        self._gathered_for = gathered_for
        self._pause_most = pause_most
        self.path = log.with_name(INDEX_NAME)
        self._log = log
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._gone: deque[Sequence[Message]] = deque()
        self._lock = threading.Lock()
        self._readers: Readers | None = None
        """Of the index, while it can be used."""
        self._index: Index | None = None
        self._damage: sqlite3.Error | None = None
        """What a reader ran into."""
        self._pause = PAUSE_LEAST
        self._failure = ""

    def notice(self) -> None:
        """Index what was kept, soon."""
        if self._thread is None:
            self._start()
        if not self._wake.is_set():
            self._wake.set()

    def forget(self, messages: Sequence[Message]) -> None:
        """Remove what is gone from the log, soon."""
        if messages:
            self._gone.append(messages)
            self.notice()

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection | None]:
        """Lend a connection that reads the index for the block, or None while there is no index."""
        self.notice()
        with self._lock:
            readers = self._readers
        with ExitStack() as lent:
            connection = None
            if readers is not None:
                try:
                    connection = lent.enter_context(readers.lend())
                except sqlite3.Error as error:
                    self.distrust(error)
            yield connection

    def distrust(self, error: sqlite3.Error) -> None:
        """Take note that reading the index failed: if it is damaged, it is made anew, which is told then."""
        if not _is_damage(error):
            self._tell(error)
            return
        with self._lock:
            self._readers = None
        self._damage = error
        self.notice()

    def stop(self) -> None:
        """Commit what is under way and stop; it can't be used any more."""
        self._stopping.set()
        self._wake.set()
        thread = self._thread
        if thread is not None:
            thread.join(STOPPED_WITHIN)
            while thread.is_alive() and self._index is not None:
                self._index.interrupt()
                thread.join(STOPPED_WITHIN)
        self._gone.clear()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name="index", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        damaged = False
        while not self._stopping.is_set():
            try:
                self._work(anew=damaged)
            except (sqlite3.Error, OSError, LogUnreadable) as error:
                if self._stopping.is_set():
                    return
                if _lacks_search(error):
                    _log.warning("this SQLite lacks FTS5: only the newest messages are searched")
                    return
                self._tell(error)
                again, damaged = damaged, isinstance(error, sqlite3.Error) and _is_damage(error)
                if again or not damaged:
                    self._stopping.wait(RETRY_AFTER)

    def _work(self, *, anew: bool) -> None:
        """Index until told to stop, or until something fails."""
        with ExitStack() as undo:
            log = undo.enter_context(closing(connect_reader(self._log)))
            if anew:
                self._damage = None
                drop(self.path)
                self._gone.clear()
            self._index = index = undo.enter_context(closing(Index(self.path)))
            progress = index.progress
            with _reading():
                fits = is_of(log, progress)
            if not fits:
                raise sqlite3.DatabaseError("it is of another log")
            readers = undo.enter_context(closing(Readers(self.path)))
            with self._lock:
                self._readers = readers
            undo.callback(self._stop_lending)
            while not self._stopping.is_set():
                while self._index_some(log, index):
                    pass
                self._failure = ""
                self._wake.wait()
                self._wake.clear()
                self._stopping.wait(self._gathered_for)
                if self._damage is not None:
                    raise self._damage

    def _stop_lending(self) -> None:
        with self._lock:
            self._readers = None

    def _index_some(self, log: sqlite3.Connection, index: Index) -> bool:
        """Index what waits, but not too much at once; return whether there may be more."""
        start = progress = index.progress
        rows = _read_rows(log, progress.place)
        if not rows and not self._gone:
            return False
        index.begin()
        done = 0
        while rows and done < COMMITTED and not self._stopping.is_set():
            index.add(Message(place, target, event) for place, _, target, event in rows if event)
            progress = Progress(*rows[-1][:2])
            done += len(rows)
            self._breathe()
            rows = _read_rows(log, progress.place)
        if progress != start:
            index.advance(progress)
        while self._gone:  # last, as what was just added may have been read before it was gone
            index.remove(self._gone.popleft())
            self._breathe()
        index.commit()
        return bool(rows) and not self._stopping.is_set()

    def _breathe(self) -> None:
        """Let others run; longer, if they have much to do."""
        began, used = time.monotonic(), time.process_time()
        time.sleep(self._pause)
        busy = time.process_time() - used > BUSY * (time.monotonic() - began)
        wanted = self._pause * (2 if busy else 0.5)
        self._pause = min(max(wanted, PAUSE_LEAST), self._pause_most)

    def _tell(self, error: Exception) -> None:
        """Log what went wrong, unless it was the last thing told."""
        if str(error) != self._failure:
            self._failure = str(error)
            _log.warning("the search index cannot be used for now: %s", error)


@contextmanager
def _reading() -> Iterator[None]:
    """Tell what goes wrong with the log from what goes wrong with the index."""
    try:
        yield
    except sqlite3.Error as error:
        raise LogUnreadable(str(error)) from error


def _read_rows(log: sqlite3.Connection, place: int) -> Sequence[tuple[int, int, str, bytes | None]]:
    """Return the next rows of the log: place, number, target, and the event if it is a message."""
    with _reading():
        return log.execute(
            "select place, seq, target, case kind when 'Said' then cast(event as blob) end from events"
            " where place > ? order by place limit ?",
            (place, STEP),
        ).fetchall()


def _lacks_search(error: Exception) -> bool:
    return "no such module" in str(error)


def _is_damage(error: sqlite3.Error) -> bool:
    """Say whether the file is to be made anew; else it is the disk, or another program, that is wrong."""
    name = getattr(error, "sqlite_errorname", "SQLITE_CORRUPT")
    return name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_CONSTRAINT"))
