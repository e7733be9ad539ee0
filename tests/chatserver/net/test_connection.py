"""One accepted socket, with real ones over loopback: bounds, resets, closing, and the log of it all."""

import asyncio
import contextlib
import logging
import re
import socket

import pytest

from chatserver.net.connection import INPUT_HIGH
from chatserver.net.deadlines import Times
from chatserver.net.dialogue import OUTSTANDING_MOST
from tests.chatserver.fakes import until
from tests.chatserver.net.service import Caller, Service, serving

MIB = 1_048_576
READ_MOST = 256 * 1024
"""What an event loop reads at once, at most."""


def small_buffers() -> socket.socket:
    """Return a listener whose connections leave little to the kernel."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.bind(("127.0.0.1", 0))
    sock.listen()
    return sock


async def connect_slow(service: Service) -> socket.socket:
    """Connect somebody who reads only when asked to, and whose kernel takes little meanwhile."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    service.sockets.append(sock)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", service.port))
    return sock


async def read_all(sock: socket.socket) -> bytes:
    """Return what comes up to the end; raises `ConnectionResetError`."""
    data = b""
    async with asyncio.timeout(10):
        while part := await asyncio.get_running_loop().sock_recv(sock, MIB):
            data += part
    return data


async def greet_face(service: Service, sock: socket.socket) -> None:
    """Have the first line of a slow reader judged."""
    await asyncio.get_running_loop().sock_sendall(sock, b"hello\n")
    await until(lambda: service.faces.opened)


@pytest.mark.asyncio
async def test_a_reset_is_told_as_such() -> None:
    """The room reads `connection reset`."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        await caller.reset()
        assert await service.connections.closed(within=10)
        assert service.face.reason == "connection reset"


@pytest.mark.asyncio
async def test_an_orderly_end_is_told_as_such() -> None:
    """Also when the peer closed both sides, and our farewell finds nobody."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        await caller.close()
        assert await service.connections.closed(within=10)
        assert service.face.reason == "connection closed"


@pytest.mark.asyncio
async def test_who_is_gone_before_being_served_leaves_nothing_behind() -> None:
    """Connecting and resetting at once, many times."""
    async with serving() as service:
        for _ in range(50):
            caller = await service.connect()
            await caller.reset()
        await until(lambda: service.terms.counters.accepted == 50)
        assert await service.connections.closed(within=10)
        assert len(service.deadlines) == 0


@pytest.mark.asyncio
async def test_a_farewell_is_followed_by_the_end() -> None:
    """FIN after all that was written; the peer's own end then closes the socket."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        session = service.connection.session
        assert session is not None
        service.world.node.leave(session, "enough")
        assert await caller.rest() == b"bye: enough\n"
        assert len(service.connections) == 1
        await caller.close()
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_a_peer_that_does_not_close_is_not_waited_for() -> None:
    """After a while the socket is closed all the same."""
    async with serving(times=Times(linger=0.02)) as service:
        caller = await service.connect()
        caller.send(b"GET / HTTP/1.1\r\n")
        await until(lambda: service.terms.counters.refused)
        caller.send(b"Host: example.org\r\n\r\n" * 100)
        assert await service.connections.closed(within=10)
        await caller.reset()


@pytest.mark.asyncio
async def test_a_farewell_that_is_not_taken_is_cut_off() -> None:
    """A peer that reads nothing gets RST, in a bound of time."""
    times = Times(linger=0.02, flush=0.05)
    async with serving(sock=small_buffers(), times=times) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        service.connection.write(b"x" * 60_000 * 8)
        service.connection.close(b"bye\n")
        assert await service.connections.closed(within=10)
        with pytest.raises(ConnectionResetError):
            await read_all(sock)


@pytest.mark.asyncio
async def test_what_is_unsent_is_sent_before_the_end() -> None:
    """A slow reader that goes on reading gets everything, farewell included."""
    async with serving(sock=small_buffers()) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        service.connection.write(b"x" * 500_000)
        service.connection.close(b"bye\n")
        assert (await read_all(sock)).endswith(b"x" * 500_000 + b"bye\n")


@pytest.mark.asyncio
async def test_who_takes_nothing_for_too_long_is_closed() -> None:
    """Though it was registered, and whether or not it can be pinged; its room is told why."""
    async with serving(sock=small_buffers(), times=Times(stall=0.1, flush=0.1)) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        service.connection.write(b"x" * 500_000)
        assert await service.connections.closed(within=10)
        assert service.face.reason == "no progress for 0.1 s"
        with pytest.raises(ConnectionResetError):
            await read_all(sock)


@pytest.mark.asyncio
async def test_who_takes_a_little_now_and_then_is_not_closed() -> None:
    """However slow it is; and it is not pinged, since a ping would not arrive."""
    times = Times(stall=1, ping_interval=0.05, ping_timeout=0.05)
    async with serving(sock=small_buffers(), times=times) as service:
        sock = await connect_slow(service)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(sock, b"NICK ann\nregister\n")
        await until(lambda: service.faces.opened and service.face.registered)
        service.connection.write(b"x" * 3_000_000)
        started, taken = loop.time(), 0
        while loop.time() < started + 2:
            taken += len(await loop.sock_recv(sock, 4096))
            await asyncio.wait([asyncio.ensure_future(asyncio.sleep(0.01))])
        assert taken < 2_000_000
        assert not service.connection.reason


@pytest.mark.asyncio
async def test_who_half_closes_late_gets_all_that_was_on_its_way() -> None:
    """What it missed while it was behind too; and only then the farewell."""
    async with serving(sock=small_buffers(), high_water=16_384) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        await service.world.journal.idle()
        session = service.connection.session
        assert session is not None
        lines = [b"%d %s\n" % (number, b"x" * 1000) for number in range(500)]
        for line in lines:
            service.world.node.delivery.tell(session, line)
        assert session.backlog is not None
        assert service.connection._transport.get_write_buffer_size() < 20_000
        sock.shutdown(socket.SHUT_WR)
        got = await read_all(sock)
        assert got == b"hello\n" + b"".join(lines) + b"bye: connection closed\n"


@pytest.mark.asyncio
async def test_who_asks_for_much_before_reading_costs_one_answer() -> None:
    """Of many long answers that were asked for at once, one waits; the others are made when it is taken."""
    async with serving(sock=small_buffers()) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        service.face.settles = True
        asked = asyncio.create_task(
            asyncio.get_running_loop().sock_sendall(sock, b"big 200000\n" * 15)
        )
        await until(lambda: service.connection.full)
        await asked
        await service.world.journal.idle()
        assert service.connection._transport.get_write_buffer_size() <= 200_001
        assert len(service.face.heard) == 2
        sock.shutdown(socket.SHUT_WR)
        assert len(await read_all(sock)) > 15 * 200_000


@pytest.mark.asyncio
async def test_own_answers_push_back_on_own_input() -> None:
    """Who asks for much and reads nothing is not read further; when it reads, it gets all of it."""
    asked = [b"big 30000\n"] * 100
    async with serving(sock=small_buffers()) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        sending = asyncio.create_task(
            asyncio.get_running_loop().sock_sendall(sock, b"".join(asked))
        )
        connection = service.connection
        await until(lambda: connection.full)
        await sending
        await service.world.journal.idle()
        assert len(service.face.heard) <= 1 + OUTSTANDING_MOST
        sock.shutdown(socket.SHUT_WR)
        answers = await read_all(sock)
        assert answers == b"hello\n" + (b"x" * 30_000 + b"\n") * 100 + b"bye: connection closed\n"


@pytest.mark.asyncio
async def test_input_that_nobody_takes_is_bounded() -> None:
    """While the journal is full, TCP pushes back on the sender; then every line is taken."""
    lines = [b"%07d" % number + b"x" * 8000 + b"\n" for number in range(2000)]
    async with serving(line_limit=9000) as service:
        journal = service.hold()
        journal.full = True
        caller = await service.connect()
        caller.send(b"".join(lines))
        await until(lambda: service.connections and not service.connection._reading)
        for _ in range(1000):
            await asyncio.sleep(0)
        connection = service.connection
        assert INPUT_HIGH < connection._size <= INPUT_HIGH + READ_MOST
        assert caller.writer.transport.get_write_buffer_size() > 0
        journal.let_go()
        assert [await caller.line() for _ in lines] == lines
        await caller.close()


@pytest.mark.asyncio
async def test_nothing_is_written_after_the_end() -> None:
    """A chat goes on writing to who is gone already: that is no error."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        connection = service.connection
        await caller.reset()
        assert await service.connections.closed(within=10)
        connection.write(b"too late\n")
        connection.close(b"bye\n")
        connection.abort()


@pytest.mark.asyncio
@pytest.mark.parametrize("ending", ["close", "abort"])
async def test_what_ends_before_it_has_begun_is_closed(ending: str) -> None:
    """The server stops between `accept` and the first turn of the event loop."""
    async with serving() as service:
        caller = await service.connect()
        await until(lambda: service.connections)
        connection = service.connection
        connection.close(b"bye\n") if ending == "close" else connection.abort()
        assert await service.connections.closed(within=10)
        with contextlib.suppress(ConnectionResetError):
            assert await caller.rest() in {b"", b"bye\n"}


@pytest.mark.asyncio
async def test_small_lines_go_out_at_once_and_dead_peers_are_found() -> None:
    """The options of every accepted socket."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        sock = service.connection._transport.get_extra_info("socket")
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 360_000
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
        await caller.close()


@contextlib.asynccontextmanager
async def logged(caplog: pytest.LogCaptureFixture, **options: object):  # type: ignore[no-untyped-def]  # noqa: ANN201
    """Serve at level debug."""
    with caplog.at_level(logging.DEBUG, "chatserver.net"):
        async with serving(**options) as service:  # type: ignore[arg-type]
            yield service


def steps(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the log of the first connection, without what differs each time."""
    lines = [message[3:] for message in caplog.messages if message.startswith("#1 ")]
    return [re.sub(r"127.0.0.1:\d+|fd \d+", "?", line) for line in lines]


@pytest.mark.asyncio
async def test_the_log_tells_the_life_of_a_socket(caplog: pytest.LogCaptureFixture) -> None:
    """From accept to TIME_WAIT, one line for each step."""
    async with logged(caplog) as service:
        caller: Caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        caller.send(b"half a")
        caller.writer.write_eof()
        await caller.rest()
        assert await service.connections.closed(within=10)
        await caller.close()
    assert steps(caplog) == [
        "accept: IPv4 from ? to ?, ?",
        "recv: 6 bytes",
        "the first line decides: plain",
        "lines: 1 whole, 0 bytes of the next",
        "send: 6 bytes",
        "recv: 6 bytes",
        "lines: 0 whole, 6 bytes of the next",
        "recv: 0 bytes, the peer's FIN; it may still listen (half close)",
        "send: 7 bytes",
        "send: 23 bytes",
        "close: what is left is sent, then our FIN, in answer to the peer's",
        "closed: the peer sent its FIN first, TIME_WAIT is at its end",
    ]


@pytest.mark.asyncio
async def test_the_log_tells_who_closed_first(caplog: pytest.LogCaptureFixture) -> None:
    """After a refusal it is us; a reset leaves no TIME_WAIT at all."""
    async with logged(caplog) as service:
        caller: Caller = await service.connect()
        caller.send(b"GET / HTTP/1.1\r\n\r\n")
        await caller.rest()
        await caller.close()
        assert await service.connections.closed(within=10)
    assert steps(caplog)[-3:] == [
        "shutdown: what is left is sent, then our FIN; the peer is to send its own",
        "recv: 0 bytes, the peer's FIN; both sides are closed",
        "closed: we sent our FIN first, TIME_WAIT is at our end",
    ]
    caplog.clear()
    async with logged(caplog) as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        await caller.reset()
        assert await service.connections.closed(within=10)
    assert steps(caplog)[-1].startswith("closed: connection reset")


@pytest.mark.asyncio
async def test_the_log_tells_what_the_kernel_does_not_take(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """How much waits here, how much there, and when it goes on."""
    async with logged(caplog, sock=small_buffers()) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        service.connection.write(b"x" * 2 * service.terms.high_water)
        await until(lambda: service.connection.full)
        sock.shutdown(socket.SHUT_WR)
        await read_all(sock)
    text = "\n".join(steps(caplog))
    assert re.search(r"the kernel takes no more: \d+ bytes wait here, \d+ there", text)
    assert "the kernel takes more again" in text


@pytest.mark.asyncio
async def test_without_debug_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The steps cost nothing."""
    caplog.set_level(logging.INFO)
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        await caller.close()
    assert not caplog.messages
