"""Who is there, and up to when one has read."""

from chatclient.model import Buffer
from chatclient.ui.painting import Painter
from chatclient.ui.view import View
from tests.chatclient.session.wire import NOW, Wire, last, texts

CAPS = "batch echo-message message-tags server-time draft/read-marker"


def _time(seconds: float) -> str:
    return f"2023-11-14T22:13:{20 + seconds:06.3f}Z"


def _says(seconds: float, text: str, to: str = "#ops", nick: str = "bob") -> str:
    return f"@time={_time(seconds)};msgid=m{seconds} :{nick}!b@h PRIVMSG {to} :{text}"


def _counts(buffer: Buffer) -> tuple[int, int]:
    return buffer.unread, buffer.mentions


def test_what_is_seen_is_told() -> None:
    """The newest message, when the user does something; every other second, and never twice."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops", "bob")
    wire.session.see(room, NOW)
    assert wire.sent() == []
    wire.hear(_says(1.25, "one"), ":eve!e@h JOIN #ops")
    wire.session.see(room, NOW)
    assert wire.sent() == [f"MARKREAD #ops timestamp={_time(1.25)}"]
    wire.hear(f":srv MARKREAD #ops timestamp={_time(1.25)}", _says(2, "two"))
    wire.session.see(room, NOW + 1)
    assert wire.sent() == []
    wire.session.see(room, NOW + 1, soon=True)
    assert wire.sent() == [f"MARKREAD #ops timestamp={_time(2)}"]
    wire.session.see(room, NOW + 9)
    assert wire.sent() == []


def test_nothing_is_told_to_who_does_not_keep_it() -> None:
    """Nor of the server's own page."""
    wire = Wire().start("batch server-time")
    room = wire.join("#ops", "bob")
    wire.hear(_says(1, "one"))
    wire.session.see(room, NOW)
    wire.session.see(wire.world.server, NOW)
    assert wire.sent() == []


def test_what_was_read_elsewhere() -> None:
    """It is unread here no more; what came after it still is, and the mark stands before that."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops", "bob")
    wire.hear(_says(1, "alice: one"), _says(2, "two"), _says(3, "alice: three"))
    assert _counts(room) == (3, 2)
    wire.hear(f":srv MARKREAD #ops timestamp={_time(2)}")
    assert _counts(room) == (1, 1)
    rows = [row.text.strip(" ─") for row in View(room, Painter()).rows(60, 20)]
    assert rows.index("new since you looked") == len(rows) - 2
    wire.hear(f":srv MARKREAD #ops timestamp={_time(1)}")  # it never goes back
    assert _counts(room) == (1, 1)
    wire.hear(f":srv MARKREAD #ops timestamp={_time(3)}", ":srv MARKREAD #ops *")
    assert _counts(room) == (0, 0)
    wire.hear(f":srv MARKREAD #else timestamp={_time(3)}", ":srv MARKREAD #ops x", ":srv MARKREAD")


def test_what_was_missed_and_read_elsewhere() -> None:
    """The marker comes with the JOIN, before the history: of that, only what is newer is unread."""
    wire = Wire().start(f"{CAPS} draft/chathistory", isupport="CHATHISTORY=100")
    wire.session.join("#ops")
    wire.sent()
    wire.hear(":alice!a@h JOIN #ops", f":srv MARKREAD #ops timestamp={_time(1)}")
    assert wire.sent() == ["CHATHISTORY LATEST #ops * 100"]
    page = [_says(at, f"line {at}").replace("@", "@batch=b;", 1) for at in (0, 1, 2, 3)]
    wire.hear(":srv BATCH +b chathistory #ops", *page, ":srv BATCH -b")
    assert _counts(wire.room("#ops")) == (2, 0)


def test_conversations_are_asked_about() -> None:
    """A new one, and on a new connection every one: the server does not tell by itself."""
    wire = Wire().start(CAPS, isupport="MONITOR=10")
    wire.session.converse("bob")
    assert wire.sent() == ["MONITOR + bob", "MARKREAD bob"]
    wire.hear(_says(1, "psst", "alice", "eve"))
    assert wire.sent() == ["MONITOR + eve", "MARKREAD eve"]
    assert _counts(wire.room("eve")) == (1, 1)
    wire.hear(f":srv MARKREAD eve timestamp={_time(1)}")
    assert _counts(wire.room("eve")) == (0, 0)
    wire.session.end("cut", wire.now)
    wire.session.start()
    wire.hear(f":srv CAP * LS :{CAPS}", f":srv CAP * ACK :{CAPS}", ":srv 001 alice :hi")
    wire.hear(":srv 005 alice MONITOR=10 :are supported", ":srv 422 alice :no")
    assert wire.sent()[-3:] == ["MONITOR + bob,eve", "MARKREAD bob", "MARKREAD eve"]


def _presence(buffer: Buffer) -> tuple[bool | None, bool]:
    return buffer.online, buffer.away


def test_who_is_there() -> None:
    """As the server says, by any nick that they take, until the connection ends."""
    wire = Wire().start("batch away-notify extended-monitor", isupport="MONITOR=10")
    bob = wire.session.converse("bob")
    assert _presence(bob) == (None, False)
    wire.hear(":srv 731 alice :bob,eve")
    assert _presence(bob) == (False, False)
    wire.hear(":srv 730 alice :Bob!b@h")
    assert _presence(bob) == (True, False)
    wire.hear(":bob!b@h AWAY :lunch")
    assert _presence(bob) == (True, True)
    wire.hear(":bob!b@h AWAY")
    assert _presence(bob) == (True, False)
    wire.sent()
    wire.hear(":bob!b@h NICK robert")
    assert wire.sent() == ["MONITOR - bob", "MONITOR + robert"]
    wire.session.close(bob)
    assert wire.sent() == ["MONITOR - robert"]
    eve = wire.session.converse("eve")
    wire.hear(":srv 730 alice :eve")
    wire.session.end("cut", wire.now)
    assert eve.online is None


def test_a_full_list_is_no_news() -> None:
    """Whom the server does not watch for us is just not known."""
    wire = Wire().start("batch", isupport="MONITOR=1")
    before = len(wire.world.active.lines)
    wire.session.converse("bob")
    wire.hear(":srv 734 alice 1 bob :Monitor list is full.")
    assert len(wire.world.active.lines) == before


def test_a_room_that_is_renamed() -> None:
    """Its lines stay, and what is said goes to the new name."""
    wire = Wire().start("batch draft/channel-rename")
    room = wire.join("#ops", "bob")
    wire.hear(":bob!b@h PRIVMSG #ops :before", ":bob!b@h RENAME #ops #operations :clearer")
    assert texts(room)[-2:] == ["before", "bob renamed #ops to #operations: clearer"]
    assert wire.room("#operations") is room
    assert room.joined
    assert wire.say(room, "hello")[0] == "PRIVMSG #operations hello"
    wire.hear(":bob!b@h RENAME #operations bob :", ":bob!b@h RENAME #x #y :")
    assert room.name == "#operations"


def test_a_bot_is_called_one() -> None:
    """By the tag of bot mode, live."""
    wire = Wire().start("batch message-tags")
    room = wire.join("#ops", "bob")
    wire.hear("@bot :bob!b@h PRIVMSG #ops :beep", ":eve!e@h PRIVMSG #ops :hello")
    assert [line.bot for line in room.lines[-2:]] == [True, False]
    assert "[bot] beep" in View(room, Painter()).rows(60, 20)[-2].text
    assert not last(room).bot


def test_another_device_comes_and_speaks() -> None:
    """Its messages are ours, once, and not unread; a JOIN that is told again changes nothing."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops", "bob")
    wire.hear(":alice!a@h JOIN #ops", _says(1, "from my phone", nick="alice"))
    assert "bob" in room.members
    assert texts(room)[-1] == "from my phone"
    assert last(room).own
    assert _counts(room) == (0, 0)
    wire.hear(_says(2, "psst", "bob", "alice"))
    assert last(wire.room("bob")).own
    assert _counts(wire.room("bob")) == (0, 0)


def test_a_clock_that_is_set_back() -> None:
    """What is read is told all the same, and not only when the clock is where it was."""
    wire = Wire().start(CAPS)
    room = wire.join("#ops", "bob")
    wire.hear(_says(1, "one"))
    wire.session.see(room, NOW)
    wire.hear(_says(2, "two"))
    wire.sent()
    wire.session.see(room, NOW - 3600)
    assert wire.sent() == [f"MARKREAD #ops timestamp={_time(2)}"]
