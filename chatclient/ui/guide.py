"""What to type: the words on an empty screen, and the page of keys."""

from collections.abc import Iterable, Sequence

from chatclient import keys
from chatclient.commands.calls import usage
from chatclient.commands.table import COMMANDS
from chatclient.model import (
    CONVERSATION,
    Buffer,
    BufferKind,
    ConnectionState,
    Question,
    Status,
    World,
)
from chatclient.ui.cells import BLANK, Fragment, Row, pad, width
from chatclient.ui.overlay import Page
from chatclient.ui.wrapping import wrap

_FIRST_STEPS = (
    ("/join #lobby", "enter a room; if there is none of that name, it is made"),
    ("/msg NICK hello", "say something to one person"),
    ("/nick NAME", "change your name"),
    ("/help", "all commands"),
    ("/quit", "leave; Ctrl+C does too"),
)
ANSWERING = ("type the answer · Esc gives up", "Esc gives up")
ASIDE = ("an emoji, or :name: · Enter · Esc goes back", "Esc goes back")
WAITING = ("a moment · Esc goes on", "Esc goes on")
PLACEHOLDERS = ("type here · / for commands · F1 for keys", "/ commands · F1 keys")


def _table(rows: Iterable[tuple[str, str]], cells: int) -> list[Row]:
    """Return two columns; the second is wrapped beside the first, or under it when narrow."""
    pairs = list(rows)
    column = max(width(left) for left, _ in pairs) + 4
    if cells - column < 16:
        column = 4
    made: list[Row] = []
    for left, right in pairs:
        first: list[Fragment] = [("class:key", pad(f"  {left}", column))]
        if width(left) + 2 > column:
            pieces = wrap(left, max(1, cells - 2))
            made += [Row([("class:key", f"  {piece.text}")]) for piece in pieces]
            first = [("", " " * column)]
        for piece in wrap(right, cells - column):
            made.append(Row([*first, ("class:hint", piece.text)]))
            first = [("", " " * column)]
    return made


def _words(text: str, cells: int, style: str = "class:hint") -> list[Row]:
    return [Row([(style, piece.text)]) for piece in wrap(text, cells)]


def guide(world: World, buffer: Buffer, cells: int) -> list[Row]:
    """Return what to tell somebody who looks at `buffer` and may not know what to do next."""
    if world.status.state is not ConnectionState.ONLINE:
        return [BLANK, *_words(_how_it_stands(world.status), cells)]
    if buffer.kind is BufferKind.SERVER:
        return [BLANK, *_welcome(world, cells)]
    if any(line.kind in CONVERSATION for line in buffer.lines[-50:]):
        return []
    if buffer.kind is BufferKind.ROOM and not buffer.joined:
        words = "You are not in this room. /join goes in, /close takes it off the list."
    else:
        who = "everybody in the room" if buffer.kind is BufferKind.ROOM else buffer.name
        words = f"Type something and press Enter: {who} reads it. / shows what else you can do."
    return [BLANK, *_words(words, cells)]


def _welcome(world: World, cells: int) -> list[Row]:
    if any(True for _ in world.rooms()):
        return _words("Your rooms are in the list. Ctrl+N goes to the next one.", cells)
    words = f"Welcome. You are {world.status.nick} here. What to type:"
    return [*_words(words, cells), *_table(_FIRST_STEPS, cells)]


def _how_it_stands(status: Status) -> str:
    why = f": {status.reason}" if status.reason else ""
    match status.state:
        case ConnectionState.CONNECTING | ConnectionState.REGISTERING:
            return f"Connecting to {status.server} … Ctrl+C leaves."
        case ConnectionState.WAITING:
            return (
                f"No connection to {status.server}{why}. It is tried again by itself; "
                "/reconnect tries now, Ctrl+C leaves."
            )
        case _:
            how = "" if "/reconnect" in why else " /reconnect tries again,"
            return f"No connection to {status.server}{why}.{how} Ctrl+C leaves."


def question_rows(question: Question, cells: int) -> list[Row]:
    """Return what to know before one answers a question."""
    rows = [row for line in question.text for row in _words(line, cells, "class:question")]
    return [BLANK, *rows] if rows else []


class Help(Page):
    """The page that F1 shows: all keys and commands, or those that have what is typed in them."""

    label = "help"
    placeholder = "type to find a key or a command"
    keys = "↑↓ PageDown move · Esc closes"

    def __init__(self) -> None:
        super().__init__()
        self._typed = ""
        self._made: tuple[int, str, Sequence[Row]] = (0, "", ())

    def type(self, text: str) -> None:
        """Show what has these words."""
        self._typed = text.strip().lower()
        self.to_start()

    def page_rows(self, cells: int) -> Sequence[Row]:
        """Return the page, made once for a width and what is typed."""
        if self._made[:2] != (cells, self._typed):
            self._made = cells, self._typed, help_rows(cells, self._typed)
        return self._made[2]


def help_rows(cells: int, typed: str = "") -> list[Row]:
    """Return the tables of keys and commands, the rows alone that have all words of `typed`."""
    words = typed.split()

    def having(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [each for each in pairs if all(word in " ".join(each).lower() for word in words)]

    groups = [(name, [(key.label, key.help) for key in group]) for name, group in keys.grouped()]
    groups.append(("Commands", [(usage(each), each.summary) for each in COMMANDS]))
    rows: list[Row] = []
    for name, pairs in groups:
        if found := having(pairs):
            rows += [BLANK, *_words(name, cells, "class:own"), *_table(found, cells)]
    return rows[1:] or _words(f"No key and no command has {typed} in it.", cells)
