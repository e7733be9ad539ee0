"""What a session hands over to the one that comes after it."""

import json
from typing import Any

import pytest

from tests.chatclient.session.wire import Wire


def test_who_and_where() -> None:
    """The one that comes after has the same nick, account, rooms with their keys, and words."""
    before = Wire("alice", account="ann", password="sesame")
    before.session.set_nick("alicia")
    before.session.set_away("at lunch")
    before.session.join("#ops", "key")
    before.session.say(before.session.join("#dev"), "later", before.now)
    told = json.loads(json.dumps(before.session.hand_over()))
    after = Wire("alice")
    after.session.take_over(told)
    after.session.restore(told["outbox"], after.now)
    assert after.world.status.nick == "alicia"
    assert after.session.account == "ann"
    rooms = [*after.world.rooms()]
    assert [(room.target, room.key, room.wanted) for room in rooms] == [
        ("#ops", "key", True),
        ("#dev", "", True),
    ]
    assert [line.text for line in rooms[1].lines] == ["later"]
    assert json.loads(json.dumps(after.session.hand_over())) == told


def test_what_was_left_stays_left() -> None:
    """A room that was left is entered no more."""
    before, after = Wire(), Wire()
    before.session.part(before.session.join("#ops"))
    room = after.session.join("#ops")  # as the command line says
    after.session.take_over(before.session.hand_over())
    assert not room.wanted


@pytest.mark.parametrize(
    "told", [{}, {"nick": 7, "rooms": "all"}, {"rooms": [["#ops"], 5, ["#a", None]], "away": []}]
)
def test_another_version(told: dict[str, Any]) -> None:
    """What one does not understand is passed over."""
    after = Wire("alice")
    after.session.take_over(told)
    assert after.world.status.nick == "alice"
    assert [room.target for room in after.world.rooms()] == []
