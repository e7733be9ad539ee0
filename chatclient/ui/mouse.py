"""The mouse, for who wants it: the wheel scrolls, a click goes to a room, a person, or the end.

Rules: it does nothing that no key or command does. What is under it is known from the places of
the last frame, so that a frame costs no more with it.
"""

from collections import defaultdict
from collections.abc import Sequence

from prompt_toolkit.layout.containers import Container
from prompt_toolkit.layout.mouse_handlers import MouseHandlers
from prompt_toolkit.layout.screen import WritePosition
from prompt_toolkit.mouse_events import MouseEvent, MouseEventType

from chatclient.ui import panes
from chatclient.ui.desk import Desk
from chatclient.ui.frame import Parts

ROWS = 3
"""By which the wheel scrolls."""
_WHEEL = {MouseEventType.SCROLL_UP: -ROWS, MouseEventType.SCROLL_DOWN: ROWS}


class Mouse:
    """What the mouse does at a desk."""

    def __init__(self, desk: Desk, parts: Parts) -> None:
        self._desk = desk
        self._parts = parts
        self._places: Sequence[tuple[Container, WritePosition]] = ()

    def watch(
        self, handlers: MouseHandlers, places: Sequence[tuple[Container, WritePosition]]
    ) -> None:
        """Have all events of a frame come here, but for those of what floats above it."""
        self._places = places
        if self._desk.settings.mouse:
            handlers.mouse_handlers = defaultdict(lambda: defaultdict(lambda: self._heed))

    def _heed(self, event: MouseEvent) -> None:
        x, y = event.position
        for part, place in self._places:
            inside = place.xpos <= x < place.xpos + place.width
            if inside and place.ypos <= y < place.ypos + place.height:
                if event.event_type in _WHEEL:
                    self._turn(part, _WHEEL[event.event_type], place.height)
                elif event.event_type is MouseEventType.MOUSE_UP:
                    self._click(part, x - place.xpos, y - place.ypos, place)
                return

    def _turn(self, part: Container, rows: int, height: int) -> None:
        stage = self._desk.stage
        if part is self._parts.people:
            stage.scroll_people(rows, height)
        elif part is not self._parts.messages:
            return
        elif stage.overlay:
            stage.overlay.move(1 if rows > 0 else -1)
        else:
            stage.view.scroll(rows)

    def _click(self, part: Container, column: int, row: int, place: WritePosition) -> None:
        desk, parts, height = self._desk, self._parts, place.height
        if part is parts.rooms:
            buffers = desk.client.buffers
            index = panes.first_shown(buffers, desk.active, height) + row
            if index < len(buffers):
                desk.show(buffers[index])
        elif part is parts.tabs:
            if buffer := desk.stage.tab_at(column, place.width):
                desk.show(buffer)
        elif part is parts.people:
            members = desk.stage.people_shown(height)
            if row < len(members):
                desk.client.enter(desk.active, f"/query {members[row].nick}")
        elif part is parts.messages and row == height - 1 and not desk.stage.overlay:
            desk.stage.view.to_end()
