"""Who is in the rooms, on servers that have to be asked."""

from chatclient.model import Buffer
from tests.chatclient.session.wire import MODERN, Wire

CAPS = f"{MODERN} no-implicit-names"


def _come(wire: Wire, *names: str) -> list[Buffer]:
    for name in names:
        wire.hear(f":alice!~a@h JOIN {name}")
    return [wire.room(name) for name in names]


def _answer(wire: Wire, name: str, *members: str) -> None:
    wire.hear(f":srv 353 alice = {name} :{' '.join(['alice', *members])}")
    wire.hear(f":srv 366 alice {name} :End")


def test_one_room_after_the_other() -> None:
    """The next is asked about when one is answered; the one in view comes first."""
    wire = Wire().start(CAPS)
    rooms = _come(wire, "#0", "#1", "#2", "#3")
    assert wire.sent() == ["NAMES #0"]
    wire.world.activate(rooms[3])
    _answer(wire, "#0", "bob")
    assert wire.sent() == ["NAMES #3"]
    _answer(wire, "#3", "bob", "@carol")
    assert [member.nick for member in rooms[3].members] == ["carol", "alice", "bob"]
    wire.hear(":alice!~a@h PART #1")
    assert wire.sent() == ["NAMES #1"]
    _answer(wire, "#1")
    wire.sent()
    _answer(wire, "#2", "bob")
    assert wire.sent() == []
    assert "bob" in rooms[2].members


def test_an_answer_that_comes_when_we_are_out_again_holds_nothing_up() -> None:
    """We were removed meanwhile: whoever comes back asks anew, and nobody is told who was there."""
    wire = Wire().start(CAPS)
    room, _ = _come(wire, "#0", "#1")
    wire.sent()
    wire.hear(":bob!b@h KICK #0 alice")
    told = len(wire.world.server.lines)
    _answer(wire, "#0", "bob")
    assert len(wire.world.server.lines) == told
    assert wire.sent() == ["NAMES #1"]
    _answer(wire, "#1")
    _come(wire, "#0")
    assert wire.sent() == ["NAMES #0"]
    _answer(wire, "#0", "carol")
    assert "carol" in room.members


def test_a_server_that_does_not_answer_holds_nothing_up() -> None:
    """A sign of life without an answer is enough to go on."""
    wire = Wire().start(CAPS)
    _come(wire, "#0", "#1")
    wire.sent()
    wire.session.ping("x")
    wire.sent()
    wire.hear(":srv PONG srv x")
    assert wire.sent() == ["NAMES #1"]


def test_servers_that_tell_by_themselves_are_not_asked() -> None:
    """Without the capability nothing is sent."""
    wire = Wire().start(MODERN)
    _come(wire, "#0")
    assert wire.sent() == []


def test_a_room_of_ten_thousand() -> None:
    """All of them are there when the list ends, and what was known of some stays known."""
    wire = Wire().start(MODERN)
    room = wire.join("#big", "bob")
    wire.hear(":bob!b@h AWAY :lunch")
    nicks = ["@bob", *(f"nick{at}!u{at}@h{at}" for at in range(10_000))]
    lines = [f":srv 353 alice = #big :{' '.join(nicks[at : at + 8])}" for at in range(0, 10_001, 8)]
    wire.hear(*lines)
    assert len(room.members) == 2
    wire.hear(":srv 366 alice #big :End")
    assert len(room.members) == 10_001
    bob = room.members.get("bob")
    assert bob
    assert (bob.away, bob.prefixes) == (True, "@")
    assert room.members.ordered()[0] is bob
