"""The accept loop, its errors, and the file descriptors that it needs."""

import asyncio
import errno
import os
import socket
import subprocess
import sys

import pytest

from chatserver.faces.detection import Speaks
from chatserver.net import tcp
from chatserver.net.descriptors import FULL, Reserve
from chatserver.net.listener import Listener
from chatserver.net.terms import Entrance
from tests.chatserver.fakes import until
from tests.chatserver.net.service import serving


class FailingSocket(socket.socket):
    """A listening socket whose `accept` fails at first, as the kernel's may."""

    failures: list[int] = []  # noqa: RUF012 - set for each socket

    @classmethod
    def listening(cls, *failures: int) -> "FailingSocket":
        """Return one that fails in these ways first, the last one first."""
        sock = cls()
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        sock.failures = [*failures]
        return sock

    def accept(self) -> tuple[socket.socket, tuple[str, int]]:
        """Fail, or accept."""
        if self.failures:
            number = self.failures.pop()
            raise OSError(number, os.strerror(number))
        return super().accept()


@pytest.mark.asyncio
async def test_no_error_of_accept_ends_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    """What accept(2) lists: peers that are gone already, networks that are down, no memory."""
    sock = FailingSocket.listening(
        errno.ECONNABORTED, errno.EPROTO, errno.ENETDOWN, errno.ENOBUFS, errno.EPERM
    )
    async with serving(sock=sock) as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
    assert "out of memory" in caplog.text


@pytest.mark.asyncio
async def test_without_descriptors_the_newest_is_told_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It gets a line and the end; the loop goes on, and says so in the log once."""
    sock = FailingSocket.listening()
    async with serving(sock=sock) as service:
        first = await service.connect()
        assert await first.ask(b"hello") == b"hello\n"
        sock.failures = [errno.EMFILE]
        assert await (await service.connect()).rest() == FULL
        sock.failures = [errno.ENFILE]
        assert await (await service.connect()).rest() == FULL
        third = await service.connect()
        assert await third.ask(b"hello") == b"hello\n"
        assert await first.ask(b"still here") == b"still here\n"
        assert service.terms.counters.shed == 2
    [told] = [line for line in caplog.messages if "out of file descriptors" in line]
    assert told.endswith("1 so far")


@pytest.mark.asyncio(loop_factories=["asyncio"])
async def test_without_descriptors_and_peers_it_waits() -> None:
    """Linux fails for want of a descriptor also when nobody is there: that must not spin.

    (uvloop calls `accept` only when somebody is there.)
    """
    sock = FailingSocket.listening(errno.EMFILE)
    async with serving(sock=sock) as service:
        for _ in range(100):
            await asyncio.sleep(0)
        assert not sock.failures
        assert service.terms.counters.shed == 0
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"


@pytest.mark.asyncio
async def test_a_reserve_that_cannot_be_had_is_had_later() -> None:
    """There may be no descriptor left for it."""
    reserve = Reserve()
    reserve.close()
    reserve.close()
    assert reserve.refill()
    with (
        socket.create_server(("127.0.0.1", 0)) as sock,
        socket.create_connection(sock.getsockname()) as client,
    ):
        reserve.shed(sock)
        assert client.makefile("rb").read() == FULL
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            reserve.shed(sock)
    reserve.close()


@pytest.mark.asyncio
async def test_a_listener_can_be_pinned_to_one_protocol() -> None:
    """The first line decides nothing there, but other protocols are refused all the same."""
    async with serving() as service:
        sock = socket.create_server(("127.0.0.1", 0))
        sock.setblocking(False)
        listener = Listener(sock, service.connections, Entrance(Speaks.PLAIN))
        accepting = asyncio.create_task(listener.run())
        service.port = listener.address.port
        caller = await service.connect()
        assert await caller.ask(b"NICK bob") == b"NICK bob\n"
        assert service.face.speaks is Speaks.PLAIN
        browser = await service.connect()
        browser.send(b"GET / HTTP/1.1\r\n\r\n")
        assert b"400" in await browser.line()
        accepting.cancel()
        listener.close()


@pytest.mark.asyncio
async def test_who_has_ended_is_no_stranger() -> None:
    """Not in the moment before its end is noted either, when it has no session any more."""
    counted: list[int] = []
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"NICK ann") == b"NICK ann\n"
        [task] = service.connections._tasks
        task.add_done_callback(lambda _: counted.append(service.connections.count_strangers()))
        remove = service.connections._remove
        task.remove_done_callback(remove)
        task.add_done_callback(remove)  # after who counts
        await caller.close()
        assert await service.connections.closed(within=10)
        await until(lambda: bool(counted))
    assert counted == [0]


@pytest.mark.asyncio
async def test_strangers_are_counted() -> None:
    """Who is no user yet, whether they have spoken or not; not who was told goodbye and lingers."""
    async with serving() as service:
        caller = await service.connect()
        await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        await until(lambda: service.connections.count_strangers() == 2)
        service.world.node.close_all("bye")
        assert len(service.connections) == 2
        assert service.connections.count_strangers() == 1


def test_the_limit_of_open_files_is_raised() -> None:
    """The soft limit, to the hard one."""
    script = (
        "import resource\n"
        "from chatserver.net.descriptors import raise_limit\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))\n"
        "assert raise_limit() == hard, raise_limit()\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_errors_are_told_in_the_words_of_people() -> None:
    """As the room reads them after `left:`."""
    assert tcp.describe(None) == "connection closed"
    assert tcp.describe(ConnectionResetError(errno.ECONNRESET, "x")) == "connection reset"
    assert tcp.describe(BrokenPipeError(errno.EPIPE, "x")) == "connection reset"
    assert tcp.describe(TimeoutError(errno.ETIMEDOUT, "x")) == "connection timed out"
    assert tcp.describe(OSError(errno.EHOSTUNREACH, "x")) == "host unreachable"
    assert tcp.describe(OSError(errno.EIO, "disk on fire")) == "[Errno 5] disk on fire"
    assert tcp.describe(RuntimeError()) == "RuntimeError"
