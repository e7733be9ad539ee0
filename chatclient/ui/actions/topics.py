"""What handles each action: the handlers of all topics together."""

from collections.abc import Callable, Mapping
from typing import Final

from chatclient.keys import Action
from chatclient.ui.actions import composing, overlays, picking, program, reading, rooms
from chatclient.ui.bindings import Handler
from chatclient.ui.desk import Desk

TOPICS: Final[tuple[Callable[[Desk], Mapping[Action, Handler]], ...]] = (
    composing.handlers,
    picking.handlers,
    rooms.handlers,
    reading.handlers,
    overlays.handlers,
    program.handlers,
)
"""What makes the handlers of each topic."""


def handlers(desk: Desk) -> dict[Action, Handler]:
    """Return what handles each action, at that desk."""
    return {action: handler for topic in TOPICS for action, handler in topic(desk).items()}
