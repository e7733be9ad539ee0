"""The tables of the archive, and how its file is opened.

Rules: `lines.id` is the position of a line: milliseconds since 1970 times 2**20, and more, so that
it rises with time over all buffers; 0 < id < 2**63. It is never used again while the line is there.
Only who the file belongs to may read it.
"""

import os
import sqlite3
from pathlib import Path

MEMORY = ":memory:"
VERSION = 1

_BUSY = 2.0  # seconds to wait for another client that writes

_TABLES = """
CREATE TABLE buffers (
    id INTEGER PRIMARY KEY,
    network TEXT NOT NULL,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    UNIQUE (network, name)
);
CREATE TABLE lines (
    id INTEGER PRIMARY KEY,
    buffer INTEGER NOT NULL,
    msgid TEXT,
    kind INTEGER NOT NULL,
    time REAL NOT NULL,
    flags INTEGER NOT NULL,
    source TEXT NOT NULL,
    text TEXT NOT NULL,
    folded TEXT,
    more TEXT
);
CREATE INDEX lines_of ON lines (buffer);
CREATE UNIQUE INDEX lines_msgid ON lines (buffer, msgid) WHERE msgid IS NOT NULL;
CREATE INDEX lines_mention ON lines (id) WHERE flags & 2;
CREATE TABLE fresh (id INTEGER PRIMARY KEY);
CREATE TRIGGER lines_fresh AFTER INSERT ON lines WHEN new.kind < 3
    BEGIN INSERT INTO fresh VALUES (new.id); END;
CREATE VIRTUAL TABLE trigrams USING fts5 (
    text, content='', tokenize='trigram', detail=none, columnsize=0
);
CREATE TABLE memory (
    topic TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (topic, name)
) WITHOUT ROWID;
CREATE TABLE inputs (id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT NOT NULL);
"""
# folded: the text as it is compared, where that is not what SQLite's lower() makes of it.
# more: what few lines have, as JSON. fresh: what is not in `trigrams` yet.


def connect(path: Path | None) -> sqlite3.Connection:
    """Open the file, or memory for None, and see that it has the tables.

    Raises `sqlite3.Error` or `OSError`.
    """
    if path is not None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    connection = sqlite3.connect(
        path or MEMORY, timeout=_BUSY, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")
    if _version(connection) != VERSION:
        connection.execute("BEGIN IMMEDIATE")
        if (found := _version(connection)) == 0:
            for statement in _statements():
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
        if found > VERSION:
            raise sqlite3.DatabaseError("it is of a newer chatclient")
    connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab (main, trigrams, row)")


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _statements() -> list[str]:
    """Return the statements that make the tables, one by one, as they belong to one transaction."""
    statements: list[str] = []
    begun = ""
    for piece in _TABLES.split(";"):
        begun += piece + ";"
        if sqlite3.complete_statement(begun) and piece.strip():
            statements.append(begun)
            begun = ""
    return statements
