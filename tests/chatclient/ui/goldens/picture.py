"""A screen as text: what stands in each cell, and how it looks, in a form whose differences are read.

The looks are letters, explained at the end; a dot is the terminal's own look. A wide letter has a
blank look for its second cell.
"""

from typing import NamedTuple

import pyte


class Look(NamedTuple):
    """Colours and attributes of a cell."""

    colours: str
    attributes: str


_PLAIN = Look("default on default", "")
_ATTRIBUTES = ("bold", "italics", "underscore", "strikethrough", "reverse", "blink")
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def picture(screen: pyte.Screen) -> str:
    """Return the whole screen, row by row, then its looks."""
    names: dict[Look, str] = {_PLAIN: "."}
    texts, looks = [], []
    for y in range(screen.lines):
        row = screen.buffer[y]
        cells = [row[x] for x in range(screen.columns)]
        texts.append("".join(cell.data for cell in cells))
        looks.append("".join(_letter(cell, names) if cell.data else " " for cell in cells))
    legend = [
        f"{letter} {look.colours} {look.attributes}".rstrip() for look, letter in names.items()
    ]
    shown = [f"|{text}|" for text in texts]
    return "\n".join([*shown, "", *(f"|{look}|" for look in looks), "", *legend, ""])


def _letter(cell: pyte.screens.Char, names: dict[Look, str]) -> str:
    attributes = " ".join(name for name in _ATTRIBUTES if getattr(cell, name))
    look = Look(f"{cell.fg} on {cell.bg}", attributes)
    if look not in names:
        names[look] = _LETTERS[len(names) - 1]
    return names[look]
