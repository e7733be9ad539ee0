"""Connections that come through a proxy, which says first from where they are."""

import asyncio
import contextlib
import socket

import pytest

from chatserver.net.deadlines import Times
from chatserver.net.terms import Keys
from chatserver.net.tls import load
from tests.chatserver.fakes import until
from tests.chatserver.net.certificates import client_context, shared_pair
from tests.chatserver.net.service import serving
from tests.chatserver.net.test_connection import connect_slow
from tests.chatserver.net.tlsclient import TlsCaller

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
IPV4 = b"PROXY TCP4 198.51.100.3 192.0.2.1 21726 9000\r\n"
IPV6 = b"PROXY TCP6 2001:db8::7 2001:db8::1 21726 9000\r\n"
MAPPED = b"PROXY TCP6 ::ffff:198.51.100.3 ::1 21726 9000\r\n"
BINARY = (
    (
        SIGNATURE
        + b"\x21\x11\0\x0c"
        + socket.inet_aton("198.51.100.3")
        + socket.inet_aton("192.0.2.1")
    )
    + (21726).to_bytes(2, "big")
    + b"\x23\x28"
)
HERE = b"PROXY TCP4 127.0.0.1 127.0.0.1 21726 9000\r\n"
LOCAL = SIGNATURE + b"\x20\0\0\0"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("header", "host", "address"),
    [
        (IPV4, "198.51.100.3", "198.51.100.3:21726"),
        (IPV6, "2001:db8::7", "[2001:db8::7]:21726"),
        (MAPPED, "198.51.100.3", "198.51.100.3:21726"),
        (BINARY, "198.51.100.3", "198.51.100.3:21726"),
        (HERE, "127.0.0.1", "127.0.0.1:21726"),
    ],
)
async def test_the_address_is_what_the_proxy_says(header: bytes, host: str, address: str) -> None:
    """Wherever its header is cut, and whatever comes right behind it; nobody is private by it."""
    async with serving(proxied=True) as service:
        caller = await service.connect()
        for number in range(len(header)):
            caller.send(header[number : number + 1])
            await asyncio.sleep(0)
        caller.send(b"hello\n")
        assert await caller.line() == b"hello\n"
        origin = service.face.origin
        assert (origin.host, origin.address, origin.private) == (host, address, False)
        whole = await service.connect()
        whole.send(header + b"hello\n")
        assert await whole.line() == b"hello\n"


@pytest.mark.asyncio
@pytest.mark.parametrize("header", [LOCAL, b"PROXY UNKNOWN\r\n"])
async def test_a_proxy_that_speaks_for_itself_is_who_it_is(header: bytes) -> None:
    """As it does to see whether the server is well."""
    async with serving(proxied=True) as service:
        caller = await service.connect()
        caller.send(header + b"hello\n")
        assert await caller.line() == b"hello\n"
        origin = service.face.origin
        assert (origin.host, origin.private) == ("127.0.0.1", False)


@pytest.mark.asyncio
async def test_tls_begins_after_the_header() -> None:
    """As with a proxy that passes on what it cannot read."""
    async with serving(proxied=True, keys=Keys(load(*shared_pair()))) as service:
        caller = TlsCaller(await connect_slow(service), client_context())
        await asyncio.get_running_loop().sock_sendall(caller.sock, IPV6)
        await caller.shake()
        assert await caller.ask(b"hello") == b"hello\n"
        assert service.face.origin.host == "2001:db8::7"
        assert service.face.origin.secure


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "said",
    [
        b"hello, world\n",
        b"PROXY TCP4 nowhere\r\n",
        b"PROXY " + b"x" * 5000,
        SIGNATURE + b"\xff" * 9,
        SIGNATURE + b"\x21\x11\0\x01x",
    ],
)
async def test_whoever_is_no_proxy_is_turned_away(said: bytes) -> None:
    """Nobody may say where they are but a proxy, nor come in beside it."""
    async with serving(proxied=True) as service:
        caller = await service.connect()
        caller.send(said)
        with contextlib.suppress(ConnectionResetError):
            assert await caller.rest() == b""
        assert await service.connections.closed(within=10)
        assert service.terms.counters.refused == 1
        assert not service.faces.opened
        assert len(service.deadlines) == 0


@pytest.mark.asyncio
async def test_silence_is_not_waited_for() -> None:
    """Nor does it hold up the end of the server."""
    async with serving(proxied=True, times=Times(handshake=0.02)) as service:
        caller = await service.connect()
        assert await caller.rest() == b""
        assert await service.connections.closed(within=10)
    async with serving(proxied=True) as service:
        await service.connect()
        await until(lambda: service.connections)
        service.connection.close(b"bye\n")
        assert await service.connections.closed(within=10)
