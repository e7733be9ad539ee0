"""Rules of typing notices: how often they are told, and how long they last."""

import pytest

from chatclient.model import BufferChanged
from tests.chatclient.session.wire import MODERN, NOW, Wire


@pytest.fixture
def wire() -> Wire:
    """Return a session in a room with bob, with an open conversation with him."""
    wire = Wire().start(MODERN)
    wire.join("#r", "bob")
    wire.hear(":bob!b@h PRIVMSG alice :hi")
    return wire


def test_typing_is_told_every_three_seconds(wire: Wire) -> None:
    """However many keys are pressed, others are told at most every 3 s."""
    told = []
    for at in range(70):
        wire.session.typing(wire.room("#r"), NOW + at / 10, active=True)
        told += wire.sent()
    assert told == ["@+typing=active TAGMSG #r"] * 3


def test_its_end_is_told_once_and_no_sooner_than_three_seconds_after(wire: Wire) -> None:
    """Who clears what they typed is done; a notice does not follow another within 3 s."""
    room = wire.room("#r")
    wire.session.typing(room, NOW, active=True)
    wire.sent()
    wire.session.typing(room, NOW + 1, active=False)
    assert wire.sent() == []
    assert wire.session.expire(NOW + 1) == NOW + 3
    assert wire.session.expire(NOW + 3) is None
    assert wire.sent() == ["@+typing=done TAGMSG #r"]
    wire.session.typing(room, NOW + 9, active=False)
    assert wire.sent() == []


def test_a_message_ends_it_by_itself(wire: Wire) -> None:
    """Who says what they typed is not told to be done as well."""
    room = wire.room("#r")
    wire.session.typing(room, NOW, active=True)
    wire.sent()
    wire.say(room, "hello")
    wire.session.typing(room, NOW + 5, active=False)
    assert wire.session.expire(NOW + 60) is None
    assert wire.sent() == []


def test_nobody_is_told_where_nobody_is(wire: Wire) -> None:
    """The server's page has no one to tell, nor has a room that one is not in."""
    wire.session.typing(wire.world.server, NOW, active=True)
    wire.hear(":alice!a@h PART #r")
    wire.session.typing(wire.room("#r"), NOW, active=True)
    assert wire.sent() == []


def test_servers_that_relay_no_tags_are_told_nothing() -> None:
    """Without message-tags there are no notices."""
    wire = Wire().start()
    wire.session.typing(wire.join("#r", "bob"), NOW, active=True)
    assert wire.sent() == []


@pytest.mark.parametrize(("told", "lasts"), [("active", 6.0), ("paused", 30.0)])
def test_a_notice_lasts_for_its_time(wire: Wire, told: str, lasts: float) -> None:
    """Who is active is taken to be for 6 s, who has paused for 30 s, unless more is heard."""
    room = wire.room("#r")
    assert wire.hear(f"@+typing={told} :bob!b@h TAGMSG #r") == [BufferChanged(room)]
    assert [*room.typing] == ["bob"]
    assert not wire.hear(f"@+typing={told} :bob!b@h TAGMSG #r")
    assert wire.session.expire(NOW + lasts - 0.1) == NOW + lasts
    assert [*room.typing] == ["bob"]
    assert wire.session.expire(NOW + lasts) is None
    assert not room.typing
    assert wire.changes() == [BufferChanged(room)]


@pytest.mark.parametrize(
    "end",
    [
        "@+typing=done :bob!b@h TAGMSG #r",
        ":bob!b@h PRIVMSG #r :here it is",
        ":bob!b@h PART #r",
        ":bob!b@h QUIT",
        ":op!o@h KICK #r bob",
        ":bob!b@h NICK rob",
    ],
)
def test_what_ends_it(wire: Wire, end: str) -> None:
    """Being done, a message, and leaving end it, and another nick is somebody else."""
    wire.hear("@+typing=active :bob!b@h TAGMSG #r", end)
    assert not wire.room("#r").typing


def test_a_conversation_shows_who_types_and_is_not_opened_by_it(wire: Wire) -> None:
    """A notice to us is one of the conversation with that person, if there is one."""
    wire.hear("@+typing=active :bob!b@h TAGMSG alice", "@+typing=active :eve!e@h TAGMSG alice")
    assert [*wire.room("bob").typing] == ["bob"]
    assert wire.world.find("eve") is None


def test_our_own_typing_elsewhere_is_not_shown(wire: Wire) -> None:
    """What the user types on another device is no news."""
    wire.hear("@+typing=active :alice!a@h TAGMSG #r")
    assert not wire.room("#r").typing


def test_no_more_are_typing_than_one_can_count(wire: Wire) -> None:
    """A server that tells of thousands fills neither the memory nor the time."""
    wire.hear(*(f"@+typing=active :n{number}!u@h TAGMSG #r" for number in range(1000)))
    assert len(wire.room("#r").typing) == 100


def test_a_clock_that_is_set_back(wire: Wire) -> None:
    """Nobody is typing for an hour because our clock went back by one."""
    wire.hear("@+typing=active :bob!b@h TAGMSG #r")
    assert wire.session.expire(NOW - 3600) is None
    assert not wire.room("#r").typing
