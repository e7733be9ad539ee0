"""Builds the server, runs it until it is told to stop, and stops it in order.

Rules: what cannot be started is `CannotStart`, with one line for whoever started it. Stopping takes
less than 5 s: accept no more, let what is under way be kept, say farewell to all, give them time to
read it, close. A second signal stops at once. SIGHUP reads the configuration again.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from socket import socket
from typing import Final

from chatserver.app.announcement import announce
from chatserver.app.certificates import Certificates, UnusableCertificatesError
from chatserver.app.faces import ConfiguredFaces
from chatserver.config.settings import Config
from chatserver.config.sources import adopt
from chatserver.config.tables import Listen
from chatserver.config.values import ConfigError
from chatserver.core.state import State
from chatserver.faces.control import CONTROL_NAME
from chatserver.faces.detection import Speaks
from chatserver.faces.irc.facts import Rehash
from chatserver.journal.local import LocalJournal
from chatserver.journal.trimming import Trimming
from chatserver.net.deadlines import Deadlines, Times
from chatserver.net.descriptors import raise_limit
from chatserver.net.listener import Connections, Listener
from chatserver.net.sockets import ListenError, inherit, listen, listen_unix
from chatserver.net.terms import Counters, Entrance, Spoken, Terms, WebSocketTerms
from chatserver.net.turns import Turns
from chatserver.node import Node
from chatserver.ports import Restored, Retention, Store, StoreUnusable
from chatserver.storage import make_store

_log = logging.getLogger(__name__)

STOPPING: Final = "server is stopping"
SCRAM: Final = "chatserver.faces.irc.scram"
"""A module that takes its time to import, and is wanted when somebody logs in."""
SETTLE_TIME: Final = 0.7
"""Seconds that stopping waits for what is under way to be kept, before and after the farewell."""
CLOSE_TIME: Final = 3.2
"""Seconds that peers have to take their farewell and close."""

Bound = Sequence[tuple[socket, Entrance]]
"""Listening sockets, each with how one comes in there."""


class CannotStart(Exception):
    """The server cannot be started: `str()` says why and what to do, in one line."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> int:
        """Return the time in ms since 1970 (UTC)."""
        return time.time_ns() // 1_000_000


def run(config: Config, reread: Callable[[], Config]) -> int:
    """Run the server until it is told to stop and return the exit status.

    `reread` reads the configuration again. Raises `CannotStart`.
    """
    logging.basicConfig(
        level=config.log_level.upper(),
        format="%(asctime)s.%(msecs)03d %(levelname)s %(message)s",
        datefmt="%H:%M:%S",
    )
    raise_limit()
    clock = SystemClock()
    with ExitStack() as undo:
        certificates = Certificates()
        bound = bind(config, certificates)
        for sock, _ in bound:
            undo.enter_context(sock)
        store, restored = open_store(config, clock)
        undo.callback(store.close)
        control = bind_control(config)
        for sock, _ in control:
            undo.enter_context(sock)

        async def serve() -> int:
            server = Server(config, reread, clock, store, restored)
            server.certificates = certificates
            return await server.run([*bound, *control])

        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            return runner.run(serve())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """Return what makes the fastest event loop that there is."""
    if sys.platform == "win32":
        with suppress(ImportError):
            import winloop  # noqa: PLC0415 - one of the two is used

            return winloop.new_event_loop  # type: ignore[no-any-return]
        return None
    import uvloop  # noqa: PLC0415 - one of the two is used

    return uvloop.new_event_loop


def bind(config: Config, certificates: Certificates) -> Bound:
    """Open all listening sockets that `config` and the service manager ask for."""
    bound: list[tuple[socket, Entrance]] = []
    with ExitStack() as undo:
        try:
            inherited = inherit(os.environ, os.getpid())
            bound.extend((undo.enter_context(sock), Entrance()) for sock in inherited)
            for place in config.listeners:
                if inherited and place == config.listeners[0] and not place.host:
                    continue  # the service manager chose the address
                keys = certificates.add(place, config)
                entrance = Entrance(_spoken_at(place), keys, proxied=place.proxy)
                if place.unix:
                    opened, note = [listen_unix(place.unix, config.backlog)], ""
                else:
                    opened, note = listen(place.host, place.port, config.backlog)
                if note:
                    _log.warning("%s", note)
                bound.extend((undo.enter_context(sock), entrance) for sock in opened)
        except (ListenError, UnusableCertificatesError) as error:
            raise CannotStart(str(error)) from None
        undo.pop_all()
    return bound


def bind_control(config: Config) -> Bound:
    """Open the socket in the data directory by which commands beside the server reach it, if that can be."""
    if config.ephemeral or sys.platform == "win32":
        return ()
    others = os.umask(0o177)  # from the first moment on nobody else can open it
    try:
        sock = listen_unix(str(config.data_directory / CONTROL_NAME))
    except ListenError as error:
        _log.warning("`chatserver account` can do nothing while the server runs: %s", error)
        return ()
    finally:
        os.umask(others)
    return ((sock, Entrance(Speaks.CONTROL)),)


def _spoken_at(place: Listen) -> Spoken:
    """Return what is spoken at `place`."""
    if place.websocket:
        # Loaded now, so that the first who connects need not wait; without WebSocket, never.
        import chatserver.net.webdialogue  # noqa: PLC0415, F401

        return WebSocketTerms(place.origins)
    return None if place.face == "auto" else Speaks(place.face)


def retention(config: Config) -> Retention:
    """Return how much `config` has kept."""
    return Retention(config.history_days * 24 * 3600 * 1000, config.history_messages)


def open_store(config: Config, clock: SystemClock) -> tuple[Store, Restored]:
    """Open the store and return it with what it knows."""
    directory = None if config.ephemeral else config.data_directory
    store = make_store(directory, clock.now(), retention(config))
    try:
        return store, store.open()
    except StoreUnusable as error:
        raise CannotStart(str(error)) from None


def tell(text: str) -> None:
    """Print `text` for whoever started the server; it goes on if nobody reads what it prints."""
    try:
        print(text, flush=True)  # noqa: T201 - it is what standard output is for
    except (OSError, ValueError) as error:
        _log.warning("standard output takes nothing (%s):\n%s", error, text)
        with suppress(OSError, ValueError), open(os.devnull, "w") as nowhere:  # noqa: PTH123 - no file
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # what is left of it goes there at exit


class Server:
    """The running server."""

    def __init__(
        self,
        config: Config,
        reread: Callable[[], Config],
        clock: SystemClock,
        store: Store,
        restored: Restored,
    ) -> None:
        """Build it on an open store, in the running event loop."""
        self._config = config
        self._reread = reread
        self.certificates = Certificates()
        """Those of the listeners that `run` is given."""
        self._told_to_stop = asyncio.Event()
        self._told_again = asyncio.Event()
        self._node = Node(State(config.limits), tail=config.tail)
        now = max(clock.now(), restored.last_at)
        self._node.restore(restored, now)
        self._journal = LocalJournal(self._node, store, restored, clock, config.journal_queue)
        self._node.journal = self._journal
        self._trimming = Trimming(store, self._journal.trim, clock)
        accounts = self._node.state.accounts
        self._faces = ConfiguredFaces(config, restored.secret, clock.now(), accounts, self.reload)
        self._connections = Connections(
            Terms(
                node=self._node,
                faces=self._faces,
                deadlines=Deadlines(asyncio.get_running_loop()),
                counters=Counters(),
                turns=Turns(),
                times=Times(
                    first_line=config.first_line_timeout,
                    registration=config.registration_timeout,
                    ping_interval=config.ping_interval,
                    ping_timeout=config.ping_timeout,
                    stall=config.stall_timeout,
                ),
                line_limit=config.line_length,
                high_water=config.high_water,
            )
        )
        self._faces.count_strangers = self._connections.count_strangers

    async def run(self, bound: Bound) -> int:
        """Serve at the sockets `bound` until told to stop; return the exit status."""
        listeners = [Listener(sock, self._connections, entrance) for sock, entrance in bound]
        self._handle_signals()
        if retention(self._config).trims:
            self._trimming.start()
        async with asyncio.TaskGroup() as group:
            accepting = [group.create_task(listener.run()) for listener in listeners]
            config = self._config
            directory = None if config.ephemeral else config.data_directory
            web = [one.address for one in listeners if one.entrance.is_web]
            tls = [
                one.address for one in listeners if one.entrance.keys and not one.entrance.is_web
            ]
            if tls:
                self._faces.find_tls(tls[0].port)
            others = [
                one.address
                for one in listeners
                if one.address not in (*web, *tls) and one.entrance.spoken is not Speaks.CONTROL
            ]
            tell(announce(others, directory, tls=tls, web=web))
            # Ready for who logs in, without which the start would take longer.
            asyncio.get_running_loop().run_in_executor(None, import_module, SCRAM)
            await self._told_to_stop.wait()
            for task in accepting:
                task.cancel()
        for listener in listeners:
            listener.close()
        await self._stop()
        return 0

    async def _stop(self) -> None:
        """Stop in order, unless told again."""
        _log.info("stopping: %d connections", len(self._connections))
        stopping = asyncio.create_task(self._say_goodbye())
        again = asyncio.create_task(self._told_again.wait())
        await asyncio.wait({stopping, again}, return_when=asyncio.FIRST_COMPLETED)
        for task in (stopping, again):
            task.cancel()
        for connection in self._connections:
            connection.abort()
        await self._connections.closed(within=0.1)
        self._trimming.stop()
        self._journal.close()

    async def _say_goodbye(self) -> None:
        """Let what is under way be kept, tell everybody, and give them time to close."""
        await self._settle()
        self._node.close_all(STOPPING)
        for connection in self._connections:
            if connection.session is None:
                connection.close(self._faces.farewell(STOPPING))
        await self._connections.closed(CLOSE_TIME)
        await self._settle()

    async def _settle(self) -> None:
        """Wait until nothing is under way, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTLE_TIME):
                await self._journal.idle()

    def reload(self) -> Rehash:
        """Read the configuration again, take from it what a running server can, and say what came of it."""
        try:
            config, others = adopt(self._config, self._reread())
            fresh = self.certificates.prepare(config)
        except (ConfigError, UnusableCertificatesError) as error:
            _log.error("the configuration stays as it was: %s", error)
            return Rehash(f"The configuration stays as it was: {error}")
        self._config = config
        self.certificates.replace(fresh)
        self._faces.configure(config)
        _log.info("the configuration was read again")
        if others:
            _log.warning("these need a restart: %s", ", ".join(others))
        return Rehash(waiting=others)

    def _handle_signals(self) -> None:
        """Stop on SIGTERM and SIGINT; on SIGHUP see to the terminal, or the configuration."""
        loop = asyncio.get_running_loop()
        if sys.platform == "win32":
            for number in (signal.SIGINT, signal.SIGBREAK):
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(self._told))
            return
        terminal = next(filter(os.isatty, range(3)), None)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up, terminal)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told)

    def _hang_up(self, terminal: int | None) -> None:
        """Stop if the terminal that the server was started on is gone, else read the configuration again."""
        if terminal is None or os.isatty(terminal):
            self.reload()
        else:
            _log.info("the terminal is gone")
            self._told()

    def _told(self) -> None:
        """Stop, or stop at once when told so a second time."""
        (self._told_again if self._told_to_stop.is_set() else self._told_to_stop).set()
