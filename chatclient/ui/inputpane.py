"""The input as it is drawn: label, text and cursor, by grapheme cluster like everything else.

Rules: what is typed is shown as it is, control characters made visible; a cursor inside a cluster
stands at its beginning; of more rows than there is room for, those around the cursor are shown. What
is to be known for the next key stands in notes over it, as far as one row is left for the text.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import wcwidth
from prompt_toolkit.data_structures import Point
from prompt_toolkit.layout.containers import Window
from prompt_toolkit.layout.controls import BufferControl
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Screen, WritePosition

from chatclient.model.values import value
from chatclient.ui.cells import Row, width
from chatclient.ui.letters import are_single
from chatwire.text import visible

Notes = Callable[[int], Sequence[Row]]
"""Returns what stands over the input, for so many cells."""

MASK = "•"
"""What is drawn for each character of what is not to be seen."""


@value
class Layout:
    """Rows of text, and where in them (column, row) the places are that were asked for."""

    rows: tuple[str, ...]
    places: tuple[tuple[int, int], ...]


def graphemes(text: str) -> Iterator[str]:
    """Yield the clusters of `text` as they are, none left out."""
    return iter(text) if text.isascii() or are_single(text) else wcwidth.iter_graphemes(text)


@lru_cache(maxsize=8)
def lay_out(text: str, cells: int, first: int, *indexes: int) -> Layout:
    """Break `text` into rows of `cells`, the first beginning at column `first`.

    `indexes` are places in the text, in code points, the end included.
    """
    rows: list[str] = []
    places: dict[int, tuple[int, int]] = {}
    start, column = 0, first
    for line in text.split("\n"):
        wanted = [each for each in indexes if start <= each <= start + len(line)]
        below = len(rows)
        found = _lay_out_line(line, cells, column, [each - start for each in wanted])
        rows += found.rows
        for each, (x, y) in zip(wanted, found.places, strict=True):
            places[each] = (x, y + below)
        start, column = start + len(line) + 1, 0
    return Layout(tuple(rows), tuple(places[each] for each in indexes))


def _lay_out_line(line: str, cells: int, first: int, indexes: Sequence[int]) -> Layout:
    if line.isascii() and line.isprintable():  # one cell each: no need to look at them
        cuts = range(cells - first, len(line) + 1, cells)  # the cursor's cell counts
        rows = [line[low:high] for low, high in pairwise([0, *cuts, len(line)])]
        return Layout(
            tuple(rows),
            tuple(((first + each) % cells, (first + each) // cells) for each in indexes),
        )
    return _lay_out_clusters(line, cells, first, tuple(indexes))


@lru_cache(maxsize=2048)
def _lay_out_clusters(line: str, cells: int, first: int, indexes: tuple[int, ...]) -> Layout:
    made, x, index = [""], first, 0
    places: dict[int, tuple[int, int]] = {}
    for cluster in graphemes(line):
        shown = visible(cluster).replace("\t", " ")
        taken = width(shown)
        if x + max(taken, 1) > cells:
            made.append("")
            x = 0
        for within in range(len(cluster)):
            places[index + within] = (x, len(made) - 1)
        made[-1] += shown
        x += taken
        index += len(cluster)
    if x >= cells:
        made.append("")
        x = 0
    places[index] = (x, len(made) - 1)
    return Layout(tuple(made), tuple(places[each] for each in indexes))


class InputPane(Window):
    """The window of the line editor; keys and text are its control's, the drawing is its own."""

    def __init__(
        self,
        control: BufferControl,
        *,
        label: Callable[[], str],
        placeholder: Callable[[int], str],
        hides: Callable[[], bool],
        notes: Notes = lambda _cells: (),
    ) -> None:
        super().__init__(control)
        self.control = control
        self._label = label
        self._placeholder = placeholder
        self._hides = hides
        self._notes = notes

    @property
    def control(self) -> BufferControl:
        """What is being typed in; another one may take its place."""
        return self._control

    @control.setter
    def control(self, control: BufferControl) -> None:
        self.content = self._control = control
        self._buffer = control.buffer

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        """Return how many rows the text takes, and what stands over it."""
        return Dimension.exact(len(self._notes(width)) + len(self._layout(width).rows))

    def write_to_screen(
        self,
        screen: Screen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,  # noqa: FBT001 -- the signature is prompt_toolkit's
        z_index: int | None,
    ) -> None:
        """Draw the label, the text, and the cursor."""
        self._buffer.load_history_if_not_yet_loaded()
        place = self._below_notes(screen, write_position)
        layout = self._layout(place.width)
        cursor, menu = layout.places
        top = max(0, cursor[1] - place.height + 1)
        for y, text in enumerate(layout.rows[top : top + place.height], place.ypos):
            fragments = [("", text)]
            if top == 0 and y == place.ypos:
                label = self._label()
                fragments = [("class:prompt", label), *fragments]
                if not self._buffer.text:
                    room = place.width - width(label)
                    fragments.append(("class:hint", self._placeholder(room)))
            Row(fragments).draw(screen, place.xpos, y, place.width)
        screen.show_cursor = True
        screen.set_cursor_position(self, _point(place, cursor, top))
        screen.set_menu_position(self, _point(place, menu, top))
        screen.visible_windows_to_write_positions[self] = place

    def _below_notes(self, screen: Screen, place: WritePosition) -> WritePosition:
        """Draw what stands over the text, and return where that is."""
        notes = self._notes(place.width)[: place.height - 1]
        for y, row in enumerate(notes, place.ypos):
            row.draw(screen, place.xpos, y, place.width)
        top, height = place.ypos + len(notes), place.height - len(notes)
        return WritePosition(place.xpos, top, place.width, height)

    def _layout(self, cells: int) -> Layout:
        state, cursor = self._buffer.complete_state, self._buffer.cursor_position
        menu = state.original_document.cursor_position if state else cursor
        cells = max(2, cells)
        text = MASK * len(self._buffer.text) if self._hides() else self._buffer.text
        menu = min(menu, len(text))  # what was completed can be shorter: an emoji than its name
        return lay_out(text, cells, min(width(self._label()), cells - 1), cursor, menu)


def _point(place: WritePosition, at: tuple[int, int], top: int) -> Point:
    x = min(at[0], max(0, place.width - 1))
    return Point(x=place.xpos + x, y=place.ypos + max(0, at[1] - top))
