"""What a terminal says of itself among the keys: its ground, and that the system turns dark.

Rules:
- A report is never typed: it is taken out of what is read, also when it comes in parts and late.
  What is no report goes on to the keys as it came, after the time that Esc has, too.
- Nobody waits for an answer: terminals that do not know the question say nothing.
- What is no text of the terminal's encoding is read as U+FFFD: it could neither be kept nor sent.
"""

import re
from collections.abc import Callable

from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress

from chatclient.ui.theme import Ground

ASK = "\x1b]11;?\x1b\\\x1b[?2031h"
"""Asks for the background (xterm's OSC 11), and to be told when it turns dark or light."""
CEASE = "\x1b[?2031l"

_BRIGHT = 0.18  # relative luminance from which black is read better than white

_REPORT = re.compile(
    r"\x1b\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})(?:/[0-9a-f]{1,4})?(?:\x07|\x1b\\)"
    r"|\x1b\[\?997;([12])n",
    re.IGNORECASE,
)
_BEGUN = re.compile(
    r"\x1b(?:\](?:1(?:1(?:;[rg:0-9a-f/]{0,26}\x1b?)?)?)?|\[(?:\?(?:9(?:9(?:7(?:;[12]?)?)?)?)?)?)?$",
    re.IGNORECASE | re.ASCII,
)
_SURE = "\x1b]11;"  # what begins so was not typed
_NO_LETTERS = re.compile("[\ud800-\udfff]")  # bytes that are no UTF-8, as prompt_toolkit reads them


class ReportParser(Vt100Parser):
    """Reads keys, and hears reports."""

    def __init__(
        self, feed_key_callback: Callable[[KeyPress], None], heard: Callable[[Ground], None]
    ) -> None:
        super().__init__(feed_key_callback)
        self._heard = heard
        self._held = ""

    def feed(self, data: str) -> None:
        """Read what came from the terminal."""
        data = _NO_LETTERS.sub("\ufffd", data)
        if "\x1b" in data or self._held:
            data = _REPORT.sub(self._hear, self._held + data)
            begun = _BEGUN.search(data)
            self._held = begun[0] if begun else ""
            data = data[: len(data) - len(self._held)]
        super().feed(data)

    def flush(self) -> None:
        """Take what has not gone on as it is."""
        if not self._held.startswith(_SURE):
            held, self._held = self._held, ""
            super().feed(held)
        super().flush()

    def _hear(self, report: re.Match[str]) -> str:
        red, green, blue, scheme = report.groups()
        if scheme:
            self._heard(Ground.DARK if scheme == "1" else Ground.LIGHT)
        else:
            self._heard(ground_of(red, green, blue))
        return ""


def ground_of(red: str, green: str, blue: str) -> Ground:
    """Return what a background is, given in hexadecimal of any length."""
    parts = [int(part, 16) / (16 ** len(part) - 1) for part in (red, green, blue)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return Ground.LIGHT if luminance > _BRIGHT else Ground.DARK


def hinted(colorfgbg: str) -> Ground:
    """Return what `COLORFGBG` says ("15;0": white on black), which some terminals set."""
    background = colorfgbg.rpartition(";")[2]
    if not (background.isascii() and background.isdigit()):
        return Ground.UNKNOWN
    return Ground.DARK if int(background) in {*range(7), 8} else Ground.LIGHT
