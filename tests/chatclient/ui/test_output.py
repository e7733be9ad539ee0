"""What goes to the terminal: frames, columns told where widths are disputed, nothing raw."""

import io

from prompt_toolkit.data_structures import Size
from prompt_toolkit.layout.screen import Screen

from chatclient.ui.cells import Placed, Row
from chatclient.ui.hyperlinks import opening
from chatclient.ui.output import FrameOutput


def _written(*cells: str) -> str:
    paper = io.StringIO()
    output = FrameOutput(paper, lambda: Size(24, 80))
    for cell in cells:
        output.write(cell)
    output.flush()
    output.flush()
    return paper.getvalue()


def test_a_frame_is_shown_at_once() -> None:
    """Synchronized output is opened and closed around it; nothing is sent for nothing."""
    assert _written("a", "b") == "\x1b[?2026hab\x1b[?2026l"


def test_the_column_is_told_after_a_disputed_cluster() -> None:
    """Counted from 1, as terminals do; the two cells are cleared before."""
    cell = Placed("🇩🇪")
    cell.column, cell.cells, cell.link = 7, 2, ""
    assert _written("a", cell, "b") == "\x1b[?2026ha  \x1b[6G🇩🇪\x1b[8Gb\x1b[?2026l"


def test_an_escape_in_text_is_no_escape() -> None:
    """Should one come this far, it is replaced."""
    assert "\x1b[31m" not in _written("\x1b[31m")


def test_a_link_is_opened_and_closed_around_its_text() -> None:
    """Nothing that is drawn after it can become a part of it."""
    screen = Screen()
    Row([("", "a"), ("", "b", "https://example.org/")]).draw(screen, 0, 0, 5)
    written = _written(*(screen.data_buffer[0][x].char for x in range(2)))
    opened = opening("https://example.org/")
    assert written == f"\x1b[?2026ha{opened}b\x1b]8;;\x1b\\\x1b[3G\x1b[?2026l"
