"""A row of the table must fit the sources."""

import pytest

from tests.mutations.mutation import Mutation, TableError


def row(old: str, new: str = "x = 2\n") -> Mutation:
    """Return a mutation of that text."""
    return Mutation("name", "what it breaks", "module.py", old, new, ("test.py",))


def test_the_text_is_replaced() -> None:
    """And nothing else."""
    assert row("x = 1\n").applied("x = 1\ny = 1\n") == "x = 2\ny = 1\n"


@pytest.mark.parametrize("old", ["z = 1\n", " = 1\n"])
def test_a_text_that_is_not_there_once_is_an_error(old: str) -> None:
    """So that a mutation that has become harmless does not pass for one that was noticed."""
    with pytest.raises(TableError, match="not once"):
        row(old).applied("x = 1\ny = 1\n")


def test_what_is_no_python_is_an_error() -> None:
    """Else every test would notice it."""
    with pytest.raises(TableError, match="no Python"):
        row("x = 1\n", "  x =\n").applied("x = 1\n")
