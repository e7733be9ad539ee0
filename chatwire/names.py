r"""Names of people and rooms: which are valid, when two are the same, and which a mask matches.

Rules: names are compared under ASCII casemapping (`CASEMAPPING=ascii`): A to Z equal a to z,
nothing else folds. A nick starts with a letter or one of ``[]\`_^{|}``, so it can look like no
room, no `@#room` target, no number, no `*`, and no line of the server (`->`, `*`). A room starts
with `#` and has no character that a terminal would not show.
"""

import re
from functools import lru_cache

ROOM_PREFIX = "#"

_NICK = re.compile(r"[A-Za-z\[\]\\`_^{|}][A-Za-z0-9\[\]\\`_^{|}\-]*")
_ROOM = re.compile(
    r"#[^\x00-\x20,:\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f"
    r"\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_UPPER_TO_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def fold(name: str) -> str:
    """Return `name` under ASCII casemapping: two names are the same when their folds are equal."""
    return name.lower() if name.isascii() else name.translate(_UPPER_TO_LOWER)


def is_nick(name: str, limit: int) -> bool:
    """Say whether `name` may be a nick of at most `limit` characters (RFC 2812, 2.3.1)."""
    return len(name) <= limit and _NICK.fullmatch(name) is not None


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
