"""Catching up: who reads late is shown the same as who reads at once."""

import asyncio
import gc
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatserver import catchup
from chatserver.backlog import OWED_MOST
from chatserver.batch import Entry, Found
from chatserver.core.history import Page, Question
from chatserver.core.limits import Limits
from chatserver.faces.irc.face import IrcFace
from chatserver.journal.local import LocalJournal
from chatserver.ports import StoreError
from chatserver.storage.memory import MemoryStore
from chatserver.tail import TAIL
from tests.chatserver.fakes import Client, FailingStore, World, gate, until
from tests.conformance.harness import FACTS, OPERATOR

ECHO = ("echo-message", "server-time", "message-tags", "labeled-response", "batch")
READERS: dict[str, tuple[str, ...] | None] = {
    "plain": None,
    "bare": (),
    "labels": ("labeled-response", "batch", "message-tags"),
    "echo": (*ECHO, "draft/chathistory", "draft/event-playback", "extended-join"),
}
"""Capabilities of each kind of reader; None for plain text."""

NICKS = ("ann", "bob", "eve")
ROOMS = ("#a", "#b")
TAILS = {"memory": TAIL, "a little memory": 4000, "the store": 0}


def connect(world: World, kind: str, nick: str) -> Client:
    """Open a connection of a kind."""
    if READERS[kind] is None:
        return world.plain(nick)
    return world.client(IrcFace(lambda: FACTS, "127.0.0.1", "127.0.0.1:50000", private=True))


async def enter(client: Client, kind: str, nick: str) -> None:
    """Register and enter all rooms."""
    wanted = READERS[kind]
    if wanted is None:
        await client.send("", *(f"/join {room}" for room in ROOMS))
    else:
        negotiation = [f"CAP REQ :{' '.join(wanted)}"] if wanted else []
        await client.send(*negotiation, f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END")
        await client.send(*(f"JOIN {room}" for room in ROOMS))
    await client.quiet()


def say(client: Client, written: str) -> None:
    """Let lines that come in one go be taken, whatever came of those before."""
    face, lines = client.session.face, written.encode().split(b"\n")
    while lines:
        request, count = face.hear(lines, 0) or (face.receive(lines[0]), 1)
        del lines[:count]
        if request is not None:
            client.world.node.submit(client.session, request)


class SlowJournal:
    """A journal whose reading takes as long as a test likes."""

    def __init__(self, journal: LocalJournal) -> None:
        self._journal = journal
        self.holds = False
        """Whether what is read is held back from now on."""
        self._held: list[Callable[[], None]] = []

    @property
    def full(self) -> bool:
        """Whether it is full."""
        return self._journal.full

    async def drained(self) -> None:
        """Return when it is not full."""
        await self._journal.drained()

    def submit(self, entry: Entry) -> None:
        """Pass on an entry."""
        self._journal.submit(entry)

    def read(
        self, questions: Sequence[Question], done: Callable[[Found], None], *, patient: bool = False
    ) -> None:
        """Read, and hold back what was found."""
        if not self.holds:
            self._journal.read(questions, done, patient=patient)
            return
        self._journal.read(
            questions, lambda found: self._held.append(partial(done, found)), patient=patient
        )

    def let_go(self) -> None:
        """Give out what was held back, and hold back nothing more."""
        self.holds = False
        while self._held:
            self._held.pop(0)()


class Play:
    """A reader and others who do things, and what the reader was shown."""

    def __init__(self, kind: str, tail: int) -> None:
        self.kind = kind
        self.world = World(Limits(history_on_join=3), tail=tail)
        self.journal = self.world.node.journal = SlowJournal(self.world.journal)
        self.others = [connect(self.world, "bare", nick) for nick in NICKS]
        self.reader = connect(self.world, kind, "rob")

    async def begin(self) -> None:
        """Let everybody come."""
        for nick, other in zip(NICKS, self.others, strict=True):
            await enter(other, "bare", nick)
        await enter(self.reader, self.kind, "rob")
        await self.settle()
        self.reader.peer.take()

    async def settle(self) -> None:
        """Return when all that can be shown is shown."""
        session = self.reader.session
        await self.world.journal.idle()
        await until(lambda: session.backlog is None or session.full or self.journal.holds)
        self.world.clock.at += 1000

    def act(self, who: int, line: str) -> None:
        """Let somebody say a line, whatever is under way."""
        say((*self.others, self.reader)[who], line)

    async def end(self) -> list[str]:
        """Let the reader read all; return all that it was shown."""
        self.journal.let_go()
        self.reader.resume()
        await self.settle()
        assert self.reader.session.backlog is None
        return self.reader.peer.take()


_room = st.sampled_from(ROOMS)
_nick = st.sampled_from((*NICKS, "rob", "zoe"))
_word = st.text("xyz", min_size=1, max_size=5)


def _lines(form: str, *words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(form.format, *words)


_IN_A_ROW = "PRIVMSG {0} :{1}\nPRIVMSG {0} :{2}\nPRIVMSG {3} :{2}"
_done_by_others = st.tuples(
    st.integers(0, len(NICKS) - 1),
    st.one_of(
        _lines("PRIVMSG {} :{}", _room, _word),
        _lines(_IN_A_ROW, _room, _word, _word, _room),
        _lines("PRIVMSG rob :{}", _word),
        _lines("NOTICE @{} :{}", _room, _word),
        _lines("JOIN {}", _room),
        _lines("PART {} :{}", _room, _word),
        _lines("KICK {} {} :{}", _room, _nick, _word),
        _lines("NICK {}", st.sampled_from(("zoe", "max", "ann"))),
        _lines("TOPIC {} :{}", _room, _word),
        _lines("MODE {} +o {}", _room, _nick),
        _lines("MODE {} -o+v {} {}", _room, _nick, _nick),
    ),
)

_irc = st.one_of(
    _lines("PRIVMSG {} :{}", st.sampled_from((*ROOMS, "@#a", *NICKS, "rob")), _word),
    _lines(_IN_A_ROW, _room, _word, _word, _room),
    _lines("@label={} PRIVMSG {} :{}", _word, st.sampled_from((*ROOMS, "ann", "rob")), _word),
    _lines("@label={} PRIVMSG #a,#b,ann :{}", _word, _word),
    _lines("JOIN {}", _room),
    _lines("@label=join JOIN {}", _room),
    _lines("PART {}", _room),
    _lines("@label=part PART {}", _room),
    _lines("NICK {}", st.sampled_from(("rob", "rex", "ann"))),
    _lines("@label=nick NICK {}", st.sampled_from(("rob", "rex", "ann"))),
    _lines("TOPIC {} :{}", _room, _word),
    _lines("@label=t TOPIC {} :{}", _room, _word),
    _lines("NAMES {}", _room),
    _lines("CHATHISTORY LATEST {} * 5", _room),
    _lines("@label=c CHATHISTORY LATEST {} * 5", _room),
    _lines("PING {}", _word),
    _lines("@label=p PING {}", _word),
)

_plain = st.one_of(
    _word,
    _lines("{}\n{}", _word, _word),
    _lines("/msg {} {}", st.sampled_from((*NICKS, "rob")), _word),
    _lines("/join {}", _room),
    _lines("/part {}", _room),
    _lines("/nick {}", st.sampled_from(("rob", "rex", "ann"))),
    _lines("/names"),
    _lines("/history 3"),
    _lines("/topic {}", _word),
)

_pauses = st.sampled_from(("go", "go", "go", "stall", "resume", "one", "two", "hold", "let go"))

Act = tuple[tuple[int, str], str]
"""Who does what, and how the reader goes on reading after it."""


def _acts(kind: str) -> st.SearchStrategy[list[Act]]:
    own = st.tuples(st.just(len(NICKS)), _plain if READERS[kind] is None else _irc)
    return st.lists(st.tuples(st.one_of(_done_by_others, own), _pauses), max_size=40)


def pause(play: Play, what: str) -> None:
    """Let the reader go on reading, or not."""
    match what:
        case "stall":
            play.reader.stall()
        case "resume":
            play.reader.resume()
        case "one" | "two":
            play.reader.resume(takes=1 if what == "one" else 2)
        case "hold":
            play.journal.holds = True
        case "let go":
            play.journal.let_go()


async def run(
    kind: str, tail: int, acts: Sequence[Act], *, late: bool, batch: int = 1
) -> list[str]:
    """Return what the reader was shown of `acts`; it reads at once, or when it likes."""
    play = Play(kind, tail)
    await play.begin()
    for number, ((who, line), what) in enumerate(acts, 1):
        play.act(who, line)
        if number % batch == 0:
            await play.settle()
            if late:
                pause(play, what)
    return await play.end()


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
@pytest.mark.parametrize("kind", READERS)
@settings(max_examples=20, deadline=None)
@given(st.data())
def test_who_reads_late_is_shown_the_same(kind: str, tail: int, data: st.DataObject) -> None:
    """All of it, once, in the same order, with all answers in their places."""
    acts = data.draw(_acts(kind))
    at_once = asyncio.run(run(kind, tail, acts, late=False))
    assert asyncio.run(run(kind, tail, acts, late=True)) == at_once


@pytest.mark.asyncio
async def test_what_was_said_before_is_shown_alike_however_late_it_is_read() -> None:
    """Another room may be in front by then: it's still the past of the room that was entered."""
    acts = [
        ((0, "PRIVMSG #a :hello"), "hold"),
        ((len(NICKS), "/part #a"), "go"),
        ((len(NICKS), "/join #a"), "go"),
        ((len(NICKS), "/join #b"), "go"),
    ]
    at_once = await run("plain", TAIL, acts, late=False)
    assert await run("plain", TAIL, acts, late=True) == at_once
    assert "00:00 [ann] hello" in at_once


def of_room(lines: Iterable[str], room: str) -> list[str]:
    """Return what happened in a room, of lines of IRC."""
    return [line for line in lines if f" {room} :" in line or line.rstrip().endswith(f" {room}")]


@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
@pytest.mark.parametrize("kind", [kind for kind in READERS if kind != "plain"])
@settings(max_examples=10, deadline=None)
@given(st.data(), st.integers(2, 5))
def test_it_is_the_same_when_much_happens_at_once(
    kind: str, tail: int, data: st.DataObject, batch: int
) -> None:
    """What is written in one go has an order for each room; and nothing is missing, or there twice."""
    acts = data.draw(_acts(kind))
    at_once = asyncio.run(run(kind, tail, acts, late=False, batch=batch))
    late = asyncio.run(run(kind, tail, acts, late=True, batch=batch))
    assert sorted(late) == sorted(at_once)
    for room in ROOMS:
        assert of_room(late, room) == of_room(at_once, room)


# --- in words --------------------------------------------------------------------------------------


async def irc(world: World, nick: str, *capabilities: str) -> Client:
    """Connect an IRC client that is in #a."""
    client = world.client(IrcFace(lambda: FACTS, "127.0.0.1", "127.0.0.1:50000", private=True))
    wanted = [f"CAP REQ :{' '.join(capabilities)}"] if capabilities else []
    await client.ask(*wanted, f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END", "JOIN #a")
    return client


def bodies(lines: Iterable[str]) -> list[str]:
    """Return lines of IRC without tags, sources and ends."""
    return [line.rstrip("\r").split(":", 1)[1].partition(" ")[2] for line in lines]


@pytest.mark.asyncio
@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
async def test_joins_leaves_and_changes_come_in_their_places(tail: int) -> None:
    """So what a client knows of a room is right afterwards: its members, their status, the topic."""
    world = World(tail=tail)
    ann, rob, bob, eve = [await irc(world, nick) for nick in ("ann", "rob", "bob", "eve")]
    await rob.read()
    rob.stall()
    await ann.ask("MODE #a +v bob", "PRIVMSG #a :one", "PRIVMSG rob :psst")
    await bob.ask("NICK bill", "PART #a :bye", "JOIN #a")
    await eve.ask("QUIT :done")
    await ann.ask("TOPIC #a :new", "KICK #a bill :out", "PRIVMSG #a :two")
    assert await rob.read() == []
    rob.resume()
    assert bodies(await rob.read()) == [
        "MODE #a +v bob",
        "PRIVMSG #a :one",
        "PRIVMSG rob :psst",
        "NICK bill",
        "PART #a :bye",
        "JOIN #a",
        "MODE #a +v bill",
        "QUIT :Quit: done",
        "TOPIC #a :new",
        "KICK #a bill :out",
        "PRIVMSG #a :two",
    ]
    assert "353 rob = #a :@ann rob" in bodies(await rob.ask("NAMES #a"))


@pytest.mark.asyncio
@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
async def test_who_was_put_out_and_came_back_saw_nothing_in_between(tail: int) -> None:
    """Late as well: what was said while they were outside is not for them."""
    world = World(Limits(history_on_join=0), tail=tail)
    ann, rob = await irc(world, "ann"), await irc(world, "rob")
    await rob.read()
    rob.stall()
    await ann.ask("PRIVMSG #a :before", "KICK #a rob :out", "PRIVMSG #a :secret")
    say(rob, "NICK rex")
    say(rob, "JOIN #a")
    await world.journal.idle()
    await ann.ask("PRIVMSG #a :after", "PRIVMSG rex :psst")
    rob.resume()
    assert bodies(await rob.read()) == [
        "PRIVMSG #a :before",
        "KICK #a rob :out",
        "NICK rex",
        "JOIN #a",
        "353 rex = #a :@ann rex",
        "366 rex #a :End of /NAMES list",
        "PRIVMSG #a :after",
        "PRIVMSG rex :psst",
    ]


@pytest.mark.asyncio
async def test_who_has_another_nick_then_gets_what_was_said_to_them_alone() -> None:
    """Of the store, by each nick only what was theirs: who has it next gets the rest."""
    world = World(tail=0)
    ann, rob = await irc(world, "ann"), await irc(world, "rob")
    await rob.read()
    rob.stall()
    await ann.ask("PRIVMSG rob :one")
    say(rob, "NICK rex")
    await world.journal.idle()
    other = await irc(world, "rob")
    await ann.ask("PRIVMSG rob :to another", "PRIVMSG rex :two")
    rob.resume()
    assert [line for line in bodies(await rob.read()) if "PRIVMSG" in line] == [
        "PRIVMSG rob :one",
        "PRIVMSG rex :two",
    ]
    assert "PRIVMSG rob :to another" in bodies(await other.read())


@pytest.mark.asyncio
async def test_what_the_log_does_not_keep_comes_from_memory() -> None:
    """Going away, being invited, and the like: in their places."""
    world = World()
    ann, rob = await irc(world, "ann"), await irc(world, "rob", "away-notify")
    await rob.read()
    rob.stall()
    await ann.ask("PRIVMSG #a :one", "AWAY :tea", "JOIN #b", "INVITE rob #b", "PRIVMSG #a :two")
    rob.resume()
    assert bodies(await rob.read()) == [
        "PRIVMSG #a :one",
        "AWAY :tea",
        "INVITE rob #b",
        "PRIVMSG #a :two",
    ]


@pytest.mark.asyncio
async def test_who_asks_for_history_keeps_nobody_waiting(gated: World) -> None:
    """They alone wait, and get what others say meanwhile after their answer."""
    ann = await irc(gated, "ann", "draft/chathistory")
    bob = await irc(gated, "bob")
    await ann.ask("PRIVMSG #a :old")
    await bob.read()
    gate(gated).reading.clear()
    await ann.send("PRIVMSG #a :asking", "CHATHISTORY LATEST #a * 10", "PING x")
    await bob.send("PRIVMSG #a :said", "PING y")
    await until(lambda: b"PONG" in bob.peer.sent)
    assert ann.session.backlog is not None
    assert ann.peer.sent == b""
    gate(gated).reading.set()
    assert bodies(await ann.read()) == [
        "PRIVMSG #a :old",
        "PRIVMSG #a :asking",
        "PONG irc.example.org :x",
        "PRIVMSG #a :said",
    ]


@pytest.mark.asyncio
async def test_who_waits_for_an_answer_in_the_midst_of_a_moment_sees_its_beginning_once(
    gated: World,
) -> None:
    """They were behind when they asked; what was said right before is shown before the answer is there."""
    ann, bob = await irc(gated, "ann"), await irc(gated, "bob")
    rob = await irc(gated, "rob", "draft/chathistory")
    await rob.read()
    rob.stall()
    await ann.ask("PRIVMSG #a :zero")
    gate(gated).reading.clear()
    say(ann, "PRIVMSG #a :one")
    say(rob, "CHATHISTORY LATEST #a * 1")
    say(ann, "PRIVMSG #a :two")
    await until(lambda: b"two" in bob.peer.sent)
    rob.resume()
    await until(lambda: b"one" in rob.peer.sent)
    gate(gated).reading.set()
    spoken = [f"PRIVMSG #a :{text}" for text in ("zero", "one", "one", "two")]
    assert bodies(await rob.read()) == spoken


@pytest.mark.asyncio
async def test_what_waits_for_an_answer_is_settled_with_it(gated: World) -> None:
    """So what depends on the answer comes after it."""
    ann = await irc(gated, "ann", "draft/chathistory")
    gate(gated).reading.clear()
    say(ann, "CHATHISTORY LATEST #a * 10")
    await until(lambda: ann.session.backlog is not None)
    settled = asyncio.ensure_future(ann.session.settled())
    await asyncio.sleep(0)
    assert not settled.done()
    gate(gated).reading.set()
    await settled


@pytest.mark.asyncio
@pytest.mark.parametrize("tail", [TAIL, 0])
async def test_who_is_closed_while_behind_gets_whole_lines(tail: int) -> None:
    """And the farewell after them; what they have not seen is in the history."""
    world = World(tail=tail)
    ann, rob = await irc(world, "ann"), await irc(world, "rob")
    await rob.read()
    rob.resume(takes=1)
    await ann.ask("PRIVMSG #a :one")
    await ann.ask("PRIVMSG #a :two")
    waiting = asyncio.ensure_future(world.node.caught_up(rob.session))
    await ann.ask(OPERATOR, "KILL rob :bye")
    await waiting
    assert rob.peer.closed
    said, farewell = rob.peer.take()
    assert said.endswith("PRIVMSG #a :one\r")
    assert farewell == "ERROR :Closing link: 127.0.0.1 (Killed (ann (bye)))\r"
    rob.resume()
    await ann.ask("PRIVMSG #a :three")
    assert rob.peer.take() == []


@pytest.mark.asyncio
async def test_who_lost_the_connection_waits_for_nothing() -> None:
    """Nothing would come of it."""
    world = World()
    ann, rob = await irc(world, "ann"), await irc(world, "rob")
    rob.stall()
    await ann.ask("PRIVMSG #a :one")
    waiting = asyncio.ensure_future(world.node.caught_up(rob.session))
    await asyncio.sleep(0)
    rob.session.lose_peer()
    await waiting
    await world.node.caught_up(rob.session)
    assert rob.session.backlog is None


@pytest.mark.asyncio
@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
async def test_a_disk_that_fails_meanwhile_costs_nobody_anything(tail: int) -> None:
    """What was shown to others is shown late, as soon as it can be read, and once."""
    world = World(store=FailingStore(), tail=tail)
    store = world.store
    assert isinstance(store, FailingStore)
    ann, rob, bob = [await irc(world, nick) for nick in ("ann", "rob", "bob")]
    await rob.read()
    rob.stall()
    await ann.ask("PRIVMSG #a :one")
    store.why = "disk full"
    await ann.ask("TOPIC #a :held", "PRIVMSG #a :refused")
    await bob.ask("NICK bill", "PART #a")
    rob.resume()
    store.why = ""
    await until_healthy(world)
    await ann.ask("PRIVMSG #a :two")
    lines = bodies(await rob.read())
    assert sorted(lines) == sorted(
        ["PRIVMSG #a :one", "NICK bill", "PART #a", "TOPIC #a :held", "PRIVMSG #a :two"]
    )
    assert [line for line in lines if "TOPIC" not in line] == [
        "PRIVMSG #a :one",
        "NICK bill",
        "PART #a",
        "PRIVMSG #a :two",
    ]


async def until_healthy(world: World) -> None:
    """Have the journal try again at once."""
    world.journal._try_again()
    await until(lambda: not world.journal.failure)


@pytest.mark.asyncio
async def test_pages_that_cannot_be_read_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until then the reader is behind, and nothing is skipped."""
    monkeypatch.setattr(catchup, "RETRY_AFTER", 0.001)
    world = World(tail=0)
    ann, rob = await irc(world, "ann"), await irc(world, "rob")
    await rob.read()
    rob.stall()
    await ann.ask("PRIVMSG #a :one")

    def unreadable(_asked: object) -> None:
        raise StoreError("disk I/O error")

    with monkeypatch.context() as context:
        context.setattr(world.store, "read", unreadable)
        rob.resume()
        await until(lambda: not (rob.session.backlog and rob.session.backlog.reading))
    assert bodies(await rob.read()) == ["PRIVMSG #a :one"]


@pytest.mark.asyncio
async def test_what_waits_for_who_stalls_does_not_grow() -> None:
    """However much is said: only the place up to which they were shown everything is kept."""
    world = World(tail=20_000)
    ann = await irc(world, "ann")
    readers = [await irc(world, f"r{number}") for number in range(200)]
    for reader in readers:
        await reader.read()
    for reader in readers:
        reader.stall()
    sizes = []
    tracemalloc.start()
    for _ in range(3):
        for number in range(100):
            say(ann, f"PRIVMSG #a :{number} {'x' * 300}")
        await world.journal.idle()
        gc.collect()
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    by_the_store = 100 * 2000
    assert sizes[2] - sizes[1] < by_the_store
    for reader in readers:
        reader.resume()
    for reader in readers:
        assert len(await reader.read()) == 300


@pytest.mark.asyncio
async def test_rooms_in_which_nothing_was_said_are_not_remembered_for_good() -> None:
    """What was read for who catches up is kept while somebody is behind, pages without an event, too."""
    world = World(Limits(history_on_join=0), tail=0)
    ann, rob, bob = [await irc(world, nick) for nick in ("ann", "rob", "bob")]
    await bob.send(*(f"JOIN #quiet{number}" for number in range(20)))
    for reader in (rob, bob):
        await reader.read()
    rob.stall()
    sizes = []
    tracemalloc.start()
    for number in range(150):
        bob.stall()
        await ann.ask(f"PRIVMSG #a :{number}")
        bob.resume()
        assert bodies(await bob.read()) == [f"PRIVMSG #a :{number}"]
        if number in {50, 149}:
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    pages, of_a_page = 99 * 20, 300
    assert sizes[1] - sizes[0] < pages * of_a_page


@pytest.mark.asyncio
async def test_answers_hold_up_who_asks_for_much_and_reads_nothing() -> None:
    """What waits for them is bounded, as their next lines are not taken; then all comes in order."""
    world = World()
    rob = await irc(world, "rob")
    rob.stall()
    asked = 0
    while not rob.session.owes_much:
        say(rob, f"PING {asked}")
        await world.journal.idle()
        asked += 1
        assert asked < 5000
    backlog = rob.session.backlog
    assert backlog is not None
    assert OWED_MOST <= backlog.owed < 2 * OWED_MOST
    waiting = asyncio.ensure_future(world.node.caught_up(rob.session))
    await asyncio.sleep(0)
    assert not waiting.done()
    rob.resume()
    await waiting
    assert backlog.owed == 0
    pongs = [line.split()[-1] for line in bodies(await rob.read())]
    assert pongs == [f":{number}" for number in range(asked)]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("kind", "told"), [("plain", "-> 3 lines are missing"), ("bare", ":3 events")]
)
async def test_what_is_no_longer_kept_is_counted(kind: str, told: str) -> None:
    """Where it is missing, before what is still there; what was not for them does not count."""
    world = World(Limits(history_on_join=0), store=MemoryStore(most=4), tail=0)
    ann, rob = await irc(world, "ann"), connect(world, kind, "rob")
    await enter(rob, kind, "rob")
    rob.peer.take()
    rob.stall()
    await ann.ask("JOIN #other", "PRIVMSG #other :not for rob")
    await ann.ask(*(f"PRIVMSG #a :{number}" for number in range(7)))
    rob.resume()
    first, *rest = await rob.read()
    assert told in first
    assert [line.rstrip("\r")[-1] for line in rest] == ["3", "4", "5", "6"]


@pytest.mark.asyncio
async def test_what_was_found_before_it_was_removed_does_not_count() -> None:
    """It is shown."""
    world = World(Limits(history_on_join=0), store=MemoryStore(most=4), tail=0)
    journal = world.node.journal = SlowJournal(world.journal)
    ann, rob = await irc(world, "ann"), await irc(world, "rob")
    await rob.read()
    rob.stall()
    await ann.ask(*(f"PRIVMSG #a :{number}" for number in range(3)))
    journal.holds = True
    rob.resume()
    await until(lambda: rob.session.backlog and rob.session.backlog.reading)
    await ann.ask(*(f"PRIVMSG #a :{number}" for number in range(3, 7)))
    journal.let_go()
    assert bodies(await rob.read()) == [f"PRIVMSG #a :{number}" for number in range(7)]


@pytest.mark.asyncio
async def test_the_log_tells_how_a_reader_falls_behind_and_catches_up() -> None:
    """Each step is one line, however much was missed."""
    world = World(Limits(history_on_join=0), tail=5000)
    ann, rob = await irc(world, "ann"), await irc(world, "rob")
    await rob.read()
    rob.stall()
    for number in range(1000):
        await ann.ask(f"PRIVMSG #a :{number}")
    rob.resume()
    assert len(await rob.read()) == 1000
    steps = [note.partition(" at ")[0].partition(", from")[0] for note in rob.peer.notes]
    assert steps[:3] == ["fell behind", "catching up from the store", "catching up from memory"]
    assert steps[3].startswith("live again, 1000 lines")


@pytest.mark.asyncio
async def test_what_many_have_missed_is_read_once() -> None:
    """Of a room; what was said to each of them alone is read for each."""
    store = FailingStore()
    world = World(Limits(history_on_join=0), store=store, tail=0)
    ann = await irc(world, "ann")
    readers = [await irc(world, f"r{number}") for number in range(20)]
    for reader in readers:
        await reader.read()
        reader.stall()
    for number in range(300):
        await ann.ask(f"PRIVMSG #a :{number}")
    store.asked.clear()
    for reader in readers:
        reader.resume()
    for reader in readers:
        lines = bodies(await reader.read())
        assert lines == [f"PRIVMSG #a :{number}" for number in range(300)]
    asked = [one.target for asked in store.asked for one in asked if isinstance(one, Page)]
    assert asked.count("#a") < 10


@pytest.mark.asyncio
@pytest.mark.parametrize("tail", TAILS.values(), ids=TAILS)
async def test_who_enters_while_away(tail: int) -> None:
    """That they are away is told to one person alone; that they entered is not left out for that."""
    play = Play("bare", tail)
    await play.begin()
    for line in ("JOIN #alone", "NAMES #alone"):
        play.act(len(NICKS), line)
    await play.settle()
    play.reader.peer.take()
    play.reader.stall()
    for line in ("AWAY :out", "JOIN #alone", "PRIVMSG #alone :hi"):
        play.act(0, line)
        await play.settle()
    shown = [line.split()[1] for line in await play.end()]
    assert shown == ["JOIN", "PRIVMSG"]
