"""A listener with real sockets before a real node in memory, and faces that say what they hear."""

import asyncio
import contextlib
import socket
import struct
import time
from collections.abc import AsyncIterator, Callable, Sequence

from msgspec import structs

from chatserver.batch import Entry, Found
from chatserver.core.effects import Reply
from chatserver.core.events import KeptEvent
from chatserver.core.history import Question
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Moment, Request
from chatserver.faces.detection import Refused, Speaks
from chatserver.faces.plain.dialect import intern_dialect
from chatserver.journal.local import LocalJournal
from chatserver.net.connection import Connection
from chatserver.net.deadlines import Deadlines, Times
from chatserver.net.listener import Connections, Listener
from chatserver.net.terms import Counters, Entrance, Keys, Origin, Spoken, Terms
from chatserver.net.turns import Turns
from chatserver.storage.memory import MemoryStore
from chatwire.framing import Overlong
from tests.chatserver.fakes import World


class EchoFace:
    """Answers each line, in its place, with the line; `big N` with N bytes, `bug` with an error.

    `spin` takes time and has no answer.
    """

    dialect = intern_dialect(b"\n", "", frozenset())

    def __init__(self, speaks: Speaks, origin: Origin, *, crlf: bool) -> None:
        self.speaks = speaks
        self.origin = origin
        self.crlf = crlf
        self.heard: list[bytes | Overlong] = []
        self.reason = ""
        """Why the session ended."""
        self.settles = False
        self.registered = speaks is Speaks.PLAIN

    def hear(self, _lines: Sequence[bytes | Overlong], _start: int) -> None:
        """Leave all to `receive`."""

    def receive(self, line: bytes | Overlong) -> Request | None:
        """Remember the line, and ask for an answer to it."""
        self.heard.append(line)
        if line == b"bug":
            raise AssertionError(line)
        if line == b"spin":
            end = time.monotonic() + 0.0002
            while time.monotonic() < end:
                """It takes time, and lets nobody else run."""
            return None
        if line == b"register":
            self.registered = True
        if not isinstance(line, bytes) or not line:
            return None
        answer = b"x" * int(line[4:]) if line.startswith(b"big ") else line

        def say(_state: State, _user: User | None, _moment: Moment) -> Sequence[bytes]:
            return (answer + b"\n",)

        return Request((Ask(say),))

    def must_settle(self, line: bytes | Overlong) -> bool:
        """Wait before `after`; or before every line."""
        return self.settles or line == b"after"

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes]:
        """Say nothing."""
        return ()

    @property
    def recalls(self) -> bool:
        """Say yes."""
        return True

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Recall nothing."""
        return b""

    def lost(self, count: int) -> bytes:
        """Lose nothing."""
        return b""

    def farewell(self, reason: str) -> bytes:
        """Say why."""
        self.reason = reason
        return f"bye: {reason}\n".encode()

    def ping(self) -> bytes:
        """Ping who speaks IRC."""
        return b"PING\n" if self.speaks is Speaks.IRC else b""


class EchoFaces:
    """Makes faces, and remembers them."""

    def __init__(self) -> None:
        self.opened: list[EchoFace] = []
        self.refuses = False

    def open(self, speaks: Speaks, origin: Origin, *, crlf: bool) -> EchoFace | Refused:
        """Return a new face."""
        if self.refuses:
            return Refused("no more faces", b"no\n")
        self.opened.append(EchoFace(speaks, origin, crlf=crlf))
        return self.opened[-1]

    def greeting(self) -> bytes:
        """Greet."""
        return b"welcome\n"

    def farewell(self, reason: str) -> bytes:
        """Say why."""
        return f"gone: {reason}\n".encode()


class HeldJournal:
    """A journal that holds entries back until they may go."""

    def __init__(self, journal: LocalJournal) -> None:
        self.held: list[Entry] = []
        self.full = False
        self._journal = journal
        self._open = asyncio.Event()

    def submit(self, entry: Entry) -> None:
        """Hold the entry, or pass it on."""
        if self._open.is_set():
            self._journal.submit(entry)
        else:
            self.held.append(entry)

    def read(
        self, questions: Sequence[Question], done: Callable[[Found], None], *, patient: bool = False
    ) -> None:
        """Read what was released."""
        self._journal.read(questions, done, patient=patient)

    async def drained(self) -> None:
        """Return when entries may go."""
        await self._open.wait()

    def let_go(self) -> None:
        """Pass on what was held, and whatever comes."""
        self.full = False
        self._open.set()
        for entry in self.held:
            self._journal.submit(entry)
        self.held = []


class Service:
    """A listener on a free port of 127.0.0.1, and everything behind it."""

    def __init__(
        self, sock: socket.socket, store: MemoryStore, entrance: Entrance, **changes: object
    ) -> None:
        self.world = World(store=store)
        self.faces = EchoFaces()
        self.deadlines = Deadlines(asyncio.get_running_loop(), grain=0.01)
        terms = Terms(
            node=self.world.node,
            faces=self.faces,
            deadlines=self.deadlines,
            counters=Counters(),
            turns=Turns(),
        )
        self.terms = structs.replace(terms, **changes)
        self.connections = Connections(self.terms)
        self.listener = Listener(sock, self.connections, entrance)
        self.held: HeldJournal | None = None
        self.callers: list[Caller] = []
        self.sockets: list[socket.socket] = []
        """To be closed in the end, as the callers are."""
        self.port = self.listener.address.port

    @property
    def connection(self) -> Connection:
        """The only connection."""
        [connection] = self.connections
        return connection

    @property
    def face(self) -> EchoFace:
        """The only face."""
        [face] = self.faces.opened
        return face

    def hold(self) -> HeldJournal:
        """Have the journal hold entries back, until it lets them go."""
        self.held = self.world.node.journal = HeldJournal(self.world.journal)
        return self.held

    async def connect(self) -> "Caller":
        """Connect."""
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.port))
        self.callers.append(caller)
        return caller


class Caller:
    """The other end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)

    async def line(self) -> bytes:
        """Return the next line, or what there is before the end."""
        async with asyncio.timeout(10):
            return await self.reader.readline()

    async def rest(self) -> bytes:
        """Return everything up to the end."""
        async with asyncio.timeout(10):
            return await self.reader.read()

    async def ask(self, line: bytes) -> bytes:
        """Send a line and return the next one."""
        self.send(line + b"\n")
        return await self.line()

    async def reset(self) -> None:
        """Close with RST."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def close(self) -> None:
        """Close."""
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


@contextlib.asynccontextmanager
async def serving(
    *,
    times: Times | None = None,
    store: MemoryStore | None = None,
    sock: socket.socket | None = None,
    spoken: Spoken = None,
    keys: Keys | None = None,
    proxied: bool = False,
    **changes: object,
) -> AsyncIterator[Service]:
    """Serve for the time of a test; what is left then is aborted, and must end."""
    sock = sock or socket.create_server(("127.0.0.1", 0))
    sock.setblocking(False)
    entrance = Entrance(spoken, keys, proxied=proxied)
    service = Service(sock, store or MemoryStore(), entrance, times=times or Times(), **changes)
    accepting = asyncio.create_task(service.listener.run())
    try:
        yield service
    finally:
        accepting.cancel()
        if service.held is not None:
            service.held.let_go()
        service.listener.close()
        for connection in service.connections:
            connection.abort()
        assert await service.connections.closed(within=10)
        await service.world.journal.idle()
        service.connections.reserve.close()
        for caller in service.callers:
            await caller.close()
        for other in service.sockets:
            other.close()
