"""Text cut into messages."""

from hypothesis import given
from hypothesis import strategies as st

from chatclient.session.splitting import lines_of, split


def test_short_text_is_one_piece() -> None:
    """What fits is not touched, spaces included."""
    assert [*split("  hi  there ", 20)] == ["  hi  there "]


def test_cut_at_words() -> None:
    """Long text is cut at a space, which is left out."""
    assert [*split("aaaa bbbb cccc", 10)] == ["aaaa bbbb", "cccc"]
    assert [*split("aaaa bbbb cccc", 9)] == ["aaaa bbbb", "cccc"]


def test_a_long_word_is_cut() -> None:
    """A word that takes most of a message is cut rather than sent in a short one before it."""
    assert [*split("a " + "b" * 20, 10)] == ["a bbbbbbbb", "bbbbbbbbbb", "bb"]


def test_characters_stay_whole() -> None:
    """No piece ends inside a character of UTF-8."""
    assert [*split("ääää", 5)] == ["ää", "ää"]


@given(st.text(), st.integers(4, 60))
def test_pieces_fit_and_lose_nothing(text: str, limit: int) -> None:
    """Every piece fits, none is empty, and together they are the text but for spaces at cuts."""
    pieces = [*split(text, limit)]
    assert all(0 < len(piece.encode()) <= limit for piece in pieces)
    known = text.encode(errors="replace").decode()
    assert "".join(pieces).replace(" ", "") == known.replace(" ", "")


def test_lines_of_a_paste() -> None:
    """Each line is a message, whatever ends it; blank ones are none."""
    assert [*lines_of("a\r\nb\rc\n\n  \nd\0e")] == ["a", "b", "c", "de"]
