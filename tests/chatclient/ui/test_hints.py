"""A command says how it goes on while it is typed."""

import pytest

from chatclient.ui.hints import hint


def _current(before: str) -> str:
    row = hint(before, 120)
    assert row is not None
    return next((part[1] for part in row.fragments if part[0] == "class:argument"), "")


@pytest.mark.parametrize(
    ("before", "argument"),
    [
        ("/msg ", "<nick>"),
        ("/msg bo", "<nick>"),
        ("/msg bob ", "<text>"),
        ("/msg bob hello there you", "<text>"),
        ("/kick ", "[room]"),
        ("/kick #a", "[room]"),
        ("/kick #a ", "<nick>"),
        ("/kick bob", "<nick>"),
        ("/kick bob because", "[reason]"),
        ("/INVITE bob ", "[room]"),
        ("/q ", "<nick>"),
    ],
)
def test_the_argument_of_the_cursor_stands_out(before: str, argument: str) -> None:
    """A room that may be left out is left out by what is no room."""
    assert _current(before) == argument


@pytest.mark.parametrize("before", ["", "hello", "//msg bob", "/ms", "/", "/msg bob\nx"])
def test_nothing_is_said_where_nothing_is_to_be_known(before: str) -> None:
    """Nor while the menu shows the names."""
    assert hint(before, 80) is None


@pytest.mark.parametrize("before", ["/nonsense", "/nonsense x"])
def test_what_is_no_command_is_said_at_once(before: str) -> None:
    """Before Enter."""
    row = hint(before, 80)
    assert row is not None
    assert "there is no /nonsense" in row.text
    assert row.fragments[0][0] == "class:error"


def test_what_takes_nothing_says_so() -> None:
    """When something is typed after it."""
    row = hint("/back now", 80)
    assert row is not None
    assert "takes nothing" in row.text


@pytest.mark.parametrize("cells", [10, 20, 40])
def test_a_narrow_screen_has_what_fits(cells: int) -> None:
    """Nothing fails."""
    assert hint("/kick #room bob ", cells) is not None
