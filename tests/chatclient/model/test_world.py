"""The world, and what it records of its changes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chatclient.model import (
    CASEMAPPINGS,
    Buffer,
    BufferChanged,
    BufferClosed,
    BufferKind,
    BufferOpened,
    Change,
    Delivery,
    FocusWanted,
    Kind,
    Line,
    LineAdded,
    LineChanged,
    LinesInserted,
    Member,
    Status,
    StatusChanged,
    World,
)


def _world() -> World:
    return World(Status("test:9000", nick="alice"))


def _say(world: World, buffer: Buffer, text: str, *, time: float = 0.0, msgid: str = "") -> Line:
    line = replace(world.make_line(Kind.MESSAGE, text, time=time, source="bob"), msgid=msgid)
    world.add(buffer, line)
    return line


def test_buffers_open_once() -> None:
    """A room has one buffer, whatever spelling it is named by."""
    world = _world()
    room = world.open_room("#Ops")
    assert world.open_room("#oPS") is room
    assert world.find("#OPS") is room
    assert world.find("") is None
    assert world.take_changes() == [BufferOpened(room)]
    assert room.kind is BufferKind.ROOM


def test_closing_the_active_buffer() -> None:
    """The neighbour above becomes the active one; the server's page cannot be closed."""
    world = _world()
    first, second = world.open_room("#a"), world.open_room("#b")
    world.activate(second)
    world.take_changes()
    world.close(second)
    assert world.active is first
    assert world.take_changes()[-1] == BufferClosed(second)
    world.close(second)
    world.close(world.server)
    assert world.buffers == (world.server, first)


def test_unread_counts_are_told_once_for_a_run_of_lines() -> None:
    """Lines that follow one another in a room are told one by one, and then that more is unread."""
    world = _world()
    room, other = world.open_room("#a"), world.open_room("#b")
    world.activate(world.server)
    world.take_changes()
    for text in ("one", "two", "three"):
        _say(world, room, text)
    _say(world, other, "four")
    told = [(type(change), change.buffer) for change in _of_buffers(world.take_changes())]
    assert told == [
        *[(LineAdded, room)] * 3,
        (BufferChanged, room),
        (LineAdded, other),
        (BufferChanged, other),
    ]
    assert (room.unread, other.unread) == (3, 1)
    _say(world, other, "five")
    assert len(world.take_changes()) == 2


def _of_buffers(changes: Sequence[Change]) -> Iterator[LineAdded | BufferChanged]:
    return (each for each in changes if isinstance(each, LineAdded | BufferChanged))


def test_unread_counts() -> None:
    """What people say where the user does not look is unread; looking reads it all."""
    world = _world()
    room = world.open_room("#a")
    world.activate(world.server)
    _say(world, room, "one")
    world.add(room, world.make_line(Kind.JOIN, "bob joined", time=0))
    mention = replace(world.make_line(Kind.MESSAGE, "alice!", time=0, source="bob"), mention=True)
    world.add(room, mention)
    own = replace(world.make_line(Kind.MESSAGE, "mine", time=0), own=True)
    world.add(room, own)
    assert (room.unread, room.mentions) == (2, 1)
    world.take_changes()
    world.activate(room)
    assert (room.unread, room.mentions) == (0, 0)
    assert world.take_changes() == [BufferChanged(room)]
    _say(world, room, "seen")
    assert room.unread == 0


def test_where_reading_ended() -> None:
    """The last line that was there when the user looked away is remembered."""
    world = _world()
    room = world.open_room("#a")
    world.activate(room)
    line = _say(world, room, "seen")
    world.activate(world.server)
    _say(world, room, "unseen")
    assert room.read_id == line.id


def test_answers_are_no_news_to_who_sees_them() -> None:
    """But what others say after them is, and answers after that."""
    world = _world()
    room = world.open_room("#a")
    for buffer in (room, world.server, room):
        world.activate(buffer)
        world.tell(room, "an answer", time=0)
    _say(world, room, "seen")
    world.activate(world.server)
    world.activate(room)
    world.tell(room, "theme is light", time=0)
    answer = room.lines[-1]
    assert room.read_id == answer.id
    _say(world, room, "new")
    world.tell(room, "theme is dark", time=0)
    assert room.read_id == answer.id
    empty = world.open_room("#b")
    world.activate(empty)
    world.tell(empty, "an answer", time=0)
    assert empty.read_id == 0  # all of it is new, and nothing marks that


def test_text_is_made_safe_on_its_way_in() -> None:
    """Whatever comes in as text, name or reason, nothing in the model controls a terminal."""
    world = _world()
    room = world.open_room("#a\x1b[2J")
    line = world.make_line(Kind.MESSAGE, "\x1b[31m\x07", time=0, source="b\x9bob")
    world.set_topic(room, "\x1b]0;x\x07", "bob\x00")
    world.set_status(replace(world.status, reason="\x1bno", network="\x07", nick="\x1bx"))
    shown = [room.name, line.text, line.source, room.topic.text, room.topic.by]
    shown += [world.status.reason, world.status.network, world.status.nick]
    assert all(text.isprintable() for text in shown)
    assert room.target == "#a\x1b[2J"


def test_lines_settle_in_the_order_of_the_server() -> None:
    """A confirmed line takes its place before those that are still pending."""
    world = _world()
    room = world.open_room("#a")
    lines = [
        replace(world.make_line(Kind.MESSAGE, text, time=0), own=True, delivery=Delivery.PENDING)
        for text in ("one", "two")
    ]
    for line in lines:
        world.add(room, line)
    _say(world, room, "other")
    world.take_changes()
    done = replace(lines[1], delivery=Delivery.CONFIRMED)
    world.settle(room, done)
    assert [line.text for line in room.lines] == ["other", "two", "one"]
    assert world.take_changes() == [LineChanged(room, done)]
    world.settle(room, done)
    assert world.take_changes() == []
    assert room.pending == 1


def test_insertion_by_time_and_id() -> None:
    """Lines of the past take their places by time; those that are there already do not."""
    world = _world()
    room = world.open_room("#a")
    _say(world, room, "b", time=2, msgid="b")
    _say(world, room, "d", time=4)
    past = [
        replace(world.make_line(Kind.MESSAGE, text, time=time), msgid=text)
        for text, time in (("a", 1.0), ("b", 2.0), ("c", 3.0))
    ]
    world.take_changes()
    world.insert(room, past)
    assert [line.text for line in room.lines] == ["a", "b", "c", "d"]
    (change,) = world.take_changes()
    assert isinstance(change, LinesInserted)
    assert [line.text for line in change.lines] == ["a", "c"]


@given(st.lists(st.floats(0, 100)), st.lists(st.floats(0, 100)))
def test_insertion_keeps_what_is_there_in_order(there: list[float], past: list[float]) -> None:
    """Whatever the times are, lines that were there keep their order, and none is lost."""
    world = _world()
    room = world.open_room("#a")
    before = [_say(world, room, "x", time=time) for time in there]
    fresh = [world.make_line(Kind.MESSAGE, "y", time=time) for time in sorted(past)]
    world.insert(room, fresh)
    assert [line for line in room.lines if line.text == "x"] == before
    assert [line for line in room.lines if line.text == "y"] == fresh


def test_conversations_follow_a_nick() -> None:
    """A conversation goes on under the new nick, unless there is one with that name."""
    world = _world()
    bob, eve = world.open_direct("bob"), world.open_direct("eve")
    world.rename(bob, "robert")
    assert (world.find("robert"), world.find("bob")) == (bob, None)
    world.rename(bob, "eve")
    assert (world.find("robert"), world.find("eve")) == (bob, eve)
    world.rename(bob, "ROBERT")
    assert bob.name == "ROBERT"
    assert world.buffers == (world.server, bob, eve)


def test_another_casemapping() -> None:
    """When the server says how it compares names, buffers and members are found that way."""
    world = _world()
    room = world.open_room("#[x]")
    room.members.put(Member("Bob[1]"))
    world.set_casemapping(CASEMAPPINGS["ascii"], "@+")
    assert world.find("#{x}") is None
    assert world.find("#[X]") is room
    assert "bob[1]" in room.members
    assert "bob{1}" not in room.members
    assert room.members.ranks == "@+"
    assert world.find("") is None
    assert world.buffers == (world.server, room)


def test_two_names_that_become_one() -> None:
    """The buffer that was opened first stays, the other one is closed, and the user is in the first."""
    world = _world()
    world.set_casemapping(CASEMAPPINGS["ascii"], "@+")
    room, twin = world.open_room("#[x]"), world.open_room("#{x}")
    world.activate(twin)
    world.take_changes()
    world.set_casemapping(CASEMAPPINGS["rfc1459"], "@+")
    assert world.buffers == (world.server, room)
    assert world.active is room
    assert BufferClosed(twin) in world.take_changes()


def test_the_same_status_is_no_change() -> None:
    """Only another status is recorded."""
    world = _world()
    world.set_status(replace(world.status))
    assert world.take_changes() == []
    world.set_status(replace(world.status, away=True))
    assert world.take_changes() == [StatusChanged()]


def test_wishes_are_recorded_in_order() -> None:
    """What the user wants of the screen comes among the changes."""
    world = _world()
    room = world.open_room("#a")
    world.want(FocusWanted(room))
    world.tell(room, "hi", time=0)
    assert world.take_changes() == [
        BufferOpened(room),
        FocusWanted(room),
        LineAdded(room, room.lines[0]),
    ]


def test_the_words_of_the_client_do_not_stand_between_what_the_server_told() -> None:
    """They have the client's clock: what was said later by the server's comes later all the same."""
    world = _world()
    room = world.open_room("#ops")
    _say(world, room, "one", time=1.0, msgid="1")
    world.tell(room, "you may not do that", time=9.0, kind=Kind.ERROR)
    _say(world, room, "two", time=2.0, msgid="2")
    missed = [
        replace(world.make_line(Kind.MESSAGE, text, time=time, source="bob"), msgid=text)
        for text, time in (("three", 3.0), ("ten", 10.0))
    ]
    world.insert(room, missed)
    told = [line.text for line in room.lines]
    assert told == ["one", "you may not do that", "two", "three", "ten"]


def test_what_one_did_oneself_is_not_new() -> None:
    """Where one looked up to is after one's own leaving and coming, now or as it is told later."""
    world = World(Status("host"))
    room = world.open_room("#ops")

    def line(kind: Kind, text: str, time: float, *, own: bool = False) -> Line:
        return world.make_line(kind, text, time=time, source="anna", own=own, msgid=text)

    world.add(room, line(Kind.MESSAGE, "seen", 1))
    world.restore_read(room, room.lines[-1].id)
    world.insert(room, [line(Kind.QUIT, "left", 2, own=True)], missed=True)
    world.add(room, line(Kind.JOIN, "came", 3, own=True))
    world.add(room, line(Kind.MESSAGE, "new", 4))
    read = next(each for each in room.lines if each.id == room.read_id)
    assert read.text == "came"
    assert room.unread == 1
