"""What is heard of what changes in a world: each line once, in the server's order."""

from dataclasses import replace

from chatclient.hearing import Altered, Forgetting, Heard, Hearing, When
from chatclient.model import Buffer, ConnectionState, Delivery, Kind, Line, Status, World
from chatclient.model.window import HEAVIEST, MOST


class Ear:
    """A world, and what is heard of it."""

    def __init__(self) -> None:
        self.world = World(Status("srv:1"))
        self.room = self.world.open_room("#ops")
        self.heard: list[Heard | Altered] = []
        self._hearing = Hearing(lambda: self.world.status.state is ConnectionState.ONLINE)
        self.forgetting = Forgetting(self.world)

    def listen(self) -> list[tuple[str, When]]:
        """Return what was heard since the last time."""
        found = [
            heard for change in self.world.take_changes() for heard in self._hearing.take(change)
        ]
        self.heard += found
        return [(each.line.text, each.when) for each in found if isinstance(each, Heard)]

    def online(self, *, state: ConnectionState = ConnectionState.ONLINE) -> None:
        """Be let in, or not."""
        self.world.set_status(replace(self.world.status, state=state))

    def add(self, text: str) -> None:
        """Let bob say something, and forget what is too much."""
        self.world.add(self.room, self.line(text, text[:9]))
        for change in self.world.take_changes():
            self.forgetting.note(change)
        self.forgetting.let_go()

    def line(self, text: str, msgid: str = "", kind: Kind = Kind.MESSAGE) -> Line:
        """Return a line of bob's."""
        line = self.world.make_line(kind, text, time=1.0, source="bob")
        return replace(line, msgid=msgid)

    def enter(self, *before: str, buffer: Buffer | None = None) -> list[tuple[str, When]]:
        """Come into a room with a past, and return what is heard by that."""
        room = buffer or self.room
        self.world.set_behind(room, behind=True)
        heard = self.listen()
        self.world.insert(room, [self.line(text, text) for text in before])
        self.world.set_behind(room, behind=False)
        return heard + self.listen()


def test_what_was_said_before_is_told_apart() -> None:
    """On coming in for the first time, history is from before; what follows is from now."""
    ear = Ear()
    ear.online()
    assert ear.enter("one", "two") == [("one", When.BEFORE), ("two", When.BEFORE)]
    ear.world.add(ear.room, ear.line("three"))
    assert ear.listen() == [("three", When.NOW)]


def test_what_was_missed_comes_first() -> None:
    """What is said before the gap is filled is held back until it is; then all is in order."""
    ear = Ear()
    ear.online()
    ear.enter("one")
    ear.online(state=ConnectionState.WAITING)
    ear.listen()
    ear.online()
    ear.world.set_behind(ear.room, behind=True)
    ear.world.add(ear.room, replace(ear.line("three"), time=3.0))
    assert ear.listen() == []
    ear.world.insert(ear.room, [replace(ear.line("two", "two"), time=2.0)], after="one")
    ear.world.set_behind(ear.room, behind=False)
    assert ear.listen() == [("two", When.MISSED), ("three", When.NOW)]


def test_a_person_who_wrote_meanwhile() -> None:
    """A conversation that began while we were away was missed; at the first visit it is old."""
    ear = Ear()
    ear.online()
    first = ear.world.open_direct("carol")
    assert ear.enter("an old one", buffer=first) == [("an old one", When.BEFORE)]
    ear.enter("one")
    ear.online(state=ConnectionState.WAITING)
    ear.listen()
    ear.online()
    second = ear.world.open_direct("dora")
    assert ear.enter("are you there?", buffer=second) == [("are you there?", When.MISSED)]


def test_own_lines_are_heard_when_the_server_has_them() -> None:
    """A pending line is not heard; it is when it is confirmed, or has failed, and once."""
    ear = Ear()
    ear.online()
    ear.enter()
    for fate in (Delivery.CONFIRMED, Delivery.FAILED):
        line = replace(ear.line("mine"), own=True, delivery=Delivery.PENDING)
        ear.world.add(ear.room, line)
        assert ear.listen() == []
        ear.world.settle(ear.room, replace(line, delivery=fate))
        assert ear.listen() == [("mine", When.NOW)]


def test_a_failure_is_heard_at_once() -> None:
    """That a line of ours has failed is not held back by what is being filled in."""
    ear = Ear()
    ear.online()
    ear.world.set_behind(ear.room, behind=True)
    line = replace(ear.line("mine"), own=True, delivery=Delivery.PENDING)
    ear.world.add(ear.room, line)
    ear.world.settle(ear.room, replace(line, delivery=Delivery.FAILED, reason="no"))
    assert ear.listen() == [("mine", When.NOW)]


def test_a_line_that_is_removed_is_not_heard_again() -> None:
    """It is heard that a line is another one now, apart from lines."""
    ear = Ear()
    ear.online()
    ear.enter("one")
    ear.world.redact(ear.room, "one", "deleted by bob")
    assert ear.listen() == []
    altered = ear.heard[-1]
    assert isinstance(altered, Altered)
    assert altered.line.kind is Kind.DELETED


def test_what_is_removed_while_it_is_held_back() -> None:
    """Of a line that was removed before it was heard, only that is heard."""
    ear = Ear()
    ear.online()
    ear.world.set_behind(ear.room, behind=True)
    ear.world.add(ear.room, ear.line("secret", "x"))
    ear.listen()
    ear.world.redact(ear.room, "x", "deleted by bob")
    ear.world.set_behind(ear.room, behind=False)
    assert ear.listen() == [("deleted by bob", When.NOW)]


def test_a_buffer_that_is_closed_and_opened_again() -> None:
    """Of a room that was closed, nothing counts as missed later."""
    ear = Ear()
    ear.online()
    ear.enter("one")
    ear.world.close(ear.room)
    ear.listen()
    again = ear.world.open_room("#ops")
    assert ear.enter("two", buffer=again) == [("two", When.BEFORE)]


def test_what_was_heard_is_let_go() -> None:
    """Who listens for months needs no more memory than for a day; what is held back stays."""
    ear = Ear()
    for number in range(3 * MOST):
        ear.add(str(number))
    assert MOST <= len(ear.room.lines) < 2 * MOST
    assert ear.room.lines[-1].text == str(3 * MOST - 1)
    ear.world.set_behind(ear.room, behind=True)
    for _ in range(MOST):
        ear.add("x")
    assert len(ear.room.lines) > 2 * MOST


def test_long_lines_are_let_go_sooner() -> None:
    """What is kept in memory is bounded by what it weighs, too."""
    ear = Ear()
    for number in range(300):
        ear.add(f"{number} ".ljust(64_000, "x"))
        assert sum(len(line.text) for line in ear.room.lines) <= HEAVIEST
    assert ear.room.lines[-1].text.startswith("299 ")
