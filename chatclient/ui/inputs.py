"""What was typed before: in any room, over restarts, and how it is searched.

Rules: the archive has it, and is asked when the first frame is drawn; who gives it a password is to
blame (the editor does not).
"""

from collections.abc import Iterable, Sequence

from prompt_toolkit.history import History

from chatclient.model import Archive
from chatclient.ui.cells import Row, clip

LABEL = "search: "
WAY = " · Ctrl+R older · Enter takes it · Esc"


class Inputs(History):
    """The history of the line editor, kept in the archive."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive

    def load_history_strings(self) -> Iterable[str]:
        """Return what was typed in earlier runs, newest first."""
        return [*reversed(self._archive.inputs())]

    def store_string(self, string: str) -> None:
        """Keep something."""
        self._archive.add_input(string)


class Search:
    """A search in what was typed, letter by letter."""

    def __init__(self, inputs: Sequence[str]) -> None:
        """Search in `inputs`, oldest first."""
        self._inputs = inputs
        self._at = len(inputs)
        self.wanted = ""

    @property
    def found(self) -> str:
        """What was found, "" for nothing."""
        return self._inputs[self._at] if self._at < len(self._inputs) else ""

    def add(self, text: str) -> None:
        """Search for more."""
        self.wanted += text
        self._look(min(self._at, len(self._inputs) - 1))

    def shorten(self) -> None:
        """Search for a letter less, from the newest on."""
        self.wanted = self.wanted[:-1]
        self._at = len(self._inputs)
        if self.wanted:
            self._look(self._at - 1)

    def older(self) -> None:
        """Go to what was typed before that, if something was."""
        before = self._at
        self._look(self._at - 1)
        if self._at == len(self._inputs) and before < len(self._inputs):
            self._at = before

    def _look(self, newest: int) -> None:
        wanted = self.wanted.lower()
        last = self.found
        for at in range(newest, -1, -1):
            text = self._inputs[at]
            if wanted in text.lower() and (at == self._at or text != last):
                self._at = at
                return
        self._at = len(self._inputs)

    def notes(self, cells: int) -> Sequence[Row]:
        """Return what was found, over the input."""
        room = cells - len(LABEL) - len(WAY)
        row = Row(
            [
                ("class:prompt", LABEL),
                ("", clip(self.wanted, max(8, room))),
                ("class:hint", WAY),
            ]
        )
        found = self.found or ("nothing like that" if self.wanted else "")
        style = "" if self.found else "class:hint"
        text = found.replace("\n", " ↵ ")
        return [row, Row([(style, clip(f"  {text}", cells))])]
