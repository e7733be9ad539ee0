"""Who was in a room before us: away or not, and with which account."""

from chatclient.model import Buffer
from chatclient.session.whereabouts import MOST
from tests.chatclient.session.wire import Wire

CAPS = "batch away-notify account-notify"


def _come(wire: Wire, name: str, *members: str) -> Buffer:
    """Come into a room, without reading what is sent."""
    wire.hear(
        f":alice!~a@h JOIN {name}",
        f":srv 353 alice = {name} :{' '.join(['alice', *members])}",
        f":srv 366 alice {name} :End of /NAMES list.",
    )
    return wire.room(name)


def _known(room: Buffer) -> list[tuple[str, bool, str]]:
    return [(member.nick, member.away, member.account) for member in room.members]


def test_those_who_are_there_already() -> None:
    """It is asked once, and nothing is shown of it."""
    wire = Wire().start(CAPS, isupport="WHOX")
    room = _come(wire, "#ops", "@bob", "eve")
    assert wire.sent() == ["WHO #ops %tnfa,907"]
    before = len(wire.world.active.lines), len(room.lines)
    wire.hear(
        ":srv 354 alice 907 alice H 0",
        ":srv 354 alice 907 bob G@ bobby",
        ":srv 354 alice 907 eve H 0",
        ":srv 354 alice 907 gone G gone",
        ":srv 315 alice #ops :End of WHO list",
    )
    assert _known(room) == [("bob", True, "bobby"), ("alice", False, ""), ("eve", False, "")]
    assert (len(wire.world.active.lines), len(room.lines)) == before
    wire.hear(":srv 353 alice = #ops :alice @bob eve", ":srv 366 alice #ops :End")
    assert wire.sent() == []
    assert _known(room)[0] == ("bob", True, "bobby")
    wire.hear(":alice!~a@h PART #ops")
    assert not _come(wire, "#ops", "bob").members.ordered()[1].away
    assert wire.sent() == ["WHO #ops %tnfa,907"]


def test_one_room_after_the_other() -> None:
    """One that is left meanwhile is passed over; on a new connection it begins anew."""
    wire = Wire().start(CAPS, isupport="WHOX")
    for name in ("#0", "#1", "#2"):
        _come(wire, name, "bob")
    assert wire.sent() == ["WHO #0 %tnfa,907"]
    wire.hear(":alice!~a@h PART #1", ":srv 315 alice #0 :End of WHO list")
    assert wire.sent() == ["WHO #2 %tnfa,907"]
    wire.hear(":srv 315 alice #2 :End of WHO list", ":srv 315 alice #0 :End of WHO list")
    assert wire.sent() == []
    wire.session.end("cut", wire.now)
    wire.start(CAPS, isupport="WHOX")
    _come(wire, "#0", "bob")
    assert wire.sent() == ["WHO #0 %tnfa,907"]


def test_a_conversation_shows_it() -> None:
    """With somebody who is away in a room that we come into."""
    wire = Wire().start(CAPS, isupport="WHOX MONITOR=10")
    bob = wire.session.converse("bob")
    wire.hear(":srv 730 alice :bob!b@h")
    _come(wire, "#ops", "bob")
    wire.hear(":srv 354 alice 907 bob G 0", ":srv 315 alice #ops :End of WHO list")
    assert (bob.online, bob.away) == (True, True)


def test_where_it_is_not_asked() -> None:
    """Of very many, of nobody, on servers that don't tell of changes, or can't tell it shortly."""
    many = Wire().start(CAPS, isupport="WHOX")
    _come(many, "#all", *(f"n{number}" for number in range(MOST)))
    _come(many, "#mine")
    old = Wire().start(CAPS)
    _come(old, "#ops", "bob")
    silent = Wire().start("batch", isupport="WHOX")
    _come(silent, "#ops", "bob")
    tool = Wire(asks=False).start(CAPS, isupport="WHOX")
    _come(tool, "#ops", "bob")
    assert [wire.sent() for wire in (many, old, silent, tool)] == [[], [], [], []]


def test_what_the_user_asks_is_shown() -> None:
    """Answers without our mark are theirs."""
    wire = Wire().start(CAPS, isupport="WHOX")
    wire.hear(":srv 354 alice #ops bob", ":srv 315 alice #ops :End of WHO list")
    assert wire.world.active.lines[-1].text == "#ops bob"
