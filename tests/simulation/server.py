"""The machine of the simulated server: it starts the real server, kills it, and starts it again.

Rules: everything but sockets, threads and the clock is the real program, put together by its own
`Server`. A killed process has no last words: its kernel closes its connections, its disk stays.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from random import Random
from typing import cast

from msgspec import structs

from chatserver.app.server import Server, SystemClock
from chatserver.config.settings import Config
from chatserver.journal.writer import Done, Work, Writer
from chatserver.net.address import Address
from chatserver.net.terms import Entrance
from tests.simulation.disk import Disk, SimStore
from tests.simulation.ledger import Ledger
from tests.simulation.loop import ProcessLoop
from tests.simulation.network import Link, Network
from tests.simulation.transport import SimTransport
from tests.simulation.universe import Universe

PROMPT = 0.05
"""Seconds from the moment a message is on disk until it is written to who reads in time."""

FAREWELL = 2048
"""Bytes that a peer is told though too much waits already: a ping, a farewell."""

SLACK = 3 * 65_536
"""Bytes that may wait for one peer beside the high mark: what one write brings."""


class _Clock(SystemClock):
    """The wall clock of the server."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe

    def now(self) -> int:
        """Return the time in ms since 1970."""
        return int(self._universe.wall() * 1000)


class DiskPace:
    """How long keeping and reading take: mostly a millisecond, at times much longer."""

    def __init__(self, disk: Disk, random: Random) -> None:
        self._disk = disk
        self._random = random
        self.slow = 0.0
        """Seconds that everything takes longer, at most."""

    def __call__(self) -> tuple[float, float]:
        """Return the seconds until it is done, and until that is known."""
        draw = self._random.random
        return draw() * 0.002 + draw() * self.slow, draw() * 0.001

    def more(self) -> float:
        """Return what the pages took that were read."""
        pages, self._disk.seeks = self._disk.seeks, 0
        return self._random.random() * 0.2 * pages


class SimWriter(Writer):
    """The thread that writes, one thing at a time."""

    _max_workers = 1

    def do(self, work: Work, done: Done) -> None:
        """Have it done as what executors do."""
        executor = cast("Executor", self)
        written = asyncio.get_running_loop().run_in_executor(executor, work)
        written.add_done_callback(lambda it: done(cast("Exception | None", it.exception())))


class Machine:
    """Where the server runs."""

    def __init__(
        self, universe: Universe, network: Network, ledger: Ledger, config: Config
    ) -> None:
        self.universe = universe
        self.disk = Disk(ledger)
        self.random = universe.random("server")
        self.pace = DiskPace(self.disk, self.random)
        self.running: Server | None = None
        self.loop: ProcessLoop | None = None
        self.make_loop: Callable[[], ProcessLoop] = self._new_loop
        self.disturbed_at = 0.0
        """When it could not do its work in time, last."""
        self._network = network
        self._ledger = ledger
        self._config = config
        self._busy = 0.0
        self._prompted: set[str] = set()
        self._links: list[Link] = []
        self._transports: list[SimTransport] = []

    # --- from birth to death -----------------------------------------------------------------

    def start(self) -> None:
        """Start the server on what the disk has."""
        self.universe.note("server starts")
        loop = self.make_loop()
        loop.on_open = self._watch
        loop.on_fuse = self.kill
        self.loop = loop
        loop.enter(self._boot)

    def _new_loop(self) -> ProcessLoop:
        return ProcessLoop(self.universe, "server", self.random, self.pace)  # type: ignore[abstract]

    def _boot(self) -> None:
        clock = _Clock(self.universe)
        store = SimStore(self.disk)
        server = Server(self._config, lambda: self._config, clock, store, store.open())
        server._faces._random = self.random  # type: ignore[assignment]
        server._journal._writer = SimWriter()
        connections = server._connections
        connections.terms = structs.replace(connections.terms, watch=self._watch_time)
        self.running = server
        self._network.listener = self._accept

    def _watch_time(self) -> float:
        """Return a time that goes on while a callback runs, now fast and now slow."""
        self._busy += self.random.random() * 0.0004
        return self._busy

    def kill(self) -> None:
        """Let the process die at once (kill -9, the machine's end)."""
        if self.loop is None or not self.loop.alive:
            return
        self.universe.note("server dies")
        self._network.listener = None
        dead = self.loop
        self.check_health()
        dead.kill()
        for link in self._links:
            if self.random.random() < 0.1:
                link.swallow(self.random.uniform(1, 150))  # the machine is gone, not the process
            link.server.close(reset=self.random.random() < 0.5)
        self._forget()
        self.universe.after(0, dead.bury)

    def stop(self) -> None:
        """Stop it in order, as on SIGTERM."""
        server, loop = self.running, self.loop
        if server is None or loop is None or not loop.alive:
            return
        self.universe.note("server stops")
        self._network.listener = None
        self.running = None

        async def stop() -> None:
            await server._stop()
            self._gone(loop)

        loop.enter(lambda: loop.create_task(stop()))

    def _gone(self, loop: ProcessLoop) -> None:
        self.universe.note("server has stopped")
        loop.call_later(1.0, self._leave, loop)

    def _leave(self, loop: ProcessLoop) -> None:
        self.check_health()
        tasks = loop.unfinished()
        if tasks:
            self.universe.fail(f"promise 5: after stopping there are tasks left: {tasks}")
        loop.kill()
        for link in self._links:
            link.server.close()
        self._forget()

    def _forget(self) -> None:
        self.running = None
        self._links.clear()
        self._transports.clear()

    def disturb(self, seconds: float) -> None:
        """Know that for a while it cannot do its work in time."""
        self.disturbed_at = max(self.disturbed_at, self.universe.now + seconds)

    @property
    def dead(self) -> bool:
        """Whether no process is there."""
        return self.loop is None or not self.loop.alive

    def has(self, link: Link | None) -> bool:
        """Say whether it has that connection, too: the peer may not know that it is gone."""
        return any(one is link and not one.server.closed for one in self._links)

    # --- its connections ---------------------------------------------------------------------

    def _accept(self, link: Link) -> None:
        self._links = [one for one in self._links if not one.server.closed]
        self._links.append(link)
        if self.loop is not None:
            self.loop.enter(self._serve, link)

    def _serve(self, link: Link) -> None:
        if self.running is not None:
            address = Address(f"10.0.0.{link.number % 250}", 1024 + link.number)
            self.running._connections.add(link.server.socket, address, Entrance())  # type: ignore[arg-type]
        else:
            link.server.close()

    def _watch(self, transport: SimTransport) -> None:
        link = next(link for link in self._links if link.server is transport.endpoint)
        self._transports.append(transport)
        prompt = getattr(link.owner, "prompt", False)

        def on_write(data: bytes) -> None:
            words = self._ledger.check_shown(data)
            if transport.get_write_buffer_size() > self.most_unsent:
                waiting = transport.get_write_buffer_size()
                self.universe.fail(f"promise 4: {waiting} bytes wait for one peer")
            if transport.pressed > FAREWELL:
                text = f"{transport.pressed} bytes more are written to a peer who does not keep up"
                self.universe.fail(f"promise 4: {text}")
            if prompt:
                self._check_prompt(words)

        transport.on_write = on_write

    @property
    def most_unsent(self) -> int:
        """How many bytes may wait for one peer."""
        return self._config.high_water + SLACK

    def _check_prompt(self, words: Sequence[str]) -> None:
        now = self.universe.now
        for word in words:
            entry = self._ledger.words.get(word)
            if entry is None or entry.kept_at <= self.disturbed_at or word in self._prompted:
                continue
            self._prompted.add(word)
            if now - entry.kept_at > PROMPT:
                late = now - entry.kept_at
                self.universe.fail(f"promise 4: {word} was shown {late:.3f} s after it was kept")

    # --- its health --------------------------------------------------------------------------

    def check_health(self) -> None:
        """See whether it ran into a bug."""
        server, loop = self.running, self.loop
        if loop is not None and loop.errors:
            self.universe.fail(f"promise 5: nobody handled {loop.errors[0]}")
        if server is not None:
            bugs = server._node.bugs + server._connections.terms.counters.bugs
            if bugs:
                self.universe.fail(f"promise 5: {bugs} requests or connections ran into a bug")
