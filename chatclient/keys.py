"""The keys of the screen: one row each, with what it does; bindings, help and docs/keys.md.

Rules: pure, so that it can be read without a terminal. A key whose row has no action is handled by
prompt_toolkit's line editor, and stands here to be found. The sequences are prompt_toolkit's names.
"""

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby


class Action(enum.Enum):
    """What a key can ask the screen for."""

    SEND = enum.auto()
    NEW_LINE = enum.auto()
    RESEND = enum.auto()
    COMPLETE = enum.auto()
    COMPLETE_BACK = enum.auto()
    GO_TO = enum.auto()
    NEXT_ROOM = enum.auto()
    PREVIOUS_ROOM = enum.auto()
    NEXT_UNREAD = enum.auto()
    NEXT_NETWORK = enum.auto()
    PAGE_UP = enum.auto()
    PAGE_DOWN = enum.auto()
    LINE_UP = enum.auto()
    LINE_DOWN = enum.auto()
    TO_START = enum.auto()
    TO_END = enum.auto()
    HELP = enum.auto()
    CLOSE = enum.auto()
    PEOPLE = enum.auto()
    SUSPEND = enum.auto()
    REDRAW = enum.auto()
    CLEAR_OR_LEAVE = enum.auto()
    LEAVE = enum.auto()


@dataclass(frozen=True, slots=True)
class Key:
    """A row of the table."""

    group: str
    label: str
    """The key as a person writes it."""
    help: str
    """What it does, in one line."""
    action: Action | None = None
    sequences: tuple[tuple[str, ...], ...] = ()
    """The key presses that mean it, any of them."""


_TYPE, _ROOMS, _READ, _REST = "Typing", "Rooms and people", "Reading", "The rest"

KEYS: tuple[Key, ...] = (
    Key(_TYPE, "Enter", "send what is typed", Action.SEND, (("enter",),)),
    Key(
        _TYPE,
        "Alt+Enter",
        "begin another line (where the server can, all are one message)",
        Action.NEW_LINE,
        (("escape", "enter"),),
    ),
    Key(
        _TYPE,
        "Tab",
        "complete a nick, a room or a command; again for the next one",
        Action.COMPLETE,
        (("tab",),),
    ),
    Key(_TYPE, "Shift+Tab", "the completion before", Action.COMPLETE_BACK, (("s-tab",),)),
    Key(
        _TYPE,
        "Alt+R",
        "send the newest failed line (✗) again; /resend all sends all of them",
        Action.RESEND,
        (("escape", "r"),),
    ),
    Key(_TYPE, "Up, Down", "what you typed before"),
    Key(_TYPE, "Ctrl+A, Ctrl+E", "go to the start or the end of the line"),
    Key(_TYPE, "Ctrl+W, Ctrl+U", "delete the word, or everything, before the cursor"),
    Key(_TYPE, "Ctrl+Y", "insert again what was deleted"),
    Key(
        _ROOMS,
        "Alt+1 to Alt+9",
        "go to the room of that number",
        Action.GO_TO,
        tuple(("escape", str(number)) for number in range(1, 10)),
    ),
    Key(_ROOMS, "Ctrl+N", "the next room", Action.NEXT_ROOM, (("c-n",),)),
    Key(_ROOMS, "Ctrl+P", "the room before", Action.PREVIOUS_ROOM, (("c-p",),)),
    Key(
        _ROOMS,
        "Alt+A",
        "the next room with something unread, first where you were called",
        Action.NEXT_UNREAD,
        (("escape", "a"),),
    ),
    Key(
        _ROOMS,
        "Alt+N",
        "the next network, where you were last in it",
        Action.NEXT_NETWORK,
        (("escape", "n"),),
    ),
    Key(_ROOMS, "F2", "hide or show the list of people", Action.PEOPLE, (("f2",),)),
    Key(_READ, "PageUp", "a page back", Action.PAGE_UP, (("pageup",),)),
    Key(_READ, "PageDown", "a page on", Action.PAGE_DOWN, (("pagedown",),)),
    Key(_READ, "Ctrl+Up", "a line back", Action.LINE_UP, (("c-up",), ("escape", "up"))),
    Key(_READ, "Ctrl+Down", "a line on", Action.LINE_DOWN, (("c-down",), ("escape", "down"))),
    Key(_READ, "Ctrl+Home", "the oldest line", Action.TO_START, (("c-home",), ("escape", "<"))),
    Key(_READ, "Ctrl+End", "the newest line", Action.TO_END, (("c-end",), ("escape", ">"))),
    Key(
        _REST,
        "F1 or Alt+H",
        "the help for keys, and back",
        Action.HELP,
        (("f1",), ("escape", "h")),
    ),
    Key(
        _REST,
        "Esc",
        "close the help, or the menu; give up what is asked",
        Action.CLOSE,
        (("escape",),),
    ),
    Key(_REST, "Ctrl+Z", "suspend; fg in the shell comes back", Action.SUSPEND, (("c-z",),)),
    Key(_REST, "Ctrl+L", "draw the screen anew", Action.REDRAW, (("c-l",),)),
    Key(
        _REST,
        "Ctrl+C",
        "clear what is typed; when nothing is typed, leave",
        Action.CLEAR_OR_LEAVE,
        (("c-c",), ("<sigint>",)),
    ),
    Key(_REST, "Ctrl+D", "leave, when nothing is typed", Action.LEAVE, (("c-d",),)),
)


def grouped() -> Iterator[tuple[str, list[Key]]]:
    """Yield each group of the table with its keys."""
    for name, keys in groupby(KEYS, lambda key: key.group):
        yield name, list(keys)
