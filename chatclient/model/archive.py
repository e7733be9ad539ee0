"""The archive: the lines that are kept on this machine, as the rest of the client sees it.

Rules: a line is found by its position, a number that rises in the order in which the lines of a
buffer are read; positions are never changed or used again. Reading takes a millisecond or so, and
happens in the event loop; writing happens elsewhere, and `older` and `newer` see what was written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chatclient.model.buffers import Buffer
from chatclient.model.lines import Line


@dataclass(frozen=True, slots=True)
class Kept:
    """A line of a buffer, and where it stands in the archive."""

    position: float
    line: Line


@dataclass(frozen=True, slots=True)
class Hit:
    """A line that was found, and in which buffer it stands."""

    network: str
    target: str
    """The name on the wire of the room or person, "" for the server."""
    position: float
    line: Line


class Archive(Protocol):
    """What was said, and what the client remembers for the user, over restarts."""

    def older(self, buffer: Buffer, before: float | None, most: int) -> Sequence[Kept]:
        """Return the newest `most` lines before a position (None: the end), oldest first."""

    def newer(self, buffer: Buffer, after: float, most: int) -> Sequence[Kept]:
        """Return the oldest `most` lines after a position, oldest first."""

    def search(self, text: str, most: int = 100) -> Sequence[Hit]:
        """Return what people said with `text` in it, in all buffers, newest first."""

    def mentions(self, most: int = 100) -> Sequence[Hit]:
        """Return what called the user, in all buffers, newest first."""

    def recall(self, topic: str, name: str) -> str:
        """Return what was remembered under that name of that topic ("draft", ...), "" for nothing."""

    def remember(self, topic: str, name: str, value: str) -> None:
        """Remember something over restarts, "" to forget it."""
