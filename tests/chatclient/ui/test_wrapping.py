"""Texts are broken into rows between words, or between clusters where there is no other way."""

from hypothesis import given
from hypothesis import strategies as st

from chatclient.ui.cells import clusters, width
from chatclient.ui.wrapping import wrap


def _rows(text: str, limit: int) -> list[str]:
    return [piece.text for piece in wrap(text, limit)]


def test_rows_break_between_words() -> None:
    """The blank at the break stays with the row before it."""
    assert _rows("one two three", 7) == ["one two ", "three"]
    assert _rows("one two three", 8) == ["one two ", "three"]


def test_a_long_word_is_cut() -> None:
    """A word longer than a row fills rows of its own."""
    assert _rows("abcdefgh", 3) == ["abc", "def", "gh"]
    assert _rows("x abcdefgh", 3) == ["x ", "abc", "def", "gh"]


def test_wide_clusters_are_not_halved() -> None:
    """Where one cell is left, a wide cluster goes to the next row."""
    assert _rows("a中文", 2) == ["a", "中", "文"]


def test_an_empty_text_is_one_row() -> None:
    """Somebody said nothing; it still takes its place."""
    assert _rows("", 10) == [""]


def test_separators_of_other_protocols_break_nothing() -> None:
    """No character but a blank is a place to break, least of all those of `str.splitlines`."""
    assert len(wrap("a\x1db\x1ec\u2028d", 20)) == 1


@given(st.text(), st.integers(2, 40))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, limit: int) -> None:
    """All clusters are there, in order; a row is too wide by blanks at its end alone."""
    pieces = wrap(text, limit)
    assert "".join(piece.text for piece in pieces) == "".join(c for c, _ in clusters(text))
    assert all(width(piece.text.rstrip(" ")) <= limit for piece in pieces)


@given(st.text(st.characters(exclude_characters="\n"), min_size=1), st.integers(2, 40))
def test_starts_count_clusters(text: str, limit: int) -> None:
    """A row's start says how many clusters of the text stand before it."""
    found = [cluster for cluster, _ in clusters(text)]
    for piece in wrap(text, limit):
        assert "".join(found[piece.start :]).startswith(piece.text)


def test_line_ends_are_kept() -> None:
    """Each line of a text begins a row, an empty one too; each row knows where it begins."""
    assert wrap("one two\n\nthree", 5) == [(0, "one "), (4, "two"), (8, ""), (9, "three")]


@given(st.text("ab  ", max_size=40), st.integers(-1, 12))
def test_plain_letters_break_where_others_do(text: str, limit: int) -> None:
    """Most texts take a shorter way, which is no other."""
    letters = text.replace("a", "ä").replace("b", "ö")
    broken = [
        (piece.start, piece.text.replace("ä", "a").replace("ö", "b"))
        for piece in wrap(letters, limit)
    ]
    assert wrap(text, limit) == broken
