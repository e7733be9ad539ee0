"""What is wrong with the files of the store, found at the start, before anything is done to them.

Rules: nothing here writes to a file, and what is wrong is told, never mended: it may be the only copy
of something. What is looked at takes a bounded time, so that a start takes less than a second however
large the file is: the beginning and the size of the file, the whole write-ahead log (SQLite would pass
over what does not fit, in silence), and the tables, the small ones first, for `_PATIENCE`. What is not
seen by then is told when it is read.
"""

import logging
import mmap
import sqlite3
import struct
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final

from chatserver.storage.directory import Files
from chatserver.storage.index import INDEX_NAME
from chatserver.storage.migrations import check_schema
from chatserver.storage.readers import connect_reader
from chatserver.storage.wal import HEADER, WriteAheadLog, size_of

_PATIENCE: Final = 0.1
"""Seconds for the tables: about 100 MB, if the system has the file in memory."""

_BEGINNING: Final = b"SQLite format 3\0"
_HEADER: Final = 100
_SIZES: Final = ((16, 18), (28, 32), (24, 28), (92, 96))
"""Where a file says how large its pages are, how many, at which change it is, and when it counted them."""

_INDEX: Final = struct.Struct("=3I2BH2I")
"""How the index of the log (`-shm`) begins: last come the frames that are valid, and the pages of the file.

https://www.sqlite.org/walformat.html#the_wal_index_file_format
"""

_log = logging.getLogger(__name__)


class Damaged(Exception):
    """Something is wrong with a file: `str()` says what, and what to do, in one line."""

    def __init__(self, path: Path, what: str, remedy: str = "") -> None:
        """Without a `remedy`, it is to be replaced."""
        begin_anew = (
            "restore a backup (chatserver restore FILE), or save what can be read (chatserver history "
            f"export) and move {path.parent / 'chat.db*'} away to begin anew"
        )
        super().__init__(f"{path} is damaged: {what}; {remedy or begin_anew}")


@contextmanager
def examined(path: Path, last: Files | None, after: ExitStack) -> Iterator[None]:
    """Look at the file at `path` and at its log, and then open it in the block: that is quicker there.

    `last` is what a server left that did not end cleanly. When the file is closed, `after` is to be.
    Raises `Damaged`, `SchemaError`, `sqlite3.Error`, `OSError`.
    """
    log = beside(path, "wal")
    _compare(path, log, last)
    if size_of(beside(path, "journal")):
        _finish_creation(path)
    if not size_of(path):
        yield  # a new one
        return
    with path.open("rb") as file:
        header = file.read(_HEADER)
    if not header.startswith(_BEGINNING):
        raise Damaged(path, "it does not begin as a database does")
    # Open until the store is: while somebody has the log open, SQLite does not read all of it again.
    with closing(connect_reader(path)) as connection:
        with _mapped(log) as frames:
            connection.execute("select count(*) from sqlite_master").fetchone()  # reads the log
            if frames is not None:
                if frames.page_size != int.from_bytes(header[16:18], "big"):
                    raise Damaged(log, f"its pages have another size than those of {path.name}")
                # Closing it would free the locks that SQLite has on it in this process.
                index = after.enter_context(beside(path, "shm").open("rb"))
                _examine_log(path, log, frames, index.read(_INDEX.size))
            else:
                _examine_size(path, header)
        check_schema(connection)
        _examine_tables(path, connection)
        yield


def beside(path: Path, what: str) -> Path:
    """Return the name of SQLite's own file beside the one at `path`: `wal`, `shm`, `journal`."""
    return path.with_name(f"{path.name}-{what}")


def _compare(path: Path, log: Path, last: Files | None) -> None:
    """See that the file and its log are there, and belong to each other."""
    if size_of(log) > HEADER and not size_of(path):
        remedy = f"put it back, restore a backup, or move {log} away too to begin anew"
        raise Damaged(path, f"it is missing or empty, and {log.name} is not", remedy)
    if path.exists() and not size_of(path) and path.with_name(INDEX_NAME).exists():
        remedy = f"restore a backup (chatserver restore FILE), or move {path} away to begin anew"
        raise Damaged(path, f"it is empty, and {INDEX_NAME} tells that it was not", remedy)
    if last is None or not path.exists():
        return
    if path.stat().st_ino == last.main:
        if size_of(log) <= HEADER:
            remedy = f"put it back; to go on without, delete {path.parent / 'chat.lock'}"
            what = "it is missing or empty, and it has what was kept last before a crash"
            raise Damaged(log, what, remedy)
    elif size_of(log) and log.stat().st_ino == last.log:
        remedy = (
            "delete {path}, if the other file was put there on purpose; or put the old one back"
        )
        raise Damaged(log, f"{path.name} beside it is not the one that it was written for", remedy)


def _finish_creation(path: Path) -> None:
    """Have SQLite undo what a crash left half done, when there was no write-ahead log yet."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("select count(*) from sqlite_master").fetchone()


@contextmanager
def _mapped(log: Path) -> Iterator[WriteAheadLog | None]:
    """Return the log, None if there is nothing in it."""
    if size_of(log) <= HEADER:
        yield None
        return
    with (
        log.open("rb") as file,
        closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as data,
    ):
        try:
            frames = WriteAheadLog(data)
        except ValueError as error:
            raise Damaged(log, str(error)) from error
        yield frames


def _examine_log(path: Path, log: Path, frames: WriteAheadLog, index: bytes) -> None:
    """See that SQLite takes all of the log that was ever whole, and that it fits the file."""
    *_, valid, pages = _INDEX.unpack(index)
    if frames.was_good(valid):
        what = f"frame {valid + 1} of {len(frames)}, or one soon after it, was changed"
        remedy = (
            "restore a backup (chatserver restore FILE), or make a copy of both files and cut off what "
            f"was kept after it: truncate -s {frames.offset(valid)} {log}"
        )
        raise Damaged(log, what, remedy)
    there = size_of(path) // frames.page_size
    if pages > there and valid:
        missing = {*range(there + 1, pages + 1)}.difference(frames.pages(valid))
        if missing:
            raise Damaged(path, f"{len(missing)} of its {pages} pages are missing at its end")
    if unfinished := frames.unfinished(valid):
        _log.info(
            "%s: the last write before a crash was not finished, and is dropped (%d pages); "
            "if the file was cut off since, restore a backup",
            log, unfinished,
        )  # fmt: skip


def _examine_size(path: Path, header: bytes) -> None:
    """See that the file is as long as it says: SQLite takes what is missing of a page for zeros."""
    page_size, pages, changes, counted_at = (
        int.from_bytes(header[start:end], "big") for start, end in _SIZES
    )
    missing = pages * page_size - size_of(path)
    if missing > 0 and changes == counted_at:
        raise Damaged(path, f"{missing} bytes are missing at its end")


def _examine_tables(path: Path, connection: sqlite3.Connection) -> None:
    """Walk through the tables while there is time."""
    tables = connection.execute(
        "select name from sqlite_master where type = 'table' order by name = 'events', name"
    ).fetchall()
    done = threading.Event()
    watch = threading.Thread(target=_interrupt, args=(connection, done), daemon=True)
    watch.start()
    try:
        for (table,) in tables:
            (found,) = connection.execute(f"pragma integrity_check('{table}')").fetchone()
            if found != "ok":
                raise Damaged(path, " ".join(found.split()))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorname != "SQLITE_INTERRUPT":
            raise
    finally:
        done.set()
        watch.join()


def _interrupt(connection: sqlite3.Connection, done: threading.Event) -> None:
    """End what runs too long; older versions of SQLite ask no progress handler while they check."""
    while not done.wait(_PATIENCE):  # between two statements there is nothing to end
        connection.interrupt()
