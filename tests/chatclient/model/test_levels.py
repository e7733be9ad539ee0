"""What a buffer calls for, and how much what is unread in it matters."""

import pytest

from chatclient.model import Level, Status, World
from chatclient.model.levels import Urgency, level_of, urgency


def test_what_is_usual() -> None:
    """A conversation calls for all, a room for mentions; unless the user says so."""
    world = World(Status("host:9000"))
    room, direct = world.open_room("#room"), world.open_direct("bob")
    assert level_of(room) is Level.MENTIONS
    assert level_of(direct) is Level.ALL
    world.set_level(direct, Level.NOTHING)
    assert level_of(direct) is Level.NOTHING


@pytest.mark.parametrize(
    ("level", "unread", "mentions", "expected"),
    [
        (None, 0, 0, Urgency.NOTHING),
        (None, 3, 0, Urgency.UNREAD),
        (None, 3, 1, Urgency.CALLED),
        (Level.ALL, 3, 0, Urgency.WANTED),
        (Level.NOTHING, 3, 1, Urgency.NOTHING),
    ],
)
def test_how_much_it_matters(
    level: Level | None, unread: int, mentions: int, expected: Urgency
) -> None:
    """What calls the user, then what they want whole, then the rest; what is muted does not."""
    room = World(Status("host:9000")).open_room("#room")
    room.level, room.unread, room.mentions = level, unread, mentions
    assert urgency(room) is expected


def test_a_conversation_matters_most() -> None:
    """All in it is said to the user."""
    direct = World(Status("host:9000")).open_direct("bob")
    direct.unread = 1
    assert urgency(direct) is Urgency.CALLED
