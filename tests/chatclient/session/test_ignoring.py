"""Whom the user ignores is not heard: in rooms, alone, and in what was said before."""

from chatclient.model import Line
from tests.chatclient.session.wire import MODERN, Wire


def _ignoring() -> Wire:
    wire = Wire().start(f"{MODERN} draft/chathistory")
    wire.join("#ops", "bob", "eve")
    wire.world.ignores.add("eve", wire.world.fold)
    return wire


def _said(wire: Wire) -> list[Line]:
    return [line for buffer in wire.world.buffers for line in buffer.lines if line.source == "eve"]


def test_nothing_of_them_is_shown() -> None:
    """No message, no action, no notice, no question to the client, no invitation."""
    wire = _ignoring()
    wire.hear(
        ":eve!e@h PRIVMSG #ops :alice: look",
        ":eve!e@h PRIVMSG #ops :\x01ACTION waves\x01",
        ":eve!e@h NOTICE #ops :psst",
        ":eve!e@h PRIVMSG alice :psst",
        ":eve!e@h PRIVMSG alice :\x01VERSION\x01",
        ":eve!e@h INVITE alice :#eves",
        "@+typing=active :eve!e@h TAGMSG #ops",
        "@label=x :eve!e@h PART #ops",
    )
    room = wire.world.find("#ops")
    assert room is not None
    assert not _said(wire)
    assert not any("eve" in line.text for line in wire.world.server.lines + room.lines)
    assert wire.world.find("eve") is None
    assert not room.mentions
    assert not room.typing
    assert room.members.get("eve") is None  # who is there is told all the same


def test_others_are_heard() -> None:
    """Also those whose names begin so; and they again, when they are ignored no longer."""
    wire = _ignoring()
    wire.hear(":bob!b@h PRIVMSG #ops :hi", ":evelyn!e@h PRIVMSG #ops :ho")
    wire.world.ignores.remove("EVE", wire.world.fold)
    wire.hear(":eve!e@h PRIVMSG #ops :hello")
    room = wire.world.find("#ops")
    assert room is not None
    assert [line.text for line in room.lines[-3:]] == ["hi", "ho", "hello"]


def test_the_past_is_without_them() -> None:
    """What they said before is not shown when it is told."""
    wire = _ignoring()
    wire.hear(
        ":s BATCH +h chathistory #ops",
        "@batch=h;time=2023-11-14T10:00:00.000Z;msgid=1 :eve!e@h PRIVMSG #ops :old",
        "@batch=h;time=2023-11-14T10:00:01.000Z;msgid=2 :bob!b@h PRIVMSG #ops :older",
        ":s BATCH -h",
    )
    room = wire.world.find("#ops")
    assert room is not None
    assert not _said(wire)
    assert any(line.text == "older" for line in room.lines)
