"""Text from a peer, made safe for somebody else's terminal, and the formatting codes of IRC.

Rules: what `visible` returns has no C0 control but TAB, no DEL, no C1, no control of direction, no
line or paragraph separator: each is shown by its sign or code. Characters that cannot be seen are
dropped, as they hide or carry what nobody sees, but where writing needs them: a joiner (ZWJ, ZWNJ)
stays between two characters beyond ASCII (Persian, the scripts of India, emoji), one variation
selector after what it selects, the tags of a flag after their flag.
"""

import re
from collections.abc import Iterable, Iterator

BOLD, COLOUR, HEX_COLOUR, RESET = "\x02", "\x03", "\x04", "\x0f"
MONOSPACE, REVERSE, ITALIC, STRIKE, UNDERLINE = "\x11", "\x16", "\x1d", "\x1e", "\x1f"

_FORMATTING = re.compile(
    r"\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    r"|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)
_FLAG = "\U0001f3f4"
_SHOWN = "\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069"
_UNSEEN = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    "\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point less what is shown, annotations, and lone surrogates."""
_UNSAFE = re.compile(f"{_FLAG}[\U000e0020-\U000e007f]+|[{_SHOWN}{_UNSEEN}]")
_SIGN = re.compile(f"[{_SHOWN}]")
_TAGGED_FLAG = re.compile(f"{_FLAG}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{{2,6}}\U000e007f")
_JOINERS = "\u200c\u200d"
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KEYCAPS = "0123456789#*"


def _show(found: re.Match[str]) -> str:
    letter = found[0]
    if _SIGN.match(letter):
        code = ord(letter)
        if code < 0x20:  # the control pictures: ␀ to ␟
            return chr(0x2400 + code)
        return "\u2421" if code == 0x7F else f"<U+{code:04X}>"
    if letter[0] == _FLAG:
        return letter if _TAGGED_FLAG.fullmatch(letter) else _FLAG
    text, start, end = found.string, found.start(), found.end()
    if letter in _JOINERS:
        left = start - 2 if start > 1 and _SELECTOR.match(text, start - 1) else start - 1
        return letter if _is_base(text, left) and _is_base(text, end) else ""
    if _SELECTOR.match(letter):
        selects = _is_base(text, start - 1) or (start and text[start - 1] in _KEYCAPS)
        return letter if selects else ""
    return ""


def _is_base(text: str, index: int) -> bool:
    """Say whether the character at `index` is one that is seen, beyond ASCII."""
    if not 0 <= index < len(text):
        return False
    letter = text[index]
    return letter > "\x7f" and not letter.isspace() and not _UNSAFE.match(letter)


def strip_formatting(text: str) -> str:
    """Return `text` without the formatting codes of IRC (modern.ircdocs.horse/formatting)."""
    return text if text.isprintable() else _FORMATTING.sub("", text)


def visible(text: str) -> str:
    """Return `text` with all that could control or deceive a terminal shown or dropped."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_show, text)


def plain(text: str) -> str:
    """Return `text` as a plain reader gets it: formatting stripped, the rest made visible."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(_show, strip_formatting(text))


def is_blank(text: str) -> bool:
    """Say whether there is nothing to be seen in `text`, as `visible` returns it."""
    return not text.strip().strip("\u2800")  # the pattern of Braille without dots


def cut_utf8(data: bytes, limit: int) -> bytes:
    """Return at most `limit` bytes of `data`, which is UTF-8, never ending inside a character."""
    if len(data) <= limit:
        return data
    while limit and data[limit] & 0xC0 == 0x80:
        limit -= 1
    return data[:limit]


def action(text: str) -> str | None:
    """Return what a CTCP ACTION (`/me`) says, or None when `text` is no action."""
    if not text.startswith("\x01ACTION"):
        return None
    said = text[7:].removesuffix("\x01")
    return said[1:] if said.startswith(" ") else ("" if not said else None)


def is_ctcp(text: str) -> bool:
    """Say whether `text` is a CTCP message of any kind."""
    return text.startswith("\x01")


def pack(words: Iterable[str], limit: int) -> Iterator[str]:
    """Yield words joined by spaces, in texts of at most `limit` bytes (or of one word that is longer).

    Joining first and looking for spaces then takes a tenth of the time of counting words: lists of
    names are long, and made anew whenever somebody enters.
    """
    text = " ".join(words).encode(errors="replace")
    start = 0
    while len(text) - start > limit:
        end = text.rfind(b" ", start, start + limit + 1)
        if end < 0:
            end = text.find(b" ", start)
        if end < 0:
            break
        yield text[start:end].decode()
        start = end + 1
    if text:
        yield text[start:].decode()
