"""A large paste, shown before anything is done with it.

Rules: nothing is sent, nor put among what is typed, before the user says so; what Enter would send
is said in full, and its beginning and end are shown.
"""

from collections.abc import Sequence

from chatclient.ui.cells import Row, clip

LARGE = 2048  # characters from which a paste of few lines is shown too
HEAD, TAIL = 3, 1  # lines of it that are shown
_SHOWN = 500  # characters of a line that may be shown


def messages(lines: int, most: int) -> str:
    """Return as what `lines` are sent, where one message takes `most` (0: each is one)."""
    if lines <= max(1, most):
        return f"one message of {lines} lines" if lines > 1 else "one message"
    if most:
        return f"{lines} lines in {-(-lines // most)} messages"
    return f"{lines} messages"


class Paste:
    """What was pasted, and waits for a word of the user."""

    def __init__(self, text: str) -> None:
        self._parts = [text]
        self._text: str | None = None

    @staticmethod
    def is_large(text: str, lines: int) -> bool:
        """Say whether a paste is to be shown first: from `lines` lines on, 0 for never."""
        return lines > 0 and (len(text) > LARGE or text.count("\n") + 1 >= lines)

    @property
    def text(self) -> str:
        """All of it."""
        if self._text is None:
            self._text = "".join(self._parts)
            self._parts = [self._text]
        return self._text

    def add(self, text: str) -> None:
        """Take more of it, as some terminals paste in pieces."""
        self._parts.append(text)
        self._text = None

    def notes(self, cells: int, most: int) -> Sequence[Row]:
        """Return what there is and what each key does with it, over the input."""
        said = [line for line in self.text.split("\n") if line.strip()]
        count = len(said)
        what = f" {count} lines" if count > 1 else f" {len(self.text):,} characters"
        ways = f"{what} pasted: Enter sends {messages(count, most)} · e: edit first · Esc: drop"
        if len(ways) > cells:
            ways = f" Enter sends {messages(count, most)} · e edit · Esc drop"
        shown = said if count <= HEAD + TAIL + 1 else said[:HEAD]
        rows = [Row([("", clip(ways, cells))], "class:more")]
        rows += [_row(line, cells) for line in shown]
        if shown is not said:
            rows.append(Row([("class:hint", f"  ⋯ {count - HEAD - TAIL} more lines")]))
            rows += [_row(line, cells) for line in said[-TAIL:]]
        return rows


def _row(line: str, cells: int) -> Row:
    return Row([("class:quote", clip(f"  {line[:_SHOWN]}", cells))])
