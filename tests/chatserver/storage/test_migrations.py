"""The schema is reached step by step, and a file of others is left alone."""

import sqlite3
from collections.abc import Iterator

import pytest

from chatserver.storage.migrations import MIGRATIONS, Migration, SchemaError, migrate


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Return a connection to an empty database."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def add_column(connection: sqlite3.Connection) -> None:
    """Do a second step."""
    connection.execute("alter table events add column extra text")


def fail(connection: sqlite3.Connection) -> None:
    """Do half a step, then fail."""
    connection.execute("create table half (x)")
    connection.execute("this is no SQL")


def steps_of(connection: sqlite3.Connection) -> list[str]:
    """Return the recorded steps."""
    return [name for (name,) in connection.execute("select name from migrations order by number")]


def test_every_step_is_recorded(connection: sqlite3.Connection) -> None:
    """By name, so that a file tells its history."""
    migrate(connection)
    assert steps_of(connection) == [step.__name__ for step in MIGRATIONS]
    assert connection.execute("pragma user_version").fetchone() == (len(MIGRATIONS),)


def test_steps_are_done_once(connection: sqlite3.Connection) -> None:
    """Opening again does nothing; a newer version does only what is new."""
    migrate(connection)
    migrate(connection)
    migrate(connection, [*MIGRATIONS, add_column])
    assert steps_of(connection) == [*(step.__name__ for step in MIGRATIONS), "add_column"]
    connection.execute("select extra from events")


def test_a_step_is_done_whole_or_not_at_all(connection: sqlite3.Connection) -> None:
    """After a failure the file is as before the step, and can be used by the version before."""
    with pytest.raises(sqlite3.Error):
        migrate(connection, [*MIGRATIONS, fail])
    connection.execute("rollback")
    migrate(connection)
    with pytest.raises(sqlite3.OperationalError, match="no such table: half"):
        connection.execute("select * from half")


def test_a_newer_file_is_refused(connection: sqlite3.Connection) -> None:
    """An older program would not know what it must keep right."""
    migrate(connection, [*MIGRATIONS, add_column])
    with pytest.raises(SchemaError, match="a newer chatserver"):
        migrate(connection)


@pytest.mark.parametrize(
    "statement", ["create table notes (x)", "pragma application_id = 7", "pragma user_version = 1"]
)
def test_a_file_of_another_program_is_refused(
    connection: sqlite3.Connection, statement: str
) -> None:
    """Whatever it has in it, it stays as it is."""
    connection.execute(statement)
    with pytest.raises(SchemaError, match="another program"):
        migrate(connection)


def test_another_history_is_refused(connection: sqlite3.Connection) -> None:
    """A file of a fork with as many steps is not mistaken for ours."""
    migrate(connection, [*MIGRATIONS, add_column])
    other: list[Migration] = [*MIGRATIONS, fail]
    with pytest.raises(SchemaError, match="another history"):
        migrate(connection, other)
