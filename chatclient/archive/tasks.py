"""What is to be written: one type for each task, in the order in which they are to be done."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from chatclient.logs import Logs
from chatclient.model import Line
from chatclient.model.values import value


@dataclass(slots=True, eq=False)
class Shelf:
    """Where the lines of one buffer are kept."""

    network: str
    target: str
    """The name on the wire."""
    kind: str
    row: int = 0
    """`buffers.id`, 0 while there is none."""
    last: int = 0
    """The newest position, 0 for none (the writer's)."""
    positions: dict[int, int] = field(default_factory=dict)
    """Where the lines of the window stand, by their ids."""
    lost: int = 0
    """Lines of the window up to this id are not kept any more."""

    @property
    def name(self) -> str:
        """The target as it is compared, whatever the server's casemapping is."""
        return self.target.lower()

    def position(self, line_id: int) -> int:
        """Return where a line of the window stands, 0 if it does not."""
        return -line_id if line_id < 0 else self.positions.get(line_id, 0)

    def state(self) -> tuple[str, str, int, int, dict[int, int], int]:
        """Return how it is, for `be`."""
        positions = self.positions.copy()
        return self.network, self.target, self.row, self.last, positions, self.lost

    def be(self, state: tuple[str, str, int, int, dict[int, int], int]) -> None:
        """Be as before: what was written since is not."""
        self.network, self.target, self.row, self.last, self.positions, self.lost = state

    def lose(self) -> None:
        """Take note that what was kept is not."""
        self.lost = max(self.positions, default=self.lost)
        self.positions.clear()
        self.last = 0


@value
class Insert:
    """Put lines between two that are there, in their order."""

    shelf: Shelf
    lines: Sequence[Line]
    after: int = 0
    """`Line.id` of the one before them in the window, 0 for none."""
    before: int = 0
    """Of the one after them."""
    high: int = 0
    """Or the position before which they belong."""
    gap: int = 0
    """Where the line stands that says that something is missing here: if nothing is, it goes."""


@value
class Update:
    """Put a line in the place of the one with its id."""

    shelf: Shelf
    line: Line
    after: int
    """`Line.id` of the one before it in the window, if it is not there yet."""
    before: int


@value
class Replace:
    """Put a line in the place of the one at a position."""

    shelf: Shelf
    position: int
    line: Line


@value
class Release:
    """Know no longer where lines stand that have left the window; tasks before this one need it."""

    shelf: Shelf
    ids: Sequence[int]


@value
class Drop:
    """Remove the line at a position."""

    shelf: Shelf
    position: int


@value
class Rename:
    """Follow a buffer to its new name, unless something is kept under that."""

    shelf: Shelf
    target: str


@value
class RenameNetwork:
    """Follow a network to its new name; what is kept under that already is of the same network."""

    before: str
    now: str
    shelves: Sequence[Shelf]
    """Those of its buffers."""


@value
class Forget:
    """Delete what is kept of a buffer."""

    shelf: Shelf


@value
class ForgetAll:
    """Delete all lines, what was typed, and what is remembered of rooms that people talk in."""

    shelves: Sequence[Shelf]


@value
class Remember:
    """Remember something, "" to forget it."""

    topic: str
    name: str
    value: str


@value
class Input:
    """Keep what was typed."""

    text: str


@value
class Hold:
    """Let the log wait, as lines may come that stand before others; or no longer."""

    shelf: Shelf
    hold: bool


@value
class Log:
    """Log from now on there, or nowhere."""

    logs: Logs | None


@value
class Barrier:
    """Say when everything before is written."""

    passed: threading.Event


Task = (
    Insert
    | Update
    | Replace
    | Release
    | Drop
    | Rename
    | RenameNetwork
    | Forget
    | ForgetAll
    | Remember
    | Input
    | Hold
    | Log
    | Barrier
)
New = tuple[Shelf, int, Line]
"""A line that was not kept before, and where it stands now."""

Added = tuple[Shelf, Line]
"""A line at the end; not a type of its own, as there may be a thousand a second."""
