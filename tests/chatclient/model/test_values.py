"""Values: dataclasses that are made by the thousand."""

from dataclasses import replace

from chatclient.model import (
    Kind,
    Line,
    PongHeard,
    QuestionChanged,
    StatusChanged,
    UpgradeWanted,
)
from chatclient.session import Identity


def test_values_are_compared_and_hashed_by_what_they_hold() -> None:
    """Two lines that say the same are equal; one that says something else is not."""
    line, same = (Line(1, Kind.MESSAGE, 0.0, "bob", "hi") for _ in range(2))
    other = replace(line, text="ho")
    assert line == same
    assert {line, same, other} == {line, other}
    assert (other.text, other.source) == ("ho", "bob")


def test_values_hold_nothing_else() -> None:
    """They have slots alone: there are thousands of them."""
    assert not hasattr(Line(1, Kind.MESSAGE, 0.0, "bob", "hi"), "__dict__")


def test_values_of_different_kinds_differ() -> None:
    """What two changes hold may be the same, and yet they are not."""
    changes: list[object] = [StatusChanged(), QuestionChanged(), PongHeard("1"), UpgradeWanted(1)]
    assert changes == [StatusChanged(), QuestionChanged(), PongHeard("1"), UpgradeWanted(1)]
    assert changes[0] != changes[1]
    assert PongHeard("1") != PongHeard("2")


def test_values_are_printed_with_what_they_hold_but_no_secret() -> None:
    """A traceback or a log shows a value, and never the password in one."""
    assert repr(replace(Identity("ann"), password="sesame")) == (
        "Identity(nick='ann', user='chat', realname='', account='', certificate=False)"
    )
