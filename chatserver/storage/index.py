"""The search index: a file beside the log that tells by a term in which places of the log to look.

Rules: it is made of the log and can be made again, so a file that is damaged, or of another version,
or of another log, is replaced by an empty one. What it names is to be looked up: the log alone
says what there is. Every term stands under its *shelf*, a room or somebody who may read what was said
to them, so that a search of one room never walks through what was said in others. Text comes in
terms of `core.words`, so nothing that somebody types means anything to SQLite.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from msgspec import Struct

from chatserver.core.words import fold_text, terms
from chatserver.storage.directory import make_file
from chatwire.names import fold, looks_like_room

INDEX_NAME: Final = "search.db"

APPLICATION_ID: Final = 0x43485349
"""`CHSI`: tells our files from those of other programs."""

VERSION: Final = 1
"""What the index is made by: a file of another version is made anew. It rises with `core.words`."""

STATUS_SHELF: Final = "@"
"""What was said to those with a status in a room; who of them may read it, the log knows."""

_OPTIONS: Final = "terms, content='', columnsize=0, detail=none"
_TOKENIZE: Final = "ascii tokenchars '_'"
"""Nothing is left for SQLite to fold, and no term has anything else that it would split at."""

_SCHEMA: Final = (
    f'create virtual table words using fts5({_OPTIONS}, tokenize="{_TOKENIZE}")',
    "create table shelves (code integer primary key, name text not null unique)",
    "create table progress (place integer not null, seq integer not null)",
    "insert into progress values (0, 0)",
)

_SETTINGS: Final = (
    "journal_mode = wal",
    "synchronous = normal",  # what a power cut takes is indexed again
    "journal_size_limit = 67108864",
    "secure_delete = on",
)

_CODES_MOST: Final = 50_000
"""Shelves whose codes are remembered."""

_SIGNS: Final = {code: 0xE000 + code for code in range(0x80) if not chr(code).isalnum()}
"""Signs in a nick become letters of private use, of which a term may consist."""


class Progress(NamedTuple):
    """The last row of the log that the index knows."""

    place: int
    seq: int


class Message(NamedTuple):
    """What the index is to know of a message."""

    place: int
    target: str
    event: bytes


class _Who(Struct):
    nick: str


class _Said(Struct):
    text: str
    who: _Who


_decode = msgspec.json.Decoder(_Said).decode


class Index:
    """The file, as the one who fills it has it open. Any method may raise `sqlite3.Error`."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it anew if there is none that fits. May raise `OSError` too."""
        self._codes: dict[str, int] = {}
        make_file(path)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            for setting in _SETTINGS:
                self._connection.execute(f"pragma {setting}")
            self._make()
        except BaseException:
            self._connection.close()
            raise

    def _make(self) -> None:
        (application,) = self._connection.execute("pragma application_id").fetchone()
        (version,) = self._connection.execute("pragma user_version").fetchone()
        names = {name for (name,) in self._connection.execute("select name from sqlite_master")}
        if (application, version) == (APPLICATION_ID, VERSION):
            if not names >= {"words", "shelves", "progress"}:
                raise sqlite3.DatabaseError("a table is missing")
            return
        if names:
            raise sqlite3.DatabaseError("it is of another version")
        self.begin()
        for statement in _SCHEMA:
            self._connection.execute(statement)
        self._connection.execute(f"pragma application_id = {APPLICATION_ID}")
        self._connection.execute(f"pragma user_version = {VERSION}")
        self.commit()

    @property
    def progress(self) -> Progress:
        """How far it is."""
        return read_progress(self._connection)

    def begin(self) -> None:
        """Begin to change it."""
        self._connection.execute("begin immediate")

    def add(self, messages: Iterable[Message]) -> None:
        """Add messages that it does not know."""
        self._connection.executemany(
            "insert into words (rowid, terms) values (?, ?)",
            [(one.place, self._document(one)) for one in messages],
        )

    def remove(self, messages: Iterable[Message]) -> None:
        """Remove messages that are gone from the log, if it knows them."""
        known = [(one.place, self._document(one)) for one in messages]
        self._connection.executemany(
            "insert into words (words, rowid, terms) values ('delete', ?, ?)",
            [(place, document) for place, document in known if self._has(place, document)],
        )

    def _has(self, place: int, document: str) -> bool:
        """Say whether it has a message: taking out what is not in it would damage it."""
        term, _, _ = document.partition(" ")
        found = find_places(self._connection, f'"{term}"', place, place + 1, oldest=True)
        return bool(term) and any(found)

    def advance(self, progress: Progress) -> None:
        """Remember how far it is."""
        self._connection.execute("update progress set place = ?, seq = ?", progress)

    def commit(self) -> None:
        """Make the changes last."""
        self._connection.execute("commit")

    def interrupt(self) -> None:
        """Break off what another thread does here: it fails there."""
        with suppress(sqlite3.Error):
            self._connection.interrupt()

    def close(self) -> None:
        """Close the file; what was not committed is gone."""
        with suppress(sqlite3.Error):
            self._connection.close()

    def _document(self, message: Message) -> str:
        """Return the terms of a message, each under every shelf on which the message stands."""
        try:
            said = _decode(message.event)
        except (msgspec.MsgspecError, UnicodeDecodeError):  # who reads it is told
            return ""
        words = [*terms(fold_text(said.text)), sender_term(said.who.nick)]
        shelved = (f" {self._code(shelf)}_" for shelf in shelves(message.target))
        return "".join([begin + begin.join(words) for begin in shelved])[1:]

    def _code(self, shelf: str) -> int:
        if shelf not in self._codes:
            if len(self._codes) >= _CODES_MOST:
                self._codes.clear()
            self._connection.execute("insert or ignore into shelves (name) values (?)", (shelf,))
            code = find_code(self._connection, shelf)
            if code is None:
                raise sqlite3.DatabaseError("it does not take a name")
            self._codes[shelf] = code
        return self._codes[shelf]


def shelves(target: str) -> Sequence[str]:
    """Return where messages to `target` stand: with the room, or with each of the two people."""
    if not looks_like_room(target.lstrip("@+")):
        return [*dict.fromkeys(target.split(","))]
    return [target if looks_like_room(target) else STATUS_SHELF]


def sender_term(nick: str) -> str:
    """Return the term of what `nick` said. No word begins as it does."""
    return "_" + fold(nick).translate(_SIGNS)


def find_code(connection: sqlite3.Connection, shelf: str) -> int | None:
    """Return by what number terms stand on `shelf`, None if nothing does. Raises `sqlite3.Error`."""
    row = connection.execute("select code from shelves where name = ?", (shelf,)).fetchone()
    return row[0] if row else None


def read_progress(connection: sqlite3.Connection) -> Progress:
    """Return how far the index is that `connection` reads. Raises `sqlite3.Error`."""
    return Progress(*connection.execute("select place, seq from progress").fetchone())


def find_places(
    connection: sqlite3.Connection, expression: str, first: int, end: int, *, oldest: bool
) -> Iterator[int]:
    """Yield the places from `first` to before `end` that `expression` fits, newest first unless `oldest`."""
    find = (
        "select rowid from words where words match ? and rowid >= ? and rowid < ? order by rowid "
    )
    rows = connection.execute(find + ("asc" if oldest else "desc"), (expression, first, end))
    return (place for (place,) in rows)


def drop(path: Path) -> None:
    """Remove the file at `path` and what SQLite has beside it. Raises `OSError`."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def is_of(log: sqlite3.Connection, progress: Progress) -> bool:
    """Say whether an index that is so far can be of the `log`. Raises `sqlite3.Error`.

    Numbers rise with places. The newest row is never removed, and hardly two logs have the same.
    """
    find = "select place, seq from events where place {} ? order by place {} limit 1"
    newest = log.execute("select max(place) from events").fetchone()
    if progress.place > (newest[0] or 0):
        return False
    before = log.execute(find.format("<=", "desc"), (progress.place,)).fetchone()
    after = log.execute(find.format(">", "asc"), (progress.place,)).fetchone()
    if before and before[0] == progress.place:
        return bool(before[1] == progress.seq)
    return (not before or before[1] <= progress.seq) and (not after or after[1] >= progress.seq)
