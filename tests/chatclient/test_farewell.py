"""What is told to who has left before all that they said was acknowledged."""

import pytest

from chatclient.farewell import farewell
from tests.chatclient.session.wire import MODERN, Wire


def test_nothing_to_tell() -> None:
    """What was acknowledged, or was refused on the screen before, needs no word."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.session.say(room, "one\ntwo", wire.now)
    wire.hear(
        "@label=m1 :alice!a@h PRIVMSG #ops one",
        "@label=m2 :srv 404 alice #ops :Cannot send to channel",
    )
    wire.session.quit()
    wire.session.end("bye", wire.now)
    assert [*farewell(wire.world)] == []


@pytest.mark.parametrize("connected", [True, False])
def test_what_was_not_acknowledged(connected: bool) -> None:  # noqa: FBT001 - a parameter
    """What the server may not have is told word for word, and what still waits is said later."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    if not connected:
        wire.session.end("lost", wire.now)
    wire.session.say(room, "one\ntwo", wire.now)
    wire.session.quit()
    if connected:
        wire.session.end("bye", wire.now)
    told = [*farewell(wire.world, kept=True)]
    if not connected:
        assert (
            told.pop() == "It is kept on this machine, and said the next time that you are there."
        )
    assert (
        told
        == [*farewell(wire.world)]
        == [
            "chatclient: you left before the server acknowledged what you said:",
            "  #ops: one",
            "  #ops: two",
        ]
    )
