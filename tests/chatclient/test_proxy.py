"""Connecting through proxies, over real sockets."""

import asyncio
import logging
import socket
from dataclasses import replace
from typing import Any

import pytest

from chatclient.config import ArgumentError, Config, Security, build
from chatclient.connection import ConnectError, UnknownCertificateError, connect
from chatclient.known import KnownServers
from chatclient.trust import Trust
from tests.chatclient.fake_proxy import FakeProxy
from tests.chatclient.fake_server import CERTIFICATE, FakeServer

SCHEMES = ["socks5", "socks4", "http"]


def _config(proxy: str, host: str = "chat.nowhere", port: int = 7000, **more: Any) -> Config:
    return build([host, str(port)], nick="alice", proxy=proxy, **more)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.asyncio
async def test_bytes_go_both_ways(scheme: str) -> None:
    """The proxy is who looks up the name; the status says that it is in between, and of which kind."""
    async with FakeServer() as server, FakeProxy(scheme, server.port) as proxy:
        connection = await connect(_config(proxy.url))
        assert proxy.asked == [("chat.nowhere", 7000)]
        assert (connection.family, connection.remote) == (scheme.upper(), "chat.nowhere:7000")
        connection.write(b"PING x\r\n")
        assert await connection.read() == b":srv PONG srv :x\r\n"
        await connection.close(1.0)


@pytest.mark.asyncio
async def test_a_proxy_on_this_machine_is_not_private() -> None:
    """From there on others can read: no password goes there as it is."""
    async with FakeServer() as server, FakeProxy("socks5", server.port) as proxy:
        connection = await connect(_config(proxy.url, "127.0.0.1"))
        assert not connection.private
        connection.abort()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.asyncio
async def test_tls_goes_through(scheme: str) -> None:
    """The server's certificate is verified by the server's name, and the proxy sees no plain text."""
    async with FakeServer(tls=True) as server, FakeProxy(scheme, server.port) as proxy:
        security = Security(tls=True, ca=str(CERTIFICATE))
        connection = await connect(_config(proxy.url, "localhost", security=security))
        assert connection.secure
        assert connection.private
        connection.write(b"PING x\r\n")
        assert await connection.read() == b":srv PONG srv :x\r\n"
        assert b"PING" not in proxy.passed
        connection.abort()


@pytest.mark.asyncio
async def test_an_unknown_certificate() -> None:
    """It is known as such, and taken when the user takes it, through the proxy too."""
    async with FakeServer(tls=True) as server, FakeProxy("socks5", server.port) as proxy:
        config = _config(proxy.url, security=Security(tls=True))
        with pytest.raises(UnknownCertificateError) as caught:
            await connect(config)
        taken = replace(config, taken=caught.value.certificate.fingerprint)
        (await connect(taken)).abort()
        assert {host for host, _ in proxy.asked} == {"chat.nowhere"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.asyncio
async def test_a_proxy_that_does_not_connect(scheme: str) -> None:
    """It is said that it was the proxy, and what it said."""
    async with FakeProxy(scheme, 1) as proxy:
        proxy.refuses = True
        with pytest.raises(ConnectError) as caught:
            await connect(_config(proxy.url))
        said = f"the proxy 127.0.0.1:{proxy.port} does not connect to chat.nowhere:7000: "
        assert said in str(caught.value)


@pytest.mark.asyncio
async def test_a_proxy_that_is_not_there() -> None:
    """It is said that it was the proxy and not the server."""
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    with pytest.raises(
        ConnectError, match=f"cannot reach the proxy 127.0.0.1:{port}: Connection refused"
    ):
        await connect(_config(f"socks5://127.0.0.1:{port}"))
    with pytest.raises(
        ConnectError, match=r"cannot reach the proxy p\.invalid:1: there is no host"
    ):
        await connect(_config("socks5://p.invalid:1"))


@pytest.mark.asyncio
async def test_a_proxy_that_says_nothing() -> None:
    """It is waited for as long as for a server."""
    async with FakeProxy("socks5", 1) as proxy:
        proxy.mute = True
        with pytest.raises(ConnectError, match="does not answer within"):
            await connect(_config(proxy.url, timeout=0.2))


@pytest.mark.parametrize(
    ("scheme", "said"),
    [
        ("socks5", b""),
        ("socks5", b"\x05"),
        ("socks5", b"\x05\x00\x05\x00"),
        ("socks5", b"\x05\x00\xff\xff\xff\xff"),
        ("socks4", b"\x00\x5a\x00"),
        ("http", b""),
        ("http", b"nonsense\r\n\r\n"),
    ],
)
@pytest.mark.parametrize("resets", [False, True])
@pytest.mark.asyncio
async def test_a_proxy_that_dies_in_the_middle(scheme: str, said: bytes, *, resets: bool) -> None:
    """Whatever it had said, and however it ends, there is no connection, and one is told which proxy."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(said)
        writer.transport.abort() if resets else writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        config = build(
            ["irc.example.org", "6667"], proxy=f"{scheme}://127.0.0.1:{port}", timeout=5.0
        )
        with pytest.raises(ConnectError, match=f"127.0.0.1:{port}|irc.example.org"):
            await connect(config)


@pytest.mark.asyncio
async def test_a_proxy_with_a_login() -> None:
    """The user stands in its address, the password does not; a wrong one is refused."""
    login = ("anna", "sesame")
    async with FakeServer() as server, FakeProxy("socks5", server.port, login=login) as proxy:
        config = _config(proxy.url)
        with pytest.raises(ConnectError, match="the proxy"):
            await connect(config)
        connection = await connect(replace(config, proxy_password="sesame"))
        assert proxy.asked == [("chat.nowhere", 7000)]
        connection.abort()


def test_no_password_in_the_address() -> None:
    """It would be in the file, or where all users of the machine can read it."""
    with pytest.raises(ArgumentError, match="CHATCLIENT_PROXY_PASSWORD gives it") as caught:
        _config("socks5://anna:sesame@p:1080")
    assert "sesame" not in str(caught.value)


@pytest.mark.asyncio
async def test_the_log_tells_each_step(caplog: pytest.LogCaptureFixture) -> None:
    """So that one sees how far it came."""
    caplog.set_level(logging.DEBUG, "chatclient")
    async with FakeServer() as server, FakeProxy("socks5", server.port) as proxy:
        (await connect(_config(proxy.url))).abort()
        steps = [record.getMessage() for record in caplog.records if record.name.endswith("proxy")]
        assert steps == [
            f"asking {proxy.url} for chat.nowhere:7000",
            f"127.0.0.1:{proxy.port} answers at ('127.0.0.1', {proxy.port})",
            f"{proxy.url} has connected to chat.nowhere:7000",
        ]


def test_a_server_that_wants_tls_is_reached_through_the_proxy() -> None:
    """Where STS leads, the proxy is in between as well."""
    config = _config("socks5://p:1080")
    trust = Trust(config, KnownServers(), lambda: 0.0)
    trust.upgrade(6697)
    target = trust.target()
    assert (target.tls, target.port, target.proxy) == (True, 6697, "socks5://p:1080")
