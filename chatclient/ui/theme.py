"""How things look: one style sheet, made to be read on dark and on light terminals alike.

Rules: text has the terminal's own colour unless it means something; what a colour says, a sign or
a word says too, so that nothing is lost without colours (`NO_COLOR`); only bars have a background.
"""

import zlib

from prompt_toolkit.styles import Style

# Of middling brightness: at least 3.5:1 against both black and white.
NICK_COLOURS = (
    "#d7005f", "#d75f00", "#af8700", "#5f8700", "#008700", "#00875f",
    "#008787", "#0087d7", "#5f5fff", "#875fd7", "#af5fd7", "#d75f87",
)  # fmt: skip

_BAR = "#ffffff bg:#1f4e79"

_SHEET = {
    "bar": _BAR,
    "bar.strong": f"{_BAR} bold",
    "bar.good": "#a6f3a6 bg:#1f4e79 bold",
    "bar.warn": "#ffd75f bg:#1f4e79 bold",
    "line": "#808080",
    "time": "#808080",
    "event": "#808080",
    "hint": "#808080",
    "notice": "#af8700",
    "info": "#0087d7",
    "error": "#d70000 bold",
    "question": "#d75f00",
    "gap": "#d75f00",
    "own": "bold",
    "pending": "dim",
    "failed": "#d70000",
    "mention": "reverse bold",
    "quote": "#808080 italic",
    "reaction": "#808080",
    "reaction.own": "#0087d7 bold",
    "link": "underline",
    "argument": "bold underline",
    "mono": "#af8700",
    "marker": "#808080",
    "unread-marker": "#d75f00 bold",
    "found": "reverse",
    "match": "bold underline",
    "more": "#000000 bg:#d7af5f",
    "active": "reverse bold",
    "unread": "bold",
    "called": "#d7005f bold",
    "closed": "#808080",
    "away": "#808080",
    "prefix": "#008787",
    "heading": "bold underline",
    "key": "bold",
    "prompt": "bold",
    "completion-menu.completion": "bg:#303030 #ffffff",
    "completion-menu.completion.current": "bg:#1f4e79 #ffffff bold noreverse",
    "completion-menu.meta.completion": "bg:#303030 #bcbcbc",
    "completion-menu.meta.completion.current": "bg:#1f4e79 #ffffff noreverse",
    **{f"nick{number}": colour for number, colour in enumerate(NICK_COLOURS)},
}

_WITHOUT_COLOURS = {
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


def style(*, colours: bool) -> Style:
    """Return the style sheet; without colours, what stood on one is reversed."""
    return Style.from_dict(_SHEET if colours else {**_SHEET, **_WITHOUT_COLOURS})


def nick_style(folded: str) -> str:
    """Return the style of a nick: the same for a name in every room and every run."""
    return f"class:nick{zlib.crc32(folded.encode()) % len(NICK_COLOURS)}"
