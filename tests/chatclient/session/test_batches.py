"""Lines that belong together."""

from chatclient.model import Delivery, LinesInserted
from tests.chatclient.session.wire import MODERN, Wire, texts


def _history(room: str, *messages: tuple[int, str, str]) -> list[str]:
    lines = [
        f"@batch=h;time=2023-11-14T22:{minute:02}:00.000Z;msgid={msgid} "
        f":bob!b@h PRIVMSG {room} :{said}"
        for minute, msgid, said in messages
    ]
    return [f":srv BATCH +h chathistory {room}", *lines, ":srv BATCH -h"]


def test_history_takes_its_place_in_time() -> None:
    """History that comes after live lines stands before them, marked as such."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.hear(":bob!b@h PRIVMSG #ops :live")
    changes = wire.hear(*_history("#ops", (1, "a", "old"), (2, "b", "less old")))
    assert texts(room) == ["old", "less old", "you joined #ops", "live"]
    assert [line.history for line in room.lines] == [True, True, False, False]
    assert changes == [LinesInserted(room, room.lines[:2])]
    assert room.unread == 1


def test_history_is_not_repeated() -> None:
    """After a reconnect, only what was missed is new."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.hear(*_history("#ops", (1, "a", "one"), (2, "b", "two")))
    wire.hear(*_history("#ops", (2, "b", "two"), (3, "c", "three")))
    assert texts(room)[:3] == ["one", "two", "three"]
    assert wire.hear(*_history("#ops", (3, "c", "three"))) == []


def test_history_leaves_pending_lines_last() -> None:
    """Own lines that wait are after everything."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.say(room, "mine")
    wire.hear(*_history("#ops", (59, "z", "newest")))
    assert texts(room)[-1] == "mine"
    wire.hear("@label=m1 :alice!a@h PRIVMSG #ops :mine")
    assert room.lines[-1].delivery is Delivery.CONFIRMED


def test_history_of_a_conversation() -> None:
    """Both sides of a conversation are told; own lines are own."""
    wire = Wire().start(MODERN)
    wire.hear(
        ":srv BATCH +h chathistory bob",
        "@batch=h :bob!b@h PRIVMSG alice :ping",
        "@batch=h :alice!a@h PRIVMSG bob :pong",
        "@batch=h :bob!b@h JOIN #x",
        ":srv BATCH -h",
    )
    direct = wire.room("bob")
    assert [(line.text, line.own) for line in direct.lines] == [("ping", False), ("pong", True)]
    assert wire.world.find("#x") is None


def test_labelled_batches_answer() -> None:
    """What is in a labelled batch has its label, and is told as it comes."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.say(room, "hi")
    wire.hear(
        "@label=m1 :srv BATCH +r labeled-response",
        "@batch=r;msgid=k :alice!a@h PRIVMSG #ops :hi",
        ":srv BATCH -r",
    )
    assert room.lines[-1].msgid == "k"


def test_batches_in_batches_have_the_label() -> None:
    """A batch inside a labelled one answers the same."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.say(room, "hi")
    wire.hear(
        "@label=m1 :srv BATCH +r labeled-response",
        "@batch=r :srv BATCH +s example",
        "@batch=s :srv FAIL PRIVMSG NO #ops :no",
        "@batch=r :srv BATCH -s",
        ":srv BATCH -r",
    )
    assert room.lines[-1].reason == "no"


def test_unknown_batches_are_as_nothing() -> None:
    """Lines of a batch of another kind, or of one that was never opened, are taken as usual."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob", "carl")
    wire.hear(
        ":srv BATCH +n netsplit a b",
        "@batch=n :bob!b@h QUIT :a b",
        ":srv BATCH -n",
        "@batch=zzz :carl!c@h QUIT :bye",
        ":srv BATCH -zzz",
        ":srv BATCH",
        ":srv BATCH +",
    )
    assert [member.nick for member in room.members] == ["alice"]


def test_open_batches_are_bounded() -> None:
    """A server that opens batches without end costs no memory without end."""
    wire = Wire().start(MODERN)
    wire.hear(*(f":srv BATCH +b{number} chathistory #x" for number in range(1000)))
    assert len(wire.session._state.batches) <= 64
