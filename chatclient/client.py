"""The client without a face: a session on a connection that comes back by itself.

The screen and the tool are both made on this: they listen to changes and call `enter`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random, SystemRandom

from chatclient.commands import enter
from chatclient.config import Config
from chatclient.connection import ConnectError, Connection, connect
from chatclient.keepalive import Keepalive
from chatclient.model import (
    Buffer,
    Change,
    ConnectionState,
    Kind,
    PongHeard,
    QuitWanted,
    ReconnectWanted,
    Status,
    World,
)
from chatclient.retry import Backoff
from chatclient.session import Session

Listener = Callable[[Sequence[Change]], None]
"""Called in the event loop with what changed, oldest first; it must not block or raise."""

Connect = Callable[[Config], Awaitable[Connection]]
"""Makes a connection to the server. Raises `ConnectError`."""

_log = logging.getLogger(__name__)

_WELCOME_TIME = 30.0  # a server may look up our name and user first
_GOODBYE_TIME = 2.0


class Client:
    """What a face needs: `world` to show, `listen` to follow it, `enter` for what is typed."""

    def __init__(
        self,
        config: Config,
        random: Random | None = None,
        *,
        connect: Connect = connect,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Make the client for `config`; `clock` gives seconds since 1970."""
        self.config = config
        self._connect_to = connect
        self._clock = clock
        random = random or SystemRandom()
        self.world = World(Status(config.address, nick=config.identity.nick, secure=config.tls))
        self.session = Session(self.world, config.identity, random=random)
        self._backoff = Backoff(random)
        self._listeners: list[Listener] = []
        self._connection: Connection | None = None
        self._attempt: asyncio.Future[Connection] | None = None
        self._keepalive = Keepalive(0.0)
        self._wake = asyncio.Event()
        self._leaving = asyncio.Event()
        self._reconnecting = False
        self._online_since: float | None = None
        self._last_failure = ""
        for room in config.rooms:
            self.session.join(room)
        if config.rooms and (first := self.world.find(config.rooms[0])):
            self.world.activate(first)

    # --- for a face --------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Have `listener` called after each step with all that changed in it."""
        self._listeners.append(listener)

    def enter(self, buffer: Buffer, text: str) -> None:
        """Do what the user typed in `buffer`: a command, or lines to say (see `commands`)."""
        enter(self.session, buffer, text, self._clock())
        self.flush()

    def activate(self, buffer: Buffer) -> None:
        """Make `buffer` the one that the user looks at (its counts become 0)."""
        self.world.activate(buffer)
        self.flush()

    def find_rooms(self, beginning: str) -> None:
        """Have the world learn which rooms of the server have names that begin so."""
        self.session.find_rooms(beginning)
        self.flush()

    def quit(self, reason: str = "") -> None:
        """Say good-bye to the server and let `run` return (within 2 s)."""
        self.session.quit(reason)
        self.flush()

    def flush(self) -> None:
        """Send and show what the session made; to be called after each use of it."""
        if self._connection is not None:
            self._connection.write(self.session.take_output())
        changes = self.session.take_changes()
        for change in changes:
            self._heed(change)
        # What heeding changed (the round trip) is shown in the same step.
        changes = [*changes, *self.session.take_changes()]
        if changes:
            for listener in self._listeners:
                listener(changes)

    async def run(self) -> None:
        """Connect, and connect again when the connection ends, until the user quits or `quit`.

        The connection is closed in order then, and `run` returns. Cancelling it closes at once.
        """
        while not self._leaving.is_set():
            listens = True
            try:
                reason = await self.run_once()
            except ConnectError as error:
                reason, listens = self._say_once(str(error)), False
            if self._leaving.is_set():
                break
            await self._wait(reason, listens=listens)
        self._set_state(ConnectionState.OFFLINE)

    async def run_once(self) -> str:
        """Run one connection from its beginning to its end, and return why it ended.

        Raises `ConnectError` when there was none.
        """
        self._set_state(ConnectionState.CONNECTING)
        self._connection = connection = await self._connect()
        _log.info("connected to %s over %s", connection.remote, connection.family)
        reason = "connection lost"
        try:
            reason = await self._talk(connection)
        finally:
            self._connection = None
            connection.abort()
            self.session.end(self.session.last_error or reason, self._clock())
            self.session.take_output()
            self._set_state(ConnectionState.OFFLINE, self.session.last_error or reason)
        _log.info("connection ended: %s", reason)
        return self.session.fatal or self.session.last_error or reason

    async def _connect(self) -> Connection:
        """Connect, unless the user quits or wants it anew. Raises `ConnectError`."""
        self._attempt = asyncio.ensure_future(self._connect_to(self.config))
        try:
            return await self._attempt
        except asyncio.CancelledError:
            if self._leaving.is_set() or self._reconnecting:
                raise ConnectError("interrupted") from None
            raise
        finally:
            self._attempt = None

    # --- one connection ----------------------------------------------------------------------

    async def _talk(self, connection: Connection) -> str:
        now = asyncio.get_running_loop().time()
        self._online_since = None
        self.session.start()
        self.world.set_status(
            replace(self.world.status, family=connection.family, remote=connection.remote)
        )
        self.flush()
        deadline = now + _WELCOME_TIME
        heard_anything = False
        while True:
            try:
                async with asyncio.timeout(self._patience(deadline)):
                    data = await connection.read()
            except TimeoutError:
                if ended := self._on_silence(deadline):
                    return ended
                continue
            except ConnectError as error:
                return str(error)
            if not data:
                if self._leaving.is_set():
                    await connection.close(_GOODBYE_TIME)
                return _end_of_stream(heard_anything=heard_anything, tls=self.config.tls)
            heard_anything = True
            self._on_data(data)

    def _patience(self, deadline: float) -> float:
        """Return how long to wait for bytes, in seconds."""
        now = asyncio.get_running_loop().time()
        return self._keepalive.wait(now) if self._online_since is not None else deadline - now

    def _on_data(self, data: bytes) -> None:
        now = asyncio.get_running_loop().time()
        self._keepalive.hear(now)
        self.session.receive(data, self._clock())
        if self.session.online and self._online_since is None:
            self._online_since = now
            self._last_failure = ""
            self._keepalive = Keepalive(now)
            self._ask(now)
        self.flush()

    def _on_silence(self, deadline: float) -> str:
        """Ask a silent server for a sign of life; return why to end the connection, or ""."""
        now = asyncio.get_running_loop().time()
        if self._online_since is None:
            return "the server does not let us in" if now >= deadline else ""
        if self._keepalive.is_dead(now):
            return "the server is silent"
        self._ask(now)
        self.flush()
        return ""

    def _ask(self, now: float) -> None:
        token = self._keepalive.ask(now)
        if token:
            self.session.ping(token)

    # --- between connections -----------------------------------------------------------------

    async def _wait(self, reason: str, *, listens: bool) -> None:
        """Wait until it is time for another connection, or the user wants one or wants to quit."""
        now = asyncio.get_running_loop().time()
        online_for = now - self._online_since if self._online_since is not None else 0.0
        self._online_since = None
        wait: float | None = self._backoff.next_wait(online_for=online_for, listens=listens)
        if self.session.fatal:
            wait = None
            reason = f"{self.session.fatal}; /reconnect tries again"
        elif self._reconnecting:
            wait = 0.0
        self._reconnecting = False
        state = ConnectionState.OFFLINE if wait is None else ConnectionState.WAITING
        self._set_state(state, reason, None if wait is None else self._clock() + wait)
        self._wake.clear()
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._reconnecting = False

    def _heed(self, change: Change) -> None:
        """Do what a change asks of the connection."""
        match change:
            case QuitWanted():
                self._leaving.set()
                self._interrupt(_GOODBYE_TIME)
            case ReconnectWanted():
                self._backoff.reset()
                self._reconnecting = True
                self._interrupt(0.0)
            case PongHeard(token):
                now = asyncio.get_running_loop().time()
                taken = self._keepalive.answer(token, now)
                if taken is not None:
                    self.world.set_status(replace(self.world.status, round_trip=taken))
            case _:
                pass

    def _interrupt(self, within: float) -> None:
        """End whatever goes on: waiting and connecting at once, a connection after some seconds."""
        self._wake.set()
        if self._attempt is not None:
            self._attempt.cancel()
        if self._connection is not None:
            asyncio.get_running_loop().call_later(within, self._connection.abort)

    def _say_once(self, failure: str) -> str:
        """Tell why there is no connection, unless that was the last thing told."""
        if failure != self._last_failure:
            self.world.tell(self.world.server, failure, time=self._clock(), kind=Kind.ERROR)
        self._last_failure = failure
        return failure

    def _set_state(
        self, state: ConnectionState, reason: str = "", retry_at: float | None = None
    ) -> None:
        gone = state in {ConnectionState.OFFLINE, ConnectionState.WAITING}
        status = replace(self.world.status, state=state, retry_at=retry_at, round_trip=None)
        if gone:
            status = replace(status, reason=reason, family="", remote="", away=False)
        self.world.set_status(status)
        self.flush()


def _end_of_stream(*, heard_anything: bool, tls: bool) -> str:
    if heard_anything or tls:
        return "the server closed the connection"
    return "the server closed the connection without a word; if it wants TLS, use --tls or ircs://"
