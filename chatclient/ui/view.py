"""The message view: which rows of a buffer are seen, and how one moves among them.

Rules:
- Rows are made for the lines that are seen and no others, from the end of the buffer upward or from
  the top of the view downward; the lines are never counted in rows.
- A view follows the end of its buffer, or it stays where it was put: then the text at its top
  stays there, whatever is added, inserted before it, or resized.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from chatclient.model import Buffer, Fold
from chatclient.ui.cells import Row
from chatclient.ui.painting import NO_MARKS, Block, Marks, Painter, day_of


@dataclass(frozen=True, slots=True)
class Place:
    """The row at the top of a view: of which line, from which cluster of its text on.

    `index` is where the line was in the buffer, which says where to look for it first.
    """

    index: int
    line_id: int
    start: int


class View:
    """One buffer's lines in a frame of some size."""

    def __init__(self, buffer: Buffer, painter: Painter) -> None:
        self.buffer = buffer
        self._painter = painter
        self._top: Place | None = None
        self._size = (80, 20)
        self.fold: Fold = str.lower

    @property
    def at_end(self) -> bool:
        """Whether the view follows the end of the buffer."""
        return self._top is None

    def rows(self, cells: int, height: int) -> list[Row]:
        """Return the rows to show, at most `height`."""
        self._size = (cells, height)
        if self._top is not None:
            shown = self._from_top(height)
            if shown is not None:
                return shown
            self._top = None
        return self._from_end(height)

    def scroll(self, rows: int) -> None:
        """Move the view by some rows: up when negative, towards the end when positive."""
        index, row = self._top_row()
        index, row = self._down(index, row, rows) if rows > 0 else self._up(index, row, -rows)
        self._stand(index, row)

    def page(self, pages: int) -> None:
        """Move the view by pages, which overlap by two rows."""
        self.scroll(pages * max(1, self._size[1] - 3))

    def to_start(self) -> None:
        """Show the first line."""
        if self.buffer.lines:
            self._stand(0, 0)

    def to_end(self) -> None:
        """Follow the end of the buffer."""
        self._top = None

    # --- from rows to lines --------------------------------------------------------------------

    def _block(self, index: int) -> Block:
        lines = self.buffer.lines
        line = lines[index]
        before = lines[index - 1] if index else None
        day = day_of(line.time)
        starts_day = before is None or day_of(before.time) != day
        new = before is not None and before.id == self.buffer.read_id
        marks = Marks(day if starts_day else "", new) if starts_day or new else NO_MARKS
        return self._painter.block(line, self._size[0], marks, self.fold)

    def _from_end(self, height: int) -> list[Row]:
        rows: list[Row] = []
        index = len(self.buffer.lines)
        while index and len(rows) < height:
            index -= 1
            rows.extend(reversed(self._block(index).rows))
        return rows[:height][::-1]

    def _from_top(self, height: int) -> list[Row] | None:
        """Return the rows from the top on, or None when the end is among them (or the top is lost).

        The last row tells that there is more.
        """
        index, row = self._top_row()
        if self._top is not None:
            self._top = replace(self._top, index=index)
        rows = list(self._block(index).rows[row:])
        seen = index + (len(rows) < height)  # up to here lines are seen whole
        while len(rows) < height + 1:
            index += 1
            if index == len(self.buffer.lines):
                return None
            rows.extend(self._block(index).rows)
            if len(rows) < height:
                seen = index + 1
        return [*rows[: height - 1], self._more(len(self.buffer.lines) - seen)]

    def _more(self, lines: int) -> Row:
        text = f"↓ {lines} more {'line' if lines == 1 else 'lines'} below"
        way = " · Ctrl+End: newest"
        return Row([("", text + way if len(text + way) <= self._size[0] else text)], "class:more")

    def _top_row(self) -> tuple[int, int]:
        """Return the line, and the row of it, at the top of the view."""
        if self._top is not None:
            index = self._find(self._top)
            if index is not None:
                return index, self._block(index).row_of(self._top.start)
        return self._up(len(self.buffer.lines), 0, self._size[1])

    def _find(self, place: Place) -> int | None:
        """Return where the line of a place is now: near where it was, or anywhere."""
        lines = self.buffer.lines
        for index in self._near(place.index):
            if lines[index].id == place.line_id:
                return index
        return None

    def _near(self, index: int) -> Iterator[int]:
        end = len(self.buffer.lines)
        if index < end:
            yield index
        for distance in range(1, max(index, end - index) + 1):
            if index + distance < end:
                yield index + distance
            if 0 <= index - distance < end:
                yield index - distance

    def _up(self, index: int, row: int, rows: int) -> tuple[int, int]:
        while rows > row and index:
            rows -= row
            index -= 1
            row = len(self._block(index).rows)
        return index, max(0, row - rows)

    def _down(self, index: int, row: int, rows: int) -> tuple[int, int]:
        while index < len(self.buffer.lines):
            left = len(self._block(index).rows) - row
            if rows < left:
                return index, row + rows
            rows -= left
            index, row = index + 1, 0
        return index, row

    def _stand(self, index: int, row: int) -> None:
        """Put a row at the top of the view, and follow the end if it is in sight from there."""
        lines = self.buffer.lines
        if index >= len(lines):
            self._top = None
            return
        block = self._block(index)
        self._top = Place(index, lines[index].id, block.starts[row])
