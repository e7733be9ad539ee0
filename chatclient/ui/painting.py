"""A line of a buffer as rows of the screen, and the marks between lines.

Rules:
- The rows of a line depend on the line, the width and the marks above it, on nothing else, so they
  are made once and kept (`Painter.block`), and only for lines that are looked at.
- Text begins in one column: after the time and the nicks, which stand flush right. In a narrow view,
  and where the server speaks, it begins after its own nick. Rows after the first begin where the
  text began.
- What a message answers is told in a row above it, reactions to it in rows below.
- An own line that the server has not confirmed has dots for a time; one that failed has a cross,
  and says why, and which key sends it again; one that the server has, a tick beside its time.
"""

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Iterator
from functools import lru_cache

from chatclient.model import CONVERSATION, Delivery, Fold, Kind, Line
from chatclient.model.values import value
from chatclient.ui.cells import Fragment, Row, clip, clusters, width, width_of
from chatclient.ui.looks import runs
from chatclient.ui.theme import nick_style
from chatclient.ui.wrapping import wrap_fragments

NICK_COLUMN = 12
WIDE = 56  # a view narrower than this has no column of nicks
NO_TIME = 24  # nor this one times
KEPT = 2000  # lines whose rows are kept: some screens up and down in a few rooms
KEPT_ROWS = 10_000  # of them, where lines are long; of two lines they are kept, however many

BOT = "[bot]"
AGAIN = "Alt+R sends it again"
PENDING_TIME = " ··· "
FAILED_TIME = "  ✗  "
CONFIRMED = "✓"
QUOTE = "┌ "
_DELIVERIES = {Delivery.PENDING: "·", Delivery.FAILED: "✗", Delivery.CONFIRMED: CONFIRMED}

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


@value
class Marks:
    """What stands above a line: the day that begins with it, and that all from it on is new."""

    day: str = ""
    new: bool = False
    answers: str = ""
    """The beginning of what it answers, and who said that."""


NO_MARKS = Marks()


@value
class Block:
    """The rows of one line, and where in its text each begins.

    Those above the text are counted upward from -1; those below begin where the text has ended.
    """

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
    return _name_of_day(local.tm_year, local.tm_mon, local.tm_mday)


@lru_cache(maxsize=64)
def _name_of_day(year: int, month: int, day: int) -> str:
    return f"{dt.date(year, month, day):%A, {day} %B %Y}"


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
        self.rows = 0
        """How many are kept."""
        self.made = 0

    def block(
        self, line: Line, cells: int, marks: Marks, fold: Fold, *, nicks: bool = True
    ) -> Block:
        """Return the rows of `line` in `cells` columns under `marks`; `nicks` may have a column."""
        key = (line.id, cells, marks)
        kept = self._kept.get(key)
        if kept is not None and kept[0] is line:
            self._kept.move_to_end(key)
            return kept[1]
        block = _paint(line, cells, marks, fold, nicks=nicks)
        self.made += 1
        self._kept[key] = (line, block)
        self._kept.move_to_end(key)
        self.rows += len(block.rows) - (len(kept[1].rows) if kept else 0)
        while len(self._kept) > KEPT or (self.rows > KEPT_ROWS and len(self._kept) > 2):
            _, (_, gone) = self._kept.popitem(last=False)
            self.rows -= len(gone.rows)
        return block


def _paint(line: Line, cells: int, marks: Marks, fold: Fold, *, nicks: bool) -> Block:
    rows: list[Row] = []
    if marks.day:
        rows.append(rule(marks.day, cells, "class:marker"))
    if marks.new:
        rows.append(rule("new since you looked", cells, "class:unread-marker"))
    gutter = [*_time(line, cells), *_who(line, cells, fold, column=nicks and cells >= WIDE)]
    indent = min(width_of(gutter), cells // 2)
    blank: Fragment = ("", " " * indent)
    if marks.answers:
        quote = clip(QUOTE + marks.answers, cells - indent)
        rows.append(Row([blank, ("class:quote", quote)]))
    starts = [*range(-len(rows), 0)]
    for start, fragments in wrap_fragments(_text(line, fold), cells - indent):
        rows.append(Row([*(gutter if start == 0 else [blank]), *fragments]))
        starts.append(start)
    if line.reactions:
        end = starts[-1] + sum(1 for _ in clusters(rows[-1].text))
        for at, chips in enumerate(_reactions(line, cells - indent)):
            rows.append(Row([blank, *chips]))
            starts.append(end + at)
    return Block(tuple(rows), tuple(starts))


def _text(line: Line, fold: Fold) -> list[Fragment]:
    """Return what a line says, with what is told of it around that."""
    style = _text_style(line, fold)
    made = runs(line.text, line.spans, style)
    before = f"{BOT} " if line.bot else ""
    if line.kind is Kind.ACTION:
        before += f"{line.source} "
    if before:
        made.insert(0, (style, before))
    if line.delivery is Delivery.FAILED:
        made.append((style, f" [failed: {line.reason}; {AGAIN}]"))
    return made


def _reactions(line: Line, cells: int) -> Iterator[list[Fragment]]:
    """Yield rows of reactions, each with how many people it is of; the user's own stand out."""
    row: list[Fragment] = []
    room = cells
    for reaction in line.reactions:
        chip = f"{reaction.text} {len(reaction.nicks)}"
        chip = clip(f"[{chip}]" if reaction.own else chip, cells)
        if row and width(chip) + 2 > room:
            yield row
            row, room = [], cells
        if row:
            row.append(("", "  "))
        row.append(("class:reaction.own" if reaction.own else "class:reaction", chip))
        room -= width(chip) + 2
    if row:
        yield row


def _time(line: Line, cells: int) -> list[Fragment]:
    """Return when it was; and of what the user said, whether the server has it."""
    said = line.own and line.kind in CONVERSATION
    if cells < NO_TIME:
        return [("class:time", _DELIVERIES[line.delivery])] if said else []
    if line.delivery is Delivery.PENDING:
        return [("class:pending", PENDING_TIME + " ")]
    if line.delivery is Delivery.FAILED:
        return [("class:error", FAILED_TIME + " ")]
    sign = CONFIRMED if said else " "
    local = time.localtime(line.time)
    return [("class:time", f"{local.tm_hour:02}:{local.tm_min:02}{sign}")]


def _who(line: Line, cells: int, fold: Fold, *, column: bool) -> tuple[Fragment, ...]:
    """Return what stands before the text: the nick, or a sign for what is no message."""
    look = "" if line.kind is Kind.MESSAGE else _text_style(line, fold)
    return _speaker(line.kind, line.source, _nick_look(line, fold), look, cells, column=column)


@lru_cache(maxsize=512)  # few people say most
def _speaker(
    kind: Kind, source: str, nick_look: str, look: str, cells: int, *, column: bool
) -> tuple[Fragment, ...]:
    nick = clip(source, max(4, cells // 2 - 8))
    if kind is Kind.MESSAGE:
        shown = [(nick_look, nick)]
    elif kind is Kind.NOTICE and source:
        shown = [("class:notice", "-"), (nick_look, nick), ("class:notice", "-")]
    elif kind is Kind.ACTION:
        shown = [(nick_look, "*")]
    else:
        shown = [(look, _SIGNS.get(kind, "·"))]
    used = sum(width(text) for _, text in shown)
    if column:
        return (("", " " * max(0, NICK_COLUMN - used)), *shown, ("", "  "))
    return (*shown, ("", ": " if kind is Kind.MESSAGE else " "))


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
