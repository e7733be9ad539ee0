"""Disks that fail: full, refusing to grow files, or refusing single statements."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chatserver.storage.sqlite import SqliteStore


@contextmanager
def full_disk(store: SqliteStore, pages: int = 0) -> Iterator[None]:
    """Let the database have `pages` more pages and no others: a full disk, as SQLite sees it."""
    connection = store._connection
    assert connection
    (count,) = connection.execute("pragma page_count").fetchone()
    connection.execute(f"pragma max_page_count = {count + pages}")
    yield
    connection.execute("pragma max_page_count = 1073741823")


@contextmanager
def failing_writes(store: SqliteStore, room: int = 0) -> Iterator[None]:
    """Let files grow by `room` bytes above what the log has: then the system refuses to write."""
    size = store.path.with_name("chat.db-wal").stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


class FailingConnection:
    """A connection on which statements that begin with `failing` fail, `times` times."""

    def __init__(self, connection: sqlite3.Connection, failing: str, times: int = 1) -> None:
        self._connection = connection
        self.failing = failing
        self.times = times

    def execute(self, statement: str, *parameters: Any) -> sqlite3.Cursor:
        """Execute, or fail."""
        if self.times and statement.startswith(self.failing):
            self.times -= 1
            raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(statement, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)
