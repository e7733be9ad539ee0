"""The message view: which rows of a buffer are seen, and how one moves among them.

Rules:
- Rows are made for the lines that are seen and no others, from the end of the buffer upward or from
  the top of the view downward; the lines are never counted in rows.
- A view follows the end of its buffer, or it stays where it was put: then the text at its top
  stays there, whatever is added, inserted before it, let go from memory, or resized. Who goes to
  the start stays at the start while older lines come, some pages far, until they move.
- What is older than all that is known is asked for when one moves near it, and so is what a line
  says to be missing.
"""

from collections.abc import Callable
from dataclasses import replace

from chatclient.model import (
    CONVERSATION,
    Archive,
    Buffer,
    BufferKind,
    Fold,
    Kind,
    Line,
    NoArchive,
)
from chatclient.model.values import value
from chatclient.ui.cells import Row
from chatclient.ui.painting import NO_MARKS, Block, Marks, Painter, day_of, rule
from chatclient.ui.quotes import Quotes
from chatclient.ui.stretch import Stretch

FindOlder = Callable[[Buffer, Line, Line | None], bool]
"""Asks for what was said before a line, or is missing in a gap before it; says if that can be."""

_MANY = 1000  # new lines that are counted
_CLIMB = 10  # pages that the server is asked for by one key: it may have millions of lines
_PICKED = CONVERSATION | {Kind.INFO, Kind.ERROR, Kind.TOPIC, Kind.INVITE}
"""What can be picked: what somebody may want to answer or copy."""


def nowhere(buffer: Buffer, line: Line, gap: Line | None) -> bool:
    """Ask nobody."""
    return False


@value
class Place:
    """The row at the top of a view: of which line, from which cluster of its text on.

    `index` is where the line was, which says where to look for it first.
    """

    index: int
    line_id: int
    position: int | None
    """Where the line, or the one before it, stands in the archive."""
    start: int


class View:
    """One buffer's lines in a frame of some size."""

    def __init__(
        self,
        buffer: Buffer,
        painter: Painter,
        archive: Archive | None = None,
        find_older: FindOlder = nowhere,
    ) -> None:
        self.buffer = buffer
        self._painter = painter
        self._archive = archive or NoArchive()
        self._find_older = find_older
        self._lines = Stretch(buffer, self._archive)
        self.quotes = Quotes(buffer, self._archive)
        """What the messages answer."""
        self._top: Place | None = None
        self._left = 0  # `Line.id` of the last line when the end was left
        self._found: int | None = None  # where the line stands that was gone to
        self._pick: Place | None = None
        self._light: tuple[Block, Block] | None = None
        self._stale = False
        self._climb = 0  # pages by which the view still goes up as older lines come
        self._asked: set[tuple[int, int]] = set()
        self._size = (80, 20)
        self._shown = 0  # lines that are seen when the view is at the end
        self._newest = 0  # the last of them
        self._cleared = 0  # `Line.id` of the last line that is not seen at the end, 0 for none
        self.fleets = False
        """Whether no line that is seen was seen the last time."""
        self.fold: Fold = str.lower

    @property
    def at_end(self) -> bool:
        """Whether the view follows the end of the buffer."""
        return self._top is None

    def rows(self, cells: int, height: int) -> list[Row]:
        """Return the rows to show, at most `height`."""
        self._size = (cells, height)
        self.fleets = False
        has_come = self._stale
        self._check()
        if has_come and self._climb:
            self.to_start(self._climb - 1)
        elif not self.buffer.seeking:
            self._climb = 0
        if self._top is not None:
            shown = self._from_top(height)
            if shown is not None:
                return shown
            self._top = None
        rows = self._from_end(height)
        index = self._picked_index()
        if index is None or index >= len(self._lines) - self._shown:
            return rows
        self._stand(index, 0)  # what is picked is not pushed out of sight by what is said
        return self._from_top(height) or rows

    # --- moving --------------------------------------------------------------------------------

    def scroll(self, rows: int) -> None:
        """Move the view by some rows: up when negative, towards the end when positive."""
        self._found = None
        self._check()
        if rows > 0 and self.at_end:
            return
        index, row = self._top_row()
        index, row = self._down(index, row, rows) if rows > 0 else self._up(index, row, -rows)
        self._stand(index, row)
        self._seek()

    def page(self, pages: int) -> None:
        """Move the view by pages, which overlap by two rows."""
        self.scroll(pages * max(1, self._size[1] - 3))

    def to_start(self, climb: int = _CLIMB) -> None:
        """Show the oldest line that is known, and stay there while so many pages come before it."""
        self._found = None
        self._lines.to_start()
        if len(self._lines):
            self._stand(0, 0)
            self._seek()
        self._climb = climb

    def to_end(self) -> None:
        """Follow the end of the buffer."""
        self._top = self._found = None
        self._climb = 0

    def clear(self) -> None:
        """Follow the end of the buffer, and show there what comes from now on; nothing is lost."""
        self.to_end()
        buffer = self.buffer
        settled = len(buffer.lines) - buffer.pending
        self._cleared = buffer.lines[settled - 1].id if settled else 0

    def go_to(self, position: int) -> bool:
        """Show a line of the archive with what stands around it; say whether it is there."""
        lines = self._lines
        lines.to_end()
        index = lines.find_position(position)
        if index is None:
            lines.go_around(position)
            index = lines.find_position(position)
        if index is None:
            return False
        self._found = position
        self._stand(*self._up(index, 0, self._size[1] // 3))
        self._seek()
        return True

    def go_to_message(self, msgid: str) -> bool:
        """Show a message by its id; say whether it is known."""
        kept = self._archive.find(self.buffer, msgid) if msgid else None
        return kept is not None and self.go_to(kept.position)

    @property
    def position(self) -> int | None:
        """Where the line at the top stands in the archive, None at the end of the buffer."""
        top = self._top
        if top is None or top.position is not None:
            return top.position if top else None
        return self._archive.position(self.buffer, top.line_id)  # it has been written since

    def return_to(self, position: int) -> None:
        """Have a line of the archive at the top, if it is there: that of an earlier `position`."""
        if self.go_to(position):
            self._found = None
            index = self._lines.find_position(position)
            if index is not None:
                self._stand(index, 0)

    def refresh(self) -> None:
        """Read what is shown of the archive again before it is shown: it changes."""
        self._stale = True

    def _check(self) -> None:
        """See whether what is known of the archive still holds."""
        if self._stale:
            self._stale = False
            self.quotes.forget()
            if self._top is None or self._top.position is None:
                self._lines = Stretch(self.buffer, self._archive)
            else:
                self._lines.go_around(self._top.position)
        self._lines.check()

    # --- picking -------------------------------------------------------------------------------

    @property
    def picked(self) -> Line | None:
        """The line that is picked."""
        index = self._picked_index()
        return None if index is None else self._lines[index]

    def pick(self, by: int) -> bool:
        """Pick a line so many before (negative) or after the one that is, and have it in sight.

        At first, that is the last one that is seen. Returns whether there was one.
        """
        self._check()
        index = self._picked_index()
        if index is None:
            if self._found is not None:
                return self._take(self._lines.find_position(self._found))
            if self._top is None:
                self._lines.to_end()
                index = len(self._lines)
            else:
                index = min(
                    len(self._lines), self._down(*self._top_row(), self._size[1] - 2)[0] + 1
                )
            by = -1
        step = -1 if by < 0 else 1
        found = None
        for _ in range(abs(by)):
            index, stands = self._lines.step(index, step, _PICKED)
            if not stands:
                break
            found = index
        return self._take(found)

    def pick_message(self, msgid: str) -> bool:
        """Pick a message by its id, and show it; say whether it is known."""
        self._lines.to_end()
        lines = self._lines
        known = msgid in self.buffer.msgids
        indexes = (at for at in range(len(lines) - 1, -1, -1) if lines[at].msgid == msgid)
        index = next(indexes, None) if known else None
        if index is None:
            if not self.go_to_message(msgid):
                return False
            index, self._found = lines.find_position(self._found or 0), None
        return self._take(index)

    def unpick(self) -> None:
        """Pick nothing."""
        self._pick = None

    def _picked_index(self) -> int | None:
        pick = self._pick
        return self._lines.find(pick.line_id, pick.position, pick.index) if pick else None

    def _take(self, index: int | None) -> bool:
        """Pick the line at an index, and have it in sight."""
        if index is None:
            return False
        self._found = None
        line = self._lines[index]
        self._pick = Place(index, line.id, self._lines.position(index), 0)
        top, height = self._top_row(), self._size[1]
        index = self._picked_index() or 0  # lines may have come before it
        last = index, len(self._block(index).rows) - 1
        if (index, 0) < top:
            self._stand(index, 0)
        elif last > self._down(*top, height - 2):  # the last row may say that there is more
            self._stand(*self._up(index + 1, 0, height - 1))
        self._seek()
        return True

    # --- what is missing -----------------------------------------------------------------------

    def _seek(self) -> None:
        """Ask for what is missing near the top, unless that was tried."""
        if self._top is None:
            return
        lines, ahead, top = self._lines, 2 * self._size[1], self._top.index
        if top < ahead:
            top += lines.older()
            self._top = replace(self._top, index=top)
        for index in range(max(0, top - ahead), min(len(lines), top + self._size[1])):
            if lines[index].kind is Kind.GAP and self._ask(index, lines[index]):
                return
        if top < ahead and not self.buffer.exhausted and lines.begins:
            self._ask(-1, None)

    def _ask(self, index: int, gap: Line | None) -> bool:
        """Ask for what was said before the first line after some index."""
        after = (self._lines[at] for at in range(index + 1, len(self._lines)))
        first = next((line for line in after if line.msgid or line.kind in CONVERSATION), None)
        tried = (gap.id if gap else 0, first.id if first else 0)
        if first is None or tried in self._asked or not self._find_older(self.buffer, first, gap):
            return False
        self._asked.add(tried)
        return True

    # --- from rows to lines --------------------------------------------------------------------

    def _block(self, index: int) -> Block:
        lines = self._lines
        line, before = lines[index], lines.before(index)
        starts_day, day = False, ""
        if before is None or before.time != line.time:  # what comes together is of one time
            day = day_of(line.time)
            starts_day = before is None or day_of(before.time) != day
        new = before is not None and self._is_read(before)
        answers = self.quotes.of(line.reply_to)
        marked = starts_day or new or answers
        marks = Marks(day if starts_day else "", new, answers) if marked else NO_MARKS
        nicks = self.buffer.kind is not BufferKind.SERVER
        block = self._painter.block(line, self._size[0], marks, self.fold, nicks=nicks)
        pick = self._pick
        if pick is not None:
            lit = line.id in (pick.line_id, -(pick.position or 0))
        else:
            lit = self._found is not None and lines.position(index) == self._found
        return self._lit(block) if lit else block

    def _lit(self, block: Block) -> Block:
        """Return the rows of a line so that it is seen among others."""
        if self._light is None or self._light[0] is not block:
            rows = tuple(
                Row(row.fragments, f"{row.style} class:found") if start >= 0 else row
                for row, start in zip(block.rows, block.starts, strict=True)
            )
            self._light = block, replace(block, rows=rows)
        return self._light[1]

    def _is_read(self, line: Line) -> bool:
        """Say whether that is the last line that was there when the user looked away."""
        read = self.buffer.read_id
        if line.id == read or not read or (line.id < 0) == (read < 0):
            return line.id == read
        at = self._archive.position
        return at(self.buffer, line.id) == at(self.buffer, read)

    def _from_end(self, height: int) -> list[Row]:
        self._lines.to_end()
        rows: list[Row] = []
        index = len(self._lines)
        while len(rows) < height:
            if index and self._lines[index - 1].id == self._cleared:
                break
            if not index:
                index = self._lines.older()
                if not index:
                    break
            index -= 1
            rows.extend(reversed(self._block(index).rows))
        self._shown = len(self._lines) - index
        if rows and index < len(self._lines):
            self.fleets = 0 < self._newest < self._lines[index].id
            self._newest = self._lines[len(self._lines) - 1].id
        return rows[:height][::-1]

    def _from_top(self, height: int) -> list[Row] | None:
        """Return the rows from the top on, or None when the end is among them (or the top is lost).

        The last row tells that there is more.
        """
        index, row = self._top_row()
        lines = self._lines
        if index >= len(lines):
            return None
        while not lines.joined and len(lines) - index <= height:
            index -= lines.newer()
        if self._top is not None:
            self._top = replace(self._top, index=index)
        rows = list(self._block(index).rows[row:])
        if index == row == 0 and self.buffer.seeking:
            rows[0] = rule("loading what was said before…", self._size[0], "class:marker")
        seen = index + (len(rows) < height)  # up to here lines are seen whole
        while len(rows) < height + 1:
            index += 1
            if index >= len(lines):
                return None
            rows.extend(self._block(index).rows)
            if len(rows) < height:
                seen = index + 1
        return [*rows[: height - 1], self._more(len(lines) - seen)]

    def _more(self, lines: int) -> Row:
        """Return the row that says that one is not at the end, and how far it is."""
        new = _count_new(self.buffer, self._left)
        text = f"{lines} more {'line' if lines == 1 else 'lines'} below"
        if not self._lines.joined:
            text = "more below"
        if new:
            text += f", {new if new < _MANY else f'{_MANY} or more'} new"
        way = " · Ctrl+End: newest"
        text = f"↓ {text}"
        return Row([("", text + way if len(text + way) <= self._size[0] else text)], "class:more")

    def _top_row(self) -> tuple[int, int]:
        """Return the line, and the row of it, at the top of the view."""
        top = self._top
        if top is None:
            self._lines.to_end()
            end = len(self._lines)
            last = self._lines.find(self._cleared, None, end) if self._cleared else None
            return max(((last or -1) + 1, 0), self._up(end, 0, self._size[1]))
        index = self._lines.find(top.line_id, top.position, top.index)
        if index is None and top.position:
            self._lines.go_around(top.position)
            index = self._lines.find_position(top.position)
        if index is None:
            return self._up(len(self._lines), 0, self._size[1])
        block = self._block(index)
        if top.start < 0 <= block.starts[0]:  # the mark above it has gone
            return self._up(index, 0, 1)
        return index, block.row_of(top.start)

    def _up(self, index: int, row: int, rows: int) -> tuple[int, int]:
        while rows > row:
            if not index:
                index = self._lines.older()
                if not index:
                    break
            rows -= row
            index -= 1
            row = len(self._block(index).rows)
        return index, max(0, row - rows)

    def _down(self, index: int, row: int, rows: int) -> tuple[int, int]:
        while True:
            if index >= len(self._lines):
                if self._lines.joined:
                    return index, row
                index -= self._lines.newer()
                continue
            left = len(self._block(index).rows) - row
            if rows < left:
                return index, row + rows
            rows -= left
            index, row = index + 1, 0

    def _stand(self, index: int, row: int) -> None:
        """Put a row at the top of the view, and follow the end if it is in sight from there."""
        if index >= len(self._lines):
            self._top = None
            return
        if self._top is None:
            self._left = self.buffer.lines[-1].id if self.buffer.lines else 0
        self._cleared = self._climb = 0
        line, start = self._lines[index], self._block(index).starts[row]
        near = (self._lines.position(at) for at in range(index, max(-1, index - 20), -1))
        position = next((each for each in near if each is not None), None)
        self._top = Place(index, line.id, position, start)


def _count_new(buffer: Buffer, left: int) -> int:
    """Return how much people said since the end was left, at a line with that id; 1000 for more."""
    count = 0
    for line in reversed(buffer.lines):
        if line.id == left or count == _MANY:
            return count
        count += line.kind in CONVERSATION and not line.own
    return count if left else 0
