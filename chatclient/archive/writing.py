"""Writing to the archive: what each task does to the tables.

Rules: all of it happens in one transaction for many tasks. The same message is kept once, whoever
writes it, and how often: its `msgid` says that it is the same, or else that it is of the past and
all of it is the same.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import chatclient.archive.tasks as t
from chatclient.archive.rows import COLUMNS, SAID, Row, moment, row_of
from chatclient.model import Kind, Line

INPUTS = 1000
"""How much of what was typed is kept."""

_STEP = 1024
"""Between two lines of a buffer that come in one millisecond, there is room for more."""

_LEAST = 100
"""Lines that stay in memory, however long they are."""

_NEAR = 2 << 20  # positions in which a line of some millisecond is found again

_ROW = "(?,?,?,?,?,?,?,?,?,?)"
_PUT = f"INSERT INTO lines ({COLUMNS}) VALUES {_ROW} ON CONFLICT DO NOTHING"  # noqa: S608
_TOGETHER = 200
"""Rows of one statement: between two statements the thread waits for its turn, 5 ms on a busy client."""

_PUT_TOGETHER = _PUT.replace(_ROW, ",".join([_ROW] * _TOGETHER))
_NEWEST = "SELECT id FROM lines WHERE buffer = ? ORDER BY id DESC LIMIT 1"
_BY_MSGID = "SELECT id FROM lines WHERE buffer = ? AND msgid = ?"
_MINE = "SELECT 1 FROM lines WHERE id = ? AND buffer = ? AND time = ? AND text = ?"
_TWIN = """
SELECT id FROM lines WHERE buffer = ? AND id BETWEEN ? AND ? AND time = ? AND kind = ?
AND source = ? AND text = ? AND (msgid IS NULL OR ? IS NULL)
"""
_INDEXED = "FROM lines WHERE id = ? AND kind < 3 AND id NOT IN (SELECT id FROM fresh)"


class Writer:
    """Does tasks on a connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._do = connection.execute
        self.new: list[t.New] = []
        """What the last `write` added to the ends of buffers, in order of time within each."""
        self._seen: set[t.Shelf] = set()
        """The shelves whose newest line is known in this transaction: others may write, too."""

    def write(self, work: Iterable[t.Added | t.Task]) -> None:
        """Do all of it, or raise `sqlite3.Error`, and nothing is done."""
        work = [*work]
        self._seen.clear()
        self.new = []
        added: list[t.Added] = []
        self._do("BEGIN IMMEDIATE")
        before = {shelf: shelf.state() for shelf in set(_shelves(work))}
        try:
            for task in work:
                if isinstance(task, tuple):
                    added.append(task)
                    continue
                self._append(added)
                added = []
                self._handle(task)
            self._append(added)
            self._do("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._do("ROLLBACK")
            for shelf, state in before.items():
                shelf.be(state)
            raise

    def index(self, most: int) -> int:
        """Let some more lines be found by search, and return how many there were."""
        some = "(SELECT id FROM fresh ORDER BY id LIMIT ?)"
        self._do("BEGIN IMMEDIATE")
        try:
            self._do(
                "INSERT INTO trigrams (rowid, text) SELECT id, coalesce(folded, text) || '  ' "  # noqa: S608
                f"FROM lines WHERE id IN {some}",
                (most,),
            )
            done = self._do(f"DELETE FROM fresh WHERE id IN {some}", (most,)).rowcount  # noqa: S608
        except BaseException:
            if self._connection.in_transaction:
                self._do("ROLLBACK")
            raise
        self._do("COMMIT")
        return done

    def wipe(self) -> None:
        """Leave nothing of what was deleted in the file that waits to be merged."""
        self._do("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def size(self) -> int:
        """How many bytes are used."""
        pages, free, each = (
            self._do(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        return int((pages - free) * each)

    def trim(self, most: int, size: int) -> None:
        """Forget the oldest of all lines, but for so many, and of these so many bytes."""
        if self.size > size:
            self._forget_words()  # those of what was forgotten before may still be there
        while True:
            found = self._do("SELECT id FROM lines ORDER BY id DESC LIMIT 1 OFFSET ?", (most,))
            for (oldest,) in found.fetchall():
                self._delete("id <= ?", (oldest,))
            if most < _LEAST or self.size <= size * 3 // 4:
                return
            (there,) = self._do("SELECT count(*) FROM lines").fetchone()
            most = min(most, there) * 3 // 4

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _handle(self, task: t.Task) -> None:  # noqa: C901, PLR0912 -- one case for each task
        match task:
            case t.Insert():
                self._insert(task)
            case t.Update(shelf, line, after, before):
                position = shelf.position(line.id)
                if not position:
                    self._insert(t.Insert(shelf, [line], after, before))
                else:
                    self._replace(shelf, position, line)
            case t.Replace(shelf, position, line):
                self._replace(shelf, position, line)
            case t.Release(shelf, ids):
                for line_id in ids:
                    shelf.positions.pop(line_id, None)
            case t.Drop(_, position):
                self._delete("id = ?", (position,))
            case t.Rename(shelf, target):
                self._rename(shelf, target)
            case t.RenameNetwork():
                self._rename_network(task)
            case t.Forget(shelf):
                self._delete("buffer = ?", (self._row(shelf),))
                self._forget_words()
                shelf.lose()
            case t.ForgetAll(shelves):
                for table in ("lines", "fresh", "inputs"):
                    self._do(f"DELETE FROM {table}")  # noqa: S608
                self._do(
                    "DELETE FROM memory WHERE topic IN ('draft', 'view', 'read', 'hole', 'open')"
                )
                self._forget_words()
                for shelf in shelves:
                    shelf.lose()
            case t.Remember(topic, name, value):
                if value:
                    self._do("REPLACE INTO memory VALUES (?, ?, ?)", (topic, name, value))
                else:
                    self._do("DELETE FROM memory WHERE topic = ? AND name = ?", (topic, name))
            case t.Input(text):
                done = self._do("INSERT INTO inputs (text) VALUES (?)", (text,))
                self._do("DELETE FROM inputs WHERE id <= ?", (done.lastrowid - INPUTS,))  # type: ignore[operator]  # it has one
            case t.Hold() | t.Log() | t.Barrier():
                pass  # they are for who calls `write`, when the transaction is done

    # --- lines -------------------------------------------------------------------------------

    def _row(self, shelf: t.Shelf) -> int:
        if not shelf.row:
            key = (shelf.network, shelf.name)
            self._do(
                "INSERT INTO buffers (network, name, target, kind) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (*key, shelf.target, shelf.kind),
            )
            found = self._do("SELECT id FROM buffers WHERE network = ? AND name = ?", key)
            (shelf.row,) = found.fetchone()
        if shelf not in self._seen:
            self._seen.add(shelf)
            newest = self._do(_NEWEST, (shelf.row,)).fetchone()
            shelf.last = newest[0] if newest else 0
        return shelf.row

    def _append(self, added: Sequence[t.Added]) -> None:
        """Put lines at the ends of their buffers."""
        rows: list[Row] = []
        placed: list[t.Added] = []
        known, buffer, time, first = None, 0, -1.0, 0
        for each in added:
            shelf, line = each
            if shelf is not known:
                known, buffer, time = shelf, self._row(shelf), -1.0
            if line.history and not line.msgid:  # it may be there, or among those before it
                self._put_all(rows, placed)
                rows, placed = [], []
                if twin := self._twin(buffer, line):
                    shelf.positions[line.id] = twin
                    continue
            if line.time != time:
                time = line.time
                first = moment(time) + buffer % _STEP
            at = max(first, shelf.last + _STEP)
            shelf.last = shelf.positions[line.id] = at
            rows.append(row_of(line, at, buffer))
            placed.append(each)
        self._put_all(rows, placed)

    def _put_all(self, rows: Sequence[Row], placed: Sequence[t.Added]) -> None:
        together = len(rows) // _TOGETHER * _TOGETHER
        put = 0
        for start in range(0, together, _TOGETHER):
            some = chain.from_iterable(rows[start : start + _TOGETHER])
            put += self._do(_PUT_TOGETHER, tuple(some)).rowcount
        if rest := rows[together:]:
            put += self._connection.executemany(_PUT, rest).rowcount
        if put != len(rows):
            self._mend(rows, placed)
        elif rows:
            self.new += [
                (shelf, row[0], line) for row, (shelf, line) in zip(rows, placed, strict=True)
            ]

    def _mend(self, rows: Sequence[Row], placed: Sequence[t.Added]) -> None:
        """Find out where the lines are that were there already."""
        for row, (shelf, line) in zip(rows, placed, strict=True):
            found = self._do(_MINE, (row[0], shelf.row, line.time, line.text)).fetchone()
            position = row[0] if found else self._known(shelf.row, line)
            if found or not position:
                position = position or self._put(row)
                self.new.append((shelf, position, line))
            shelf.positions[line.id] = position

    def _known(self, buffer: int, line: Line) -> int:
        """Return the position of a line that is there already, 0 if it is not."""
        if line.msgid:
            found = self._do(_BY_MSGID, (buffer, line.msgid)).fetchone()
            if found:
                return int(found[0])
        return self._twin(buffer, line)

    def _twin(self, buffer: int, line: Line) -> int:
        first = moment(line.time)
        row = row_of(line, 0, buffer)
        found = self._do(
            _TWIN, (buffer, first, first + _NEAR, line.time, row[3], row[6], row[7], row[2])
        ).fetchone()
        return int(found[0]) if found else 0

    def _put(self, row: Row) -> int:
        """Put one line, which is not there yet, at its position or the next that is free."""
        while not self._do(_PUT, row).rowcount:
            row = (row[0] + 1, *row[1:])
        return row[0]

    def _insert(self, task: t.Insert) -> None:
        """Put lines of the past between others: at their times, as far as these allow that."""
        shelf, lines = task.shelf, task.lines
        buffer = self._row(shelf)
        met = False
        low = task.gap or shelf.position(task.after)
        high = task.high or shelf.position(task.before)
        for index, line in enumerate(lines):
            position = self._known(buffer, line)
            met = met or (0 < position < task.gap)
            if not position:
                left = len(lines) - index
                step = min(_STEP, max(1, (high - low) // (left + 1))) if high else _STEP
                position = max(moment(line.time) + buffer % _STEP, low + step)
                if low and line.kind is Kind.GAP:  # there has to be room for what is missing
                    position = low + step
                if high and position > high - left:
                    position = max(low + 1, high - left * step)
                position = self._put(row_of(line, position, buffer))
                if not task.high:
                    self.new.append((shelf, position, line))
            shelf.positions[line.id] = position
            low = max(low, position)
        shelf.last = max(shelf.last, low)
        if met:
            self._delete("id = ?", (task.gap,))

    def _replace(self, shelf: t.Shelf, position: int, line: Line) -> None:
        self._unindex(position)
        row = row_of(line, position, self._row(shelf))
        self._do(
            "UPDATE lines SET msgid = ?, kind = ?, time = ?, flags = ?, source = ?, text = ?, "
            "folded = ?, more = ? WHERE id = ?",
            (*row[2:], position),
        )
        if row[3] < SAID:
            self._do("INSERT INTO fresh VALUES (?) ON CONFLICT DO NOTHING", (position,))

    def _unindex(self, position: int) -> None:
        """Let a line not be found by what it said."""
        self._do(
            "INSERT INTO trigrams (trigrams, rowid, text) "
            f"SELECT 'delete', id, coalesce(folded, text) || '  ' {_INDEXED}",
            (position,),
        )
        self._do("DELETE FROM fresh WHERE id = ?", (position,))

    def _delete(self, which: str, values: tuple[int, ...]) -> None:
        for (position,) in self._do(f"SELECT id FROM lines WHERE {which}", values).fetchall():  # noqa: S608
            self._unindex(position)
        self._do(f"DELETE FROM lines WHERE {which}", values)  # noqa: S608

    def _forget_words(self) -> None:
        """Leave nothing of what was deleted in the index: it is made anew."""
        self._do("INSERT INTO trigrams (trigrams) VALUES ('delete-all')")
        self._do("INSERT OR IGNORE INTO fresh SELECT id FROM lines WHERE kind < 3")

    def _rename(self, shelf: t.Shelf, target: str) -> None:
        self._row(shelf)
        name = target.lower()
        taken = self._do(
            "SELECT id FROM buffers WHERE network = ? AND name = ?", (shelf.network, name)
        ).fetchone()
        shelf.target = target
        if taken is None or taken[0] == shelf.row:
            self._do(
                "UPDATE buffers SET name = ?, target = ? WHERE id = ?", (name, target, shelf.row)
            )
            return
        shelf.row = 0
        self._seen.discard(shelf)

    def _rename_network(self, task: t.RenameNetwork) -> None:
        buffers = self._do("SELECT id, name FROM buffers WHERE network = ?", (task.before,))
        for row, name in buffers.fetchall():
            taken = self._do(
                "SELECT id FROM buffers WHERE network = ? AND name = ?", (task.now, name)
            ).fetchone()
            if taken is None:
                self._do("UPDATE buffers SET network = ? WHERE id = ?", (task.now, row))
                continue
            self._do("UPDATE OR IGNORE lines SET buffer = ? WHERE buffer = ?", (taken[0], row))
            self._delete("buffer = ?", (row,))
            self._do("DELETE FROM buffers WHERE id = ?", (row,))
        length = len(task.before)
        self._do(
            "UPDATE OR REPLACE memory SET name = ? || substr(name, ?) WHERE topic != 'outbox' "
            "AND (name = ? OR substr(name, 1, ?) = ? || char(10))",
            (task.now, length + 1, task.before, length + 1, task.before),
        )
        self._seen.clear()
        for shelf in task.shelves:
            shelf.network, shelf.row = task.now, 0


def _shelves(work: Iterable[t.Added | t.Task]) -> Iterator[t.Shelf]:
    """Yield the shelves that some work is about."""
    for task in work:
        if isinstance(task, tuple):
            yield task[0]
        elif isinstance(task, t.ForgetAll | t.RenameNetwork):
            yield from task.shelves
        elif not isinstance(task, t.Remember | t.Input | t.Log | t.Barrier):
            yield task.shelf
