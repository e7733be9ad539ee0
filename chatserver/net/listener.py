"""The accept loop of one listening socket: it only accepts; each connection has a task of its own.

Rules: no error of one connection ends the loop, and none makes it spin. Out of descriptors, the
newest connection is told so and closed. What the system lacks otherwise is waited for.
"""

import asyncio
import errno
import itertools
import logging
import socket
from collections.abc import Iterator
from contextvars import copy_context
from typing import Final

from chatserver.net import tcp
from chatserver.net.address import Address, local, parse
from chatserver.net.connection import Connection
from chatserver.net.descriptors import Reserve
from chatserver.net.dialogue import converse
from chatserver.net.slack import CROWD, Slack, Table, let_go, shrink, trim
from chatserver.net.terms import Entrance, Terms, WebSocketTerms

_log = logging.getLogger(__name__)

PAUSE: Final = 0.2
"""Seconds to wait when the system lacks what `accept` needs."""
TELLS_EVERY: Final = 60.0
"""Seconds after which it is logged again that the system lacks something."""
ACCEPTS_AT_ONCE: Final = 64
"""Connections that are accepted before those that are there get their turn."""
_NO_DESCRIPTORS = {errno.EMFILE, errno.ENFILE}
_NO_MEMORY = {errno.ENOBUFS, errno.ENOMEM}


class Connections:
    """All connections of a server, from the moment they are accepted until they are closed."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.reserve = Reserve()
        self._slack = Slack(
            lambda: (terms.counters.accepted, len(self), terms.node.delivery.ordinal),
            self._give_back,
        )
        self._numbers = itertools.count(1)
        self._context, self._forget = copy_context(), self._remove
        """One of each for all tasks, as each would have its own."""
        self._tasks: dict[asyncio.Task[None], Connection] = {}
        self._strangers: set[Connection] = set()
        """Who was no user when they were counted last, or came since."""

    def __len__(self) -> int:
        return len(self._tasks)

    def __iter__(self) -> Iterator[Connection]:
        return iter([*self._tasks.values()])

    def count_strangers(self) -> int:
        """Return how many are no user yet; who was told goodbye is none any more."""
        self._strangers = {one for one in self._strangers if _is_stranger(one)}
        return len(self._strangers)

    def add(self, sock: socket.socket, peer: Address, entrance: Entrance) -> None:
        """Give an accepted socket a connection with a task that owns it."""
        spoken = entrance.spoken
        tcp.tune(sock, self.terms.times.stall)
        self.terms.counters.accepted += 1
        number = next(self._numbers)
        connection: Connection
        if isinstance(spoken, WebSocketTerms):
            from chatserver.net.webdialogue import WebConnection  # noqa: PLC0415 - few need it

            connection = web = WebConnection(self.terms, peer, number, entrance, spoken)
            running = web.serve(sock)
        else:
            connection = Connection(self.terms, peer, number, entrance)
            running = connection.run(sock, converse)
        task = asyncio.create_task(running, name="connection", context=self._context)
        self._tasks[task] = connection
        self._strangers.add(connection)
        task.add_done_callback(self._forget, context=self._context)
        self._slack.count()

    def _remove(self, task: asyncio.Task[None]) -> None:
        self._strangers.discard(self._tasks.pop(task))
        self.reserve.refill()
        self._slack.count()

    def _give_back(self) -> None:
        if len(self) < CROWD:
            self.terms.deadlines.tidy()
            shrink(self._tables())
            let_go()
        trim()

    def _tables(self) -> Iterator[Table]:
        """Yield the tables in which there is somebody for each connection."""
        node = self.terms.node
        yield from (self._tasks, self._strangers, node.sessions)
        yield from self.terms.deadlines.tables()
        yield from node.state.tables()

    async def closed(self, within: float) -> bool:
        """Wait until all are closed, at most `within` seconds; say whether they are."""
        if self._tasks:
            await asyncio.wait([*self._tasks], timeout=within)
        return not self._tasks


def _is_stranger(connection: Connection) -> bool:
    session = connection.session
    if connection.reason:  # it ends, or has ended and is only still to be removed
        return False
    return session is None or (session.user is None and not session.closed)


class Listener:
    """A listening socket with its accept loop."""

    def __init__(self, sock: socket.socket, connections: Connections, entrance: Entrance) -> None:
        self.address = local(sock)
        self.entrance = entrance
        self._sock = sock
        self._connections = connections
        self._tells_again = 0.0
        """When it is logged again that the system lacks something."""

    async def run(self) -> None:
        """Accept for as long as the task lives."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, name = await loop.sock_accept(self._sock)
                self._take(accepted, name)
                self._take_more()
            except OSError as error:
                await self._recover(error)
            else:
                await asyncio.sleep(0)

    def _take_more(self) -> None:
        """Take who else is in the backlog, some at a time. Raises `OSError`.

        `loop.sock_accept` accepts one each time round the loop. Many who come at once would enter a
        large room one by one then, and each of them costs as many writes as there are members.
        """
        for _ in range(ACCEPTS_AT_ONCE):
            try:
                accepted, name = self._sock.accept()
            except BlockingIOError:
                return
            accepted.setblocking(False)
            self._take(accepted, name)

    def _take(self, accepted: socket.socket, name: object) -> None:
        try:
            peer = parse(accepted.family, name)
            self._connections.add(accepted, peer, self.entrance)
        except Exception:  # noqa: BLE001 - a bug: it ends this one connection, never the loop
            self._connections.terms.counters.bugs += 1
            _log.exception("a connection from %r ends by an error of ours", name)
            accepted.close()

    async def _recover(self, error: OSError) -> None:
        """Do what makes it possible to go on after `accept` failed."""
        counters, reserve = self._connections.terms.counters, self._connections.reserve
        if error.errno in _NO_DESCRIPTORS:
            pause = 0.0
            try:
                reserve.shed(self._sock)
                counters.shed += 1
            except BlockingIOError:  # Linux looks for a descriptor before it looks for a peer
                await self._arrival()
                return
            except OSError:
                pause = PAUSE
            self._tell(
                f"out of file descriptors: new connections are turned away, {counters.shed} so far"
            )
            await asyncio.sleep(pause)
        elif error.errno in _NO_MEMORY:
            self._tell("the system is out of memory for sockets: waiting to accept more")
            await asyncio.sleep(PAUSE)
        else:  # the peer gave up while it was in the backlog (accept(2), "Error handling")
            _log.debug("accept at %s: %s", self.address, error)
            await asyncio.sleep(0)

    def _tell(self, text: str) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._tells_again:
            self._tells_again = now + TELLS_EVERY
            _log.warning("%s", text)

    async def _arrival(self) -> None:
        """Return when somebody is in the backlog."""
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()
        loop.add_reader(self._sock, arrived.set)
        try:
            await arrived.wait()
        finally:
            loop.remove_reader(self._sock)

    def close(self) -> None:
        """Listen no more: who is in the backlog gets RST."""
        self._sock.close()
