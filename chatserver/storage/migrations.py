"""The schema of the store on disk, as the list of steps that lead to it.

Rules: a step that was released never changes, and a new one goes to the end. Each is done in one
transaction with the record that it was done; `user_version` is the number of steps done.
"""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

APPLICATION_ID: Final = 0x43484154
"""`CHAT`: tells our files from those of other programs."""

Migration = Callable[[sqlite3.Connection], None]


class SchemaError(Exception):
    """The file is none that this version can use: `str()` says why."""


def create_first_schema(connection: sqlite3.Connection) -> None:
    """Events in their order, once for each target, found by target and number; rooms; counters.

    Places, numbers and times rise together, so a time is found by halving, without an index.
    What one command led to has one number: two messages never have, other events differ by kind.
    """
    connection.execute(
        "create table events (place integer primary key, seq integer not null, at integer not null,"
        " target text not null, kind text not null, event text not null)"
    )
    connection.execute("create unique index messages on events (target, seq) where kind = 'Said'")
    connection.execute(
        "create unique index changes on events (target, seq, kind) where kind <> 'Said'"
    )
    connection.execute(
        "create table rooms (key text primary key, record text not null) without rowid"
    )
    connection.execute(
        "create table counters (name text primary key, value integer not null) without rowid"
    )
    connection.execute("insert into counters values ('epoch', 0), ('probe', 0)")


def find_by_reader_and_nonce(connection: sqlite3.Connection) -> None:
    """What only some people see, found by their nick; the nonces of the last day, in order."""
    connection.execute(
        "create table direct (reader text not null, seq integer not null, target text not null,"
        " primary key (reader, seq, target)) without rowid"
    )
    nicks = ("substr(target, 1, instr(target, ',') - 1)", "substr(target, instr(target, ',') + 1)")
    for nick in nicks:
        connection.execute(
            f"insert or ignore into direct select {nick}, seq, target from events"  # noqa: S608
            " where kind = 'Said' and target like '%,%'"
        )
    connection.execute(
        "create table nonces (seq integer primary key, at integer not null, target text not null,"
        " key blob not null)"
    )


def add_sums(connection: sqlite3.Connection) -> None:
    """A checksum of each event, null where it was kept before: SQLite has none for what is in its pages."""
    connection.execute("alter table events add column sum integer")


def add_guests(connection: sqlite3.Connection) -> None:
    """Guests who can come back, by the digest of what only they know."""
    connection.execute(
        "create table guests (key blob primary key, nick text not null,"
        " named_seq integer not null, left_at integer not null) without rowid"
    )


def add_accounts(connection: sqlite3.Connection) -> None:
    """Accounts by their folded names, and up to when they have read what."""
    connection.execute(
        "create table accounts (key text primary key, record text not null) without rowid"
    )
    connection.execute(
        "create table markers (account text not null, target text not null,"
        " read_at integer not null, primary key (account, target)) without rowid"
    )


MIGRATIONS: Final[Sequence[Migration]] = (
    create_first_schema,
    find_by_reader_and_nonce,
    add_sums,
    add_guests,
    add_accounts,
)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the schema of an open database up to date. Raises `SchemaError`, `sqlite3.Error`."""
    done = check_schema(connection, migrations)
    for number, migration in enumerate(migrations[done:], done + 1):
        connection.execute("begin immediate")
        if number == 1:
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
            connection.execute(
                "create table migrations (number integer primary key, name text not null,"
                " at integer not null)"
            )
        migration(connection)
        connection.execute(
            "insert into migrations values (?, ?, strftime('%s', 'now'))",
            (number, migration.__name__),
        )
        connection.execute(f"pragma user_version = {number}")
        connection.execute("commit")


def check_schema(
    connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS
) -> int:
    """Return how many steps were done to this file. Raises `SchemaError` if it is none of ours."""
    (application,) = connection.execute("pragma application_id").fetchone()
    (version,) = connection.execute("pragma user_version").fetchone()
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    if not (application or version or tables):
        return 0  # a new file
    if application != APPLICATION_ID:
        raise SchemaError("it is a database of another program")
    if version > len(migrations):
        raise SchemaError(
            f"it was written by a newer chatserver (schema {version}, this knows {len(migrations)})"
        )
    names = [name for (name,) in connection.execute("select name from migrations order by number")]
    if names != [migration.__name__ for migration in migrations[:version]]:
        raise SchemaError("it was written by a chatserver with another history of its schema")
    return int(version)
