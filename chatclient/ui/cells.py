"""Cells of the terminal: text measured, cut and drawn by grapheme cluster, as a person sees it.

Rules:
- A cluster takes no cells, one or two; never more, whatever its code points add up to.
- What could move the cursor is no cluster: a TAB becomes a blank, other control characters are
  dropped here a second time (chatwire.text made them visible before).
- After a cluster about whose width terminals differ, the column that follows is told to the
  terminal (`Placed`, see output.py), so that nothing behind it is shifted.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

import wcwidth
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.screen import Char, Screen

CLUSTER_LIMIT = 12  # code points; a family is 7, a flag of a nation's part is 7, "Zalgo" is more
ELLIPSIS = "…"

Fragment = tuple[str, str]  # style, text
Cluster = tuple[str, int]  # text, cells


class Placed(str):
    """The text of a cell whose width is disputed, and the `column` after it (from 0)."""

    __slots__ = ("column",)

    column: int


@lru_cache(maxsize=8192)
def _measure(cluster: str) -> Cluster:
    text = cluster[:CLUSTER_LIMIT]
    cells = min(2, max(0, wcwidth.width(text)))
    return text, cells


def _agreed(cluster: str) -> bool:
    """Say whether every terminal gives `cluster` one cell: plain letters, dashes, box drawing."""
    if len(cluster) > 1:
        return False
    return (
        cluster < "\u0300"
        or "\u0370" <= cluster < "\u0590"
        or "\u2010" <= cluster <= "\u2027"
        or "\u2500" <= cluster < "\u2580"
    )


def clusters(text: str) -> Iterator[Cluster]:
    """Yield the clusters of `text` with their cells; what has no cells is not worth one."""
    if text.isascii():
        for letter in text:
            if letter >= " " and letter != "\x7f":
                yield letter, 1
            elif letter == "\t":
                yield " ", 1
        return
    for cluster in wcwidth.iter_graphemes(text):
        if cluster == "\t":
            yield " ", 1
        elif cluster >= " " and not "\x7f" <= cluster[0] <= "\x9f":
            measured = _measure(cluster)
            if measured[1]:
                yield measured


def width(text: str) -> int:
    """Return how many cells `text` takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(cells for _, cells in clusters(text))


def clip(text: str, limit: int) -> str:
    """Return `text` in at most `limit` cells, with an ellipsis when something is left out."""
    if width(text) <= limit:
        return text
    kept, room = [], limit - 1
    for cluster, cells in clusters(text):
        if cells > room:
            break
        kept.append(cluster)
        room -= cells
    return "".join(kept) + ELLIPSIS if limit > 0 else ""


def pad(text: str, cells: int) -> str:
    """Return `text` in exactly `cells` cells: cut, or filled with blanks on the right."""
    text = clip(text, cells)
    return text + " " * (cells - width(text))


@lru_cache(maxsize=16384)
def _char(text: str, cells: int, style: str) -> Char:
    char = Char(text, style)
    char.width = cells
    return char


def _placed(text: str, cells: int, style: str, column: int) -> Char:
    char = Char("", style)
    char.char = placed = Placed(text)
    placed.column = column
    char.width = cells
    return char


def _lay(fragments: Iterable[Fragment], left: int) -> Iterator[Char]:
    """Yield one `Char` for each cell, the first of them at column `left`."""
    column = left
    for style, text in fragments:
        for cluster, cells in clusters(text):
            column += cells
            if cells == 1 and _agreed(cluster):
                yield _char(cluster, cells, style)
            else:
                yield _placed(cluster, cells, style, column)
                if cells == 2:
                    yield _char("", 0, style)


class Row:
    """One row of a pane: its fragments, and, once drawn, its cells. Never changed after it is made.

    `style` lies under all of them and reaches to the end of the row.
    """

    __slots__ = ("_cells", "_left", "fragments", "style")

    def __init__(self, fragments: Iterable[Fragment] = (), style: str = "") -> None:
        self.fragments: tuple[Fragment, ...] = tuple(fragments)
        self.style = style
        self._cells: list[Char] = []
        self._left = -1

    @property
    def text(self) -> str:
        """What the row says, without styles."""
        return "".join(text for _, text in self.fragments)

    @property
    def formatted(self) -> StyleAndTextTuples:
        """The fragments in the form that prompt_toolkit's own windows take."""
        return [*self.fragments]

    def draw(self, screen: Screen, left: int, y: int, limit: int) -> None:
        """Write the row into `screen` from column `left` on, in exactly `limit` cells."""
        if self._left != left:
            under = f"{self.style} " if self.style else ""
            styled = ((under + style, text) for style, text in self.fragments)
            self._cells = list(_lay(styled, left))
            self._left = left
        target, cells = screen.data_buffer[y], self._cells
        end = min(len(cells), limit)
        if end and cells[end - 1].width == 2:
            end -= 1  # half of a wide cluster cannot be shown
        for column in range(end):
            target[left + column] = cells[column]
        if end < limit and self.style:
            blank = _char(" ", 1, self.style)
            for column in range(end, limit):
                target[left + column] = blank


BLANK = Row()
