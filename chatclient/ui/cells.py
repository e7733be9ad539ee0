"""Cells of the terminal: text measured, cut and drawn by grapheme cluster, as a person sees it.

Rules:
- A cluster takes no cells, one or two; never more, whatever its code points add up to.
- What could move the cursor is no cluster: TAB and the no-break space become blanks, other control
  characters are dropped here a second time (chatwire.text made them visible before).
- After a cluster about whose width terminals differ, the column that follows is told to the
  terminal (`Placed`, see output.py), so that nothing behind it is shifted. Such a cluster may have
  overwritten its neighbours, which the terminal alone knows: so where one row takes the place of
  another, everything from the first such cluster on is drawn anew. (prompt_toolkit draws cells that
  differ; a mark of the row in their styles, which has no look, makes them differ.)
"""

import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache

import wcwidth
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.screen import Char, Screen

CLUSTER_LIMIT = 12  # code points; a family is 7, a flag of a nation's part is 7, "Zalgo" is more
ROW_MARKS = 61  # few, as styles are kept; two rows of one mark in one place are rare
ELLIPSIS = "…"

Fragment = tuple[str, str]  # style, text
Cluster = tuple[str, int]  # text, cells


_AGREED = (
    (" ", "\u02ff"),
    ("\u0370", "\u0482"),
    ("\u048a", "\u058f"),
    ("\u2010", "\u2027"),
    ("\u2500", "\u257f"),
    ("\u3041", "\u3096"),
    ("\u30a1", "\u30fa"),
    ("\u3400", "\u4dbf"),
    ("\u4e00", "\u9fff"),
    ("\uac00", "\ud7a3"),
)


class Placed(str):
    """The text of a cell whose width is disputed, and the `column` after it (from 0)."""

    __slots__ = ("cells", "column")

    cells: int
    column: int


@lru_cache(maxsize=8192)
def _measure(cluster: str) -> Cluster:
    text = cluster[:CLUSTER_LIMIT].rstrip("\u200d")  # what it joined must not be the next cell
    cells = min(2, max(0, wcwidth.width(text)))
    return text, cells


def _agreed(cluster: str) -> bool:
    """Say whether every terminal gives `cluster` the same cells.

    That is so for Latin, Greek, Cyrillic and Armenian letters, dashes and quotes, box
    drawing; and for kana, ideographs and Hangul syllables, which take two.
    """
    return len(cluster) == 1 and any(first <= cluster <= last for first, last in _AGREED)


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
        if cluster in {"\t", "\xa0"}:
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
    placed.column, placed.cells = column, cells
    char.width = cells
    return char


def _lay(fragments: Iterable[Fragment], left: int, mark: str) -> Iterator[Char]:
    """Yield one `Char` for each cell, the first of them at column `left`.

    From the first disputed cluster on, `mark` is part of the styles.
    """
    column, marked = left, ""
    for style, text in fragments:
        for cluster, cells in clusters(text):
            column += cells
            if _agreed(cluster):
                yield _char(cluster, cells, style + marked)
            else:
                marked = mark
                yield _placed(cluster, cells, style + marked, column)
            if cells == 2:
                yield _char("", 0, style + marked)


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
            mark = f" class:row{zlib.crc32(f'{left} {self.text}'.encode()) % ROW_MARKS}"
            self._cells = list(_lay(styled, left, mark))
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
