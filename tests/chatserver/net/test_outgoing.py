"""What is written goes past the transport while nothing waits there; nobody can tell by the bytes."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys

import pytest

from chatserver import direct
from chatserver.chunks import write_each
from chatserver.net.connection import Connection
from tests.chatserver.fakes import until
from tests.chatserver.net.service import serving
from tests.chatserver.net.test_connection import (
    connect_slow,
    greet_face,
    logged,
    read_all,
    small_buffers,
)


def test_the_kernel_takes_what_fits_and_says_how_much() -> None:
    """All of something small, a part of something large, and then nothing; it never waits."""
    near, far = socket.socketpair()
    with near, far:
        assert direct.send(near.fileno(), b"hello") == 5
        assert direct.send(near.fileno(), b"hello, again") == 12
        assert far.recv(100) == b"hellohello, again"
        large = bytes(100_000_000)
        assert 0 < direct.send(near.fileno(), large) < len(large)
        assert direct.send(near.fileno(), large) == -1


def test_whoever_is_gone_is_no_signal() -> None:
    """A broken pipe is told by what is returned."""
    near, far = socket.socketpair()
    with near:
        far.close()
        assert direct.send(near.fileno(), b"hello") == -1


def test_the_same_bytes_at_another_place_are_sent_right() -> None:
    """What was remembered of the last is not taken for the next."""
    near, far = socket.socketpair()
    with near, far:
        for number in range(200):
            data = b"%d\n" % (number // 2)
            assert direct.send(near.fileno(), data) == len(data)
        near.close()
        with far.makefile("rb") as file:
            assert [int(line) for line in file] == [number // 2 for number in range(200)]


@pytest.mark.parametrize(
    "lack", ["sys.modules['ctypes'] = None", "sys.platform = 'win32'", "ctypes.PyDLL = gone"]
)
def test_where_the_c_library_cannot_be_called_all_goes_by_the_transport(lack: str) -> None:
    """A server starts there as well: on Windows, and with a Python that was built without."""
    code = f"""
import asyncio, ctypes, socket, sys

def gone(_name):
    raise OSError

{lack}
from chatserver.direct import NOWHERE, descriptor_of, send, send_each
from chatserver.net.slack import trim

near, far = socket.socketpair()
assert descriptor_of(near) == NOWHERE
assert send(near.fileno(), b"hello") == -1
assert send_each([near.fileno(), NOWHERE], b"hello") == [-1, -1]
trim()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.asyncio
async def test_what_waits_is_not_overtaken() -> None:
    """A reader who takes all only later gets each line once, in order, also when the way out changes."""
    async with serving(sock=small_buffers(), high_water=1_000_000) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        await service.world.journal.idle()
        connection, loop = service.connection, asyncio.get_running_loop()
        sent, got = b"hello\n", b""
        for number in range(3000):
            line = b"%d %s\n" % (number, b"x" * (number % 500))
            connection.write(line)
            sent += line
            if number % 100 == 99:  # it reads a part of it, all of it from time to time
                most = len(sent) - len(got) if number % 300 == 299 else 20_000
                while most > 0 and len(got) < len(sent):
                    part = await loop.sock_recv(sock, most)
                    got, most = got + part, most - len(part)
        sock.shutdown(socket.SHUT_WR)
        got += await read_all(sock)
        assert got == sent + b"bye: connection closed\n"


@pytest.mark.asyncio
async def test_a_transport_in_which_nothing_waits_is_passed_by() -> None:
    """Before anything waited, and again afterwards."""
    async with serving(sock=small_buffers(), high_water=1_000_000) as service:
        sock = await connect_slow(service)
        await greet_face(service, sock)
        await service.world.journal.idle()
        connection, loop = service.connection, asyncio.get_running_loop()
        assert connection.descriptor >= 0
        connection.write(bytes(500_000))
        assert connection.descriptor == direct.NOWHERE
        left = 500_006
        while left:
            left -= len(await loop.sock_recv(sock, left))
        await until(lambda: not connection._unsent)
        connection.write(b"one")
        assert connection.descriptor >= 0
        assert await loop.sock_recv(sock, 10) == b"one"


@pytest.mark.asyncio
async def test_a_descriptor_that_somebody_else_has_now_gets_nothing() -> None:
    """The kernel gives numbers anew: who is gone must not be written to by one."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        connection = service.connection
        number = connection.descriptor
        near, far = socket.socketpair()
        with near, far:
            far.setblocking(False)
            await caller.reset()
            assert await service.connections.closed(within=10)
            with socket.socket(fileno=os.dup2(near.fileno(), number)):
                connection.write(b"for somebody else\n")
                with pytest.raises(BlockingIOError):
                    far.recv(100)


@pytest.mark.asyncio
async def test_nor_does_it_before_the_departure_of_who_had_it_is_told() -> None:
    """It is free as soon as the socket is closed; the session ends in its turn, which may be later."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        service.hold()
        connection = service.connection
        session, number = connection.session, connection.descriptor
        assert session is not None
        near, far = socket.socketpair()
        with near, far:
            far.setblocking(False)
            await caller.reset()
            await until(lambda: session.cut)
            with socket.socket(fileno=os.dup2(near.fileno(), number)):
                write_each([([session], b"for somebody else\n")])
                with pytest.raises(BlockingIOError):
                    far.recv(100)


@pytest.mark.asyncio
async def test_the_farewell_is_the_last() -> None:
    """Whatever is written to who was told goodbye, and to who is reset, is not sent."""
    async with serving() as service:
        for end in (Connection.abort, lambda one: one.close(b"bye\n")):
            caller = await service.connect()
            assert await caller.ask(b"hello") == b"hello\n"
            connection = service.connection
            session = connection.session
            assert session is not None
            end(connection)
            assert connection.descriptor == direct.NOWHERE
            connection.write(b"later\n")
            write_each([([session], b"later\n")])
            with contextlib.suppress(ConnectionResetError):
                assert await caller.rest() in {b"", b"bye\n"}
            await caller.close()
            assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_what_was_lost_with_an_error_is_followed_by_nothing() -> None:
    """The transport has dropped it, and closes soon."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        connection = service.connection
        near, far = socket.socketpair()
        far.close()
        with near:
            os.dup2(near.fileno(), connection.descriptor)
        connection.write(b"one")
        assert connection.descriptor == direct.NOWHERE
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_who_is_given_up_while_behind_gets_nothing_but_the_farewell() -> None:
    """There would be a gap in what they have seen, and they would never ask for what is in it."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        connection = service.connection
        session = connection.session
        assert session is not None
        assert connection.descriptor >= 0
        service.world.node.delivery.hold(session)
        write_each([([session], b"missed\n")])
        connection.give_up("time is up")
        write_each([([session], b"later\n")])
        assert await caller.rest() == b"bye: time is up\n"


@pytest.mark.asyncio
async def test_nor_after_something_was_written_to_them_alone() -> None:
    """What nobody withholds, as a ping, does not open the way past the transport again."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        connection = service.connection
        session = connection.session
        assert session is not None
        service.world.node.delivery.hold(session)
        write_each([([session], b"missed\n")])
        connection.give_up("time is up")
        connection.write(b"ping\n")
        write_each([([session], b"later\n")])
        assert await caller.rest() == b"ping\nbye: time is up\n"


@pytest.mark.asyncio
async def test_nothing_goes_past_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """At level debug each `send` is told, with what the kernel took."""
    async with logged(caplog) as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        assert service.connection.descriptor == direct.NOWHERE
        assert "send: 6 bytes" in caplog.text
        await caller.close()
