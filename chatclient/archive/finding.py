"""Search in the archive: which lines have all words in them, anywhere, in any case.

Rules: words of three characters and more are looked up in the index of trigrams; what it finds is
compared, and what it does not have yet is read, newest first. Shorter words are read for, newest
first, and if they are rare, looked up by the trigrams that begin with them.
"""

import sqlite3
import sys
from dataclasses import dataclass

from chatclient.archive.rows import COLUMNS, Row, fold

Found = tuple[str, str, Row]
"""Network, target, and the row of a line."""

_LEAST = 3  # characters that the index takes
_TRIGRAMS = 12  # that are looked up for one search
_READ = 20_000  # lines that are read for short words before the index is asked
_READ_ALL = 100_000  # where nothing but a nick or a room is asked for
_TERMS = 1000  # trigrams that begin with a short word

_LINES = ", ".join(f"l.{each}" for each in COLUMNS.split(", "))
_SELECT = f"SELECT b.network, b.target, {_LINES} FROM "  # noqa: S608
_JOINED = " JOIN buffers b ON b.id = l.buffer WHERE l.kind < 3"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for."""

    words: tuple[str, ...]
    """Folded; all have to be there."""
    source: str = ""
    """Who said it, "" for anybody."""
    target: str = ""
    """Where, "" for anywhere."""


def understand(text: str) -> Wanted:
    """Return what a search is for: words, and who (`from:nick`) or where (`in:#room`)."""
    words: list[str] = []
    source = target = ""
    for word in text.split():
        name, colon, value = word.partition(":")
        if colon and value and name.lower() == "from":
            source = value.lower()
        elif colon and value and name.lower() == "in":
            target = value.lower()
        else:
            words.append(fold(word))
    return Wanted(tuple(words), source, target)


def find(connection: sqlite3.Connection, text: str, most: int) -> list[Found]:
    """Return the newest lines that have what is looked for, newest first."""
    wanted = understand(text)
    if not (wanted.words or wanted.source or wanted.target):
        return []
    where, values = _conditions(wanted)
    long = [word for word in wanted.words if len(word) >= _LEAST]
    if long:
        found = _indexed(connection, " AND ".join(_trigrams(long)), where, values, most)
        found += _fresh(connection, where, values, most)
    elif wanted.words:
        found = _short(connection, wanted, where, values, most)
    else:
        found = _read(connection, where, values, most, _edge(connection, _READ_ALL))
    return sorted(found, key=lambda each: each[2][0], reverse=True)[:most]


def _conditions(wanted: Wanted) -> tuple[str, list[object]]:
    where = ""
    values: list[object] = []
    for word in wanted.words:
        where += " AND instr(coalesce(l.folded, lower(l.text)), ?)"
        values.append(word)
    if wanted.source:
        where += " AND lower(l.source) = ?"
        values.append(wanted.source)
    if wanted.target:
        where += " AND b.name = ?"
        values.append(wanted.target)
    return where, values


def _trigrams(words: list[str]) -> list[str]:
    """Return trigrams that a line must have, as FTS5 writes them; of long words not all."""
    found = dict.fromkeys(
        word[at : at + _LEAST]
        for word in words
        for at in range(0, len(word) - _LEAST + 1, 1 if len(word) <= _TRIGRAMS else 2)
    )
    return [_quoted(each) for each in [*found][:_TRIGRAMS]]


def _quoted(term: str) -> str:
    doubled = term.replace('"', '""')
    return f'"{doubled}"'


def _found(cursor: sqlite3.Cursor) -> list[Found]:
    return [(row[0], row[1], row[2:]) for row in cursor]


def _indexed(
    connection: sqlite3.Connection, match: str, where: str, values: list[object], most: int
) -> list[Found]:
    query = (
        f"{_SELECT} trigrams t JOIN lines l ON l.id = t.rowid{_JOINED} AND trigrams MATCH ?"
        f"{where} ORDER BY t.rowid DESC LIMIT ?"
    )
    return _found(connection.execute(query, [match, *values, most]))


def _fresh(
    connection: sqlite3.Connection, where: str, values: list[object], most: int
) -> list[Found]:
    query = (
        f"{_SELECT} fresh f CROSS JOIN lines l ON l.id = f.id{_JOINED}{where} "
        "ORDER BY f.id DESC LIMIT ?"
    )
    return _found(connection.execute(query, [*values, most]))


def _read(
    connection: sqlite3.Connection,
    where: str,
    values: list[object],
    most: int,
    since: int,
) -> list[Found]:
    query = f"{_SELECT} lines l{_JOINED} AND l.id >= ?{where} ORDER BY l.id DESC LIMIT ?"
    return _found(connection.execute(query, [since, *values, most]))


def _short(
    connection: sqlite3.Connection, wanted: Wanted, where: str, values: list[object], most: int
) -> list[Found]:
    """Find words that are too short for the index: among the newest lines, then by trigrams."""
    edge = _edge(connection, _READ)
    found = _read(connection, where, values, most, edge)
    if len(found) >= most or not edge:
        return found
    found += _fresh(connection, where, values, most)
    terms = min((_beginning(connection, word) for word in wanted.words), key=len)
    if terms:
        found += _indexed(connection, " OR ".join(terms), where, values, most)
    return [*{each[2][0]: each for each in found}.values()]


def _edge(connection: sqlite3.Connection, most: int) -> int:
    """Return the position after which there are so many lines, 0 if there are no more."""
    query = "SELECT id FROM lines ORDER BY id DESC LIMIT 1 OFFSET ?"
    found = connection.execute(query, (most,)).fetchone()
    return int(found[0]) if found else 0


def _beginning(connection: sqlite3.Connection, word: str) -> list[str]:
    """Return the trigrams in the index that begin with a word (each text ends with two blanks)."""
    query = "SELECT term FROM temp.terms WHERE term >= ? AND term < ? LIMIT ?"
    found = connection.execute(query, (word, word + chr(sys.maxunicode), _TERMS))
    return [_quoted(term) for (term,) in found]
