"""What is done with the file in one go, and what goes wrong with it.

These are classes, not generators: each message of somebody who says one at a time enters and leaves both.
"""

import sqlite3
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Final

import msgspec

from chatserver.ports import StoreError


class Mapped(AbstractContextManager[None]):
    """Makes what goes wrong with a file an error of the port."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, (sqlite3.Error, msgspec.MsgspecError)):
            raise StoreError(str(error)) from error


MAPPED: Final = Mapped()


class Transaction(AbstractContextManager[sqlite3.Connection]):
    """Does the block and commits it, or nothing of it; the connection must not be in one already."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> sqlite3.Connection:
        self._connection.execute("begin immediate")
        return self._connection

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._connection.execute("commit")
        finally:
            # Nothing is left open; after some errors SQLite has rolled back by itself.
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):
                    self._connection.execute("rollback")
