"""Ink: what the names of styles are to a terminal, in one theme and one depth of colours.

Rules: a code is whole (it begins with a reset), so that it stands alone; it is made once. Another
theme is another ink, and what was written with the old one is not used again.
"""

import io
from typing import NamedTuple

from prompt_toolkit.data_structures import Size
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import BaseStyle

PLAIN = "\x1b[0m"

_MOST = 4096  # codes that are kept: people can colour what they say in many more ways


Piece = tuple[int, str, str]
"""Text of one look: where it begins, how its look begins, and all that is sent for it.

The look is a part of the text where it is not that of the piece before. It is a plain tuple, as each
frame makes some two hundred.
"""


class Written(NamedTuple):
    """What draws a part of one line: from the plain look to the plain look, in pieces."""

    pieces: tuple[Piece, ...]
    disputed: bool
    """Whether terminals may differ about its width, so that it may reach over its end."""

    def since(self, before: "Written | None") -> tuple[int, str]:
        """Return where it differs from what is there now, and what to send from there on."""
        start = self._agrees_to(before) if before else 0
        column, code, first = self.pieces[start]
        look = code if start and not first.startswith(code) else ""
        return column, look + "".join([text for _, _, text in self.pieces[start:]])

    def _agrees_to(self, before: "Written") -> int:
        if self.disputed or before.disputed:
            return 0
        last = min(len(self.pieces), len(before.pieces)) - 1
        same = 0
        while same < last and self.pieces[same] == before.pieces[same]:
            same += 1
        return same


class Ink:
    """Styles as escape sequences; two inks are never the same."""

    __slots__ = ("_codes", "_depth", "_output", "_paper", "_sheet")

    def __init__(self, sheet: BaseStyle, depth: ColorDepth) -> None:
        self._sheet, self._depth = sheet, depth
        self._begin()

    def _begin(self) -> None:
        """Know no code but one; prompt_toolkit's output keeps those that it has made, too."""
        self._paper = io.StringIO()
        self._output = Vt100_Output(self._paper, lambda: Size(1, 1))
        self._codes: dict[str, str] = {"": PLAIN}

    def code(self, style: str) -> str:
        """Return the escape sequence that begins text of this style."""
        code = self._codes.get(style)
        if code is None:
            if len(self._codes) >= _MOST:
                self._begin()
            code = self._codes[style] = self._make(style)
        return code

    def _make(self, style: str) -> str:
        """Have prompt_toolkit write it, which knows how to make do with few colours."""
        self._output.set_attributes(self._sheet.get_attrs_for_style_str(style), self._depth)
        self._output.flush()
        code = self._paper.getvalue()
        self._paper.seek(0)
        self._paper.truncate()
        return code
