"""The formatting codes of IRC as spans of a text (https://modern.ircdocs.horse/formatting).

Rules: the text that is returned is safe to show, as `chatwire.text.plain` has it, and free of codes;
the spans are in order, none is empty, none overlap, and neighbours differ. What is bold or coloured
in one line of a message does not go on in the next.
"""

import re
from dataclasses import dataclass, field, replace

from chatclient.model.lines import Span
from chatwire.text import (
    BOLD,
    COLOUR,
    ITALIC,
    MONOSPACE,
    RESET,
    REVERSE,
    STRIKE,
    UNDERLINE,
    plain,
    visible,
)

_CODE = re.compile(
    r"(\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    r"|[\x02\x0f\x11\x16\x1d\x1e\x1f])"
)
_TOGGLES = {
    BOLD: "bold",
    ITALIC: "italic",
    UNDERLINE: "underline",
    STRIKE: "strike",
    MONOSPACE: "mono",
    REVERSE: "reverse",
}
_DEFAULT = 99
_MOST_CODES = 1000
"""The most codes of one text that are heeded; the rest of it is shown without."""
_PLAIN = Span(0, 0)


@dataclass(slots=True)
class _Reading:
    """What was read of a text so far, and how what follows looks."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    look: Span = _PLAIN
    spans: list[Span] = field(default_factory=list)

    def take(self, shown: str) -> None:
        """Take what is shown of what stands between two codes."""
        if not shown:
            return
        start, end = self.length, self.length + len(shown)
        self.parts.append(shown)
        self.length = end
        if self.look == _PLAIN:
            return
        before = self.spans[-1] if self.spans else None
        if before and before.end == start and replace(before, start=0, end=0) == self.look:
            self.spans[-1] = replace(before, end=end)
        else:
            self.spans.append(replace(self.look, start=start, end=end))

    def heed(self, code: str) -> None:
        """Take a code."""
        sign, told = code[0], code[1:]
        if name := _TOGGLES.get(sign):
            self.look = replace(self.look, **{name: not getattr(self.look, name)})
        elif sign == RESET:
            self.look = _PLAIN
        elif not told:
            self.look = replace(self.look, colour=None, ground=None)
        else:
            number = _numbered if sign == COLOUR else str.lower
            colour, _, ground = told.partition(",")
            self.look = replace(self.look, colour=number(colour))
            if ground:
                self.look = replace(self.look, ground=number(ground))


def _numbered(written: str) -> int | None:
    number = int(written)
    return None if number == _DEFAULT else number


def read(text: str) -> tuple[str, tuple[Span, ...]]:
    """Return what is to be shown of a text that may have several lines, and how parts of it look."""
    if text.isprintable():
        return visible(text), ()
    reading = _Reading()
    left = _MOST_CODES
    for at, line in enumerate(text.split("\n")):
        reading.look = _PLAIN
        reading.take("\n" if at else "")
        *pieces, rest = _CODE.split(line, maxsplit=left) if left else [line]
        for run, code in zip(pieces[::2], pieces[1::2], strict=True):
            reading.take(visible(run))
            reading.heed(code)
        left -= len(pieces) // 2
        reading.take(plain(rest))
    return "".join(reading.parts), tuple(reading.spans)
