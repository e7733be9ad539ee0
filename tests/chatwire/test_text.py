"""Text from a peer never controls the terminal of another, and cutting never breaks a character."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatwire.text import action, cut_utf8, is_ctcp, plain, strip_formatting, visible

KEPT_INVISIBLE = {0x200D, *range(0xE0020, 0xE0080)}
"""ZWJ and the tags of flags: emoji are made with them, and they order nothing."""


def is_unsafe(letter: str) -> bool:
    """Say whether `letter` could control or deceive a terminal, judged by Unicode's own data."""
    if letter == "\t" or ord(letter) in KEPT_INVISIBLE:
        return False
    reordering = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return (
        unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"}
        or unicodedata.bidirectional(letter) in reordering
        or letter in "\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2060\ufeff"
    )


@given(st.text(st.characters()) | st.text("\x00\x1b[2J\x9b\u202e\u200b\ud800\u2028\r\n\t\x7f\x85a"))
def test_visible_never_returns_an_unsafe_character(text: str) -> None:
    """Whatever a peer sends, what is shown has no control and nothing that hides or reorders."""
    assert [hex(ord(letter)) for letter in visible(text) if is_unsafe(letter)] == []
    assert [hex(ord(letter)) for letter in plain(text) if is_unsafe(letter)] == []


def test_visible_over_all_of_unicode() -> None:
    """Every single character comes out safe, and no unsafe one as it went in."""
    wrong = []
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        shown = visible(letter)
        if any(is_unsafe(one) for one in shown) or (is_unsafe(letter) and shown == letter):
            wrong.append(hex(code))
    assert not wrong


@given(st.text(st.characters()))
def test_visible_text_stays_as_it_is(text: str) -> None:
    """Making visible twice is making visible once, and does not lengthen safe text."""
    assert visible(visible(text)) == visible(text)
    assert plain(plain(text)) == plain(text)


@pytest.mark.parametrize(
    "text",
    [
        "hello",
        "naïve café",
        "日本語",
        "a\tb",
        "👩\u200d💻",
        "❤\ufe0f",
        "🏴\U000e0067\U000e0062\U000e007f",
        "שלום",
    ],
)
def test_ordinary_text_is_untouched(text: str) -> None:
    """Letters of all scripts, TAB, and emoji with their joiners and selectors."""
    assert visible(text) == text
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\nb\r", "a␊b␍"),
        ("\x7f", "␡"),
        ("\x9b31m", "<U+009B>31m"),
        ("\u202eevil", "<U+202E>evil"),
        ("a\u2028b", "a<U+2028>b"),
        ("a\u200bb\ufeff", "ab"),
        ("\u2066x\u2069", "x"),
        ("\ud800", ""),
    ],
)
def test_unsafe_characters_are_shown_or_dropped(text: str, shown: str) -> None:
    """Controls become pictures or their code, what has no look at all goes."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("\x02bold\x02 \x1ditalic\x0f", "bold italic"),
        ("\x0304,12red", "red"),
        ("\x03044you", "4you"),
        ("\x03,5x", ",5x"),
        ("\x03٣", "٣"),
        ("\x04ff0000,00FF00x", "x"),
        ("\x04ff", "ff"),
        ("\x11\x16\x1e\x1fx", "x"),
        ("a\x1b[1m", "a\x1b[1m"),
    ],
)
def test_formatting_is_stripped(text: str, stripped: str) -> None:
    """The codes of modern IRC formatting go with their colours; other controls are not theirs."""
    assert strip_formatting(text) == stripped


def test_plain_strips_and_makes_visible() -> None:
    """A plain reader sees neither the codes of IRC nor escapes of a terminal."""
    assert plain("\x02hi\x02 \x1b[1m") == "hi ␛[1m"


@given(st.text(max_size=30), st.integers(0, 60))
def test_cutting_never_breaks_a_character(text: str, limit: int) -> None:
    """The longest beginning of whole characters that fits."""
    data = text.encode()
    cut = cut_utf8(data, limit)
    assert len(cut) <= limit
    assert text.startswith(cut.decode())
    rest = data[len(cut) :].decode()
    assert not rest or len(cut) + len(rest[0].encode()) > limit


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\x01ACTION waves\x01", "waves"),
        ("\x01ACTION waves", "waves"),
        ("\x01ACTION  two\x01", " two"),
        ("\x01ACTION\x01", ""),
        ("\x01ACTIONS\x01", None),
        ("\x01PING 1\x01", None),
        ("ACTION waves", None),
    ],
)
def test_actions(text: str, said: str | None) -> None:
    """A CTCP ACTION says what is done, with and without its last delimiter; nothing else is one."""
    assert action(text) == said


def test_ctcp() -> None:
    """The first character tells."""
    assert is_ctcp("\x01VERSION\x01")
    assert not is_ctcp("hi \x01")
