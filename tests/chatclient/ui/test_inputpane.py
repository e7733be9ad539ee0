"""The input is drawn by cluster: rows, cursor, and what does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatclient.ui.cells import width
from chatclient.ui.inputpane import graphemes, lay_out

FAMILY = "👨\u200d👩\u200d👧"


@pytest.mark.parametrize(
    ("text", "cursor", "rows", "place"),
    [
        ("", 0, ("",), (4, 0)),
        ("abc", 3, ("abc",), (7, 0)),
        ("abc", 1, ("abc",), (5, 0)),
        (f"{FAMILY}x", 5, (f"{FAMILY}x",), (6, 0)),
        (f"{FAMILY}x", 2, (f"{FAMILY}x",), (4, 0)),
        ("中文", 1, ("中文",), (6, 0)),
        ("abcdef", 6, ("abcdef", ""), (0, 1)),
        ("abcdefg", 6, ("abcdef", "g"), (0, 1)),
        ("a\nb", 2, ("a", "b"), (0, 1)),
        ("a\n", 2, ("a", ""), (0, 1)),
        ("a\x1bb", 2, ("a␛b",), (6, 0)),
        ("a\tb", 2, ("a b",), (6, 0)),
    ],
)
def test_texts_and_cursors(
    text: str, cursor: int, rows: tuple[str, ...], place: tuple[int, int]
) -> None:
    """After a label of four cells, in rows of ten."""
    layout = lay_out(text, 10, 4, cursor)
    assert (layout.rows, layout.places) == (rows, (place,))


@given(st.text(), st.integers(2, 40), st.data())
def test_no_row_is_too_wide_and_the_cursor_is_on_the_screen(
    text: str, cells: int, data: st.DataObject
) -> None:
    """Whatever is typed, wherever the cursor is."""
    cursor = data.draw(st.integers(0, len(text)))
    layout = lay_out(text, cells, 0, cursor)
    ((x, y),) = layout.places
    assert 0 <= x < cells
    assert 0 <= y < len(layout.rows)
    assert all(width(row) <= max(cells, 8) for row in layout.rows)  # 8: "<U+202E>"


@given(st.text(alphabet="ab \n", max_size=60), st.integers(2, 12), st.integers(0, 1), st.data())
def test_plain_text_is_laid_out_as_any_other(
    text: str, cells: int, first: int, data: st.DataObject
) -> None:
    """The short way for ASCII gives what the long way gives for letters that look like it."""
    cursor = data.draw(st.integers(0, len(text)))
    other = lay_out(text.replace("a", "ä").replace("b", "ß"), cells, first, cursor)
    layout = lay_out(text, cells, first, cursor)
    assert layout.places == other.places
    assert [len(row) for row in layout.rows] == [len(row) for row in other.rows]


@given(st.text())
def test_graphemes_are_the_whole_text(text: str) -> None:
    """Nothing is left out: what is drawn is what will be sent."""
    assert "".join(graphemes(text)) == text
