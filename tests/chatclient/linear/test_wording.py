"""How things are told in words."""

from dataclasses import replace

import pytest

from chatclient.linear import wording
from chatclient.model import ConnectionState, Kind, Question, Status
from tests.chatclient.ui.rig import NOON, join, make_world


def test_times() -> None:
    """A time of another day has its day; one that is none is told as such."""
    assert wording.clock(NOON, NOON).count(" ") == 0
    assert wording.clock(NOON - 86400, NOON).startswith("14 November ")
    assert wording.clock(1e30, NOON) == "at some time"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, "connected to s:1 as anna"),
        (
            {"account": "ann", "secure": True},
            "connected to s:1 as anna, logged in to ann, encrypted",
        ),
        ({"state": ConnectionState.CONNECTING}, "connecting to s:1"),
        (
            {"state": ConnectionState.WAITING, "reason": "nothing listens"},
            "not connected to s:1: nothing listens; it is tried again",
        ),
        ({"state": ConnectionState.OFFLINE}, "not connected to s:1"),
    ],
)
def test_the_connection(change: dict[str, object], told: str) -> None:
    """Every state of the connection is a sentence."""
    status = Status("s:1", state=ConnectionState.ONLINE, nick="anna")
    assert wording.connection(replace(status, **change)) == told  # type: ignore[arg-type]


def test_questions() -> None:
    """A question says what can be answered, and how it is given up."""
    choices = Question("take it", lambda _: None, text=("a certificate", ""), choices=("yes", "no"))
    assert [*wording.asked(choices)] == ["a certificate", "take it? type one of: yes, no"]
    waiting = Question("it is checked", lambda _: None, closed=True)
    assert [*wording.asked(waiting)] == ["it is checked"]


def test_buffers() -> None:
    """A room in a list says whether one is in it, and what is unread."""
    world = make_world()
    room = join(world, "#ops", "anna")
    room.unread, room.mentions = 4, 2
    assert wording.listed(2, room, active=False) == "2: #ops, 4 unread, 2 of them mention you"
    world.set_joined(room, joined=False)
    assert wording.introduced(room) == "now in #ops, you are not in this room now"
    bob = world.open_direct("bob")
    bob.online, bob.away = True, True
    assert wording.introduced(bob) == "now in the conversation with bob, online, but away"


def test_quotes() -> None:
    """A message is told again by its beginning."""
    line = make_world().make_line(Kind.MESSAGE, "word " * 20, time=0.0)
    assert wording.quoted(line) == "word word word word word word word word and so on"
