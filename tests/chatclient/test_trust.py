"""Certificates that a person takes, and servers that want TLS, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatclient import doubts
from chatclient.client import Client
from chatclient.config import Security, build
from chatclient.hub import Hub
from chatclient.known import KnownServers, Policy
from chatclient.model import ConnectionState
from tests.chatclient.clients import Hasty, started
from tests.chatclient.fake_server import FakeServer, until
from tests.chatclient.test_certificates import DER

FINGERPRINT = "sha256:ee22dd4df4dbc62386801e3069147b76f21fb8b4b2c37f6eaaa3dce30b066cea"
OTHER = "sha256:" + 64 * "0"
TLS = Security(tls=True)
NOW = 1_700_000_000.0


@asynccontextmanager
async def running(
    port: int, known: KnownServers | None = None, *, asks: bool = True, **more: Any
) -> AsyncIterator[Client]:
    """Run a client on that port of localhost; at the end it quits."""
    config = build(["127.0.0.1", str(port)], nick="alice", **more)
    client = Client(config, Hasty(), known=known, asks=asks, clock=lambda: NOW)
    async with started(client):
        yield client


def _is_online(client: Client) -> bool:
    return client.world.status.state is ConnectionState.ONLINE


async def _asked(client: Client) -> str:
    await until(lambda: client.world.question is not None)
    question = client.world.question
    return "\n".join(question.text) if question else ""


@pytest.mark.asyncio
async def test_taken_once(tmp_path: Path) -> None:
    """An unknown certificate is shown; taken once, it does for this run and is not remembered."""
    known = KnownServers(tmp_path / "servers.json")
    async with FakeServer(tls=True) as server, running(server.port, known, security=TLS) as client:
        text = await _asked(client)
        assert FINGERPRINT in text
        assert "localhost, 127.0.0.1, ::1" in text
        assert "2026-11-22 to 2126-10-29" in text
        assert all(not visitor.lines for visitor in server.visitors)
        client.answer("perhaps")
        assert client.world.question
        client.answer("once")
        await until(lambda: _is_online(client))
        assert client.world.status.secure
        client.session.reconnect()
        client.flush()
        await until(lambda: not _is_online(client))
        await until(lambda: _is_online(client))
        assert known.fingerprint(client.config.address) == ""


@pytest.mark.asyncio
async def test_asked_behind_another_network_and_answered_late(tmp_path: Path) -> None:
    """The network is named, the warning is shown, and the answer counts when the server is back."""
    known = KnownServers(tmp_path / "servers.json")
    async with FakeServer() as home:
        work = FakeServer(tls=True)
        async with work:
            address = f"127.0.0.1:{work.port}"
            known.pin(address, OTHER)
            clients = [
                Client(
                    replace(build(["127.0.0.1", str(port)], security=how), name=name),
                    Hasty(),
                    known=known,
                )
                for name, port, how in (("home", home.port, Security()), ("work", work.port, TLS))
            ]
            hub = Hub(clients)
            running = asyncio.create_task(hub.run())
            await until(lambda: _is_online(clients[0]) and hub.question is not None)
            assert hub.world.name == "home"
            question = hub.question
            assert question
            assert question.label.startswith("work: ")
            assert "THE CERTIFICATE IS ANOTHER ONE" in "\n".join(question.text)
        hub.answer("always")
        assert known.fingerprint(address) == FINGERPRINT
        assert hub.question is None
        async with work:
            await until(lambda: _is_online(clients[1]))
            hub.quit()
            await running


@pytest.mark.asyncio
async def test_taken_for_good(tmp_path: Path) -> None:
    """What is always taken is not asked about again, in another run either."""
    path = tmp_path / "servers.json"
    async with FakeServer(tls=True) as server:
        async with running(server.port, KnownServers(path), security=TLS) as client:
            await _asked(client)
            client.answer("always")
            await until(lambda: _is_online(client))
        async with running(server.port, KnownServers(path), security=TLS, asks=False) as client:
            await until(lambda: _is_online(client))


@pytest.mark.asyncio
async def test_not_taken() -> None:
    """No is no, until /reconnect; then it is asked again."""
    async with FakeServer(tls=True) as server, running(server.port, security=TLS) as client:
        await _asked(client)
        client.answer("no")
        await until(lambda: "/reconnect tries again" in client.world.status.reason)
        assert client.world.status.state is ConnectionState.OFFLINE
        client.enter(client.world.active, "/reconnect")
        await _asked(client)


@pytest.mark.asyncio
async def test_two_that_ask_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken for good in one terminal, it is not asked about in the other, which goes on."""
    monkeypatch.setattr(doubts, "LOOK_TIME", 0.01)
    path = tmp_path / "servers.json"
    async with (
        FakeServer(tls=True) as server,
        running(server.port, KnownServers(path), security=TLS) as one,
        running(server.port, KnownServers(path), security=TLS) as other,
    ):
        await _asked(one)
        await _asked(other)
        one.answer("always")
        await until(lambda: _is_online(one) and _is_online(other))
        assert other.world.question is None
        told = [line.text for line in other.world.server.lines]
        assert [text for text in told if "was taken elsewhere" in text]
        assert not [line for line in one.world.server.lines if "elsewhere" in line.text]


@pytest.mark.asyncio
async def test_another_certificate() -> None:
    """One that is not what was taken before is called so, loudly, with both."""
    async with FakeServer(tls=True) as server:
        known = KnownServers()
        known.pin(f"127.0.0.1:{server.port}", OTHER)
        async with running(server.port, known, security=TLS) as client:
            text = await _asked(client)
            assert "THE CERTIFICATE IS ANOTHER ONE" in text
            assert OTHER in text
            assert FINGERPRINT in text
            client.answer("always")
            await until(lambda: _is_online(client))
            assert known.fingerprint(f"127.0.0.1:{server.port}") == FINGERPRINT


@pytest.mark.asyncio
async def test_nobody_to_ask() -> None:
    """A tool says what it would have to be told; then it is enough to tell it."""
    async with FakeServer(tls=True) as server:
        async with running(server.port, security=TLS, asks=False) as client:
            await until(lambda: f"--fingerprint {FINGERPRINT}" in client.stuck)
        named = Security(fingerprint=FINGERPRINT.upper())
        async with running(server.port, security=named, asks=False) as client:
            await until(lambda: _is_online(client))
        async with running(server.port, security=Security(fingerprint=OTHER)) as client:
            await until(lambda: "not the one that --fingerprint" in client.world.status.reason)
            assert client.world.question is None


@pytest.mark.asyncio
async def test_a_server_that_wants_tls() -> None:
    """It is left at once, before anything is said, for its port for TLS; the policy is kept."""
    known = KnownServers()
    known.pin("127.0.0.1:0", "")
    async with FakeServer("batch sts=duration=50", tls=True) as safe:
        known.pin(f"127.0.0.1:{safe.port}", FINGERPRINT)
        async with FakeServer(f"batch sts=port={safe.port}") as plain:
            async with running(plain.port, known) as client:
                await until(lambda: _is_online(client))
                assert client.world.status.secure
                assert not [line for line in plain.visitors[0].lines if line.startswith("CAP REQ")]
            assert known.policy("127.0.0.1", NOW) == Policy(safe.port, 50, NOW + 50)
            async with running(plain.port, known) as client:
                await until(lambda: _is_online(client))
            assert len(plain.visitors) == 1


@pytest.mark.asyncio
async def test_no_way_around_a_policy() -> None:
    """While it lasts, nobody is asked to take a certificate, and nothing is said unprotected."""
    known = KnownServers()
    async with FakeServer(tls=True) as safe, FakeServer() as plain:
        known.keep_policy("127.0.0.1", Policy(safe.port, 50, NOW + 50))
        async with running(plain.port, known) as client:
            await until(lambda: "wants TLS (STS)" in client.world.status.reason)
            assert client.world.question is None
        assert not plain.visitors
        known.keep_policy("127.0.0.1", Policy(safe.port, 50, NOW))
        async with running(plain.port, known) as client:
            await until(lambda: _is_online(client))
            assert not client.world.status.secure


@pytest.mark.asyncio
async def test_a_policy_that_is_taken_back() -> None:
    """A duration of 0 ends it."""
    known = KnownServers()
    async with FakeServer("batch sts=duration=0", tls=True) as safe:
        known.pin(f"127.0.0.1:{safe.port}", FINGERPRINT)
        known.keep_policy("127.0.0.1", Policy(safe.port, 50, NOW + 50))
        async with running(safe.port, known) as client:
            await until(lambda: _is_online(client))
        assert known.policy("127.0.0.1", NOW) is None


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """It is said, and nothing is connected to: it may have said not to."""
    path = tmp_path / "servers.json"
    path.write_text("{")
    async with FakeServer() as server, running(server.port, KnownServers(path)) as client:
        await until(lambda: "servers.json" in client.world.status.reason)
        assert not server.visitors


def test_the_fingerprint_of_the_tests() -> None:
    """It is that of the certificate of the fake server."""
    assert FINGERPRINT.endswith("cea")
    assert len(DER) > 100
