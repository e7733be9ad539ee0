"""The store on disk: one SQLite file, which belongs to one server at a time.

Rules: what `keep` wrote is on disk when it returns (a write-ahead log with `synchronous=FULL`), or
nothing of it is. Whatever SQLite raises becomes one of the port's two errors. The file is locked
as long as it is open, also against other processes; a crash of its owner frees it.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from chatserver.core.events import KeptEvent
from chatserver.core.history import NEWEST, SEARCHED, Page
from chatserver.core.state import RoomRecord
from chatserver.ports import Record, Restored, StoreError, StoreUnusable, Writing
from chatserver.storage.migrations import SchemaError, migrate

FILE_NAME: Final = "chat.db"

_SETTINGS: Final = (
    "locking_mode = exclusive",  # first: no other process may even read what it could not trust
    "journal_mode = wal",
    "synchronous = full",
    "fullfsync = on",  # macOS: without it, fsync leaves data in the cache of the disk
    "checkpoint_fullfsync = on",
    "journal_size_limit = 67108864",  # what a long write left behind is given back
)

_MESSAGES: Final = (
    "select event from events where kind = 'Said' and target = ?1 and seq > ?2 and seq < ?3"
    " order by seq {order} limit ?4"
)

_EVERYTHING: Final = (
    "select event from (select seq, event from events"
    " where kind = 'Said' and target = ?1 and seq > ?2 and seq < ?3"
    " union all select seq, event from events"
    " where kind <> 'Said' and target = ?1 and seq > ?2 and seq < ?3"
    " order by seq {order}) limit ?4"
)
"""Two ranges of two indexes, merged: what is no message does not slow the pages of messages down."""

_encode = msgspec.json.Encoder().encode
_decode_event = msgspec.json.Decoder(KeptEvent).decode
_decode_room = msgspec.json.Decoder(RoomRecord).decode


class SqliteStore:
    """Keeps everything in `directory`, in one file beside its write-ahead log."""

    blocking = True

    def __init__(self, directory: Path, least_epoch: int = 1) -> None:
        """Name the place; `least_epoch` is a lower bound for the epoch."""
        self.path = directory / FILE_NAME
        self._least_epoch = least_epoch
        self._connection: sqlite3.Connection | None = None

    def open(self) -> Restored:
        """Create or open the file and lock it, migrate it, count the start."""
        try:
            self._create_file()
            self._connection = self._connect()
            migrate(self._connection)
            return self._restore()
        except OSError as error:
            why = f"cannot write to {self.path.parent}: {error.strerror}"
            raise StoreUnusable(f"{why}; give another directory with --data") from error
        except SchemaError as error:
            self.close()
            raise StoreUnusable(
                f"cannot use {self.path}: {error}; give another directory with --data"
            ) from error
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            self.close()
            raise StoreUnusable(self._explain(error)) from error

    def keep(self, writing: Writing) -> None:
        """Keep all of `writing` in one transaction, or nothing."""
        if writing.writes:
            with self._mapped(), self._transaction() as connection:
                self._write(connection, writing)

    def read(self, pages: Sequence[Page]) -> Mapping[Page, Sequence[KeptEvent]]:
        """Return the pages."""
        with self._mapped():
            return {page: self._read_page(page) for page in pages}

    def probe(self) -> None:
        """Count the probes, and see that the count lasts."""
        with self._mapped(), self._transaction() as connection:
            connection.execute("update counters set value = value + 1 where name = 'probe'")

    def close(self) -> None:
        """Close the file and free it for others."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _create_file(self) -> None:
        """Make the file before SQLite does, so that nobody but the owner can read it.

        One that is there is not opened: closing it would free the locks of this process on it.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=0, isolation_level=None, check_same_thread=False
        )
        try:
            for setting in _SETTINGS:
                connection.execute(f"pragma {setting}")
            # The lock is taken by the first access, so that it is ours, or refused, from here on.
            connection.execute("begin exclusive")
            connection.execute("commit")
        except BaseException:
            connection.close()
            raise
        return connection

    def _restore(self) -> Restored:
        with self._transaction() as connection:
            connection.execute(
                "update counters set value = max(value + 1, ?) where name = 'epoch'",
                (self._least_epoch,),
            )
        (epoch,) = connection.execute("select value from counters where name = 'epoch'").fetchone()
        newest = connection.execute("select at from events order by place desc limit 1").fetchone()
        records = connection.execute("select record from rooms order by key")
        rooms = [_decode_room(record) for (record,) in records]
        return Restored(epoch, newest[0] if newest else 0, rooms)

    def _explain(self, error: Exception) -> str:
        """Say why the file cannot be opened, and what to do."""
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return (
                f"another chatserver uses {self.path.parent}; stop it, or give this one "
                "a directory of its own with --data"
            )
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")):
            return f"cannot write to {self.path}: {error}; make room, or give another with --data"
        return (
            f"{self.path} is damaged ({error}); put a copy of it in its place, or move it away to "
            "begin anew"
        )

    @contextmanager
    def _mapped(self) -> Iterator[None]:
        """Make what goes wrong with the file an error of the port."""
        try:
            yield
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise StoreError(str(error)) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Do the block and commit it, or nothing of it."""
        connection = self._opened()
        connection.execute("begin immediate")
        try:
            yield connection
            connection.execute("commit")
        except BaseException:
            # After some errors SQLite has rolled back by itself.
            if connection.in_transaction:
                with suppress(sqlite3.Error):
                    connection.execute("rollback")
            raise

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError("the store is closed")
        return self._connection

    def _write(self, connection: sqlite3.Connection, writing: Writing) -> None:
        # Replacing: who tries again after an error cannot know what the disk made of the first try.
        connection.executemany(
            "insert or replace into events (seq, at, target, kind, event) values (?, ?, ?, ?, ?)",
            map(_row, writing.records),
        )
        connection.executemany(
            "insert or replace into rooms values (?, ?)",
            [(room.key, _encode(room).decode()) for room in writing.rooms],
        )
        connection.executemany(
            "delete from rooms where key = ?", [(key,) for key in writing.forgotten]
        )

    def _read_page(self, page: Page) -> Sequence[KeptEvent]:
        after, before = self._bounds(page)
        statement = _EVERYTHING if page.everything else _MESSAGES
        rows = self._opened().execute(
            statement.format(order="asc" if page.oldest else "desc"),
            (page.target, after, before, SEARCHED if page.words else page.limit),
        )
        fitting = (event for (row,) in rows if page.fits(event := _decode_event(row)))
        found = [*islice(fitting, page.limit)]
        return found if page.oldest else found[::-1]

    def _bounds(self, page: Page) -> tuple[int, int]:
        """Return the numbers between which a page is: times rise with them."""
        after, before = page.after, page.before
        if page.since >= 0:
            after = max(after, self._number_after(page.since) - 1)
        if page.until < NEWEST:
            before = min(before, self._number_after(page.until - 1))
        return after, before

    def _number_after(self, at: int) -> int:
        """Return the number of the first event later than `at`, of all targets; `NEWEST` if none is."""
        find = self._opened().execute
        low = 0
        (high,) = find("select coalesce(max(place), 0) + 1 from events").fetchone()
        found = NEWEST
        while low < high:
            middle = (low + high) // 2
            place, seq, then = find(
                "select place, seq, at from events where place >= ? order by place limit 1",
                (middle,),
            ).fetchone() or (high, NEWEST, NEWEST)
            if then > at:
                high, found = middle, min(found, seq)
            else:
                low = place + 1
        return found


def _row(record: Record) -> tuple[int, int, str, str, str]:
    event = record.event
    return event.seq, event.at, record.target, type(event).__name__, _encode(event).decode()
