"""Values: dataclasses that are made by the thousand."""

from dataclasses import replace

from chatclient.model import Kind, Line


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
