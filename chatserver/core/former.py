"""Names that rooms had: what happened in a room is shown under the name that the room has now.

Rule: the log keeps events as they were told, and `Room.log` tells which are a room's. Of an event among those
of several rooms, the name of then tells which room it was: one name is one room's at a time.
"""

from collections.abc import Iterable
from itertools import chain

from msgspec import structs

from chatserver.core.events import KeptEvent
from chatserver.core.members import Room
from chatserver.core.state import State
from chatwire.names import fold, looks_like_room

_STATUS_PREFIXES = "@+"


def call(event: KeptEvent, name: str) -> KeptEvent:
    """Return an event of a room, or of those with a status there, as if it had been called `name`."""
    field, written = _room_of(event)
    room = written.lstrip(_STATUS_PREFIXES)
    if not (looks_like_room(room) and looks_like_room(name)) or fold(room) == fold(name):
        return event
    prefix = written.removesuffix(room)
    return structs.replace(event, **{field: prefix + name})


def _room_of(event: KeptEvent) -> tuple[str, str]:
    """Return by which field an event names where it happened, and what is written there; both may be ""."""
    for field in ("target", "room"):
        if written := getattr(event, field, ""):
            return field, written
    return "", ""


def call_all(events: Iterable[KeptEvent], rooms: Iterable[Room]) -> Iterable[KeptEvent]:
    """Yield events of any of `rooms`, and others, under the names that the rooms have now."""
    renamed = [room for room in rooms if room.former]
    if not renamed:
        yield from events
        return
    for event in events:
        written = fold(_room_of(event)[1].lstrip(_STATUS_PREFIXES))
        known = (room for room in renamed if _was_called(room, written, event.seq))
        room = next(known, None)
        yield event if room is None else call(event, room.name)


def _was_called(room: Room, name: str, seq: int) -> bool:
    """Say whether `room` had the folded `name` when the number `seq` was given."""
    starts = chain([room.created_seq - 1], (one.until for one in room.former))
    return any(
        one.name == name and start < seq <= one.until
        for start, one in zip(starts, room.former, strict=False)
    )


def marked_as(state: State, target: str) -> str:
    """Return under which name a read marker of `target` is kept: that of a room goes with it."""
    room = state.find_room(target)
    return target if room is None else room.log
