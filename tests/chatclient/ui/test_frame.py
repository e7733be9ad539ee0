"""Where the parts of the screen stand at each size."""

import pytest
from prompt_toolkit.layout.containers import Window
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Screen, WritePosition

from chatclient.ui.cells import Row
from chatclient.ui.frame import Frame, Parts
from chatclient.ui.pane import Pane

Place = tuple[int, int, int, int]  # column, row, width, height


def _places(columns: int, rows: int, *, people: bool = True) -> dict[str, Place]:
    """Draw a frame of that size; return where each part stands."""
    names = ("topic", "rooms", "messages", "people", "tabs", "status")
    panes = {name: Pane(lambda *_: [Row()]) for name in names}
    parts = Parts(**panes, input=Window())
    screen = Screen()
    where = WritePosition(0, 0, columns, rows)
    frame = Frame(parts, show_people=lambda: people)
    frame.write_to_screen(screen, MouseHandlers(), where, "", erase_bg=False, z_index=None)
    drawn = screen.visible_windows_to_write_positions
    named = {**panes, "input": parts.input}
    return {
        name: (at.xpos, at.ypos, at.width, at.height)
        for name, pane in named.items()
        if (at := drawn.get(pane)) is not None
    }


def test_large() -> None:
    """Everything, side by side; the input is one row."""
    assert _places(120, 40) == {
        "topic": (0, 0, 120, 1),
        "rooms": (0, 1, 22, 37),
        "messages": (23, 1, 77, 37),
        "people": (102, 1, 18, 37),
        "status": (0, 38, 120, 1),
        "input": (0, 39, 120, 1),
    }


def test_medium_is_narrower_at_the_sides() -> None:
    """80 columns leave 48 for messages."""
    places = _places(80, 24)
    assert places["rooms"] == (0, 1, 16, 21)
    assert places["messages"] == (17, 1, 48, 21)
    assert places["people"] == (67, 1, 13, 21)


def test_people_give_way_first_then_rooms() -> None:
    """A list of rooms from 60 columns on; under that, tabs."""
    assert "people" not in _places(79, 24)
    assert "people" not in _places(120, 24, people=False)
    assert "rooms" in _places(60, 24)
    small = _places(59, 24)
    assert "rooms" not in small
    assert small["tabs"] == (0, 21, 59, 1)
    assert small["messages"] == (0, 1, 59, 20)


@pytest.mark.parametrize("columns", [1, 20, 59, 60, 80, 200])
@pytest.mark.parametrize("rows", range(1, 9))
def test_the_parts_fill_the_screen_and_the_input_stays(columns: int, rows: int) -> None:
    """However few rows there are: none is left over, and none is used twice."""
    places = _places(columns, rows)
    assert places["input"][3] >= 1
    heights = [at[3] for name, at in places.items() if name not in {"rooms", "people"}]
    assert sum(heights) == rows
