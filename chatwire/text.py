"""Text from a peer, made safe for somebody else's terminal, and the formatting codes of IRC.

Rules: what `visible` returns has no C0 control but TAB, no DEL, no C1, no bidi control, no line or
paragraph separator and no character without width that could hide or reorder text; each is made
visible or dropped. ZWJ and variation selectors stay, as emoji need them; they order nothing.
"""

import re

BOLD, COLOUR, HEX_COLOUR, RESET = "\x02", "\x03", "\x04", "\x0f"
MONOSPACE, REVERSE, ITALIC, STRIKE, UNDERLINE = "\x11", "\x16", "\x1d", "\x1e", "\x1f"

_FORMATTING = re.compile(
    r"\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    r"|[\x02\x0f\x11\x16\x1d\x1e\x1f]"
)
_UNSAFE = re.compile(
    "[\x00-\x08\x0a-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e001f\U000e0080-\U000e00ff]"
)


def _show(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:  # the control pictures: ␀ to ␟
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return f"<U+{code:04X}>" if 0x80 <= code < 0xA0 or 0x2028 <= code <= 0x202E else ""


def strip_formatting(text: str) -> str:
    """Return `text` without the formatting codes of IRC (modern.ircdocs.horse/formatting)."""
    return text if text.isprintable() else _FORMATTING.sub("", text)


def visible(text: str) -> str:
    """Return `text` with all that could control or deceive a terminal shown or dropped."""
    return text if text.isprintable() else _UNSAFE.sub(_show, text)


def plain(text: str) -> str:
    """Return `text` as a plain reader gets it: formatting stripped, the rest made visible."""
    return text if text.isprintable() else visible(_FORMATTING.sub("", text))


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
