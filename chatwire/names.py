r"""Names of people and rooms: which are valid, when two are the same, and which a mask matches.

Rules: names are compared by their fold, which is that of PRECIS for user names (RFC 8265, 3.3.2):
full and half width, capitals, and spellings of one character (NFC) make no difference, and of ASCII
nothing but A to Z changes. A nick starts with a letter or one of ``[]\`_^{|}``, so it can look like no
room, no `@#room` target, no number, no `*`, and no line of the server (`->`, `*`); whether PRECIS
allows its letters is for the server to know. A room starts with `#` and has no character that a
terminal would not show.
"""

import re
from functools import lru_cache
from unicodedata import category, normalize

ROOM_PREFIX = "#"

_NICK = re.compile(r"[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}\-]*")
_ROOM = re.compile(
    r"#[^\x00-\x20,:\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_WIDE = re.compile("[\uff01-\uffef]")
_UPPER_TO_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_SIGMA = str.maketrans("\u03c2", "\u03c3")
"""A sigma at the end of a word is a sigma: what a mask matches can't depend on what comes behind."""

_LETTERS = frozenset({"Lu", "Ll", "Lt", "Lo", "Lm"})
_MARKS = frozenset({"Mn", "Mc"})
_OTHERS = _LETTERS | _MARKS | {"Nd"}
"""Categories of characters that names have beyond ASCII (RFC 8264, 9.1: LetterDigits)."""

_MARKS_MOST = 4
"""Marks on one letter; more are there to cover the lines around (UTS 39, 5.4)."""


def fold(name: str) -> str:
    """Return what all spellings of `name` have in common: two are the same when it is equal."""
    folded = name.lower() if name.isascii() else _fold_wide(name)
    return name if folded == name else folded  # one object where both are kept


@lru_cache(maxsize=8192)
def _fold_wide(name: str) -> str:
    return normalize("NFC", tidy(name).lower().translate(_SIGMA))


def fold_ascii(name: str) -> str:
    """Return `name` under `CASEMAPPING=ascii`, as other servers compare names."""
    return name.lower() if name.isascii() else name.translate(_UPPER_TO_LOWER)


def tidy(name: str) -> str:
    """Return `name` in its one spelling of the same letters: of normal width, and in NFC."""
    return name if name.isascii() else normalize("NFC", _WIDE.sub(_narrow, name))


def _narrow(found: re.Match[str]) -> str:
    """Return a letter, digit or mark in normal width; what has a meaning in IRC stays as it is."""
    letter = normalize("NFKC", found[0])
    return letter if len(letter) == 1 and category(letter) in _OTHERS else found[0]


def is_nick(name: str, limit: int) -> bool:
    """Say whether `name` has the form of a nick of at most `limit` bytes of UTF-8.

    In ASCII as in RFC 2812, 2.3.1; beyond it letters, marks and digits, spelled as `tidy` does.
    """
    if name.isascii():
        return len(name) <= limit and _NICK.fullmatch(name) is not None
    size = len(name.encode(errors="replace"))
    return size <= limit and _is_wide(name)


def _is_wide(name: str) -> bool:
    """Say whether each character of `name` may be where it is."""
    first = name[0]
    if tidy(name) != name or not _ROOM.fullmatch(ROOM_PREFIX + name):
        return False  # the letters that cannot be seen are in no name
    if not (_NICK.match(first) or category(first) in _LETTERS):
        return False
    marks = ""
    for letter in name:
        kind = category(letter)
        if letter.isascii():
            if not _NICK.fullmatch("a" + letter):
                return False
        elif kind not in _OTHERS:
            return False
        marks = marks + letter if kind == "Mn" else ""
        if len(marks) > _MARKS_MOST or marks[-2:] == 2 * letter:
            return False
    return True


def is_room(name: str, limit: int) -> bool:
    """Say whether `name` may be a room's name, `#` included, at most `limit` bytes of UTF-8.

    No space, comma, colon or control character (Modern IRC, "Channels"), nor one without width.
    """
    return len(name.encode()) <= limit and _ROOM.fullmatch(name) is not None


def looks_like_room(target: str) -> bool:
    """Say whether a message's target means a room, valid or not, rather than a person."""
    return target.startswith(ROOM_PREFIX)


def _literal(part: str) -> str:
    return "".join("." if letter == "?" else re.escape(letter) for letter in part)


@lru_cache(maxsize=4096)
def _compile_mask(mask: str) -> re.Pattern[str]:
    """Compile a mask to match in linear time per star: an atomic group never looks back."""
    first, *middle = fold(mask).split("*")
    if not middle:
        return re.compile(_literal(first), re.DOTALL)
    *middle, last = middle
    inner = "".join(f"(?>.*?{_literal(part)})" for part in middle if part)
    return re.compile(f"{_literal(first)}{inner}.*{_literal(last)}", re.DOTALL)


def matches(mask: str, name: str) -> bool:
    """Say whether `name` matches `mask`, in which `*` is any run and `?` any one character.

    Both are folded first.
    """
    return _compile_mask(mask).fullmatch(fold(name)) is not None
