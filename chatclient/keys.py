"""The keys of the screen: one row each, with what it does; bindings, help and docs/keys.md.

Rules: pure, so that it can be read without a terminal. A key whose row has no action is handled by
prompt_toolkit's line editor, and stands here to be found. The sequences are prompt_toolkit's names.
"""

import enum
from collections.abc import Iterator
from itertools import groupby

from chatclient.model.values import value


class Mode(enum.Enum):
    """When a key does what its row says."""

    ANY = enum.auto()
    """Whenever the mode has no row of its own for the key."""
    PICKED = enum.auto()
    """While a message is picked."""
    REACTING = enum.auto()
    """While one chooses with what to react to it."""
    DELETING = enum.auto()
    """While one is asked whether to delete it."""
    LINKING = enum.auto()
    """While one chooses which of its links to open."""
    PASTED = enum.auto()
    """While a large paste is shown that nobody has sent yet."""
    SEARCHING = enum.auto()
    """While one searches what one has typed before."""
    OVERLAY = enum.auto()
    """While a page is shown in place of the messages: the switcher, search, mentions, help."""


class Action(enum.Enum):
    """What a key can ask the screen for."""

    SEND = enum.auto()
    NEW_LINE = enum.auto()
    RESEND = enum.auto()
    COMPLETE = enum.auto()
    COMPLETE_BACK = enum.auto()
    EDIT_ELSEWHERE = enum.auto()
    REDO = enum.auto()
    SEARCH_INPUT = enum.auto()
    SEARCH_OLDER = enum.auto()
    SEARCH_SHORTER = enum.auto()
    SEARCH_TAKE = enum.auto()
    SEND_PASTE = enum.auto()
    EDIT_PASTE = enum.auto()
    PICK = enum.auto()
    PICK_UP = enum.auto()
    PICK_DOWN = enum.auto()
    PICK_PAGE_UP = enum.auto()
    PICK_PAGE_DOWN = enum.auto()
    REPLY = enum.auto()
    REACT = enum.auto()
    REACT_BY_NUMBER = enum.auto()
    REACT_AS_TYPED = enum.auto()
    DELETE = enum.auto()
    DELETE_SURELY = enum.auto()
    COPY = enum.auto()
    OPEN_LINK = enum.auto()
    OPEN_BY_NUMBER = enum.auto()
    TO_ANSWERED = enum.auto()
    GO_TO = enum.auto()
    NEXT_ROOM = enum.auto()
    PREVIOUS_ROOM = enum.auto()
    NEXT_UNREAD = enum.auto()
    NEXT_NETWORK = enum.auto()
    SWITCH = enum.auto()
    PREVIOUS_BUFFER = enum.auto()
    SEARCH = enum.auto()
    MENTIONS = enum.auto()
    LEVEL = enum.auto()
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
    OVERLAY_UP = enum.auto()
    OVERLAY_DOWN = enum.auto()
    OVERLAY_PAGE_UP = enum.auto()
    OVERLAY_PAGE_DOWN = enum.auto()
    OVERLAY_START = enum.auto()
    OVERLAY_END = enum.auto()
    OVERLAY_ACCEPT = enum.auto()


@value
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
    mode: Mode = Mode.ANY


_TYPE, _ROOMS, _READ, _REST = "Typing", "Rooms and people", "Reading", "The rest"
_PICK = "With a message"
_PAGE = "In the switcher, search, mentions and help"

_DIGITS = tuple((str(number),) for number in range(1, 10))

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
        "complete a nick, a room or a command; again for the next one, Enter keeps it",
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
    Key(_TYPE, "Up, Down", "what you typed before, in any room, and before the last start"),
    Key(
        _TYPE,
        "Ctrl+R",
        "search what you typed before; again for what is older, Enter takes it, Esc gives up",
        Action.SEARCH_INPUT,
        (("c-r",),),
    ),
    Key(
        _TYPE,
        "Ctrl+R, Up",
        "while searching: the one before",
        Action.SEARCH_OLDER,
        (("c-r",), ("up",)),
        Mode.SEARCHING,
    ),
    Key(
        _TYPE,
        "Backspace",
        "while searching: a letter less",
        Action.SEARCH_SHORTER,
        (("backspace",),),
        Mode.SEARCHING,
    ),
    Key(
        _TYPE,
        "Enter",
        "while searching: take what was found, to be edited or sent",
        Action.SEARCH_TAKE,
        (("enter",), ("tab",)),
        Mode.SEARCHING,
    ),
    Key(
        _TYPE,
        "Ctrl+X Ctrl+E",
        "go on in your editor ($VISUAL, $EDITOR); what you save comes back, and is not sent",
        Action.EDIT_ELSEWHERE,
        (("c-x", "c-e"),),
    ),
    Key(_TYPE, "Ctrl+_", "undo"),
    Key(_TYPE, "Alt+_", "redo", Action.REDO, (("escape", "_"),)),
    Key(_TYPE, "Ctrl+A, Ctrl+E", "go to the start or the end of the line"),
    Key(_TYPE, "Ctrl+W, Ctrl+U", "delete the word, or everything, before the cursor"),
    Key(_TYPE, "Ctrl+Y", "insert again what was deleted, or copied from a message"),
    Key(
        _TYPE,
        "Enter",
        "when a large paste is shown: send it",
        Action.SEND_PASTE,
        (("enter",),),
        Mode.PASTED,
    ),
    Key(
        _TYPE,
        "e",
        "when a large paste is shown: put it where you type (Esc drops it)",
        Action.EDIT_PASTE,
        (("e",),),
        Mode.PASTED,
    ),
    Key(
        _PICK,
        "Alt+K or Alt+Up",
        "pick a message, the newest first; Esc goes back to typing",
        Action.PICK,
        (("escape", "k"), ("escape", "up")),
    ),
    Key(_PICK, "Up, k", "pick the one before", Action.PICK_UP, (("up",), ("k",)), Mode.PICKED),
    Key(
        _PICK,
        "Down",
        "pick the one after",
        Action.PICK_DOWN,
        (("down",), ("escape", "down")),
        Mode.PICKED,
    ),
    Key(_PICK, "PageUp", "ten before", Action.PICK_PAGE_UP, (("pageup",),), Mode.PICKED),
    Key(_PICK, "PageDown", "ten after", Action.PICK_PAGE_DOWN, (("pagedown",),), Mode.PICKED),
    Key(_PICK, "r or Enter", "answer it", Action.REPLY, (("r",), ("enter",)), Mode.PICKED),
    Key(
        _PICK,
        "e or +",
        "react to it; the same again takes it back",
        Action.REACT,
        (("e",), ("+",)),
        Mode.PICKED,
    ),
    Key(
        _PICK,
        "1 to 9",
        "when you react: that one of those that are shown",
        Action.REACT_BY_NUMBER,
        _DIGITS,
        Mode.REACTING,
    ),
    Key(
        _PICK,
        "Enter",
        "when you react: what you have typed, an emoji or :name:",
        Action.REACT_AS_TYPED,
        (("enter",),),
        Mode.REACTING,
    ),
    Key(_PICK, "c or y", "copy it", Action.COPY, (("c",), ("y",)), Mode.PICKED),
    Key(
        _PICK,
        "o",
        "open the link in it; on a machine without a desktop, copy that",
        Action.OPEN_LINK,
        (("o",),),
        Mode.PICKED,
    ),
    Key(
        _PICK,
        "1 to 9",
        "when there are several links: open that one",
        Action.OPEN_BY_NUMBER,
        _DIGITS,
        Mode.LINKING,
    ),
    Key(_PICK, "j", "go to what it answers", Action.TO_ANSWERED, (("j",),), Mode.PICKED),
    Key(
        _PICK, "d", "delete it for all; you are asked first", Action.DELETE, (("d",),), Mode.PICKED
    ),
    Key(
        _PICK,
        "d or Enter",
        "when you are asked: yes, delete it",
        Action.DELETE_SURELY,
        (("d",), ("enter",), ("y",)),
        Mode.DELETING,
    ),
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
        "Alt+G or F3",
        "go to a room or a person by a few letters, on any network",
        Action.SWITCH,
        (("escape", "g"), ("f3",)),
    ),
    Key(
        _ROOMS,
        "Alt+A",
        "the next room with something unread, first where you were called; in the end, back",
        Action.NEXT_UNREAD,
        (("escape", "a"),),
    ),
    Key(
        _ROOMS,
        "Alt+-",
        "where you were before; again: back here",
        Action.PREVIOUS_BUFFER,
        (("escape", "-"),),
    ),
    Key(
        _ROOMS,
        "Alt+N",
        "the next network, where you were last in it",
        Action.NEXT_NETWORK,
        (("escape", "n"),),
    ),
    Key(
        _ROOMS,
        "Alt+L",
        "be called in this room for all, for mentions, or for nothing",
        Action.LEVEL,
        (("escape", "l"),),
    ),
    Key(_ROOMS, "F2", "hide or show the list of people", Action.PEOPLE, (("f2",),)),
    Key(
        _READ,
        "Ctrl+F or F4",
        "search everything that was said, in all rooms",
        Action.SEARCH,
        (("c-f",), ("f4",)),
    ),
    Key(
        _READ,
        "Alt+M or F5",
        "where you were called, in all rooms",
        Action.MENTIONS,
        (("escape", "m"), ("f5",)),
    ),
    Key(_READ, "PageUp", "a page back", Action.PAGE_UP, (("pageup",),)),
    Key(_READ, "PageDown", "a page on", Action.PAGE_DOWN, (("pagedown",),)),
    Key(_READ, "Ctrl+Up", "a line back", Action.LINE_UP, (("c-up",),)),
    Key(_READ, "Ctrl+Down", "a line on", Action.LINE_DOWN, (("c-down",),)),
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
        "close the help, the menu or a large paste; give up what is asked, answered or picked",
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
    Key(
        _PAGE,
        "Up or Shift+Tab",
        "the one above",
        Action.OVERLAY_UP,
        (("up",), ("s-tab",), ("c-up",), ("escape", "up")),
        Mode.OVERLAY,
    ),
    Key(
        _PAGE,
        "Down or Tab",
        "the one below",
        Action.OVERLAY_DOWN,
        (("down",), ("tab",), ("c-down",), ("escape", "down")),
        Mode.OVERLAY,
    ),
    Key(_PAGE, "PageUp", "a page up", Action.OVERLAY_PAGE_UP, (("pageup",),), Mode.OVERLAY),
    Key(_PAGE, "PageDown", "a page down", Action.OVERLAY_PAGE_DOWN, (("pagedown",),), Mode.OVERLAY),
    Key(_PAGE, "Home", "the first", Action.OVERLAY_START, (("home",), ("c-home",)), Mode.OVERLAY),
    Key(_PAGE, "End", "the last", Action.OVERLAY_END, (("end",), ("c-end",)), Mode.OVERLAY),
    Key(_PAGE, "Enter", "go there", Action.OVERLAY_ACCEPT, (("enter",),), Mode.OVERLAY),
)


def grouped() -> Iterator[tuple[str, list[Key]]]:
    """Yield each group of the table with its keys."""
    for name, keys in groupby(KEYS, lambda key: key.group):
        yield name, list(keys)
