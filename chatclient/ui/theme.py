"""How things look: a style sheet for each ground that text may stand on.

Rules: text has the terminal's own colour unless it means something; what a colour says, a sign or
a word says too, so that nothing is lost without colours (`NO_COLOR`); only bars have a background.
On a dark ground and on a light one every colour is read with a contrast of 4.5:1 or more (WCAG 2,
AA); where the ground is not known, colours are of middling brightness. High contrast is the
terminal's own two colours.
"""

import enum
import zlib
from functools import lru_cache

from prompt_toolkit.styles import Style


class Ground(enum.StrEnum):
    """What text stands on."""

    UNKNOWN = "unknown"
    DARK = "dark"
    LIGHT = "light"


NICK_COLOURS = {
    Ground.UNKNOWN: (
        "#d7005f", "#d75f00", "#af8700", "#5f8700", "#008700", "#00875f",
        "#008787", "#0087d7", "#5f5fff", "#875fd7", "#af5fd7", "#d75f87",
    ),
    Ground.DARK: (
        "#ff5f87", "#ff8700", "#d7af00", "#87af00", "#5fd75f", "#5fd7af",
        "#00d7d7", "#5fafff", "#afafff", "#af87ff", "#d787ff", "#ff87d7",
    ),
    Ground.LIGHT: (
        "#af005f", "#af0000", "#875f00", "#5f5f00", "#005f00", "#005f5f",
        "#005f87", "#0000d7", "#5f00d7", "#5f00af", "#8700af", "#870087",
    ),
}  # fmt: skip

_INKS = {
    Ground.UNKNOWN: {
        "grey": "#808080", "yellow": "#af8700", "blue": "#0087d7", "red": "#d70000",
        "orange": "#d75f00", "pink": "#d7005f", "teal": "#008787",
    },
    Ground.DARK: {
        "grey": "#949494", "yellow": "#d7af00", "blue": "#5fafff", "red": "#ff5f5f",
        "orange": "#ff8700", "pink": "#ff5f87", "teal": "#00d7d7",
    },
    Ground.LIGHT: {
        "grey": "#626262", "yellow": "#875f00", "blue": "#005faf", "red": "#af0000",
        "orange": "#af0000", "pink": "#af005f", "teal": "#005f5f",
    },
}  # fmt: skip

NICKS = len(NICK_COLOURS[Ground.UNKNOWN])
_BAR = "#ffffff bg:#1f4e79"

_SHEET = {
    "bar": _BAR,
    "bar.strong": f"{_BAR} bold",
    "bar.good": "#a6f3a6 bg:#1f4e79 bold",
    "bar.warn": "#ffd75f bg:#1f4e79 bold",
    "line": "{grey}",
    "time": "{grey}",
    "event": "{grey}",
    "hint": "{grey}",
    "notice": "{yellow}",
    "info": "{blue}",
    "error": "{red} bold",
    "question": "{orange}",
    "gap": "{orange}",
    "own": "bold",
    "pending": "dim",
    "failed": "{red}",
    "mention": "reverse bold",
    "quote": "{grey} italic",
    "reaction": "{grey}",
    "reaction.own": "{blue} bold",
    "link": "underline",
    "argument": "bold underline",
    "mono": "{yellow}",
    "marker": "{grey}",
    "unread-marker": "{orange} bold",
    "found": "reverse",
    "match": "bold underline",
    "more": "#000000 bg:#d7af5f",
    "active": "reverse bold",
    "unread": "bold",
    "called": "{pink} bold",
    "closed": "{grey}",
    "away": "{grey}",
    "prefix": "{teal}",
    "heading": "bold underline",
    "key": "bold",
    "prompt": "bold",
    "completion-menu.completion": "bg:#303030 #ffffff",
    "completion-menu.completion.current": "bg:#1f4e79 #ffffff bold noreverse",
    "completion-menu.meta.completion": "bg:#303030 #bcbcbc",
    "completion-menu.meta.completion.current": "bg:#1f4e79 #ffffff noreverse",
}

_PLAIN = {
    "bar": "reverse",
    "bar.strong": "reverse bold",
    "bar.good": "reverse bold",
    "bar.warn": "reverse bold",
    "more": "reverse",
    "error": "bold",
    "called": "bold underline",
    "completion-menu.completion": "reverse",
    "completion-menu.completion.current": "noreverse bold",
    "completion-menu.meta.completion": "reverse",
    "completion-menu.meta.completion.current": "noreverse",
}


@lru_cache(maxsize=8)
def sheet(ground: Ground, *, contrast: bool = False, colours: bool = True) -> Style:
    """Return the style sheet; without colours, what stood on one is reversed."""
    nicks = {f"nick{number}": colour for number, colour in enumerate(NICK_COLOURS[ground])}
    named = {name: look.format_map(_INKS[ground]) for name, look in _SHEET.items()}
    if contrast:
        return Style.from_dict({name: _plain(look) for name, look in named.items()} | _PLAIN)
    return Style.from_dict(named | nicks | ({} if colours else _PLAIN))


def _plain(look: str) -> str:
    """Return a look without its colours, and no fainter than text is."""
    return " ".join(word for word in look.split() if "#" not in word and word != "dim")


@lru_cache(maxsize=1024)  # each row of people and each line of a message asks for one
def nick_style(folded: str) -> str:
    """Return the style of a nick: the same for a name in every room and every run."""
    return f"class:nick{zlib.crc32(folded.encode()) % NICKS}"
