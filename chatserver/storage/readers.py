"""Connections that only read: for other threads than the writer's, and for other processes.

Rules: each sees all that was committed before it was lent, and the same from its beginning to its
end. None can change the file. As long as one is lent, the write-ahead log cannot begin anew, so
whoever reads much reads it in parts.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

READERS: Final = 4
"""So many connections read at once; who comes then waits."""

_PATIENCE: Final = 5.0
"""Seconds to wait while another process recovers the write-ahead log."""


def connect_reader(path: Path) -> sqlite3.Connection:
    """Return a connection that reads the file at `path`, from any one thread. Raises `sqlite3.Error`."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False,
    )  # fmt: skip
    connection.execute("pragma query_only = on")
    return connection


class Readers:
    """A pool of such connections, made when they are first needed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Condition()
        self._idle: list[sqlite3.Connection] = []
        self._lent = 0
        self._hushed = self._closed = False

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection, which sees one moment, for the block. Raises `sqlite3.Error`."""
        with self._turn:
            self._turn.wait_for(lambda: self._lent < READERS and not self._hushed)
            self._lent += 1
            connection = self._idle.pop() if self._idle else None
        try:
            connection = connection or connect_reader(self._path)
            try:
                connection.execute("begin")
                yield connection
                connection.execute("commit")
            except BaseException:
                connection.close()  # whatever it ran into, the next one begins anew
                connection = None
                raise
        finally:
            self._take_back(connection)

    @contextmanager
    def hushed(self, seconds: float) -> Iterator[None]:
        """Let nobody begin to read in the block, which begins when all have ended, or after `seconds`."""
        try:
            with self._turn:
                self._hushed = True
                self._turn.wait_for(lambda: not self._lent, seconds)
            yield
        finally:
            with self._turn:
                self._hushed = False
                self._turn.notify_all()

    def close(self) -> None:
        """Close those that are idle now, and each other one when it comes back."""
        with self._turn:
            self._closed = True
            while self._idle:
                with suppress(sqlite3.Error):
                    self._idle.pop().close()

    def _take_back(self, connection: sqlite3.Connection | None) -> None:
        with self._turn:
            self._lent -= 1
            self._turn.notify_all()
            if connection is not None and not self._closed:
                self._idle.append(connection)
                return
        if connection is not None:
            connection.close()
