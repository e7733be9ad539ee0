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
- The cells of a link are drawn one by one as a link (hyperlinks.py), and anew in another row, too.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import wcwidth
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout.screen import Char, Screen

from chatclient.ui.hyperlinks import CLOSE, opening
from chatclient.ui.inks import PLAIN, Ink, Piece, Written
from chatclient.ui.letters import are_single
from chatclient.ui.sheet import Drawable, Sheet

CLUSTER_LIMIT = 12  # code points; a family is 7, a flag of a nation's part is 7, "Zalgo" is more
ROW_MARKS = 61  # few, as styles are kept; two rows of one mark in one place are rare
ERASED_FROM = 6  # blanks from which erasing them takes fewer bytes
ELLIPSIS = "…"

Fragment = tuple[str, str] | tuple[str, str, str]  # style, text, and the URL that a link goes to
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


def told(text: str, cells: int, column: int, link: str = "") -> str:
    """Return what draws a cluster whose width is disputed, with the `column` after it (from 0).

    If it should take two cells, both are cleared before, as the terminal may fill one alone.
    """
    clear = f"  \x1b[{column - 1}G" if cells == 2 else ""
    close = CLOSE if link else ""
    return f"{link}{clear}{text}{close}\x1b[{column + 1}G"


class Placed(str):
    """The text of a cell whose width is disputed, and the `column` after it (from 0).

    `link` is what begins the link that the cell is a part of, if it is.
    """

    __slots__ = ("cells", "column", "link")

    cells: int
    column: int
    link: str

    @property
    def told(self) -> str:
        """What draws the cell."""
        return told(self, self.cells, self.column, self.link)


@lru_cache(maxsize=8192)
def _measure(cluster: str) -> Cluster:
    """Return a cluster of a few code points, as it is drawn."""
    text = cluster.rstrip("\u200d")  # what it joined must not be the next cell
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
    if are_single(text):
        yield from ((letter, 1) for letter in text)
        return
    for cluster in wcwidth.iter_graphemes(text):
        if cluster in {"\t", "\xa0"}:
            yield " ", 1
        elif cluster >= " " and not "\x7f" <= cluster[0] <= "\x9f":
            measured = _measure(cluster[:CLUSTER_LIMIT])  # no more of it is worth being kept
            if measured[1]:
                yield measured


def width(text: str) -> int:
    """Return how many cells `text` takes."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(cells for _, cells in clusters(text))


def width_of(fragments: Iterable[Fragment]) -> int:
    """Return how many cells `fragments` take."""
    return sum(width(fragment[1]) for fragment in fragments)


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


def _placed(text: str, cells: int, style: str, column: int, link: str) -> Char:
    char = Char("", style)
    char.char = placed = Placed(text)
    placed.column, placed.cells, placed.link = column, cells, link
    char.width = cells
    return char


def _lay(fragments: Iterable[Fragment], left: int, mark: str, under: str) -> Iterator[Char]:
    """Yield one `Char` for each cell, the first of them at column `left`.

    `under` begins all styles; from the first disputed cluster or link on, `mark` ends them.
    """
    column, marked = left, ""
    for look, text, *url in fragments:
        style = under + look
        link = opening(*url) if url else ""
        for cluster, cells in clusters(text):
            column += cells
            if not link and _agreed(cluster):
                yield _char(cluster, cells, style + marked)
            else:
                marked = mark
                yield _placed(cluster, cells, style + marked, column, link)
            if cells == 2:
                yield _char("", 0, style + marked)


def _write(fragments: Iterable[Fragment], under: str, left: int, cells: int, ink: Ink) -> Written:
    """Return the pieces of a row: its fragments, then what fills or clears the rest."""
    pieces: list[Piece] = []
    column, end, code, disputed = left, left + cells, PLAIN, False
    for fragment in fragments:
        look, text = fragment[0], fragment[1]
        begin, before, code = column, code, ink.code(f"{under} {look}" if under else look)
        if text.isascii() and text.isprintable():
            shown = text[: end - column]
            column += len(shown)
        else:
            column, shown = _run(text, column, end)
            disputed = disputed or "\x1b" in shown
        if len(fragment) > 2:
            shown = f"{opening(fragment[2])}{shown}{CLOSE}"
        pieces.append((begin, code, shown if code == before else code + shown))
        if column >= end:
            break
    pieces.append((column, ink.code(under), _rest(column, end, code, under, ink)))
    return Written(tuple(pieces), disputed)


def _run(text: str, column: int, end: int) -> tuple[int, str]:
    """Return where `text` ends that begins at `column`, and what is sent for it."""
    made: list[str] = []
    for cluster, cells in clusters(text):
        if column + cells > end:
            break  # half of a wide cluster cannot be shown
        column += cells
        made.append(cluster if _agreed(cluster) else told(cluster, cells, column))
    return column, "".join(made)


def _rest(column: int, end: int, code: str, under: str, ink: Ink) -> str:
    """Return what brings a row from `column` to its end, and to the plain look."""
    blanks, ground = end - column, ink.code(under)
    if ground == PLAIN:
        plain = "" if code == PLAIN else PLAIN
        return plain + (f"\x1b[{blanks}X" if blanks >= ERASED_FROM else " " * blanks)
    look = "" if code == ground or not blanks else ground
    return f"{look}{' ' * blanks}{PLAIN}"


class Row:
    """One row of a pane: its fragments. Never changed after it is made.

    `style` lies under all of them and reaches to the end of the row. What the row is to a terminal
    is kept with it, for the place where it was drawn last.
    """

    __slots__ = ("_cells", "_left", "_place", "_written", "fragments", "style")

    def __init__(self, fragments: Iterable[Fragment] = (), style: str = "") -> None:
        self.fragments: tuple[Fragment, ...] = tuple(fragments)
        self.style = style
        self._cells: list[Char] = []
        self._left = -1
        self._place: tuple[int, int, Ink] | None = None
        self._written: Written | None = None

    @property
    def text(self) -> str:
        """What the row says, without styles."""
        return "".join(fragment[1] for fragment in self.fragments)

    @property
    def formatted(self) -> StyleAndTextTuples:
        """The fragments in the form that prompt_toolkit's own windows take."""
        return [(fragment[0], fragment[1]) for fragment in self.fragments]

    def draw(self, screen: Screen, left: int, y: int, limit: int) -> None:
        """Write the row into `screen` from column `left` on, in exactly `limit` cells."""
        if isinstance(screen, Sheet):
            screen.put(self, left, y, limit)
            return
        if self._left != left:
            under = f"{self.style} " if self.style else ""
            what = f"{left} {[rest for _, *rest in self.fragments]}"
            mark = f" class:row{zlib.crc32(what.encode(errors='replace')) % ROW_MARKS}"
            self._cells = list(_lay(self.fragments, left, mark, under))
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

    def same_as(self, other: Drawable) -> bool:
        """Say whether the other row looks the same."""
        return self is other or (
            isinstance(other, Row)
            and self.fragments == other.fragments
            and self.style == other.style
        )

    def written(self, left: int, cells: int, ink: Ink) -> Written:
        """Return what draws the row in exactly `cells` columns from `left` on."""
        place = (left, cells, ink)
        if self._written is None or self._place != place:
            self._place = place
            self._written = _write(self.fragments, self.style, left, cells, ink)
        return self._written


def draw_all(rows: Sequence[Row], screen: Screen, left: int, top: int, cells: int) -> None:
    """Write rows into `screen`, one below the other from the line `top` on (see `Row.draw`)."""
    if isinstance(screen, Sheet):
        screen.put_all(rows, left, top, cells)
        return
    for y, row in enumerate(rows, top):
        row.draw(screen, left, y, cells)


BLANK = Row()
