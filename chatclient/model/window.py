"""The window: `Buffer.lines` is the newest part of what was said, the archive has all of it.

Rules: only what the archive has is let go, from the oldest on. Own lines that failed stay, as they
can be sent again. Windows are bounded by what they weigh, too, each and all of a world together: a
line may be as short as a nick or as long as a book.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from sys import getsizeof

from chatclient.model.buffers import Buffer
from chatclient.model.lines import Delivery, Line

MOST = 2000
"""Lines of a buffer that stay in memory, or some more."""

HEAVIEST = 4 << 20
"""Bytes that the lines of a buffer may take before the oldest go, however few they are."""

ALL = 32 << 20
"""Bytes that those of all buffers of a world may take: 100,000 lines as people write them."""

_LINE, _SPAN = 300, 150  # bytes of a line beside its text, and of a part of it that has a look


def weight(line: Line) -> int:
    """Return how many bytes a line takes, about."""
    return _LINE + getsizeof(line.text) + _SPAN * len(line.spans)


class Weights:
    """How much the windows of a world weigh, by what was added to them."""

    def __init__(self, most: int = ALL) -> None:
        self._most = self._limit = most
        self._each: dict[Buffer, int] = {}
        self._all = 0

    def add(self, buffer: Buffer, added: int) -> None:
        """Take note of what was added to a window (`weight`), or with less than 0 let go."""
        self._each[buffer] = self._each.get(buffer, 0) + added
        self._all += added

    def forget(self, buffer: Buffer) -> None:
        """Take note that a buffer is closed."""
        self._all -= self._each.pop(buffer, 0)

    def fitting(self, buffer: Buffer, most: int) -> int:
        """Return how many lines of a window may stay: `most`, or fewer where they are heavy."""
        heavy = self._each.get(buffer, 0)
        return most if heavy <= HEAVIEST else min(most, self._fitting(buffer, HEAVIEST // 2))

    def excess(self) -> Iterable[tuple[Buffer, int]]:
        """Yield the heaviest windows, and how many lines of each may stay, while all are too heavy.

        What cannot be let go is not asked for again before a good deal more has come.
        """
        if self._all <= self._limit:
            return
        for buffer in sorted(self._each, key=self._each.__getitem__, reverse=True):
            if self._all <= self._most * 3 // 4:
                break
            yield buffer, self._fitting(buffer, self._each[buffer] // 2)
        self._limit = max(self._most, self._all + self._most // 8)

    def _fitting(self, buffer: Buffer, most: int) -> int:
        """Return how many of the newest lines fit, and weigh all anew: some are no longer there."""
        weights = [*map(weight, buffer.lines)]
        self.add(buffer, sum(weights) - self._each.get(buffer, 0))
        end = len(weights) - buffer.pending
        left, at = most - sum(weights[end:]), end
        while at and left > 0:
            at -= 1
            left -= weights[at]
        return max(1, end - at)


def trim(buffer: Buffer, most: int, may_go: Callable[[Line], bool]) -> Sequence[Line]:
    """Let the oldest lines go, but for so many; return them."""
    excess = len(buffer.lines) - buffer.pending - most
    gone: list[Line] = []
    stay: list[Line] = []
    for line in islice(buffer.lines, max(0, excess)):
        if line.delivery is not Delivery.CONFIRMED:
            stay.append(line)
        elif may_go(line):
            gone.append(line)
        else:
            break
    if gone:
        buffer.lines[: len(gone) + len(stay)] = stay
        buffer.msgids.difference_update(line.msgid for line in gone)
        buffer.older = True
    return gone


def restore(buffer: Buffer, lines: Sequence[Line]) -> None:
    """Put lines of the archive before all that a buffer has."""
    buffer.lines[:0] = lines
    buffer.msgids.update(line.msgid for line in lines if line.msgid)
    buffer.older = bool(lines)
