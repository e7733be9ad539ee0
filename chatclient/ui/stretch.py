"""The stretch of a buffer's lines that a view is in: a part of the archive, the window, or both.

Rules: it is without gaps: lines of the archive, oldest first, and if it is `joined`, those of
`Buffer.lines` after them. It grows by pages at the end where one looks, and is let go at the other,
so that it takes the same memory wherever one is, and hardly more where lines are long.
"""

from collections.abc import Collection, Sequence

from chatclient.model import Archive, Buffer, Kept, Kind, Line
from chatclient.model.window import HEAVIEST, weight

PAGE = 200
MOST = 1000
"""Lines of the archive that are held."""

_FEW = 500  # lines of the window with which a view that follows the end needs no others


class Stretch:
    """Lines by their index, which changes when others are put before them."""

    def __init__(self, buffer: Buffer, archive: Archive) -> None:
        self._buffer = buffer
        self._archive = archive
        self._kept: list[Kept] = []
        self._seam = 0  # `Line.id` of the first line of the window, 0 while there was none
        self._edge: tuple[int, Line | None] = (0, None)
        self.joined = True
        """Whether it goes on to the end of the buffer."""

    def __len__(self) -> int:
        return len(self._kept) + (len(self._buffer.lines) if self.joined else 0)

    def __getitem__(self, index: int) -> Line:
        kept = len(self._kept)
        return self._kept[index].line if index < kept else self._buffer.lines[index - kept]

    def position(self, index: int) -> int | None:
        """Return where a line stands in the archive, None if it does not."""
        return self._archive.position(self._buffer, self[index].id)

    def before(self, index: int) -> Line | None:
        """Return the line before one, also before the first; None if there is none."""
        if index:
            return self[index - 1]
        first = self[0].id
        if self._edge[0] != first:
            position = self._first()
            found = self._archive.older(self._buffer, position, 1) if position else ()
            self._edge = first, found[0].line if found else None
        return self._edge[1]

    def check(self) -> None:
        """See whether the window still begins where the lines of the archive end."""
        lines = self._buffer.lines
        first = lines[0].id if lines else 0
        if self._kept and self.joined and first != self._seam:
            self.joined = not self._seam and self._kept[-1].line.id != first
        if self.joined:
            self._seam = first

    @property
    def begins(self) -> bool:
        """Whether nothing is known from before the first line."""
        return not len(self) or self.before(0) is None

    # --- moving --------------------------------------------------------------------------------

    def older(self) -> int:
        """Get a page of older lines, and return how many they are: all others come after them."""
        before = self._first()
        page = self._archive.older(self._buffer, before, PAGE)
        if before is None:
            page = [each for each in page if each.line.msgid not in self._buffer.msgids]
        self._kept[:0] = page
        if over := _over(self._kept):
            del self._kept[-over:]
            self.joined = False
        return len(page)

    def newer(self) -> int:
        """Get a page of newer lines; return how many are let go at the other end."""
        if self.joined:
            return 0
        last = self._kept[-1].position if self._kept else 0
        page = self._archive.newer(self._buffer, last, PAGE)
        self._extend(page)
        gone = _over(self._kept[::-1])
        del self._kept[:gone]
        return gone

    def to_end(self) -> None:
        """Be at the end, with nothing but the window if that is enough."""
        if not self.joined or len(self._buffer.lines) > _FEW:
            self._kept.clear()
            self.joined = True
        self.check()

    def to_start(self) -> None:
        """Be at the oldest line of all."""
        self._kept, self.joined = [], False
        self.newer()

    def go_around(self, position: int) -> None:
        """Be where some position is, with lines before and after it."""
        self._edge = (0, None)
        window = self._window()
        if window is not None and position >= window:
            self._kept, self.joined = [], True
            self.check()
            return
        self._kept = [*self._archive.older(self._buffer, position + 1, PAGE)]
        self.joined = False
        self._extend(self._archive.newer(self._buffer, position, PAGE))

    def _extend(self, page: Sequence[Kept]) -> None:
        """Put newer lines at the end, up to the window."""
        window = self._window()
        fits = [each for each in page if window is None or each.position < window]
        if window is None:
            fits = [each for each in fits if each.line.msgid not in self._buffer.msgids]
        self._kept += fits
        if len(fits) < len(page) or len(page) < PAGE:
            self.joined = True
            self._seam = self._buffer.lines[0].id if self._buffer.lines else 0

    def _first(self) -> int | None:
        """Return the position of the first line that has one, None if none has."""
        return self._kept[0].position if self._kept else self._window()

    def _window(self) -> int | None:
        archive, buffer = self._archive, self._buffer
        positions = (archive.position(buffer, line.id) for line in buffer.lines)
        return next((each for each in positions if each is not None), None)

    # --- finding -------------------------------------------------------------------------------

    def find(self, line_id: int, position: int | None, near: int) -> int | None:
        """Return the index of a line, by its id or its position; close to `near`, or anywhere."""
        ids = {line_id, -position} if position else {line_id}
        end = len(self)
        for distance in range(max(near, end - near) + 1):
            for index in (near + distance, near - distance):
                if 0 <= index < end and self[index].id in ids:
                    return index
        return None

    def step(self, index: int, step: int, kinds: Collection[Kind]) -> tuple[int, bool]:
        """Return the next index before (-1) or after (1) one where a line is of these kinds.

        Pages are read until there is one; without one, that is where one was, and False.
        """
        start = index
        while True:
            if step < 0 and not index:
                older = self.older()
                index, start = index + older, start + older
            if step > 0 and index >= len(self) - 1:
                gone = self.newer()
                index, start = index - gone, start - gone
            index += step
            if not 0 <= index < len(self):
                return start, False
            if self[index].kind in kinds:
                return index, True

    def find_position(self, position: int) -> int | None:
        """Return the index of the line at a position, or of the next one; None if it is not here."""
        for index in range(len(self)):
            at = self.position(index)
            if at is not None and at >= position:
                return index if index or at == position else None
        return None


def _over(kept: Sequence[Kept]) -> int:
    """Return how many lines at the end are too many; a page is not."""
    size = 0
    for count, each in enumerate(kept):
        size += weight(each.line)
        if count >= MOST or (count >= PAGE and size > HEAVIEST):
            return len(kept) - count
    return 0
