"""A session on a connection that comes back by itself.

Rules: whoever uses the session calls `flush` after it. Listeners hear of everything in its order.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any

from chatclient.config import Config
from chatclient.connection import (
    ConnectError,
    Connection,
    UnknownCertificateError,
    connect,
    end_of_stream,
)
from chatclient.doubts import Doubts
from chatclient.keepalive import Keepalive
from chatclient.known import KnownServers
from chatclient.model import (
    Change,
    ConnectionState,
    Kind,
    LineAdded,
    PolicyHeard,
    PongHeard,
    QuestionChanged,
    QuitWanted,
    ReconnectWanted,
    Status,
    UpgradeWanted,
    WorkWanted,
    World,
)
from chatclient.model.ignores import Ignores
from chatclient.pace import Pace
from chatclient.retry import Backoff
from chatclient.settings import Settings
from chatclient.trust import Trust, refusal
from chatclient.vault import VaultError

if TYPE_CHECKING:
    from chatclient.session import Session

Listener = Callable[[Sequence[Change]], None]
"""Called in the event loop with what changed, oldest first; it must not block or raise."""

Connect = Callable[[Config], Awaitable[Connection]]
"""Makes a connection to the server. Raises `ConnectError`."""

_log = logging.getLogger(__name__)

_WELCOME_TIME = 30.0  # a server may look up our name and user first
_GOODBYE_TIME = 2.0


class Link:
    """A session, and the connections that it has one after another."""

    def __init__(
        self,
        config: Config,
        random: Random | None = None,
        *,
        connect: Connect = connect,
        clock: Callable[[], float] = time.time,
        known: KnownServers | None = None,
        asks: bool = True,
        settings: Settings | None = None,
    ) -> None:
        """Make the client for `config`; `clock` gives seconds since 1970.

        Without `known` nothing is remembered of servers after the end; `asks` says whether somebody
        answers questions.
        """
        self.config = config
        self.settings = settings or Settings()
        """What the user likes; others may put another one in its place at any time."""
        self.find_password: Callable[[], Awaitable[str]] | None = None
        """Returns the password of the account before the first connection, "" to have it asked for.

        It may take its time, and raises `VaultError` if it does not work.
        """
        self._expiry: asyncio.TimerHandle | None = None
        self._connect_to = connect
        self._clock = clock
        self._random = random or SystemRandom()
        status = Status(config.address, nick=config.identity.nick)
        self.world = World(status, asks=asks, name=config.name)
        self.world.ignores = Ignores(config.ignore)
        self._trust = Trust(config, known or KnownServers(), clock)
        self._doubts = Doubts(self.world, self._trust, clock, self._refuse, self.flush)
        self._target = config
        """Where the present connection goes, or the last one went, and how."""
        self._working: set[asyncio.Task[None]] = set()
        self._backoff = Backoff(self._random)
        self._listeners: list[Listener] = []
        self._connection: Connection | None = None
        self._attempt: asyncio.Future[Connection] | None = None
        self._keepalive = Keepalive(0.0)
        self._wake = asyncio.Event()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._leaving = asyncio.Event()
        self._reconnecting = False
        self._online_since: float | None = None
        self._last_failure = ""
        self._refused = ""
        for room in config.rooms:
            self.world.open_room(room).wanted = True
        if config.rooms and (first := self.world.find(config.rooms[0])):
            self.world.activate(first)

    # --- for who uses it ---------------------------------------------------------------------

    @cached_property
    def session(self) -> "Session":
        """What is said with the server; made when it is needed, which is after the first frame."""
        from chatclient.session import Session  # noqa: PLC0415 - it takes a tenth of a start

        return Session(self.world, self.config.identity, random=self._random)

    def listen(self, listener: Listener) -> None:
        """Have `listener` called after each step with all that changed in it."""
        self._listeners.append(listener)

    def quit(self, reason: str = "") -> None:
        """Say good-bye to the server and let `run` return (within 2 s)."""
        self.session.see(self.world.active, self._clock(), soon=True)
        self.session.quit(reason)
        self.flush()

    def reconnect(self) -> None:
        """Connect anew, and at once."""
        self.session.reconnect()
        self.flush()

    def disconnect(self, reason: str = "") -> None:
        """Leave the server, and stay away until the user wants to connect again."""
        self._refused = "you disconnected"
        self.session.leave(reason)
        self._interrupt(_GOODBYE_TIME)
        self.flush()

    def hold(self, *, held: bool) -> None:
        """Read nothing more from the server while `held`; TCP has it wait, or it does as it likes."""
        if held:
            self._flowing.clear()
        else:
            self._flowing.set()

    def hold_open(self) -> int | None:
        """Return a descriptor that holds the connection, for who takes our place; None for none.

        That is of use where a server knows that it is the same person: nobody sees one go then.
        """
        if self._connection is None or not self.session.online:
            return None
        return self._connection.duplicate() if self.session.resumes else None

    def go_to(self, config: Config) -> None:
        """Connect from the next time on to where another configuration says, and as it says."""
        self.config = config
        self._trust.go_to(config)
        self.world.set_status(replace(self.world.status, server=config.address))
        self.flush()

    def rename(self, name: str, rooms: Sequence[str]) -> None:
        """Call the network so, and take these for its usual rooms: it is saved so now."""
        self.config = replace(self.config, name=name, rooms=tuple(rooms))
        self.world.rename_network(name)
        self.flush()

    def hand_over(self) -> Mapping[str, object]:
        """Return what who takes our place needs, for JSON; there are passwords in it."""
        told = {"taken": self._trust.taken_once, "stays": self._refused}
        return {**self.session.hand_over(), **told}

    def take_over(self, told: Mapping[str, Any]) -> None:
        """Go on where who handed that over was, before we run: another version may have."""
        self.session.take_over(told)
        if isinstance(taken := told.get("taken"), dict):
            self._trust.take_once({str(each): str(taken[each]) for each in taken})
        if isinstance(stays := told.get("stays"), str):
            self._refused = stays

    @property
    def stuck(self) -> str:
        """Why it is no use to connect again as before, "" if it is."""
        return self._refused or self.session.fatal

    def flush(self) -> None:
        """Send and show what the session made; to be called after each use of it."""
        if self._connection is not None:
            self._connection.write(self.session.take_output())
        changes = self.world.take_changes()
        for change in changes:
            if not isinstance(change, LineAdded):  # as most are
                self._heed(change)
        # What heeding changed (the round trip) is shown in the same step.
        changes = [*changes, *self.world.take_changes()]
        if changes:
            for listener in self._listeners:
                listener(changes)

    async def run(self) -> None:
        """Connect, and connect again when the connection ends, until the user quits or `quit`.

        The connection is closed in order then, and `run` returns. Cancelling it closes at once.
        """
        if self.find_password is not None:
            await self._fetch(self.find_password)
        self.session.prepare()
        if self.world.held or self._refused:
            await self._wait("", listens=True)
        while not self._leaving.is_set():
            listens = True
            try:
                reason = await self.run_once()
            except UnknownCertificateError as error:
                reason = self._ask_about(error)
            except ConnectError as error:
                reason, listens = self._say_once(str(error)), False
            if self._leaving.is_set():
                break
            await self._wait(reason, listens=listens)
        self._doubts.stop()
        self._set_state(ConnectionState.OFFLINE)

    async def _fetch(self, find: Callable[[], Awaitable[str]]) -> None:
        """Take the password from where it is kept, unless the user leaves before that is there."""
        try:
            if (password := await _unless(self._leaving, find())) is not None:
                self.session.set_password(password)
        except VaultError as error:
            self.world.tell(self.world.server, str(error), time=self._clock(), kind=Kind.ERROR)

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
            self._remember(partial(self._trust.end, self._target))
            self.session.end(self.session.last_error or reason, self._clock())
            self.session.take_output()
            self._set_state(ConnectionState.OFFLINE, self.session.last_error or reason)
        _log.info("connection ended: %s", reason)
        return self.session.fatal or self.session.last_error or reason

    async def _connect(self) -> Connection:
        """Connect, unless the user quits or wants it anew. Raises `ConnectError`."""
        self._target = self._trust.target()
        self._attempt = asyncio.ensure_future(self._connect_to(self._target))
        try:
            connection = await self._attempt
        except asyncio.CancelledError:
            if self._interrupted:
                raise ConnectError("interrupted") from None
            raise
        finally:
            self._attempt = None
        if self._interrupted:  # just when there was a connection: nothing was left to be cancelled
            connection.abort()
            raise ConnectError("interrupted")
        return connection

    @property
    def _interrupted(self) -> bool:
        return self._leaving.is_set() or self._reconnecting or bool(self._refused)

    # --- one connection ----------------------------------------------------------------------

    async def _talk(self, connection: Connection) -> str:
        now, pace = asyncio.get_running_loop().time, Pace()
        self._online_since = None
        self.world.set_status(_over(connection, self.world.status))
        self.session.start()
        self.flush()
        deadline = now() + _WELCOME_TIME
        heard_anything = False
        while True:
            await self._flowing.wait()
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
                return end_of_stream(heard_anything=heard_anything, tls=self._target.tls)
            heard_anything = True
            self._on_data(data)
            if self.session.online and (wait := pace.hear(now(), len(data))):
                connection.gather(wait)

    def _patience(self, deadline: float) -> float:
        """Return how long to wait for bytes, in seconds."""
        now = asyncio.get_running_loop().time()
        return self._keepalive.wait(now) if self._online_since is not None else deadline - now

    def _on_data(self, data: bytes) -> None:
        now = asyncio.get_running_loop().time()
        self._keepalive.hear(now)
        self.session.receive(data, self._clock())
        if self._expiry is None:
            self._expire()
        if self.session.online and self._online_since is None:
            self._online_since = now
            self._last_failure = ""
            self._keepalive = Keepalive(now)
            self._ask(now)
        self.flush()

    def _expire(self) -> None:
        """Let be over what lasts for a time, now and as often as something is to be over."""
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        now = self._clock()
        again = self.session.expire(now)
        self.flush()
        if again is not None:
            loop = asyncio.get_running_loop()
            self._expiry = loop.call_later(max(0.01, again - now), self._expire)

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
        now = asyncio.get_running_loop().time
        online_for = now() - self._online_since if self._online_since is not None else 0.0
        self._online_since = None
        wait = self._backoff.next_wait(online_for=online_for, listens=listens)
        due, due_at = now() + wait, self._clock() + wait
        while not self._reconnecting and not self._leaving.is_set():
            stuck = self.stuck or self.world.held
            if not stuck and now() >= due:
                break
            told = f"{self.stuck}; /reconnect tries again" if self.stuck else reason
            state = ConnectionState.OFFLINE if stuck else ConnectionState.WAITING
            self._set_state(state, told, None if stuck else due_at)
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(None if stuck else due - now()):
                    await self._wake.wait()
            if stuck and not self.stuck and not self.world.held:
                break
        self._reconnecting = False
        self._refused = ""

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
            case UpgradeWanted(port):
                self._trust.upgrade(port)
                self._reconnecting = True
                self._interrupt(0.0)
            case PolicyHeard(duration):
                self._remember(partial(self._trust.keep, self._target, duration))
            case QuestionChanged():
                self._wake.set()
            case WorkWanted():
                task = asyncio.get_running_loop().create_task(self._work(change))
                self._working.add(task)
                task.add_done_callback(self._working.discard)
            case PongHeard(token):
                now = asyncio.get_running_loop().time()
                taken = self._keepalive.answer(token, now)
                if taken is not None:
                    self.world.set_status(replace(self.world.status, round_trip=taken))
            case _:
                pass

    async def _work(self, wanted: WorkWanted) -> None:
        """Compute something beside the event loop, as a key waits for nothing."""
        wanted.then(await asyncio.to_thread(wanted.compute))
        self.flush()

    def _ask_about(self, error: UnknownCertificateError) -> str:
        """Ask whether to take a certificate, if one may; return why there is no connection."""
        target = self._target
        if not self._trust.may_ask(target):
            return self._say_once(refusal(error, target))
        self._doubts.ask(error, target)
        return f"{target.address} shows a certificate that is not known"

    def _refuse(self, why: str) -> None:
        self._refused = self._say_once(why)

    def _remember(self, remember: Callable[[], None]) -> None:
        try:
            remember()
        except ConnectError as error:
            self.world.tell(self.world.server, str(error), time=self._clock(), kind=Kind.ERROR)

    def _interrupt(self, within: float) -> None:
        """End whatever goes on: waiting and connecting at once, a connection after some seconds."""
        self._wake.set()
        self._flowing.set()
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
        status = self.world.status
        if state in {ConnectionState.OFFLINE, ConnectionState.WAITING}:
            status = _without(status, reason)
        self.world.set_status(replace(status, state=state, retry_at=retry_at, round_trip=None))
        self.flush()


def _over(connection: Connection, status: Status) -> Status:
    """Return the status over a connection that stands."""
    return replace(
        status,
        family=connection.family,
        remote=connection.remote,
        secure=connection.secure,
        private=connection.private,
    )


def _without(status: Status, reason: str) -> Status:
    """Return the status without a connection, with why there is none."""
    status = replace(status, reason=reason, family="", remote="", away=False)
    return replace(status, account="", secure=False, private=False)


async def _unless(ended: asyncio.Event, wanted: Awaitable[str]) -> str | None:
    """Return what is wanted, None if it is not there before something has ended."""
    found = asyncio.ensure_future(wanted)
    ending = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait((found, ending), return_when=asyncio.FIRST_COMPLETED)
        return found.result() if found.done() else None
    finally:
        found.cancel()
        ending.cancel()
