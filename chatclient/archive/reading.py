"""Reading the archive.

Rules: reading never fails: what cannot be read is not there, and `problem` says why; a line that
makes no sense is passed over. Search answers
within some hundredths of a second, however much there is.
"""

import sqlite3
import threading
from collections.abc import Iterable, Sequence

from chatclient.archive.finding import Found, find
from chatclient.archive.rows import COLUMNS, Row, line_of
from chatclient.archive.tasks import Shelf
from chatclient.model import Hit, Kept

_QUALIFIED = ", ".join(f"l.{each}" for each in COLUMNS.split(", "))

_OLDER = f"SELECT {COLUMNS} FROM lines WHERE buffer = ? AND id < ? ORDER BY id DESC LIMIT ?"  # noqa: S608
_NEWER = f"SELECT {COLUMNS} FROM lines WHERE buffer = ? AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
_BY_MSGID = f"SELECT {COLUMNS} FROM lines WHERE buffer = ? AND msgid = ?"  # noqa: S608
_MENTIONS = (
    f"SELECT b.network, b.target, {_QUALIFIED} FROM lines l JOIN buffers b ON b.id = l.buffer "  # noqa: S608
    "WHERE l.flags & 2 ORDER BY l.id DESC LIMIT ?"
)
_END = 2**63 - 1


class Reader:
    """Reads by a connection, in any thread, one at a time."""

    def __init__(self, connection: sqlite3.Connection, lock: threading.Lock) -> None:
        self._connection = connection
        self._lock = lock
        self.problem = ""
        """Why something could not be read, "" if all could."""

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    def older(self, shelf: Shelf, before: int | None, most: int) -> Sequence[Kept]:
        """Return the newest lines before a position, oldest first."""
        rows = self._rows(_OLDER, (self._row(shelf), _END if before is None else before, most))
        return _kept(reversed(rows))

    def newer(self, shelf: Shelf, after: int, most: int) -> Sequence[Kept]:
        """Return the oldest lines after a position, oldest first."""
        rows = self._rows(_NEWER, (self._row(shelf), after, most))
        return _kept(rows)

    def find(self, shelf: Shelf, msgid: str) -> Kept | None:
        """Return the message with that id, None if it is not kept."""
        rows = self._rows(_BY_MSGID, (self._row(shelf), msgid))
        return next(iter(_kept(rows)), None)

    def search(self, text: str, most: int) -> Sequence[Hit]:
        """Return what people said with that in it, newest first."""
        found: list[Found] = []
        with self._lock:
            try:
                found = find(self._connection, text, most)
            except sqlite3.Error as error:
                self.problem = str(error)
        return _hits(found)

    def mentions(self, most: int) -> Sequence[Hit]:
        """Return what called the user, newest first."""
        return _hits((row[0], row[1], row[2:]) for row in self._rows(_MENTIONS, (most,)))

    def recall(self, topic: str, name: str) -> str:
        """Return what is remembered, "" for nothing."""
        rows = self._rows("SELECT value FROM memory WHERE topic = ? AND name = ?", (topic, name))
        return rows[0][0] if rows else ""

    def remembered(self, topic: str) -> dict[str, str]:
        """Return all that is remembered of a topic, by name."""
        return dict(self._rows("SELECT name, value FROM memory WHERE topic = ?", (topic,)))

    def inputs(self, most: int) -> Sequence[str]:
        """Return what was typed lately, oldest first."""
        rows = self._rows("SELECT text FROM inputs ORDER BY id DESC LIMIT ?", (most,))
        return [text for (text,) in reversed(rows)]

    def buffers(self, network: str) -> Sequence[tuple[str, str, int]]:
        """Return the buffers of a network: target, kind, and the newest position (0: none)."""
        return self._rows(
            "SELECT target, kind, coalesce((SELECT id FROM lines WHERE buffer = b.id "
            "ORDER BY id DESC LIMIT 1), 0) FROM buffers b WHERE network = ?",
            (network,),
        )

    def _row(self, shelf: Shelf) -> int:
        """Return the number of a buffer, 0 for one of which nothing is kept."""
        if shelf.row:
            return shelf.row
        key = (shelf.network, shelf.name)
        rows = self._rows("SELECT id FROM buffers WHERE network = ? AND name = ?", key)
        return rows[0][0] if rows else 0

    def _rows(self, query: str, values: tuple[object, ...]) -> list[tuple]:  # type: ignore[type-arg]  # as the query says
        with self._lock:
            try:
                return self._connection.execute(query, values).fetchall()
            except sqlite3.Error as error:
                self.problem = str(error)
                return []


def _kept(rows: Iterable[Row]) -> list[Kept]:
    return [Kept(row[0], line) for row in rows if (line := line_of(row))]


def _hits(found: Iterable[Found]) -> list[Hit]:
    return [
        Hit(network, target, row[0], line)
        for network, target, row in found
        if (line := line_of(row))
    ]
