"""Search in everything that was said, in all rooms, as one types."""

from collections.abc import Sequence
from functools import partial

from chatclient.ui.cells import Row, clip
from chatclient.ui.hits import MOST, Hits, Scene
from chatclient.ui.wrapping import wrap

_HINTS = (
    "What is typed is looked for in everything that was said, in all rooms.",
    "from:NICK finds what somebody said, in:#ROOM what was said there.",
)


class Search(Hits):
    """The messages that have all the words that are typed."""

    label = "search"
    placeholder = "words, from:NICK, in:#ROOM"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._typed = ""

    def type(self, text: str) -> None:
        """Look for what is typed now."""
        self._typed = text.strip()
        search = partial(self._scene.archive.search, self._typed, MOST)
        self.ask(search if self._typed else None)

    def words(self) -> Sequence[str]:
        """Return the words that are looked for, without who and where."""
        return [
            word for word in self._typed.split() if not word.lower().startswith(("from:", "in:"))
        ]

    def empty(self, cells: int) -> Sequence[Row]:
        """Say what can be typed, or that nothing was found."""
        if self.searching:
            return [Row([("class:hint", "searching…")])]
        if self._typed:
            return [Row([("class:hint", clip(f"Nobody said {self._typed}.", cells))])]
        return [Row([("class:hint", piece.text)]) for hint in _HINTS for piece in wrap(hint, cells)]

    def head(self, cells: int) -> Sequence[Row]:
        """Say how much was found."""
        if not self.hits:
            return ()
        many = f"the newest {MOST}" if len(self.hits) == MOST else str(len(self.hits))
        return [Row([("class:heading", clip(f"Found: {many}", cells))])]
