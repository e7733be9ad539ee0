"""What to know while a command is typed: how it goes on, and what is wrong with it.

Rules: pure. The argument that the cursor is in stands out; what is wrong is said before Enter.
"""

import re
from collections.abc import Sequence

from chatclient.commands.calls import Command
from chatclient.commands.table import BY_NAME
from chatclient.ui.cells import Fragment, Row, clip, width_of

_ARGUMENT = re.compile(r"<[^>]+>|\[[^\]]+\]")
_ROOM = "[room]"


def hint(before: str, cells: int) -> Row | None:
    """Return the row over the input for what stands before the cursor; None when there is no need.

    While the name of a command is typed, the menu tells more.
    """
    if not before.startswith("/") or before.startswith("//") or "\n" in before:
        return None
    name, blank, rest = before[1:].partition(" ")
    command = BY_NAME.get(name.lower())
    if command is None:
        known = any(each.startswith(name.lower()) for each in BY_NAME)
        if known and not blank:
            return None
        wrong = f" there is no /{name} · /help lists the commands · //{name} says it"
        return Row([("class:error", clip(wrong, cells))])
    if not blank:
        return None
    return _usage(command, name, rest, cells)


def _usage(command: Command, name: str, rest: str, cells: int) -> Row:
    arguments = _ARGUMENT.findall(command.usage)
    if not arguments:
        wrong = f" /{name} takes nothing after it" if rest.strip() else f" /{name}"
        shown: list[Fragment] = [("class:error" if rest.strip() else "class:prompt", wrong)]
    else:
        current = _current(arguments, rest)
        shown = [("class:prompt", f" /{name}")]
        for index, argument in enumerate(arguments):
            style = "class:argument" if index == current else "class:hint"
            shown += [("", " "), (style, argument)]
    room = cells - width_of(shown)
    shown.append(("class:hint", clip(f" · {command.summary}", room) if room > 8 else ""))
    return Row(shown)


def _current(arguments: Sequence[str], rest: str) -> int:
    """Return which argument the cursor is in; a room that may be left out is, if it is no room."""
    words = rest.split(" ")
    at = len([word for word in words[:-1] if word])
    if arguments[0] == _ROOM and words[0] and not words[0].startswith(("#", "&")):
        at += 1
    return min(at, len(arguments) - 1)
