"""The sheet: a screen that is made of rows rather than of cells, and what stands where on it.

Rules:
- Whoever draws puts rows in places (`put`); nobody makes cells of them, but where something floats
  above them: what prompt_toolkit's own windows write are cells, and they lie over the rows.
- `lines` are whole: every cell of the screen belongs to exactly one strip, from left to right.
- A strip is a plain tuple: each frame makes some two hundred of them.
"""

from collections.abc import Sequence
from operator import itemgetter
from typing import Protocol

from prompt_toolkit.data_structures import Size
from prompt_toolkit.layout.screen import Screen

from chatclient.ui.inks import Ink, Written


class Drawable(Protocol):
    """What a strip shows; it never changes."""

    def same_as(self, other: "Drawable", /) -> bool:
        """Say whether the other one looks the same."""

    def written(self, left: int, cells: int, ink: Ink) -> Written:
        """Return what draws it in exactly `cells` columns from `left` on."""

    def draw(self, screen: Screen, left: int, y: int, limit: int, /) -> None:
        """Write it into `screen`, cell by cell."""


Strip = tuple[int, int, Drawable]
"""A part of one line of the screen: from which column on, how many cells, and what it shows."""

Lines = list[list[Strip]]


class Sheet(Screen):
    """A screen that takes rows."""

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.width, self.height = size.columns, size.rows
        self._strips: Lines = [[] for _ in range(size.rows)]

    def put(self, what: Drawable, left: int, y: int, cells: int) -> None:
        """Show `what` in these columns of a line."""
        if 0 <= y < len(self._strips):
            self._strips[y].append((left, cells, what))

    def put_all(self, rows: Sequence[Drawable], left: int, top: int, cells: int) -> None:
        """Show rows in these columns of the lines from `top` on."""
        for strips, what in zip(self._strips[top:], rows, strict=False):
            strips.append((left, cells, what))

    def lines(self, blank: Drawable) -> Lines:
        """Return what each line of the screen is made of, `blank` where nothing was put."""
        return [self._whole(strips, blank) for strips in self._strips]

    def _whole(self, strips: Sequence[Strip], blank: Drawable) -> list[Strip]:
        made: list[Strip] = []
        column, edge = 0, self.width
        for strip in sorted(strips, key=itemgetter(0)):
            left, cells, _ = strip
            if left < column or left + cells > edge or cells <= 0:
                continue  # there is no room for it
            if left > column:
                made.append((column, left - column, blank))
            made.append(strip)
            column = left + cells
        if column < edge:
            made.append((column, edge - column, blank))
        return made
