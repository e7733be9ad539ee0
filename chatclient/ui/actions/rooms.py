"""Keys for going from one room, conversation or network to another."""

from collections.abc import Mapping

from prompt_toolkit.key_binding import KeyPressEvent

from chatclient.keys import Action
from chatclient.model import Level
from chatclient.model.levels import level_of
from chatclient.ui import panes
from chatclient.ui.bindings import Handler
from chatclient.ui.desk import Desk


def handlers(desk: Desk) -> Mapping[Action, Handler]:
    """Return what handles these keys, at that desk."""
    return {
        Action.GO_TO: lambda event: _go_to(desk, event),
        Action.NEXT_ROOM: lambda _: _step(desk, 1),
        Action.PREVIOUS_ROOM: lambda _: _step(desk, -1),
        Action.NEXT_UNREAD: lambda _: _next_unread(desk),
        Action.PREVIOUS_BUFFER: lambda _: _previous(desk),
        Action.LEVEL: lambda _: _next_level(desk),
        Action.NEXT_NETWORK: lambda _: _next_network(desk),
        Action.PEOPLE: lambda _: desk.stage.toggle_people(),
    }


def _go_to(desk: Desk, event: KeyPressEvent) -> None:
    index = int(event.key_sequence[-1].key) - 1
    buffers = desk.client.buffers
    if index < len(buffers):
        desk.show(buffers[index])


def _step(desk: Desk, by: int) -> None:
    buffers = desk.client.buffers
    desk.show(buffers[(buffers.index(desk.active) + by) % len(buffers)])


def _next_unread(desk: Desk) -> None:
    unread = panes.next_unread(desk.client.buffers, desk.active)
    if unread is not None:
        begun = desk.journey_from or desk.active
        desk.show(unread)
        desk.journey_from = begun
    elif desk.journey_from and desk.journey_from in desk.client.buffers:
        desk.show(desk.journey_from)


def _previous(desk: Desk) -> None:
    before = next((each for each in desk.visited[1:] if each in desk.client.buffers), None)
    if before is not None:
        desk.show(before)


def _next_level(desk: Desk) -> None:
    levels = list(Level)
    after = levels[(levels.index(level_of(desk.active)) + 1) % len(levels)]
    desk.client.enter(desk.active, f"/notify {after}")


def _next_network(desk: Desk) -> None:
    worlds = desk.client.worlds
    after = worlds[(worlds.index(desk.client.world) + 1) % len(worlds)]
    desk.show(after.active)
