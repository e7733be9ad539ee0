"""Lines and lists as they are sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.faces.irc.lines import (
    as_middle,
    finish,
    iso_time,
    numeric,
    readable_time,
    split_text,
)


@given(st.text())
def test_no_text_breaks_a_line_or_makes_it_too_long(text: str) -> None:
    """512 bytes at most, whole characters, one end."""
    line = finish(f"X :{text}")
    assert line.endswith(b"\r\n")
    assert len(line) <= 512
    assert not {0, 10, 13} & {*line[:-2]}
    line.decode()


def test_tags_do_not_count() -> None:
    """The limit is for the rest of the line."""
    assert finish("x" * 600, "@a=b ") == b"@a=b " + b"x" * 510 + b"\r\n"


@pytest.mark.parametrize(
    ("text", "written"), [("a", "a"), ("", "*"), ("a b", "*"), (":a", "*"), ("a:b", "a:b")]
)
def test_what_cannot_stand_between_parameters_is_a_star(text: str, written: str) -> None:
    """Or it would move those after it."""
    assert as_middle(text) == written


def test_a_numeric_names_who_it_is_for() -> None:
    """`*` is who has no nick yet; the text is always the last parameter."""
    assert numeric("s", "001", "", "a", text="hi") == b":s 001 * a :hi\r\n"
    assert numeric("s", "324", "n", "#a", "+k", "b c") == b":s 324 n #a +k *\r\n"


@given(st.text(), st.integers(1, 40))
def test_pieces_of_a_text_are_all_of_it(text: str, limit: int) -> None:
    """None is lost where it is cut; a limit under four counts as four."""
    pieces = [*split_text(text, limit)]
    assert "".join(pieces) == text.encode(errors="replace").decode()
    assert all(len(piece.encode()) <= max(limit, 4) for piece in pieces)


def test_times() -> None:
    """server-time has milliseconds; people read a date."""
    assert iso_time(1_700_000_000_007) == "2023-11-14T22:13:20.007Z"
    assert readable_time(1_700_000_000_007) == "Tue 14 Nov 2023 22:13:20 UTC"
