"""The write-ahead log as bytes: to see what SQLite passes over in silence.

Rules: it is only read. SQLite takes the log up to the first frame that does not fit its checksum,
and nothing after. A power cut leaves such an end too, but only within the newest transaction: the next
one begins when the one before is on disk. So what follows a whole transaction after a bad frame tells
that the bad one was good once. Format: https://www.sqlite.org/fileformat2.html#walformat
"""

import mmap
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

HEADER: Final = 32
"""Bytes before the first frame."""

_FRAME: Final = struct.Struct(">6I")
"""Before each page: its number, the size of the file for a commit, two salts, two sums."""

_PAGE: Final = struct.Struct(">I")

_MAGIC: Final = 0x377F0682
_BITS: Final = 0xFFFFFFFF


class Frame(Struct, frozen=True, gc=False):
    """The header of a frame."""

    page: int
    commits: int
    """0, or for the last frame of a transaction the number of pages that the file has then."""
    salts: tuple[int, int]
    sums: tuple[int, int]


class WriteAheadLog:
    """A log that has a header and something after it."""

    def __init__(self, data: mmap.mmap) -> None:
        """Look at `data`. Raises `ValueError` if it does not begin as a log does."""
        self._data = data
        magic, _, page_size, _, *salts = struct.unpack_from(">6I", data)
        self.page_size: int = page_size
        self._words = ">" if magic & 1 else "<"
        self._salts = tuple(salts)
        sums = struct.unpack_from(">2I", data, 24)
        if magic & ~1 != _MAGIC or self._sum(data[:24], (0, 0)) != sums:
            raise ValueError("its header does not fit its checksum")

    def __len__(self) -> int:
        """Return how many whole frames the file has room for."""
        return (len(self._data) - HEADER) // self._step

    def offset(self, number: int) -> int:
        """Return where frame `number` begins, counted from 0."""
        return HEADER + number * self._step

    def frames(self, first: int, end: int) -> Iterator[Frame]:
        """Yield the headers of some frames."""
        for number in range(first, end):
            page, commits, *rest = _FRAME.unpack_from(self._data, self.offset(number))
            yield Frame(page, commits, (rest[0], rest[1]), (rest[2], rest[3]))

    def pages(self, valid: int) -> Iterator[int]:
        """Yield the numbers of the pages in the first `valid` frames."""
        for number in range(valid):
            (page,) = _PAGE.unpack_from(self._data, self.offset(number))
            yield page

    def unfinished(self, valid: int) -> int:
        """Return how many of the frames after the first `valid` are of this turn of the log.

        The last one may be there in part.
        """
        begun = (len(self._data) - HEADER - _FRAME.size) // self._step + 1
        return sum(frame.salts == self._salts for frame in self.frames(valid, begun))

    def was_good(self, valid: int) -> bool:
        """Say whether more than the first `valid` frames were on disk once, as whole transactions."""
        before: Frame | None = None
        for number, frame in enumerate(self.frames(valid, len(self)), valid):
            if frame.salts == self._salts:
                if before is not None and before.commits and self._follows(before, number, frame):
                    return True
                before = frame
            else:
                before = None
        return False

    def _follows(self, before: Frame, number: int, frame: Frame) -> bool:
        """Say whether frame `number` was written after the one `before` it, as that stands there."""
        start = self.offset(number)
        sums = self._sum(self._data[start : start + 8], before.sums)
        page = self._data[start + _FRAME.size : start + self._step]
        return self._sum(page, sums) == frame.sums

    @property
    def _step(self) -> int:
        return _FRAME.size + self.page_size

    def _sum(self, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
        one, two = sums
        words = iter(struct.unpack(f"{self._words}{len(data) // 4}I", data))
        for word in words:
            one = (one + word + two) & _BITS
            two = (two + next(words) + one) & _BITS
        return one, two


def size_of(path: Path) -> int:
    """Return how large the file at `path` is, 0 if there is none. Raises `OSError`."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
