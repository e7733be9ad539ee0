"""A line of a buffer as rows of the screen, and the marks between lines.

Rules:
- The rows of a line depend on the line, the width and the marks above it, on nothing else, so they
  are made once and kept (`Painter.block`), and only for lines that are looked at.
- Text begins in one column: after the time and the nicks, which stand flush right. In a narrow view
  it begins after its own nick. Rows after the first begin where the text began.
- An own line that the server has not confirmed has dots for a time; one that failed has a cross,
  and says why, and which key sends it again.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

from chatclient.model import CONVERSATION, Delivery, Fold, Kind, Line
from chatclient.ui.cells import Fragment, Row, clip, width, width_of
from chatclient.ui.theme import nick_style
from chatclient.ui.wrapping import wrap

NICK_COLUMN = 12
WIDE = 56  # a view narrower than this has no column of nicks
NO_TIME = 24  # nor this one times
KEPT = 2000  # lines whose rows are kept: some screens up and down in a few rooms

BOT = "[bot]"
AGAIN = "Alt+R sends it again"
PENDING_TIME = " ··· "
FAILED_TIME = "  ✗  "

_SIGNS = {
    Kind.JOIN: "→",
    Kind.PART: "←",
    Kind.QUIT: "←",
    Kind.KICK: "←",
    Kind.INFO: "-",
    Kind.GAP: "⋯",
    Kind.DELETED: "✂",
    Kind.ERROR: "!",
}
_STYLES = {
    Kind.INFO: "class:info",
    Kind.GAP: "class:gap",
    Kind.ERROR: "class:error",
    Kind.INVITE: "class:notice",
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands above a line: the day that begins with it, and that all from it on is new."""

    day: str = ""
    new: bool = False


NO_MARKS = Marks()


@dataclass(frozen=True, slots=True)
class Block:
    """The rows of one line, and where in its text each begins (-1: a mark above it)."""

    rows: tuple[Row, ...]
    starts: tuple[int, ...]

    def row_of(self, start: int) -> int:
        """Return the row in which the cluster `start` of the text stands."""
        found = 0
        for index, begin in enumerate(self.starts):
            if begin <= start:
                found = index
        return found


def day_of(moment: float) -> str:
    """Return the local day of a time, as a person writes it."""
    local = time.localtime(moment)
    return f"{time.strftime('%A', local)}, {local.tm_mday} {time.strftime('%B %Y', local)}"


def rule(text: str, cells: int, style: str) -> Row:
    """Return a row with `text` in the middle of a line."""
    text = clip(f" {text} ", cells)
    left = (cells - width(text)) // 2
    right = cells - width(text) - left
    return Row([(style, "─" * left + text + "─" * right)])


class Painter:
    """Makes the rows of lines; `made` counts how often it had to."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, Marks], tuple[Line, Block]] = OrderedDict()
        self.made = 0

    def block(self, line: Line, cells: int, marks: Marks, fold: Fold) -> Block:
        """Return the rows of `line` in `cells` columns under `marks`."""
        key = (line.id, cells, marks)
        kept = self._kept.get(key)
        if kept is not None and kept[0] is line:
            self._kept.move_to_end(key)
            return kept[1]
        block = _paint(line, cells, marks, fold)
        self.made += 1
        self._kept[key] = (line, block)
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return block


def _paint(line: Line, cells: int, marks: Marks, fold: Fold) -> Block:
    rows: list[Row] = []
    starts: list[int] = []
    if marks.day:
        rows.append(rule(marks.day, cells, "class:marker"))
    if marks.new:
        rows.append(rule("new since you looked", cells, "class:unread-marker"))
    starts = [-1] * len(rows)
    gutter = [*_time(line, cells), *_who(line, cells, fold)]
    indent = min(width_of(gutter), cells // 2)
    style = _text_style(line, fold)
    text = f"{line.source} {line.text}" if line.kind is Kind.ACTION else line.text
    if line.bot:
        text = f"{BOT} {text}"
    if line.delivery is Delivery.FAILED:
        text = f"{text} [failed: {line.reason}; {AGAIN}]"
    for piece in wrap(text, cells - indent):
        if starts and starts[-1] >= 0:
            gutter = [("", " " * indent)]
        rows.append(Row([*gutter, (style, piece.text)]))
        starts.append(piece.start)
    return Block(tuple(rows), tuple(starts))


def _time(line: Line, cells: int) -> list[Fragment]:
    if cells < NO_TIME:
        return []
    if line.delivery is Delivery.PENDING:
        return [("class:pending", PENDING_TIME + " ")]
    if line.delivery is Delivery.FAILED:
        return [("class:error", FAILED_TIME + " ")]
    return [("class:time", time.strftime("%H:%M ", time.localtime(line.time)))]


def _who(line: Line, cells: int, fold: Fold) -> list[Fragment]:
    """Return what stands before the text: the nick, or a sign for what is no message."""
    nick = clip(line.source, max(4, cells // 2 - 8))
    look = _nick_look(line, fold)
    if line.kind is Kind.MESSAGE:
        shown = [(look, nick)]
    elif line.kind is Kind.NOTICE and line.source:
        shown = [("class:notice", "-"), (look, nick), ("class:notice", "-")]
    elif line.kind is Kind.ACTION:
        shown = [(look, "*")]
    else:
        shown = [(_text_style(line, fold), _SIGNS.get(line.kind, "·"))]
    used = sum(width(text) for _, text in shown)
    if cells >= WIDE:
        return [("", " " * max(0, NICK_COLUMN - used)), *shown, ("", "  ")]
    return [*shown, ("", ": " if line.kind is Kind.MESSAGE else " ")]


def _nick_look(line: Line, fold: Fold) -> str:
    if line.mention:
        return "class:mention"
    style = nick_style(fold(line.source))
    return f"{style} class:own" if line.own else style


def _text_style(line: Line, fold: Fold) -> str:
    if line.delivery is not Delivery.CONFIRMED:
        return f"class:{line.delivery}"
    if line.kind is Kind.ACTION:
        return nick_style(fold(line.source))
    if line.kind in CONVERSATION:
        return ""
    return _STYLES.get(line.kind, "class:event")
