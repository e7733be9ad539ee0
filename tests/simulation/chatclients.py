"""The real chatclient on a simulated machine: its `Client`, with outbox, reconnecting and resuming.

Promise 3: in the end it shows every message once, in the order of the log; each own line is confirmed
and in the log, or failed and not in it.
"""

import asyncio
from itertools import pairwise

from chatclient.client import Client
from chatclient.config import Config
from chatclient.connection import ConnectError, Connection, explain
from chatclient.model import Buffer, BufferKind, Delivery, Kind, Line
from chatclient.session.identity import Identity
from chatserver.core.state import State
from chatwire.names import fold
from tests.simulation.ledger import WORD, Ledger
from tests.simulation.loop import ProcessLoop
from tests.simulation.network import Link, Network
from tests.simulation.universe import Universe

_SAID = {Kind.MESSAGE, Kind.ACTION}


class _NoDisk:
    """The pace of a process that has no threads."""

    def __call__(self) -> tuple[float, float]:
        """Return something."""
        return 0.001, 0.001

    def more(self) -> float:
        """Return nothing more."""
        return 0.0


class Person:
    """Somebody who uses chatclient."""

    prompt = False

    def __init__(
        self, universe: Universe, network: Network, ledger: Ledger, name: str, rooms: list[str]
    ) -> None:
        self.universe = universe
        self.ledger = ledger
        self.name = name
        self.rooms = rooms
        self.random = universe.random(name)
        self.link: Link | None = None
        self.left: set[str] = set()
        """Rooms that it left by its own will: what was said meanwhile, it need not know."""
        self.count = 0
        self.entered: dict[str, str] = {}
        """Words that it said, with the room where."""
        self._network = network
        self.loop = ProcessLoop(universe, name, self.random, _NoDisk())  # type: ignore[abstract]
        self.config = Config("chat.example", 9000, Identity(name), tuple(rooms))
        self.client: Client
        self.loop.enter(self._start)

    def _start(self) -> None:
        self.client = Client(
            self.config, self.random, connect=self._connect, clock=self.universe.wall
        )
        self.running = self.loop.create_task(self.client.run())

    async def _connect(self, config: Config) -> Connection:
        reached: asyncio.Future[Link] = self.loop.create_future()

        def succeed(link: Link) -> None:
            if reached.done() or not self.loop.alive:
                link.client.close(reset=True)
            else:
                self.loop.enter(settle, link)

        def settle(link: Link) -> None:
            if reached.done():
                link.client.close(reset=True)
            else:
                reached.set_result(link)

        def fail(error: OSError) -> None:
            self.loop.enter(give_up, error)

        def give_up(error: OSError) -> None:
            if not reached.done():
                reached.set_exception(error)

        self._network.connect(self, succeed, fail)
        try:
            async with asyncio.timeout(config.timeout):
                self.link = await reached
        except TimeoutError as error:
            raise ConnectError("no answer") from error
        except OSError as error:
            raise ConnectError(explain(error, config)) from error
        reader = asyncio.StreamReader(loop=self.loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=self.loop)
        transport = self.loop.open(self.link.client, protocol)
        writer = asyncio.StreamWriter(transport, protocol, reader, self.loop)
        return Connection(reader, writer)

    @property
    def nick(self) -> str:
        """What it is called now."""
        return self.client.world.status.nick

    # --- what its user does ------------------------------------------------------------------

    def enter(self, room: str, text: str) -> None:
        """Type something in a room."""
        self.loop.enter(self._enter, room, text)

    def _enter(self, room: str, text: str) -> None:
        buffer = self.client.world.find(room)
        if buffer is not None:
            self.entered.update(dict.fromkeys(WORD.findall(text), room))
            self.client.enter(buffer, text)

    def new_word(self) -> str:
        """Return a word that nobody has said before."""
        self.count += 1
        return f"~{self.name}.{self.count}~"

    def quit(self) -> None:
        """Leave for good."""
        self.loop.enter(self.client.quit)

    # --- what the end asks for ---------------------------------------------------------------

    def lacks(self) -> str:
        """Return what it has not got yet, "" if nothing."""
        if not self.client.session.online:
            return "to be online"
        if self.link is None or not self.link.alive:
            return "to notice that its connection has ended"
        for buffer in self.client.world.buffers:
            if buffer.pending:
                return f"an answer to {buffer.pending} lines in {buffer.name}"
        for buffer in self.client.world.rooms():
            if not buffer.wanted:
                continue
            if not buffer.joined:
                return f"to be in {buffer.name}"
            book = self.ledger.books.get(fold(buffer.target))
            since = book.after(_first_entry(buffer)) if book else ()
            gap = any(line.kind is Kind.GAP for line in buffer.lines)
            if book and since and since[-1].word not in shown(buffer) and not gap:
                return f"{book.entries[-1].word} in {buffer.name}"
        return ""

    def check(self) -> None:
        """See whether everything is shown once, in order."""
        for buffer in self.client.world.buffers:
            if buffer.kind is not BufferKind.SERVER:
                self._check_buffer(buffer)
        for buffer, line in self._own_lines():
            self._check_own(buffer, line)
        if self.loop.errors:
            self.universe.fail(f"promise 5: in {self.name} nobody handled {self.loop.errors[0]}")

    def check_rooms(self, state: State) -> None:
        """See whether its idea of its rooms is right: who is in them with which status, and the topic."""
        for buffer in self.client.world.rooms():
            room = state.find_room(buffer.target)
            if room is None or not buffer.joined:
                continue
            there = {user.nick: member.entry.prefixes for user, member in room.members.items()}
            shown = {member.nick: member.prefixes for member in buffer.members}
            if self.universe.counts["fault: disk full"]:
                # A status that the disk held back is told late, by a nick that may be another now.
                there, shown = dict.fromkeys(there, ""), dict.fromkeys(shown, "")
            if there != shown:
                self._fail(buffer, f"shows {shown} in it, and there are {there}")
            if buffer.topic.text != room.topic:
                self._fail(buffer, f"shows the topic {buffer.topic.text}, which is {room.topic}")

    def _check_buffer(self, buffer: Buffer) -> None:
        words = shown(buffer)
        self.universe.counts["lines checked"] += len(words)
        if len({*words}) != len(words):
            twice = sorted(word for word in {*words} if words.count(word) > 1)
            self._fail(buffer, f"shows {twice[0]} {words.count(twice[0])} times")
            return
        if lost := [word for word in words if word not in self.ledger.words]:
            self.universe.fail(f"promise 1: {self.name} has {lost[0]} as said, and it is not kept")
            return
        entries = [self.ledger.words[word] for word in words]
        seqs = [entry.seq for entry in entries]
        if seqs != sorted(seqs):
            wrong = next(i for i, (a, b) in enumerate(pairwise(seqs)) if a > b)
            self._fail(buffer, f"shows {words[wrong]} before {words[wrong + 1]}")
        if buffer.joined and fold(buffer.target) not in self.left and not _was_out(buffer):
            self._check_complete(buffer, words)

    def _check_complete(self, buffer: Buffer, words: list[str]) -> None:
        book = self.ledger.books.get(fold(buffer.target))
        if book is None or not words:
            return
        gaps = sum(line.kind is Kind.GAP for line in buffer.lines)
        if gaps and self.universe.counts["fault: disk unreadable"]:
            self.universe.counts["gaps told"] += gaps
            return  # the server could not read what was asked for, and that is said
        every = [entry.word for entry in book.entries]
        missing = sorted({*every[every.index(words[0]) :]} - {*words}, key=every.index)
        if missing:
            self._fail(buffer, f"does not show {missing[0]} and {len(missing) - 1} others")

    def _own_lines(self) -> list[tuple[Buffer, Line]]:
        return [
            (buffer, line)
            for buffer in self.client.world.buffers
            for line in buffer.lines
            if line.own and line.kind in _SAID
        ]

    def _check_own(self, buffer: Buffer, line: Line) -> None:
        """Check what became of an own line.

        To one person, it may be said after it was refused: when the first try comes late, over a
        connection that was given up. In a room the client hears of that.
        """
        for word in WORD.findall(line.text):
            kept = word in self.ledger.words
            if line.delivery is Delivery.CONFIRMED and not kept:
                self.universe.fail(f"promise 1: {self.name} has {word} as said, and it is not kept")
            elif line.delivery is Delivery.FAILED and kept and buffer.kind is BufferKind.ROOM:
                self.universe.fail(f"promise 3: {self.name} has {word} as failed, and it is kept")
            elif line.delivery is Delivery.PENDING:
                self.universe.fail(f"promise 3: {self.name} still waits for {word}")

    def _fail(self, buffer: Buffer, text: str) -> None:
        self.universe.fail(f"promise 3: {self.name} in {buffer.name} {text}")


def _first_entry(buffer: Buffer) -> int:
    """Return the number of the event by which its user came into a room for the first time."""
    joins = (line for line in buffer.lines if line.kind is Kind.JOIN and line.own)
    return next((int(line.msgid, 16) for line in joins), 0)


def _was_out(buffer: Buffer) -> bool:
    """Say whether its user was put out of a room: what was said meanwhile, they need not know."""
    return any(line.kind is Kind.KICK and "removed you" in line.text for line in buffer.lines)


def shown(buffer: Buffer) -> list[str]:
    """Return the words of all that is shown as said."""
    return [
        word
        for line in buffer.lines
        if line.kind in _SAID and line.delivery is Delivery.CONFIRMED
        for word in WORD.findall(line.text)
    ]
