"""Text from a peer never controls the terminal of another, and cutting never breaks a character."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatwire.text import (
    action,
    cut_utf8,
    is_blank,
    is_ctcp,
    pack,
    plain,
    strip_formatting,
    visible,
)

CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
UNSEEN = "\u00ad\u115f\u1160\u180e\u200b\u200e\u200f\u2060\u3164\ufeff\uffa0\U000e0001"
WITH_CHARACTERS = (*range(0x40000), *range(0xE0000, 0xE1000))
"""Of the other planes none has a character, or they are for private use."""


def is_unsafe(letter: str) -> bool:
    """Say whether `letter` could control or deceive a terminal, judged by Unicode's own data."""
    if letter == "\t":
        return False
    return (
        unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"}
        or unicodedata.bidirectional(letter) in CONTROLS
        or letter in UNSEEN
    )


@given(st.text(st.characters()) | st.text("\x00\x1b[2J\x9b\u202e\u200b\ud800\u2028\r\n\t\x7f\x85a"))
def test_visible_never_returns_an_unsafe_character(text: str) -> None:
    """Whatever a peer sends, what is shown has no control and nothing that hides or reorders."""
    assert [hex(ord(letter)) for letter in visible(text) if is_unsafe(letter)] == []
    assert [hex(ord(letter)) for letter in plain(text) if is_unsafe(letter)] == []


def test_visible_over_all_of_unicode() -> None:
    """Every single character comes out safe, also those that are kept beside the right ones."""
    shown = set(visible("a".join(map(chr, WITH_CHARACTERS))))
    assert [hex(ord(letter)) for letter in shown if is_unsafe(letter)] == []
    unseen = {*map(chr, range(0xFE00, 0xFE10)), *map(chr, range(0xE0000, 0xE1000)), *"\u200c\u200d"}
    assert not shown & unseen


@given(
    st.text(st.characters())
    | st.text("aé👩🏽❤🏴क\u094d1\u200c\u200d\ufe0f\u200b \U000e0067\U000e007f")
)
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
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "👨\u200d👩\u200d👧\u200d👦 👍🏽",
        "👩🏽\u200d🚀",
        "❤\ufe0f\u200d🔥",
        "1\ufe0f\u20e3 #\ufe0f\u20e3",
        "葛\U000e0100",
        "می\u200cخواهم",
        "क\u094d\u200dष क\u094d\u200cष",
        "ශ\u0dca\u200dරී",
        "한국어",
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
        ("\u2066x\u2069", "<U+2066>x<U+2069>"),
        ("\u061cx", "<U+061C>x"),
        ("\ud800", ""),
        ("a\U000e0068\U000e0069b", "ab"),
        ("🏴\U000e0068", "🏴"),
        ("🏴\U000e0068\U000e0069", "🏴"),
        ("🏴" + "\U000e0068" * 7 + "\U000e007f", "🏴"),
        ("\u115f\u1160\u3164\uffa0", ""),
        ("\u200d \ufe0f", " "),
        ("pay\u200dpal pay\u200cpal", "paypal paypal"),
        ("é\u200d", "é"),
        ("é\u200d\u200dé", "éé"),
        ("👍\ufe0f\ufe0e\ufe0f", "👍\ufe0f"),
        ("👍\U000e0100\U000e0101", "👍\U000e0100"),
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


@pytest.mark.parametrize("text", ["", " ", "\u3000\xa0", "\u2800", "\u200b\u3164", "\u200d\ufe0f"])
def test_nothing_to_be_seen(text: str) -> None:
    """Spaces of any kind, and what is dropped."""
    assert is_blank(visible(text))
    assert not is_blank(visible(f"{text}x"))


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


@given(st.lists(st.text("aé", min_size=1, max_size=9)), st.integers(18, 40))
def test_packed_items_are_all_there_in_order(items: list[str], limit: int) -> None:
    """In texts of at most so many bytes."""
    packed = [*pack(items, limit)]
    assert [item for text in packed for item in text.split(" ")] == items
    assert all(len(text.encode()) <= limit for text in packed)


def test_an_item_that_is_too_long_stands_alone() -> None:
    """It is not lost."""
    assert [*pack(["aaaa", "b"], 2)] == ["aaaa", "b"]
    assert [*pack(["b", "aaaa"], 2)] == ["b", "aaaa"]
    assert [*pack([], 2)] == []
