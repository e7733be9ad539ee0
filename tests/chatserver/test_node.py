"""The node: nothing is shown before it is kept, and what ends a session ends that session alone."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from functools import partial
from typing import Final

import pytest

from chatserver.core import commands
from chatserver.core.commands import Connect, Join, Kill, Quit, Say
from chatserver.core.effects import Reply
from chatserver.core.events import KeptEvent
from chatserver.core.history import NEWEST, Page
from chatserver.core.limits import Limits
from chatserver.core.members import User
from chatserver.core.records import RoomRecord
from chatserver.core.state import State
from chatserver.faces.contract import Answer, Ask, Lookup, Moment, Request, judge
from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.faces.plain.dialect import PlainDialect
from chatserver.node import Node
from chatserver.ports import Restored
from chatserver.workers import Workers
from chatwire.framing import Overlong
from tests.chatserver.fakes import Client, World, gate, until

LET_IN: Final = Request((Answer((b"<in>\n",)),))
LEFT_OUT: Final = Request((Answer((b"<out>\n",)),), wrong=True)
"""What follows from the right password, and from a wrong one."""


class Script:
    """A face that submits what a test hands it, and shows replies as their type and reason."""

    registered = True

    def __init__(self, nick: str) -> None:
        self.dialect: PlainDialect | Echoing = PlainDialect(b"\n", "#lobby", frozenset())
        self.nick = nick
        self.farewells = 0

    def hear(self, _lines: Sequence[bytes | Overlong], _start: int) -> None:
        """Lines are not what a script is made of."""

    def receive(self, line: bytes | Overlong) -> Request | None:
        """Lines are not what a script is made of."""
        raise NotImplementedError

    def must_settle(self, line: bytes | Overlong) -> bool:
        """Say no."""
        return False

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes]:
        """Return the type of the reply."""
        return [f"<{type(reply).__name__}>\n".encode()]

    @property
    def recalls(self) -> bool:
        """Say yes."""
        return True

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Return how many messages there are."""
        return f"<{room} {len(events)}>\n".encode()

    def lost(self, count: int) -> bytes:
        """Return how many."""
        return f"<lost {count}>\n".encode()

    def farewell(self, reason: str) -> bytes:
        """Return the reason."""
        self.farewells += 1
        return f"<bye {reason}>\n".encode()

    def ping(self) -> bytes:
        """Return nothing."""
        return b""


class Echoing(PlainDialect):
    """A dialect whose speakers hear themselves, and whose answers can have labels."""

    echo = True

    def label(self, lines: Sequence[bytes], label: str, at: int) -> bytes:
        """Return the answer in one pair of brackets."""
        return label.encode() + b"(" + b" ".join(line.strip() for line in lines) + b")\n"


class Actor(Client):
    """A connection with a script for a face."""

    def __init__(self, world: World, face: Script) -> None:
        super().__init__(world, face)
        self.face = face


@pytest.fixture
def world() -> World:
    """Return a world on a store in memory."""
    return World()


async def script(world: World, nick: str, face: Script | None = None) -> Actor:
    """Connect a script to the lobby."""
    client = Actor(world, face or Script(nick))
    await client.ask_for(Connect((nick,), "u", "", "h"), Join("#lobby"))
    return client


# --- order and keeping ----------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_nobody_sees_anything_before_it_is_kept(gated: World) -> None:
    """Neither readers, nor echoes, nor the answers of the batch."""
    ann, bob = await script(gated, "ann"), await gated.plain_in_lobby("bob")
    ann.face.dialect = Echoing(b"\n", "#lobby", frozenset())
    await ann.read()
    gate(gated).gate.clear()
    began = len(gate(gated).writings)
    ann.submit(Say("#lobby", "hi"), commands.SetAway("x"))
    await until(lambda: len(gate(gated).writings) > began)
    await bob.send("/names")
    assert (ann.peer.sent, bob.peer.sent) == (b"", b"")
    gate(gated).gate.set()
    assert (await bob.read())[0] == "[ann] hi"
    assert await ann.read() == ["[ann] hi", "<AwaySet>"]


@pytest.mark.asyncio
async def test_who_never_became_anybody_can_leave(world: World) -> None:
    """They are closed with a farewell, and nobody hears of it."""
    bob = await world.plain_in_lobby("bob")
    ghost = Actor(world, Script("ghost"))
    ghost.submit(Quit("no time"))
    assert await ghost.read() == ["<bye no time>"]
    assert ghost.peer.closed
    assert await bob.read() == []
    assert set(world.node.sessions.values()) == {bob.session}


@pytest.mark.asyncio
async def test_requests_are_answered_in_the_order_in_which_they_came(world: World) -> None:
    """Also those that need no order by themselves, behind those that do."""
    ann = await script(world, "ann")
    ann.submit(Say("nobody", "x"))
    ann.submit(Answer((b"<direct>\n",)))
    ann.submit(Ask(lambda _state, _user, moment: [f"<asked at {moment.at}>\n".encode()]))
    ann.submit(commands.SetAway(""))
    at = world.clock.at
    assert await ann.read() == ["<Refused>", "<direct>", f"<asked at {at}>", "<AwaySet>"]


@pytest.mark.asyncio
async def test_an_answer_without_need_of_order_comes_at_once(world: World) -> None:
    """Nothing is open, so nothing is waited for."""
    ann = await script(world, "ann")
    ann.submit(Answer((b"<pong>\n",)))
    assert ann.peer.take() == ["<pong>"]


@pytest.mark.asyncio
async def test_a_query_sees_what_its_session_did_before(world: World) -> None:
    """And nothing that came after it."""
    ann = await script(world, "ann")

    def count(_state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        assert user is not None
        return [f"{len(user.rooms)}\n".encode()]

    ann.submit(Join("#a"), Ask(count), Join("#b"), Ask(count))
    assert [line for line in await ann.read() if line.isdigit()] == ["2", "3"]


@pytest.mark.asyncio
async def test_messages_of_before_come_in_their_place(world: World) -> None:
    """After the reply on entering the room, before the answers to what was asked later."""
    ann = await script(world, "ann")
    ann.submit(Say("#lobby", "one"))
    bob = Actor(world, Script("bob"))
    bob.submit(Connect(("bob",), "u", "", "h"), Join("#lobby"), commands.SetAway("x"))
    bob.submit(Ask(lambda *_: Lookup((Page("#lobby", 0, NEWEST, 9),), count)))
    assert await bob.read() == ["<Welcomed>", "<Entered>", "<#lobby 1>", "<AwaySet>", "<asked 1>"]


def count(found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
    """Return how many messages were found on each page."""
    return [f"<asked {len(page)}>\n".encode() for page in found or ()]


@pytest.mark.asyncio
async def test_an_answer_with_a_label_is_one(world: World) -> None:
    """With the events that the request led to for its asker; the others get them as ever."""
    ann, bob = await script(world, "ann"), await world.plain_in_lobby("bob")
    ann.face.dialect = Echoing(b"\n", "#lobby", frozenset())
    await ann.read()
    ann.submit(Say("#lobby", "hi"), commands.SetAway("x"), label="7")
    ann.submit(Answer((b"pong\n",)), label="8")
    assert await ann.read() == ["7([ann] hi <AwaySet>)", "8(pong)"]
    ann.submit(Answer((b"pong\n",)), label="9")
    assert await ann.read() == ["9(pong)"]
    assert await bob.read() == ["[ann] hi"]


@pytest.mark.asyncio
async def test_a_dialect_that_changes_counts_from_then_on(world: World) -> None:
    """Whether a line, a reply or the answer to a query changed it."""
    ann, bob = await script(world, "ann"), await script(world, "bob")
    ann.submit(Say("#lobby", "here"))
    assert await bob.read() == ["[ann] here"]

    def go(*_: object) -> Sequence[bytes]:
        bob.face.dialect = PlainDialect(b"\n", "#elsewhere", frozenset())
        return ()

    bob.submit(Ask(go))
    ann.submit(Say("#lobby", "there"))
    assert await bob.read() == ["[ann #lobby] there"]


@pytest.mark.asyncio
async def test_rooms_are_restored_as_empty_ones(world: World) -> None:
    """What was said in them only the store knows, so none is blank; the lobby is always there."""
    records = [
        RoomRecord("#young", "#young", 1, emptied_at=30),
        RoomRecord("#old", "#old", 1, emptied_at=10),
        RoomRecord("#alive", "#alive", 1),
    ]
    state = State(Limits(empty_rooms=2))
    node = Node(state)
    node.restore(Restored(2, 0, records), 20)
    assert set(state.rooms) == {"#young", "#old", "#alive", "#lobby"}
    assert [*state.empty_rooms] == ["#old", "#alive", "#young"]
    assert [room.name for room in state.changed_rooms] == ["#lobby"]
    state.forget_rooms(30)
    assert state.forgotten_rooms == {"#alive"}


# --- ends -----------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_leaving_twice_is_leaving_once(world: World) -> None:
    """Whatever ends a session, its room hears of it once, and it is closed once."""
    ann, bob = await script(world, "ann"), await world.plain_in_lobby("bob")
    world.node.leave(ann.session, "first")
    world.node.leave(ann.session, "second")
    ann.submit(Say("#lobby", "too late"))
    assert await bob.read() == ["* ann left: first"]
    world.node.leave(ann.session, "third")
    assert (await ann.read())[-1] == "<bye first>"
    assert ann.face.farewells == 1
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_quit_and_the_end_of_the_connection_are_one_end(world: World) -> None:
    """The line QUIT, and then the end of the stream before it was answered."""
    ann, bob = await script(world, "ann"), await world.plain_in_lobby("bob")
    ann.submit(Quit("bye"))
    world.node.leave(ann.session, "connection closed")
    assert await bob.read() == ["* ann left: bye"]
    assert (await ann.read())[-1] == "<bye bye>"
    assert list(world.node.sessions.values()) == [bob.session]
    assert [user.nick for user in world.node.state.users.values()] == ["bob"]


@pytest.mark.asyncio
async def test_who_is_killed_is_told_closed_and_gone(world: World) -> None:
    """What they asked in the same moment has no effect any more."""
    ann, bob = await script(world, "ann"), await script(world, "bob")
    cat = await world.plain_in_lobby("cat")
    await ann.ask_for(commands.BecomeOperator("ann"))
    ann.submit(Kill("bob", "rude"))
    bob.submit(Say("#lobby", "but"), commands.ChangeNick("bill"))
    bob.submit(Connect(("bob",), "u", "", "h"), Join("#lobby"))
    world.node.leave(bob.session, "connection closed")
    assert await cat.read() == ["* bob left: Killed (ann (rude))"]
    assert (await bob.read())[-2:] == [
        "-> operator ann ends your connection: rude",
        "<bye Killed (ann (rude))>",
    ]
    assert bob.face.farewells == 1
    assert {user.nick for user in world.node.state.users.values()} == {"ann", "cat"}


@pytest.mark.asyncio
async def test_all_are_closed_when_the_server_stops(world: World) -> None:
    """With a farewell each, and nobody is told of the others' departures."""
    clients = [await script(world, nick) for nick in ("ann", "bob")]
    for client in clients:
        await client.read()
    world.node.close_all("shutting down")
    for client in clients:
        assert await client.read() == ["<bye shutting down>"]
        assert client.session.closed
    assert not world.node.sessions
    world.node.leave(clients[0].session, "connection closed")
    assert await clients[1].read() == []


@pytest.mark.asyncio
async def test_nothing_of_a_session_that_ended_stays(world: World) -> None:
    """Neither its subscriber, nor its user, nor a plan with it in a room's audience."""
    bob = await world.plain_in_lobby("bob")
    for number in range(3):
        ann = await script(world, "ann")
        bob_lines = await bob.ask(f"hi {number}")
        assert bob_lines[-1].endswith("joined")
        world.node.leave(ann.session, "x")
        await bob.read()
    await bob.ask("alone")
    state, delivery = world.node.state, world.node.delivery
    assert list(world.node.sessions.values()) == [bob.session]
    assert list(state.users.values()) == [bob.session.user]
    assert list(delivery._subscribers.values()) == [(bob.session,)]
    planned = delivery.plan(state.rooms["#lobby"].audience)
    assert [reader for _, readers in planned for reader in readers] == [bob.session]


# --- bugs -----------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_bug_in_a_query_ends_its_session_alone(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged and counted; everybody else goes on."""
    ann, bob = await script(world, "ann"), await world.plain_in_lobby("bob")
    with caplog.at_level(logging.ERROR):
        ann.submit(Ask(lambda _state, _user, _moment: [b"%d" % (1 // 0)]))
        assert await bob.ask("on we go") == ["* ann left: internal error"]
    assert (await ann.read())[-2:] == ["[bob] on we go", "<bye internal error>"]
    assert world.node.bugs == 1
    assert "ZeroDivisionError" in caplog.text


class BrokenFace(Script):
    """A face with bugs wherever the node calls it."""

    def __init__(self, nick: str, broken: str) -> None:
        super().__init__(nick)
        self.broken = ""
        self.will_break = broken

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes]:
        """Fail, or reply."""
        if self.broken == "reply":
            raise ZeroDivisionError
        return super().reply(reply, user, state)

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Fail, or recall."""
        if self.broken == "recall":
            raise ZeroDivisionError
        return super().recall(room, events)

    def look(self, found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
        """Fail, or show what was found."""
        if self.broken == "look":
            raise ZeroDivisionError
        return count(found)

    def farewell(self, reason: str) -> bytes:
        """Fail, or say farewell."""
        if self.broken == "farewell":
            raise ZeroDivisionError
        return super().farewell(reason)


@pytest.mark.asyncio
@pytest.mark.parametrize("broken", ["reply", "recall", "look", "farewell"])
async def test_a_bug_in_a_face_ends_its_session_alone(world: World, broken: str) -> None:
    """Whatever the face was asked for: the others are shown what happened, and all goes on."""
    face = BrokenFace("ann", broken)
    ann, bob = await script(world, "ann", face), await world.plain_in_lobby("bob")
    await bob.ask("/join #a", "/join #lobby", "something")
    face.broken = broken
    ann.submit(
        Join("#a"), Ask(lambda *_: Lookup((Page("#lobby", 0, NEWEST, 9),), face.look)), Quit("x")
    )
    lines = await bob.read()
    assert lines[-1].startswith("* ann left")
    assert ann.peer.closed
    assert ann.session.outstanding == 0
    assert await bob.ask("/away") == ["-> you are back"]
    assert list(world.node.sessions.values()) == [bob.session]


# --- how much at once -----------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_when_the_journal_is_full_who_submits_waits(gated: World) -> None:
    """Until what waits before is taken up again."""
    gated.journal._bound = 1
    ann, bob = await script(gated, "ann"), await script(gated, "bob")
    gate(gated).gate.clear()
    began = len(gate(gated).writings)
    ann.submit(Say("#lobby", "x"))
    await until(lambda: len(gate(gated).writings) > began)
    waiting = [
        asyncio.ensure_future(gated.node.take(client.session, Request((Say("#lobby", "y"),))))
        for client in (ann, bob)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert gated.journal.full
    assert not any(task.done() for task in waiting)
    gate(gated).gate.set()
    await asyncio.gather(*waiting)


@pytest.mark.asyncio
async def test_a_password_is_checked_off_the_loop_and_after_what_came_before(world: World) -> None:
    """What the work comes to is done in its place."""
    ann = await script(world, "ann")
    for right, line in ((True, "<in>"), (False, "<out>")):
        ann.submit(commands.SetAway(""))
        work = partial(judge, partial(bool, right), LET_IN, LEFT_OUT)
        await world.node.take(ann.session, Request((), work=work))
        assert await ann.read() == ["<AwaySet>", line]


@pytest.mark.asyncio
async def test_a_wrong_password_is_answered_late() -> None:
    """Nobody can try many, and nobody else waits for it; a right one is answered at once."""
    world = World(penalty=0.05)
    ann, bob = await script(world, "ann"), await script(world, "bob")
    await ann.read()
    loop = asyncio.get_running_loop()
    start = loop.time()
    wrong = Request((), work=lambda: LEFT_OUT)
    trying = asyncio.create_task(world.node.take(ann.session, wrong))
    await world.node.take(bob.session, Request((), work=lambda: LET_IN))
    assert await bob.read() == ["<in>"]
    assert not trying.done()
    await trying
    assert loop.time() - start > 0.045
    assert await ann.read() == ["<out>"]


@pytest.mark.asyncio
async def test_who_asks_for_too_much_work_is_told_so(world: World) -> None:
    """At once: neither they nor anybody else waits for it."""
    ann, bob = await script(world, "ann"), await script(world, "bob")
    await ann.read()
    world.node._workers = Workers(1)
    gate = threading.Event()

    def wait() -> Request:
        assert gate.wait(10), "nobody opened the gate"
        return LET_IN

    waiting = asyncio.create_task(world.node.take(ann.session, Request((), work=wait)))
    await asyncio.sleep(0)
    await world.node.take(bob.session, Request((), work=wait))
    assert await bob.read() == ["<Refused>"]
    gate.set()
    await waiting
    assert await ann.read() == ["<in>"]


@pytest.mark.asyncio
async def test_a_real_face_and_a_real_node_say_hello() -> None:
    """A reader with netcat joins and is heard."""
    world = World()
    bob = await world.plain_in_lobby("bob")
    ann = world.client(PlainFace(PlainFacts(), ("ann",), "h"))
    await ann.ask("hi")
    assert await bob.read() == ["* ann joined", "[ann] hi"]
