"""How the parts of a text look: formatting of IRC, and links.

Rules:
- Colours that people send are made readable where their ground is the terminal's, which is dark or
  light: neither dark nor light themselves. Where they name the ground too, letters that could not
  be read on it become black or white.
- There are few styles, as they are kept: a colour has 16 levels of each primary.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar

from chatclient.model import Span
from chatclient.ui.cells import Fragment
from chatclient.ui.links import Link, links

_Part = TypeVar("_Part", Span, Link)

LINK = "class:link"

# https://modern.ircdocs.horse/formatting: the 16 of mIRC, and the 83 after them.
PALETTE = (
    "ffffff", "000000", "00007f", "009300", "ff0000", "7f0000", "9c009c", "fc7f00",
    "ffff00", "00fc00", "009393", "00ffff", "0000fc", "ff00ff", "7f7f7f", "d2d2d2",
    "470000", "472100", "474700", "324700", "004700", "00472c", "004747", "002747",
    "000047", "2e0047", "470047", "47002a", "740000", "743a00", "747400", "517400",
    "007400", "007449", "007474", "004074", "000074", "4b0074", "740074", "740045",
    "b50000", "b56300", "b5b500", "7db500", "00b500", "00b571", "00b5b5", "0063b5",
    "0000b5", "7500b5", "b500b5", "b5006b", "ff0000", "ff8c00", "ffff00", "b2ff00",
    "00ff00", "00ffa0", "00ffff", "008cff", "0000ff", "a500ff", "ff00ff", "ff0098",
    "ff5959", "ffb459", "ffff71", "cfff60", "6fff6f", "65ffc9", "6dffff", "59b4ff",
    "5959ff", "c459ff", "ff66ff", "ff59bc", "ff9c9c", "ffd39c", "ffff9c", "e2ff9c",
    "9cff9c", "9cffdb", "9cffff", "9cd3ff", "9c9cff", "dc9cff", "ff9cff", "ff94d3",
    "000000", "131313", "282828", "363636", "4d4d4d", "656565", "818181", "9f9f9f",
    "bcbcbc", "e2e2e2", "ffffff",
)  # fmt: skip

_LEAST, _MOST = 0.13, 0.28  # luminance with a contrast of 3:1 or more to black and to white
_READABLE = 3.0
_LEVELS = 17  # 255 / 15
_HEX = re.compile("[0-9a-f]{6}")

_Rgb = tuple[float, float, float]


def runs(text: str, spans: Sequence[Span], base: str) -> list[Fragment]:
    """Return a text as fragments: `base` and what its spans and links say, cut where they do."""
    found = [*links(text)]
    if not spans and not found:
        return [(base, text)]
    ends = {0, len(text)}
    for span in spans:
        ends |= {min(span.start, len(text)), min(span.end, len(text))}
    for link in found:
        ends |= {link.start, link.end}
    cuts = sorted(ends)
    made: list[Fragment] = []
    left_spans, left_links = [*reversed(spans)], [*reversed(found)]
    for start, end in pairwise(cuts):
        look, leads = _over(left_spans, start), _over(left_links, start)
        styles = (base, span_style(look) if look else "", LINK if leads else "")
        style = " ".join(filter(None, styles))
        part = text[start:end]
        made.append((style, part, leads.url) if leads else (style, part))
    return made


def _over(left: list[_Part], start: int) -> _Part | None:
    """Return the part that reaches over `start`, and drop those that end before it."""
    while left and left[-1].end <= start:
        left.pop()
    return left[-1] if left and left[-1].start <= start else None


@lru_cache(maxsize=1024)
def _style(flags: tuple[str, ...], colour: int | str | None, ground: int | str | None) -> str:
    letters, paper = _rgb(colour), _rgb(ground)
    if paper is not None and (letters is None or _contrast(letters, paper) < _READABLE):
        letters = max(((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), key=lambda each: _contrast(each, paper))
    elif letters is not None and paper is None:
        letters = _middling(letters)
    colours = (_hex(letters), "bg:" + _hex(paper) if paper else "")
    return " ".join(filter(None, (*flags, *colours)))


def span_style(span: Span) -> str:
    """Return the style of a part of a text."""
    flags = (
        ("bold", span.bold),
        ("italic", span.italic),
        ("underline", span.underline),
        ("strike", span.strike),
        ("class:mono", span.mono),
        ("reverse", span.reverse),
    )
    return _style(tuple(name for name, given in flags if given), span.colour, span.ground)


def _rgb(colour: int | str | None) -> _Rgb | None:
    """Return the primaries from 0 to 1, None for no colour that is known."""
    if isinstance(colour, int):
        colour = PALETTE[colour] if 0 <= colour < len(PALETTE) else None
    if colour is None or not _HEX.fullmatch(colour):
        return None
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def _hex(colour: _Rgb | None) -> str:
    if colour is None:
        return ""
    return "#" + "".join(f"{round(each * 15) * _LEVELS:02x}" for each in colour)


def _luminance(colour: _Rgb) -> float:
    """Return how light a colour is (WCAG 2.2, "relative luminance")."""
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: _Rgb, other: _Rgb) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _middling(colour: _Rgb) -> _Rgb:
    """Return a colour of that hue that can be read on black and on white."""
    light = _luminance(colour)
    if _LEAST <= light <= _MOST:
        return colour
    towards, goal = (0.0, _MOST) if light > _MOST else (1.0, _LEAST)
    near, far = 0.0, 1.0
    for _ in range(12):
        share = (near + far) / 2
        red, green, blue = (each + (towards - each) * share for each in colour)
        reached = _luminance((red, green, blue))
        if (reached > goal) == (towards == 0.0):
            near = share
        else:
            far = share
    return red, green, blue
