"""Fakes for the edges of the server: peers that remember, a clock that is set, stores that fail."""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence

from chatserver.core.events import KeptEvent
from chatserver.core.history import Question
from chatserver.core.limits import Limits
from chatserver.core.state import State
from chatserver.direct import NOWHERE
from chatserver.faces.contract import Face, Item, Request
from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.journal.local import LocalJournal
from chatserver.node import Node
from chatserver.ports import Store, StoreError, Writing
from chatserver.session import Session
from chatserver.storage.memory import MemoryStore
from chatserver.tail import TAIL


class FakePeer:
    """A peer that remembers what it was sent, and in how many writes."""

    descriptor = NOWHERE

    def __init__(self) -> None:
        self.sent = b""
        self.writes = 0
        self.closed = False
        self.full = False
        self.takes: int | None = None
        """How many more writes it takes before it is full; None for any number."""
        self.fills: Callable[[], None] = lambda: None
        """Called when it is full."""
        self.notes: list[str] = []

    def note(self, text: str, *values: object) -> None:
        """Remember a step."""
        self.notes.append(text % values)

    def write(self, data: bytes) -> None:
        """Remember `data`."""
        if not self.closed:
            self.sent += data
            self.writes += 1
            if self.takes is not None:
                self.takes -= 1
                self.full = self.full or self.takes <= 0
            if self.full:
                self.fills()

    def close(self, farewell: bytes) -> None:
        """Remember the farewell, and take nothing more."""
        self.write(farewell)
        self.closed = True

    def take(self) -> list[str]:
        """Return the lines sent since the last call."""
        lines = self.sent.decode().split("\n")
        self.sent = b""
        assert lines.pop() == "", "an unfinished line"
        return lines


class FakeClock:
    """A clock that stands still until it is set, in ms."""

    def __init__(self, at: int = 1_767_225_600_000) -> None:
        self.at = at

    def now(self) -> int:
        """Return the time that was set."""
        return self.at


class FailingStore(MemoryStore):
    """A store in memory that keeps nothing while `why` is set, and remembers each try."""

    def __init__(self) -> None:
        super().__init__()
        self.why = ""
        self.tried: list[Writing] = []
        self.taken: list[Writing] = []
        """What it kept of that."""
        self.asked: list[Sequence[Question]] = []
        """What was read, each time."""

    def keep(self, writing: Writing) -> None:
        """Fail, or keep."""
        self.tried.append(writing)
        if self.why and writing.writes:
            raise StoreError(self.why)
        if writing.writes:
            self.taken.append(writing)
        super().keep(writing)

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Remember what is asked, and answer."""
        self.asked.append(asked)
        return super().read(asked)

    def probe(self) -> None:
        """Fail, or not."""
        if self.why:
            raise StoreError(self.why)


class GatedStore(MemoryStore):
    """A store whose `keep` runs on the journal's thread, and waits while the gate is closed.

    Reading has a gate of its own.
    """

    blocking = True

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.reading = threading.Event()
        self.reading.set()
        self.writings: list[Writing] = []
        """Of each `keep` that began, what it was to keep."""

    def keep(self, writing: Writing) -> None:
        """Wait for the gate, then keep."""
        self.writings.append(writing)
        assert self.gate.wait(10), "nobody opened the gate"
        super().keep(writing)

    def read(self, asked: Sequence[Question]) -> Mapping[Question, Sequence[KeptEvent]]:
        """Wait for the other gate, then read."""
        assert self.reading.wait(10), "nobody opened the gate for reading"
        return super().read(asked)


async def until(condition: Callable[[], object]) -> None:
    """Return when `condition` holds; it must within seconds."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


class Client:
    """A connection to a world, with the face that it was made with."""

    def __init__(self, world: "World", face: Face) -> None:
        self.world = world
        self.peer = FakePeer()
        self.session: Session = world.node.open(face, self.peer)
        self.peer.fills = lambda: world.node.see_full(self.session)

    def stall(self) -> None:
        """Read nothing: its peer is full from now on."""
        self.peer.full = True
        self.world.node.see_full(self.session)

    def resume(self, takes: int | None = None) -> None:
        """Read again, `takes` writes or all that comes."""
        self.peer.full, self.peer.takes = False, takes
        self.world.node.see_drained(self.session)

    async def send(self, *lines: str) -> None:
        """Send lines, as net does, without waiting for what comes of the last one."""
        for line in lines:
            await self.take(line.encode())

    async def take(self, line: bytes) -> None:
        """Take one line, as net does: not before earlier ones are answered where that matters."""
        session = self.session
        if (session.outstanding or session.backlog) and session.face.must_settle(line):
            await self.world.node.caught_up(session)
        if heard := session.face.hear([line], 0):
            self.world.node.submit(session, heard[0])
            return
        request = session.face.receive(line)
        if request is not None:
            await self.world.node.take(session, request)

    def submit(self, *items: Item, label: str = "") -> None:
        """Submit a request that no face made."""
        self.world.node.submit(self.session, Request(items, label))

    async def ask_for(self, *items: Item) -> list[str]:
        """Submit a request that no face made, and return all that has come when it is answered."""
        self.submit(*items)
        return await self.read()

    async def ask(self, *lines: str) -> list[str]:
        """Send lines, and return all that has come when everything is answered."""
        await self.send(*lines)
        return await self.read()

    async def read(self) -> list[str]:
        """Return the lines that came since the last time, once nothing is on its way."""
        await self.quiet()
        return self.peer.take()

    async def quiet(self) -> None:
        """Return when nothing is on its way to it, or it takes nothing."""
        session = self.session
        await self.world.journal.idle()
        await until(lambda: session.backlog is None or session.full or session.closed)


class World:
    """A node with a journal on a store in memory, and clients of it."""

    def __init__(
        self,
        limits: Limits | None = None,
        store: Store | None = None,
        penalty: float = 0,
        tail: int = TAIL,
    ) -> None:
        self.limits = limits or Limits()
        self.clock = FakeClock()
        self.store: Store = store or MemoryStore()
        self.node = Node(State(self.limits), penalty, tail)
        restored = self.store.open()
        self.node.restore(restored, self.clock.now())
        self.journal = LocalJournal(self.node, self.store, restored, self.clock, 1000)
        self.node.journal = self.journal

    def client(self, face: Face) -> Client:
        """Connect with a face."""
        return Client(self, face)

    def plain(self, nick: str, facts: PlainFacts | None = None, *, private: bool = True) -> Client:
        """Connect a plain reader who will be called `nick`."""
        facts = facts or PlainFacts(limits=self.limits)
        return self.client(PlainFace(facts, (nick,), "10.0.0.1", "10.0.0.1:5000", private=private))

    async def plain_in_lobby(self, nick: str) -> Client:
        """Connect a plain reader, who joins by an empty line and has read the welcome."""
        client = self.plain(nick)
        await client.ask("")
        return client


def gate(world: World) -> GatedStore:
    """Return the store of a gated world."""
    assert isinstance(world.store, GatedStore)
    return world.store


def failing(world: World) -> FailingStore:
    """Return the store of a world whose store can fail."""
    assert isinstance(world.store, FailingStore)
    return world.store
