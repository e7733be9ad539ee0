"""The frame: where each part of the screen stands at each size.

Rules:
- One root container places its parts itself; it is asked for no preferred sizes.
- What a small screen has no room for goes in this order: the list of people, the list of rooms
  (which becomes a row of tabs), the bars. The input always stays.
"""

from collections.abc import Callable

from prompt_toolkit.layout.containers import Container, Window
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import Screen, WritePosition

from chatclient.model.values import value
from chatclient.ui.cells import Row, draw_all
from chatclient.ui.pane import Pane

ROOMS_FROM = 60  # columns of the screen from which there is a list of rooms
PEOPLE_FROM = 80  # and one of people
LARGE = 100  # and from which both are broader
ROOMS_WIDTH, PEOPLE_WIDTH = 16, 13
ROOMS_WIDTH_LARGE, PEOPLE_WIDTH_LARGE = 22, 18
INPUT_ROWS = 8

Places = list[tuple[Container, WritePosition]]

_EDGE = Row([("class:line", "│")])
_EDGE_AFTER_BLANK = Row([("", " "), ("class:line", "│")])


@value
class Parts:
    """What the frame places."""

    topic: Pane
    rooms: Pane
    messages: Pane
    people: Pane
    tabs: Pane
    status: Pane
    input: Window


class Frame(Container):
    """The root of the layout."""

    def __init__(
        self,
        parts: Parts,
        *,
        show_people: Callable[[], bool],
        placed: Callable[[MouseHandlers, Places], None] = lambda _handlers, _places: None,
    ) -> None:
        """`placed` is told in each frame where the parts are, and who is told of the mouse."""
        self._parts = parts
        self._show_people = show_people
        self._placed = placed

    def reset(self) -> None:
        """Reset the parts."""
        for part in self.get_children():
            part.reset()

    def preferred_width(self, max_available_width: int) -> Dimension:
        """Take what there is."""
        return Dimension()

    def preferred_height(self, width: int, max_available_height: int) -> Dimension:
        """Take what there is."""
        return Dimension()

    def get_children(self) -> list[Container]:
        """Return all parts, whether or not they are seen now."""
        parts = self._parts
        return [
            parts.topic, parts.rooms, parts.messages, parts.people,
            parts.tabs, parts.status, parts.input,
        ]  # fmt: skip

    def write_to_screen(
        self,
        screen: Screen,
        mouse_handlers: MouseHandlers,
        write_position: WritePosition,
        parent_style: str,
        erase_bg: bool,  # noqa: FBT001 -- the signature is prompt_toolkit's
        z_index: int | None,
    ) -> None:
        """Place and draw the parts."""
        place = write_position
        screen.width = max(screen.width, place.xpos + place.width)
        screen.height = max(screen.height, place.ypos + place.height)
        places = self._places(place)
        self._placed(mouse_handlers, places)
        for part, where in places:
            part.write_to_screen(screen, mouse_handlers, where, parent_style, erase_bg, z_index)
            if part is self._parts.rooms:
                edge = [_EDGE] * where.height
                draw_all(edge, screen, where.xpos + where.width, where.ypos, 1)
            elif part is self._parts.people:
                edge = [_EDGE_AFTER_BLANK] * where.height
                draw_all(edge, screen, where.xpos - 2, where.ypos, 2)

    def input_rows(self, width: int, height: int) -> int:
        """Return how many rows the input has on a screen of that size."""
        wanted = self._parts.input.preferred_height(width, INPUT_ROWS).preferred
        return max(1, min(wanted, INPUT_ROWS, height - 3))

    def _places(self, place: WritePosition) -> list[tuple[Container, WritePosition]]:
        parts, left, width = self._parts, place.xpos, place.width
        top, bottom = place.ypos, place.ypos + place.height
        found: list[tuple[Container, WritePosition]] = []

        def take(part: Container, y: int, rows: int) -> None:
            found.append((part, WritePosition(left, y, width, rows)))

        rows = self.input_rows(width, place.height)
        bottom -= rows
        take(parts.input, bottom, rows)
        if bottom - top >= 2:
            bottom -= 1
            take(parts.status, bottom, 1)
        if width < ROOMS_FROM and bottom - top >= 6:
            bottom -= 1
            take(parts.tabs, bottom, 1)
        if bottom - top >= 2:
            take(parts.topic, top, 1)
            top += 1
        found.extend(self._columns(WritePosition(left, top, width, bottom - top)))
        return found

    def _columns(self, body: WritePosition) -> list[tuple[Container, WritePosition]]:
        parts, left, right = self._parts, body.xpos, body.xpos + body.width
        large = body.width >= LARGE
        rooms_width = ROOMS_WIDTH_LARGE if large else ROOMS_WIDTH
        people_width = PEOPLE_WIDTH_LARGE if large else PEOPLE_WIDTH
        found: list[tuple[Container, WritePosition]] = []

        def take(part: Container, x: int, cells: int) -> None:
            found.append((part, WritePosition(x, body.ypos, cells, body.height)))

        if body.width >= ROOMS_FROM:
            take(parts.rooms, left, rooms_width)
            left += rooms_width + 1
        if body.width >= PEOPLE_FROM and self._show_people():
            right -= people_width
            take(parts.people, right, people_width)
            right -= 2  # the edge, and a blank before it
        take(parts.messages, left, right - left)
        return found
