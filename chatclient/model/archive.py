"""The archive: the lines that are kept on this machine, as the rest of the client sees it.

Rules: a line is found by its position, a number that rises in the order in which the lines of a
buffer are read, and with time over all buffers; positions are never changed or used again. Reading
takes a millisecond or so, and happens in the event loop; writing happens elsewhere, and a moment
later is seen by all who read.
"""

from collections.abc import Sequence
from typing import Protocol

from chatclient.model.buffers import Buffer
from chatclient.model.lines import Line
from chatclient.model.values import value


@value
class Kept:
    """A line of a buffer, and where it stands in the archive."""

    position: int
    line: Line
    """With an `id` less than 0, which is the same whenever the line is read."""


@value
class Hit:
    """A line that was found, and in which buffer it stands."""

    network: str
    target: str
    """The name on the wire of the room or person."""
    position: int
    line: Line


class Archive(Protocol):
    """What was said, and what the client remembers for the user, over restarts."""

    def older(self, buffer: Buffer, before: int | None, most: int) -> Sequence[Kept]:
        """Return the newest `most` lines before a position (None: the end), oldest first."""

    def newer(self, buffer: Buffer, after: int, most: int) -> Sequence[Kept]:
        """Return the oldest `most` lines after a position, oldest first."""

    def position(self, buffer: Buffer, line_id: int) -> int | None:
        """Return where a line of `buffer.lines` stands in the archive, None while it does not."""

    def find(self, buffer: Buffer, msgid: str) -> Kept | None:
        """Return the message with that id, None if it is not kept."""

    def search(self, text: str, most: int = 100) -> Sequence[Hit]:
        """Return what people said with all words of `text` in it, in all buffers, newest first.

        A word `from:NICK` asks for what somebody said, `in:#ROOM` for what was said there.
        """

    def mentions(self, most: int = 100) -> Sequence[Hit]:
        """Return what called the user, in all buffers, newest first."""

    def recall(self, topic: str, name: str) -> str:
        """Return what was remembered under that name of that topic ("draft", ...), "" for nothing."""

    def remember(self, topic: str, name: str, value: str) -> None:
        """Remember something over restarts, "" to forget it."""

    def inputs(self, most: int = 1000) -> Sequence[str]:
        """Return what was typed lately, oldest first."""

    def add_input(self, text: str) -> None:
        """Keep what was typed, for `inputs`. Passwords are not for it."""


class NoArchive:
    """An archive of nothing, for who needs none."""

    def older(self, buffer: Buffer, before: int | None, most: int) -> Sequence[Kept]:
        """Return nothing."""
        return ()

    def newer(self, buffer: Buffer, after: int, most: int) -> Sequence[Kept]:
        """Return nothing."""
        return ()

    def position(self, buffer: Buffer, line_id: int) -> int | None:
        """Return None: nothing is kept."""
        return None

    def find(self, buffer: Buffer, msgid: str) -> Kept | None:
        """Return None: nothing is kept."""
        return None

    def search(self, text: str, most: int = 100) -> Sequence[Hit]:
        """Find nothing."""
        return ()

    def mentions(self, most: int = 100) -> Sequence[Hit]:
        """Find nothing."""
        return ()

    def recall(self, topic: str, name: str) -> str:
        """Return nothing."""
        return ""

    def remember(self, topic: str, name: str, value: str) -> None:
        """Forget it."""

    def inputs(self, most: int = 1000) -> Sequence[str]:
        """Return nothing."""
        return ()

    def add_input(self, text: str) -> None:
        """Forget it."""
