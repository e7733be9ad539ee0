"""Panes: parts of the screen that show rows, drawn only as far as they are seen.

Rules: a pane asks for the rows that fit, never for a count of all lines; rows are drawn cell by
cell with their own widths (cells.py), since prompt_toolkit adds up code points. `RowsControl` is an
ordinary `UIControl`: an ordinary `Window` can show it too, with prompt_toolkit's own widths.
"""

from collections.abc import Callable, Sequence

from prompt_toolkit.layout.containers import Window
from prompt_toolkit.layout.controls import UIContent, UIControl
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Screen, WritePosition

from chatclient.ui.cells import BLANK, Row, draw_all

RowsFor = Callable[[int, int], Sequence[Row]]  # width, height -> at most height rows


class RowsControl(UIControl):
    """Rows that are made anew, lazily, for the size at hand."""

    def __init__(self, rows: RowsFor) -> None:
        self.rows = rows

    def create_content(self, width: int, height: int) -> UIContent:
        """Return the visible rows; `get_line` is asked for those alone."""
        rows = self.rows(width, height)
        return UIContent(lambda index: rows[index].formatted, line_count=len(rows))


class Pane(Window):
    """A window without scrolling or cursor of its own: it shows what its rows say."""

    def __init__(self, rows: RowsFor) -> None:
        super().__init__(RowsControl(rows))
        self._rows = rows

    def write_to_screen(
        self,
        screen: Screen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,  # noqa: FBT001 -- the signature is prompt_toolkit's
        z_index: int | None,
    ) -> None:
        """Draw the rows from the top of the pane down."""
        place = write_position
        rows = [*self._rows(place.width, place.height)[: place.height]]
        # What is left is blank, so that the places on a line are the same in every frame.
        rows += [BLANK] * (place.height - len(rows))
        draw_all(rows, screen, place.xpos, place.ypos, place.width)
        screen.visible_windows_to_write_positions[self] = place
