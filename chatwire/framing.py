"""Lines out of a byte stream that comes in any cut.

Rules: a line ends with LF; one CR before it belongs to the end. A line longer than the limit is
reported once as `OVERLONG`, in its place, and dropped up to its LF; the stream goes on after it.
What is kept between two reads never exceeds the limit.
"""

import enum
from collections.abc import Sequence
from typing import Final


class Overlong(enum.Enum):
    """The type of `OVERLONG`, which stands in the place of a line that was too long."""

    OVERLONG = "overlong"


OVERLONG: Final = Overlong.OVERLONG


class Framer:
    """Cuts a stream of bytes into lines of at most `limit` bytes, their end left out."""

    __slots__ = ("_dropping", "_rest", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._rest = b""
        self._dropping = False

    @property
    def pending(self) -> int:
        """How many bytes wait for the end of their line; the limit, while dropping a longer one."""
        return self.limit if self._dropping else len(self._rest)

    def feed(self, data: bytes) -> Sequence[bytes | Overlong]:
        """Take the next bytes of the stream and return the lines that they complete, in order."""
        if b"\n" not in data:
            self._keep(self._rest + data)
            return [OVERLONG] if self._overflow() else []
        text = self._rest + data
        *whole, rest = text.replace(b"\r\n", b"\n").split(b"\n")
        if self._dropping:
            self._dropping = False
            del whole[0]
        lines: list[bytes | Overlong] = [*whole]
        if len(text) > self.limit:  # else none can be too long
            lines = [line if len(line) <= self.limit else OVERLONG for line in whole]
        self._keep(rest)
        if self._overflow():
            lines.append(OVERLONG)
        return lines

    def end(self) -> Sequence[bytes]:
        """Return what the stream left without an LF when it ended: at most one line."""
        rest, self._rest = self._rest, b""
        return [rest.removesuffix(b"\r")] if rest else []

    def _keep(self, rest: bytes) -> None:
        self._rest = b"" if self._dropping else rest

    def _overflow(self) -> bool:
        """Start dropping when the unfinished line cannot fit (a CR may still belong to its end)."""
        if len(self._rest) <= self.limit + self._rest.endswith(b"\r"):
            return False
        self._rest, self._dropping = b"", True
        return True
