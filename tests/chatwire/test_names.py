"""Names of people and rooms, their folding, and masks, which no mask can make slow."""

import string
import time
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parser_tests import data as vectors

from chatwire.names import fold, is_nick, is_room, looks_like_room, matches
from chatwire.text import visible


@given(st.text())
def test_folding_is_ascii_casemapping(name: str) -> None:
    """A to Z fold to a to z, nothing else changes, and folding twice is folding once."""
    table = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
    assert fold(name) == name.translate(table)
    assert fold(fold(name)) == fold(name)


@pytest.mark.parametrize("nick", ["a", "Ann", "guest-7f3a", "[x]", "\\o/"[:2], "`_^{|}", "z-9"])
def test_nicks(nick: str) -> None:
    """Letters and the special characters of RFC 2812, digits and hyphens after the first."""
    assert is_nick(nick, 32)


@pytest.mark.parametrize(
    "nick",
    [
        "",
        "9a",
        "-a",
        "->",
        "*",
        "a b",
        "a!b",
        "a@b",
        "a.b",
        "#a",
        "@a",
        "a,b",
        "a\n",
        "é",
        "ann\u0430",
        "a:",
    ],
)
def test_not_nicks(nick: str) -> None:
    """Nothing that looks like a room, a mask, a source, a number or a line of the server."""
    assert not is_nick(nick, 32)


def test_the_length_of_a_nick() -> None:
    """The limit itself is allowed."""
    assert is_nick("a" * 32, 32)
    assert not is_nick("a" * 33, 32)


@pytest.mark.parametrize("room", ["#a", "##", "#café", "#ops-1", "#日本", "#🎉", "#a.b!c@d*?"])
def test_rooms(room: str) -> None:
    """Any visible text after `#`."""
    assert is_room(room, 64)


@pytest.mark.parametrize(
    "room",
    [
        "",
        "a",
        "#",
        "#a b",
        "#a,b",
        "#a:b",
        "#\x07",
        "#a\n",
        "#\x7f",
        "#\x85",
        "#a\u200b",
        "#\u202ea",
        "#\u00ad",
        *("#a" + letter for letter in "\u034f\u115f\u1160\u1680\u17b4\u180b\u180f\u2800\u3164"),
        *("#a" + letter for letter in "\ufe00\ufe0f\uffa0\ufff0\U0001bca0\U0001d173"),
    ],
)
def test_not_rooms(room: str) -> None:
    """No separator of the protocol, no control, nothing unseen: no two rooms look the same by that."""
    assert not is_room(room, 64)


@pytest.mark.parametrize("block", range(0, 0x110000, 0x11000), ids=hex)
def test_a_room_shows_as_it_is(block: int) -> None:
    """Every character that a room's name may have is safe for a terminal, over all of Unicode."""
    hidden = [
        hex(code)
        for code in range(block, block + 0x11000)
        if not 0xD800 <= code <= 0xDFFF
        and is_room("#" + chr(code), 64)
        and visible(chr(code)) != chr(code)
    ]
    assert not hidden


def test_the_length_of_a_room_is_in_bytes() -> None:
    """A line has room for bytes, so the limit counts those of UTF-8, `#` included."""
    assert is_room("#" + "é" * 31, 64)
    assert not is_room("#" + "é" * 32, 64)


@given(st.text(max_size=10))
def test_nicks_and_rooms_never_meet(name: str) -> None:
    """A target is a person or a room, never both."""
    assert not (is_nick(name, 32) and is_room(name, 64))
    assert not (is_nick(name, 32) and looks_like_room(name))
    assert is_room(name, 64) <= looks_like_room(name)


@pytest.mark.parametrize("case", vectors.mask_match["tests"], ids=lambda case: case["mask"])
def test_masks_match_as_the_shared_vectors_say(case: Mapping[str, Any]) -> None:
    """Every mask of irc-parser-tests matches what it should, and nothing that it should not."""
    assert [name for name in case["matches"] if not matches(case["mask"], name)] == []
    assert [name for name in case["fails"] if matches(case["mask"], name)] == []


@given(st.text("abB.*?", max_size=8), st.text("abBA.\n", max_size=10))
def test_masks_match_like_globs(mask: str, name: str) -> None:
    """`*` is any run and `?` any one character, after folding; judged by fnmatch."""
    assert matches(mask, name) == fnmatchcase(fold(name), fold(mask))


@given(st.text(max_size=20))
def test_a_mask_has_no_other_special_characters(name: str) -> None:
    """Brackets, dots and backslashes mean themselves, as nicks are full of them."""
    if not set("*?") & set(name):
        assert matches(name, name)


@pytest.mark.parametrize(
    ("mask", "name"),
    [
        ("*a" * 50 + "b", "a" * 500),
        ("*" * 50 + "b", "a" * 500),
        ("*?" * 50 + "b", "a" * 500),
        ("*a?" * 50 + "*b", "a" * 500),
        ("*aaaaaaaa" * 50 + "b", "a" * 500),
    ],
)
def test_no_mask_takes_long(mask: str, name: str) -> None:
    """Fifty stars against 500 characters fail in milliseconds: no ban stalls a server."""
    started = time.process_time()
    assert not matches(mask, name)
    assert time.process_time() - started < 0.5
