"""Connections over real sockets."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from chatclient.config import Config, Security, build
from chatclient.connection import ConnectError, connect
from tests.chatclient.fake_server import CERTIFICATE, FakeServer, until


def _config(port: int, host: str = "127.0.0.1", **more: Any) -> Config:
    return build([host, str(port)], nick="alice", **more)


def _resolve(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name have these addresses, in this order."""

    def find(host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", find)


@pytest.mark.asyncio
async def test_addresses_are_known() -> None:
    """The family and the remote address of a connection are told; bytes go both ways."""
    async with FakeServer() as server:
        connection = await connect(_config(server.port))
        assert (connection.family, connection.remote) == ("IPv4", f"127.0.0.1:{server.port}")
        connection.write(b"PING x\r\n")
        assert await connection.read() == b":srv PONG srv :x\r\n"
        await connection.close(1.0)


@pytest.mark.asyncio
async def test_ipv6() -> None:
    """An IPv6 address is written in brackets."""
    listening = await asyncio.start_server(lambda _, writer: writer.close(), "::1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        connection = await connect(_config(port, "::1"))
        assert (connection.family, connection.remote) == ("IPv6", f"[::1]:{port}")
        assert await connection.read() == b""
        connection.abort()


@pytest.mark.asyncio
async def test_an_address_that_swallows_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name whose first address never answers is connected by its second, before time is up."""
    hole = socket.socket()
    hole.bind(("127.0.0.2", 0))
    hole.listen(0)
    port = hole.getsockname()[1]
    fillers = []
    for _ in range(4):  # connections beyond the backlog are dropped without an answer
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.2", port))
        fillers.append(filler)
    listening = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
    _resolve(monkeypatch, "127.0.0.2", "127.0.0.1")
    async with listening:
        connection = await connect(_config(port, "two.example", timeout=10))
        assert connection.remote == f"127.0.0.1:{port}"
        connection.abort()
    for each in [hole, *fillers]:
        each.close()


@pytest.mark.asyncio
async def test_nothing_listens() -> None:
    """A refused connection says what to check, also when a name has several addresses."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(ConnectError, match=f"nothing listens on {host}:{port}; check the port"):
            await connect(_config(port, host))


@pytest.mark.parametrize("host", ["no-such-host.invalid", "x" * 70, "a..b"])
@pytest.mark.asyncio
async def test_unknown_names(host: str) -> None:
    """A name that is none says so."""
    with pytest.raises(ConnectError, match="there is no host called"):
        await connect(_config(9, host))


@pytest.mark.asyncio
async def test_tls() -> None:
    """With the authority given, a TLS connection stands."""
    async with FakeServer(tls=True) as server:
        config = _config(server.port, "localhost", security=Security(tls=True, ca=str(CERTIFICATE)))
        connection = await connect(config)
        connection.write(b"PING x\r\n")
        assert await connection.read() == b":srv PONG srv :x\r\n"
        await connection.close(1.0)


@pytest.mark.asyncio
async def test_tls_that_the_server_ended() -> None:
    """A connection that the server ended in order can be closed, and aborted after that."""
    async with FakeServer(tls=True) as server:
        config = _config(server.port, "localhost", security=Security(tls=True, ca=str(CERTIFICATE)))
        connection = await connect(config)
        connection.write(b"QUIT :bye\r\n")
        while await connection.read():
            pass
        await connection.close(1.0)
        connection.abort()


@pytest.mark.asyncio
async def test_unknown_authority() -> None:
    """A certificate of nobody known is refused, with why and what to do."""
    async with FakeServer(tls=True) as server:
        with pytest.raises(ConnectError, match=r"not to be trusted: .*--tls-ca FILE"):
            await connect(_config(server.port, "localhost", security=Security(tls=True)))


@pytest.mark.asyncio
async def test_wrong_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate for another name is refused."""
    _resolve(monkeypatch, "127.0.0.1")
    async with FakeServer(tls=True) as server:
        config = _config(
            server.port, "other.example", security=Security(tls=True, ca=str(CERTIFICATE))
        )
        with pytest.raises(ConnectError, match=r"not to be trusted: .*other\.example"):
            await connect(config)


@pytest.mark.asyncio
async def test_tls_to_a_server_without() -> None:
    """A server that answers TLS with something else is said to speak none."""

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b":srv NOTICE * :hello\r\n" * 10)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(ConnectError, match="does not speak TLS; try it without --tls"):
            await connect(_config(port, security=Security(tls=True)))


@pytest.mark.asyncio
async def test_silence() -> None:
    """A server that lets us connect, and says nothing to TLS, ends in time, with what to try."""
    async with FakeServer() as server:
        server.mute = True
        with pytest.raises(ConnectError, match=r"within 0.5 s; does it speak TLS\?"):
            await connect(_config(server.port, security=Security(tls=True), timeout=0.5))


@pytest.mark.asyncio
async def test_a_ca_file_that_is_none() -> None:
    """A file that cannot be used as authority is named."""
    for file in ("/nonexistent", __file__):
        with pytest.raises(ConnectError, match="as --tls-ca"):
            await connect(_config(9, security=Security(tls=True, ca=file)))


@pytest.mark.asyncio
async def test_reset() -> None:
    """A connection that is cut says so."""
    async with FakeServer() as server:
        connection = await connect(_config(server.port))
        connection.write(b"PING x\r\n")
        await connection.read()
        server.visitors[0].reset()
        with pytest.raises(ConnectError, match="connection reset by the server"):
            await connection.read()
        connection.write(b"into the void")
        await connection.close(1.0)


@pytest.mark.asyncio
async def test_closing_sends_what_is_queued() -> None:
    """What was written before the close arrives."""
    async with FakeServer(caps="") as server:
        connection = await connect(_config(server.port))
        connection.write(b"PRIVMSG #ops :" + b"x" * 60_000 + b"\r\n")
        await connection.close(5.0)
        visitor = await server.visitor(0)
        await until(lambda: bool(visitor.lines))
        assert len(visitor.lines[0]) > 60_000


@pytest.mark.asyncio
async def test_a_server_that_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks without end and reads nothing does not fill the memory: it is left, and told why."""
    monkeypatch.setattr("chatclient.connection.UNTAKEN_MOST", 1024 * 1024)
    over = asyncio.Event()

    async def ask(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's can
        await over.wait()
        writer.transport.abort()

    listening = await asyncio.start_server(ask, "127.0.0.1", 0)
    async with listening:
        connection = await connect(_config(listening.sockets[0].getsockname()[1]))
        for _ in range(1024):
            connection.write(b"PONG x\r\n" * 1024)
        with pytest.raises(ConnectError, match="takes nothing"):
            await connection.read()
        over.set()


def test_a_name_that_is_looked_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it who has left: neither the loop, nor the end of the program."""
    over, found = threading.Event(), threading.Event()

    def find(*_: object, **__: object) -> list[object]:
        over.wait(10)
        found.set()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", find)

    async def try_once() -> None:
        with pytest.raises(ConnectError, match="does not answer"):
            await connect(_config(1, "host.example", timeout=0.05))

    asyncio.run(try_once())
    assert not found.is_set()
    over.set()
