"""A terminal's screen as a picture: what pyte holds, with its colours, as SVG.

Rules: every run of equal cells is one text with a fixed length, so that columns stand in line
whatever font the reader has; what takes two cells is a text of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby

import pyte
from pyte.screens import Char

CELL_WIDTH, CELL_HEIGHT, FONT_SIZE = 8.4, 18, 14
SEAM = 0.3  # by which backgrounds overlap, so that no line shows between them
MARGIN, TITLE_HEIGHT, RADIUS = 12, 30, 8
INK, PAPER, FRAME = "#d8dee9", "#171a21", "#2b303b"
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
LIGHTS = ("#ff5f57", "#febc2e", "#28c840")

_NAMED = {
    "black": "#000000",
    "red": "#d75f5f",
    "green": "#5faf5f",
    "brown": "#d7af5f",
    "blue": "#5f87d7",
    "magenta": "#af5fd7",
    "cyan": "#5fafaf",
    "white": "#d8dee9",
}


@dataclass(frozen=True, slots=True)
class Run:
    """Cells of one look, beside each other."""

    column: int
    cells: int
    text: str
    look: Char


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    plain = name.removeprefix("bright")
    return _NAMED.get(plain, f"#{name}")


def _colours(look: Char) -> tuple[str, str]:
    ink, paper = _colour(look.fg, INK), _colour(look.bg, PAPER)
    return (paper, ink) if look.reverse else (ink, paper)


def runs(screen: pyte.Screen, y: int) -> Iterator[Run]:
    """Yield the runs of one row; a wide character is a run of two cells."""
    row = screen.buffer[y]
    cells: list[tuple[int, int, Char]] = []
    for x in range(screen.columns):
        if row[x].data:
            wide = x + 1 < screen.columns and not row[x + 1].data
            cells.append((x, 2 if wide else 1, row[x]))

    def alike(cell: tuple[int, int, Char]) -> tuple[object, ...]:
        x, width, char = cell
        return (char._replace(data=""), x if width == 2 else None)

    for _, group in groupby(cells, alike):
        found = list(group)
        text = "".join(char.data for _, _, char in found)
        yield Run(found[0][0], sum(width for _, width, _ in found), text, found[0][2])


def _draw(run: Run, y: int) -> Iterator[str]:
    ink, paper = _colours(run.look)
    x = MARGIN + run.column * CELL_WIDTH
    top = TITLE_HEIGHT + MARGIN + y * CELL_HEIGHT
    width = run.cells * CELL_WIDTH
    if paper != PAPER:
        yield (
            f'<rect x="{x:.1f}" y="{top}" width="{width + SEAM:.1f}" height="{CELL_HEIGHT + SEAM}"'
            f' fill="{paper}"/>'
        )
    if run.text.strip():
        weight = ' font-weight="bold"' if run.look.bold else ""
        line = ' text-decoration="underline"' if run.look.underscore else ""
        yield (
            f'<text x="{x:.1f}" y="{top + 13.5:.1f}" fill="{ink}"{weight}{line}'
            f' textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs">{escape(run.text)}</text>'
        )


def picture(screen: pyte.Screen, title: str) -> str:
    """Return the screen as an SVG document, in a window with a title."""
    width = 2 * MARGIN + screen.columns * CELL_WIDTH
    height = TITLE_HEIGHT + 2 * MARGIN + screen.lines * CELL_HEIGHT
    body = [
        drawn for y in range(screen.lines) for run in runs(screen, y) for drawn in _draw(run, y)
    ]
    lights = [
        f'<circle cx="{20 + 20 * number}" cy="16" r="6" fill="{colour}"/>'
        for number, colour in enumerate(LIGHTS)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' width="{width:.0f}" height="{height:.0f}" font-family="{FONTS}"'
        f' font-size="{FONT_SIZE}" xml:space="preserve" role="img">'
    )
    return "\n".join(
        [
            head,
            f"<title>{escape(title)}</title>",
            f'<rect width="100%" height="100%" rx="{RADIUS}" fill="{PAPER}" stroke="{FRAME}"/>',
            *lights,
            f'<text x="50%" y="20" fill="{INK}" text-anchor="middle">{escape(title)}</text>',
            *body,
            "</svg>\n",
        ]
    )
