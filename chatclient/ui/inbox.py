"""The inbox of mentions: what called the user, in all rooms, the newest first."""

from collections.abc import Sequence
from functools import partial

from chatclient.model import Hit
from chatclient.ui.cells import Row, clip
from chatclient.ui.hits import MOST, Hits, Scene


class Inbox(Hits):
    """What called the user; what is typed leaves those that have it."""

    label = "mentions"
    placeholder = "type to filter"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._typed = ""
        self.ask(partial(self._find, ""))

    def _find(self, typed: str) -> Sequence[Hit]:
        found = self._scene.archive.mentions(MOST)
        words = typed.lower().split()
        return [each for each in found if all(word in _said(each) for word in words)]

    def type(self, text: str) -> None:
        """Leave what has these words."""
        self._typed = text.strip()
        self.ask(partial(self._find, self._typed))

    def words(self) -> Sequence[str]:
        """Return the words that are typed."""
        return self._typed.split()

    def head(self, cells: int) -> Sequence[Row]:
        """Say what this is, and how much of it is unread."""
        unread = sum(buffer.mentions for buffer in self._scene.client.buffers)
        words = f"{unread} unread · " if unread else ""
        words += "Where you were called, the newest first"
        return [Row([("class:heading", clip(words, cells))])]

    def empty(self, cells: int) -> Sequence[Row]:
        """Say that there is nothing."""
        words = "reading…" if self.searching else "Nobody has called you by your name."
        if self._typed and not self.searching:
            words = f"Nothing that called you has {self._typed} in it."
        return [Row([("class:hint", clip(words, cells))])]


def _said(hit: Hit) -> str:
    return f"{hit.target} {hit.line.source} {hit.line.text}".lower()
