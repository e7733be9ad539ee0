"""Names of people and rooms, their folding, and masks, which no mask can make slow."""

import string
from collections.abc import Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parser_tests import data as vectors
from precis_i18n import get_profile

from chatwire.names import (
    fold,
    fold_ascii,
    is_nick,
    is_room,
    looks_like_room,
    matches,
    tidy,
)
from chatwire.text import visible


@given(st.text())
def test_the_ascii_fold(name: str) -> None:
    """For servers that say so, A to Z fold to a to z, and nothing else changes."""
    table = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
    assert fold_ascii(name) == name.translate(table)


@given(st.text())
def test_a_fold_is_one_spelling(name: str) -> None:
    """Folding twice is folding once, and no other normal form of a name folds to another."""
    folded = fold(name)
    assert fold(folded) == folded == normalize("NFC", folded)
    assert fold(normalize("NFD", name)) == folded
    assert fold(tidy(name)) == folded


@given(st.text(string.printable))
def test_ascii_folds_as_ever(name: str) -> None:
    """Among ASCII names, nothing but capitals is the same."""
    assert fold(name) == fold_ascii(name)


@pytest.mark.parametrize("block", range(0, 0x110000, 0x11000), ids=hex)
def test_the_fold_agrees_with_precis(block: int) -> None:
    """It is what PRECIS makes of each name that it allows, but for a sigma at the end of a word."""
    mapped, spelled = get_profile("UsernameCaseMapped"), get_profile("UsernameCasePreserved")
    differing = []
    for code in range(block, block + 0x11000):
        letter = chr(code)
        changes = letter.swapcase() != letter or normalize("NFKD", letter) != letter
        if 0xD800 <= code <= 0xDFFF or not (changes or code % 64 == 0):
            continue
        for name in (letter, f"a{letter}", f"{letter}\u0301", f"{letter}{letter.lower()}1"):
            if not is_nick(name, 32):
                continue
            with suppress(UnicodeEncodeError):
                right = mapped.enforce(name).replace("\u03c2", "\u03c3"), spelled.enforce(name)
                if right != (fold(name), name):
                    differing.append(ascii(name))
    assert not differing


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("#CAF\u00c9", "#cafe\u0301"),
        ("\u0411\u041e\u0411", "\u0431\u043e\u0431"),
        ("\uff22\uff4f\uff42", "bob"),
        ("\uff76\uff9e", "\u30ac"),
        ("\u03a3\u039f\u03a6\u039f\u03a3", "\u03c3\u03bf\u03c6\u03bf\u03c2"),
    ],
)
def test_the_same_name(one: str, other: str) -> None:
    """Capitals, composition, width and the place of a sigma make no difference, in any script."""
    assert fold(one) == fold(other)
    assert matches(one, other)


def test_a_mask_of_a_part_of_a_word() -> None:
    """What a mask has before a star matches whatever follows."""
    assert matches("\u03a3\u039f\u03a3*", "\u03c3\u03bf\u03c3\u03bf\u03c2!a@b")


def test_width_makes_no_mark_of_irc() -> None:
    """A wide comma, star or number sign stays what it is: none of them gets a meaning by folding."""
    wide = "\uff03a\uff0cb\uff0a\uff1f\uff20\uff01\uff1a"
    assert fold(wide) == wide


@pytest.mark.parametrize(
    "nick",
    [
        *("a", "Ann", "guest-7f3a", "[x]", "\\o/"[:2], "`_^{|}", "z-9"),
        *("Zoë", "алекс", "日本", "שלום", "José-2", "हिन्दी", "q\u0323\u0307", "_ё"),
    ],
)
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
        "e\u0301",
        "\uff22ob",
        "\u0301a",
        "\u0660a",
        "a\u200d\u0b95",
        "a\u200b",
        "\u202ea",
        "a\u3000b",
        "\u3164",
        "a\u00a0b",
        "a→b",
        "ann\u2024",
        "z" + "\u0329\u030d\u0323\u0331\u0316",
        "z\u0329\u0329",
        "a:",
    ],
)
def test_not_nicks(nick: str) -> None:
    """Nothing that looks like a room, a mask, a source, a number or a line of the server."""
    assert not is_nick(nick, 32)


def test_the_length_of_a_nick() -> None:
    """In bytes, as a line has room for bytes. The limit itself is allowed."""
    assert is_nick("a" * 32, 32)
    assert not is_nick("a" * 33, 32)
    assert is_nick("д" * 16, 32)
    assert not is_nick("д" * 16 + "a", 32)


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
    """Fifty stars are tried at one place each: at every place, this would never end."""
    assert not matches(mask, name)
