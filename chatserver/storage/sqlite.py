"""The store on disk: one SQLite file, which belongs to one server at a time.

Rules: what `keep` wrote is on disk when it returns (a write-ahead log with `synchronous=FULL`), or
nothing of it is. Whatever SQLite raises becomes one of the port's two errors. One connection writes;
others read, also while it writes. Other processes may read too, and a second server is refused.
"""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, nullcontext, suppress
from pathlib import Path
from typing import Final

import msgspec

from chatserver.core.events import KeptEvent
from chatserver.core.history import Page, Question
from chatserver.ports import Restored, Retention, StoreError, StoreUnusable, Trimmed, Writing
from chatserver.storage.damage import Damaged, beside, examined
from chatserver.storage.directory import Files, Owned, Ownership, make_directory, make_file
from chatserver.storage.index import Message
from chatserver.storage.indexing import Indexer
from chatserver.storage.migrations import SchemaError, migrate
from chatserver.storage.overdue import Overdue
from chatserver.storage.pages import read_page
from chatserver.storage.readers import Readers
from chatserver.storage.rows import count_start, restore, write
from chatserver.storage.searches import IndexUnreadable, read_search
from chatserver.storage.transactions import MAPPED, Transaction
from chatserver.storage.wal import size_of

FILE_NAME: Final = "chat.db"

_PATIENCE: Final = 1.0
"""Seconds to wait for other programs that hold the file for a moment."""

_LOG_MOST: Final = 32 << 20
"""Bytes of the write-ahead log above which readers wait for a moment, so that it can begin anew."""

_TIDY_AGAIN: Final = 1.0
"""Seconds from one try to empty the write-ahead log to the next."""

_LOOK_AGAIN: Final = 0.25
"""Seconds from one look at its size to the next."""

_HUSH: Final = 0.1
"""Seconds to wait for readers then: messages wait as well."""

_CLOSED: Final = "the store is closed"

_BUSY: Final = ("SQLITE_BUSY", "SQLITE_LOCKED")
_UNWRITABLE: Final = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
"""Names of errors, as SQLite begins them."""

_SETTINGS: Final = (
    "journal_mode = wal",
    "synchronous = full",
    "fullfsync = on",  # macOS: without it, fsync leaves data in the cache of the disk
    "checkpoint_fullfsync = on",
    "journal_size_limit = 16777216",  # what a long write left behind is given back
    "secure_delete = on",  # what is redacted is overwritten, not only forgotten
)


class SqliteStore:
    """Keeps everything in `directory`, in one file beside its write-ahead log."""

    blocking = True

    def __init__(
        self, directory: Path, least_epoch: int = 1, retention: Retention | None = None
    ) -> None:
        """Name the place; `least_epoch` is a lower bound for the epoch."""
        self.path = directory / FILE_NAME
        self._log = beside(self.path, "wal")
        self._least_epoch = least_epoch
        self._ownership = Ownership(directory)
        self._after = ExitStack()
        """What is closed after the file."""
        self._connection: sqlite3.Connection | None = None
        self._readers: Readers | None = None
        self._indexer = Indexer(self.path)
        self._overdue = Overdue(retention or Retention())
        self._tainted = False
        """Whether the write-ahead log has what was redacted."""
        self._tidy_at = 0.0
        """Not before then is it tried to empty it."""
        self._look_at = 0.0
        """Not before then is it looked at again how large it is."""

    def open(self) -> Restored:
        """Create or open the file, own its directory, migrate it, count the start."""
        try:
            return self._open()
        except BaseException as error:
            self.close()
            if (why := self._explain(error)) is None:
                raise
            raise StoreUnusable(why) from error

    def keep(self, writing: Writing) -> None:
        """Keep all of `writing` in one transaction, or nothing."""
        if writing.writes:
            with MAPPED, Transaction(self._opened()) as connection:
                gone = write(connection, writing)
            self._take_note(writing, gone)
            self._tainted |= bool(writing.redacted)
            self._tidy(connection)

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Return the pages, and what the searches find."""
        if not asked:
            return {}
        if self._readers is None:
            raise StoreError(_CLOSED)
        with MAPPED, self._readers.lend() as connection:
            return {one: self._answer(connection, one) for one in asked}

    def _take_note(self, writing: Writing, gone: Sequence[Message]) -> None:
        """Let those know who follow what is kept."""
        self._overdue.note(writing, gone)
        self._indexer.forget(gone)
        self._indexer.notice()

    def _answer(self, log: sqlite3.Connection, asked: Question) -> Sequence[KeptEvent]:
        if isinstance(asked, Page):
            return read_page(log, asked)
        try:
            with self._indexer.lend() as index:
                return read_search(log, index, asked)
        except IndexUnreadable as error:
            self._indexer.distrust(error.reason)
            return read_search(log, None, asked)

    def overdue(self, now: int) -> Sequence[Trimmed]:
        """Return what is too old."""
        if self._readers is None:
            raise StoreError(_CLOSED)
        with MAPPED, self._readers.lend() as connection:
            return self._overdue.find(connection, now)

    def forgotten(self) -> Sequence[Trimmed]:
        """Return nothing: what is too old is removed only when it is asked to."""
        return ()

    def probe(self) -> None:
        """Count the probes, and see that the count lasts."""
        with MAPPED:
            self._count_probe()

    def close(self) -> None:
        """Close the file and free it for others."""
        self._indexer.stop()
        if self._readers is not None:
            self._readers.close()
            self._readers = None
        if self._connection is not None:  # last: who closes last empties the write-ahead log
            with suppress(sqlite3.Error):
                self._connection.execute("pragma wal_checkpoint(full)")
            with suppress(OSError):
                self._ownership.end()  # before the log is gone
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
        self._after.close()
        self._ownership.release()

    def _open(self) -> Restored:
        make_directory(self.path.parent)
        left = self._ownership.take()
        self._tainted = left is not None  # it may be what the last server came to no more
        with examined(self.path, left, self._after):
            make_file(self.path)  # before SQLite does, so that nobody but the owner can read it
            self._connection = sqlite3.connect(
                self.path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            for setting in _SETTINGS:
                self._connection.execute(f"pragma {setting}")
        migrate(self._connection)
        # What a statement may have to undo: of messages to many rooms it is more than SQLite keeps
        # otherwise, and went to a file with each batch, a tenth of what a message costs.
        self._connection.execute("pragma temp_store = memory")
        with Transaction(self._opened()) as connection:
            count_start(connection, self._least_epoch)
        self._note_files()
        restored = restore(connection)
        self._readers = Readers(self.path)
        return restored

    def _note_files(self) -> None:
        """Have the write-ahead log missed if it is not there after a crash."""
        self._ownership.begin(Files(self.path.stat().st_ino, self._log.stat().st_ino))

    def _explain(self, error: BaseException) -> str | None:
        """Say why the file cannot be opened, and what to do; None of what is a bug."""
        directory = self.path.parent
        elsewhere = "give another directory with --data"
        match error:
            case Owned():
                owner = f" ({error})" if str(error) else ""
                return (
                    f"another chatserver{owner} uses {directory}; stop it, or give this one "
                    "a directory of its own with --data"
                )
            case OSError():
                return f"cannot write to {directory}: {error.strerror}; {elsewhere}"
            case Damaged():
                return str(error)
            case SchemaError():
                return f"cannot use {self.path}: {error}; {elsewhere}"
            case sqlite3.Error() if error.sqlite_errorname.startswith(_BUSY):
                return f"another program uses {self.path}; stop it, or {elsewhere}"
            case sqlite3.Error() if error.sqlite_errorname.startswith(_UNWRITABLE):
                return f"cannot write to {self.path}: {error}; make room, or {elsewhere}"
            case sqlite3.Error() | msgspec.MsgspecError():
                return str(Damaged(self.path, str(error)))
        return None

    def _count_probe(self) -> None:
        with Transaction(self._opened()) as connection:
            connection.execute("update counters set value = value + 1 where name = 'probe'")

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError(_CLOSED)
        return self._connection

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Empty the write-ahead log of what was redacted, or begin it anew when readers let it grow.

        What was kept is kept: whatever goes wrong here is tried again.
        """
        now = time.monotonic()
        if not (self._tainted or self._has_grown(now)) or now < self._tidy_at:
            return
        self._tidy_at = now + _TIDY_AGAIN
        readers = self._readers.hushed(_HUSH) if self._readers is not None else nullcontext()
        with suppress(sqlite3.Error, OSError), readers:
            connection.execute("pragma busy_timeout = 0")
            if self._tainted:
                self._scrub(connection)
            else:
                connection.execute("pragma wal_checkpoint(restart)").fetchone()
        with suppress(sqlite3.Error):
            connection.execute(f"pragma busy_timeout = {int(_PATIENCE * 1000)}")

    def _has_grown(self, now: float) -> bool:
        """Say whether the write-ahead log is large.

        It is looked at now and then only: Linux notes the exact time of the first write after each look
        on the disk, and waits for that, which makes keeping a message take half as long again.
        """
        if now < self._look_at:
            return False
        self._look_at = now + _LOOK_AGAIN
        return size_of(self._log) > _LOG_MOST

    def _scrub(self, connection: sqlite3.Connection) -> None:
        self._ownership.end()  # from here on nothing is missed if the log is empty
        (busy, *_) = connection.execute("pragma wal_checkpoint(truncate)").fetchone()
        self._tainted = bool(busy)
        self._count_probe()
        self._note_files()
