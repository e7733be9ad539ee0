"""A client's connection, which comes back by itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chatclient import keepalive
from chatclient.client import Client
from chatclient.config import Config, Security, build
from chatclient.connection import Connection, connect
from chatclient.model import Change, ConnectionState, Delivery
from chatclient.session import MAYBE_LOST
from tests.chatclient.clients import Hasty, Patient, started
from tests.chatclient.fake_server import FakeServer, until


@asynccontextmanager
async def running(port: int, **more: Any) -> AsyncIterator[Client]:
    """Run a client on that port; at the end it quits."""
    client = Client(build(["127.0.0.1", str(port)], nick="alice", **more), Hasty())
    async with started(client):
        yield client


def _joined(client: Client, name: str = "#lobby") -> bool:
    room = client.world.find(name)
    return room is not None and room.joined


@pytest.mark.asyncio
async def test_online() -> None:
    """Once connected, the status tells everything, and the rooms are joined."""
    async with FakeServer() as server, running(server.port, rooms=["#a", "#b"]) as client:
        await until(lambda: _joined(client, "#a") and _joined(client, "#b"))
        await until(lambda: client.world.status.round_trip is not None)
        status = client.world.status
        assert status.state is ConnectionState.ONLINE
        assert (status.nick, status.family) == ("alice", "IPv4")
        assert status.remote == f"127.0.0.1:{server.port}"
        assert 0 <= (status.round_trip or 0) < 5
        assert client.world.active.name == "#a"


@pytest.mark.asyncio
async def test_orderly_end() -> None:
    """Quitting says good-bye to the server, and the run ends."""
    async with FakeServer() as server:
        async with running(server.port) as client:
            await until(lambda: _joined(client))
            client.quit("so long")
            visitor = await server.visitor(0)
            await visitor.heard("QUIT so long")
        assert client.world.status.state is ConnectionState.OFFLINE


@pytest.mark.parametrize("how", ["hang_up", "reset"])
@pytest.mark.asyncio
async def test_back_in_the_same_rooms(how: str) -> None:
    """After any cut the client comes back by itself, to the rooms that it was in."""
    async with FakeServer() as server, running(server.port, rooms=["#a"]) as client:
        await until(lambda: _joined(client, "#a"))
        client.enter(client.world.server, "/join #b")
        await until(lambda: _joined(client, "#b"))
        client.enter(client.world.find("#a") or client.world.server, "/part")
        await (await server.visitor(0)).heard("PART #a")
        server.visitors[0].tell(":alice!u@h PART #a")
        await until(lambda: not _joined(client, "#a"))
        getattr(server.visitors[0], how)()
        visitor = await server.visitor(1)
        await visitor.heard("JOIN #b")
        await until(lambda: _joined(client, "#b"))
        assert client.world.status.state is ConnectionState.ONLINE
        assert not [line for line in visitor.lines if "#a" in line]


@pytest.mark.asyncio
async def test_a_server_that_is_not_there_yet() -> None:
    """The client tries again until there is a server; why it waits is told once."""
    async with FakeServer() as first:
        port = first.port
    server = FakeServer()
    server.port = port
    async with running(port) as client:
        await until(lambda: client.world.status.state is ConnectionState.WAITING)
        assert "nothing listens" in client.world.status.reason
        assert client.world.status.retry_at
        async with server:
            await until(lambda: _joined(client))
            told = [line.text for line in client.world.server.lines if "listens" in line.text]
            assert len(told) == 1
            client.quit()
            await server.visitors[0].heard("QUIT")


@pytest.mark.asyncio
async def test_own_lines_on_a_cut() -> None:
    """Confirmed lines stay confirmed; what was pending at the cut may have arrived, and says so."""
    async with FakeServer() as server, running(server.port) as client:
        await until(lambda: _joined(client))
        room = client.world.active
        client.enter(room, "kept")
        await until(lambda: room.lines[-1].delivery is Delivery.CONFIRMED)
        server.mute = True
        client.enter(room, "lost")
        assert room.lines[-1].delivery is Delivery.PENDING
        await server.visitors[0].heard("PRIVMSG #lobby lost")
        server.mute = False
        server.visitors[0].reset()
        await until(lambda: len(server.visitors) > 1 and _joined(client))
        fates = {line.text: (line.delivery, line.reason) for line in room.lines if line.own}
        assert fates["kept"] == (Delivery.CONFIRMED, "")
        assert fates["lost"] == (Delivery.FAILED, MAYBE_LOST)
        client.enter(room, "/resend")
        await server.visitors[1].heard("PRIVMSG #lobby lost")
        await until(lambda: room.lines[-1].delivery is Delivery.CONFIRMED)


@pytest.mark.asyncio
async def test_a_dead_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is silent though asked is left, and tried anew."""
    monkeypatch.setattr(keepalive, "SILENCE", 0.05)
    monkeypatch.setattr(keepalive, "PATIENCE", 0.05)
    async with FakeServer() as server, running(server.port) as client:
        await until(lambda: _joined(client))
        server.mute = True
        await (await server.visitor(0)).heard("PING alive-2")
        server.mute = False
        await server.visitor(1)
        await until(lambda: _joined(client))
        assert "disconnected: the server is silent" in [
            line.text for line in client.world.active.lines
        ]


@pytest.mark.asyncio
async def test_a_refusal_that_is_final() -> None:
    """A wrong password is not tried again by itself; /reconnect does."""
    async with FakeServer() as server:
        server.refusals["NICK"] = "464 * :Password incorrect"
        server.refusals["USER"] = "NOTICE * :go away"
        server.refusals["CAP END"] = "NOTICE * :go away"
        async with running(server.port) as client:
            visitor = await server.visitor(0)
            await visitor.heard("CAP END")
            visitor.tell("ERROR :Closing link")
            visitor.hang_up()
            await until(lambda: client.world.status.state is ConnectionState.OFFLINE)
            await until(lambda: "/reconnect" in client.world.status.reason)
            assert "Password incorrect" in client.world.status.reason
            server.refusals.clear()
            client.enter(client.world.server, "/reconnect")
            await until(lambda: _joined(client))


@pytest.mark.asyncio
async def test_reconnecting_by_hand() -> None:
    """/reconnect drops the connection and makes another at once."""
    async with FakeServer() as server, running(server.port) as client:
        await until(lambda: _joined(client))
        client.enter(client.world.active, "/reconnect")
        await server.visitor(1)
        await until(lambda: _joined(client))


@pytest.mark.asyncio
async def test_quitting_while_connecting() -> None:
    """Nobody waits for a server that does not answer in order to leave."""
    async with FakeServer() as server:
        server.mute = True
        async with running(server.port, security=Security(tls=True), timeout=60) as client:
            await server.visitor(0)
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 1
        assert client.world.status.state is ConnectionState.OFFLINE


@asynccontextmanager
async def connected(server: FakeServer, does: Callable[[Client], None]) -> AsyncIterator[Client]:
    """Run a client that `does` this when its first connection is there, but is not yet taken."""
    made: list[Connection] = []

    async def connect_and_do(target: Config) -> Connection:
        connection = await connect(target)
        made.append(connection)
        if len(made) == 1:
            asyncio.get_running_loop().call_soon(does, client)  # before who waits for it goes on
        return connection

    client = Client(
        build(["127.0.0.1", str(server.port)], nick="alice"), Hasty(), connect=connect_and_do
    )
    async with started(client):
        await until(lambda: bool(made))
        yield client


@pytest.mark.asyncio
async def test_changing_ones_mind_just_when_there_is_a_connection() -> None:
    """It is as before: there is none any more, though nothing was left to be cancelled."""
    async with FakeServer() as server:
        server.mute = True
        async with connected(server, Client.disconnect) as client:
            await until(lambda: "you disconnected" in client.world.status.reason)
        async with connected(server, Client.reconnect):
            await server.visitor(2)
        async with connected(server, Client.quit) as client:
            await until(lambda: client.world.status.state is ConnectionState.OFFLINE)


@pytest.mark.asyncio
async def test_quitting_while_waiting() -> None:
    """Nor for the next try."""
    async with FakeServer() as server:
        port = server.port
    client = Client(build(["127.0.0.1", str(port)], nick="alice"), Patient())
    task = asyncio.create_task(client.run())
    await until(lambda: client.world.status.state is ConnectionState.WAITING)
    client.quit()
    async with asyncio.timeout(20):
        await task


@pytest.mark.asyncio
async def test_a_taken_nick() -> None:
    """Who has our nick does not keep us out."""
    async with FakeServer() as server:
        server.taken.add("alice")
        async with running(server.port) as client:
            await until(lambda: _joined(client))
            assert client.world.status.nick == "alice_"


@pytest.mark.asyncio
async def test_listeners_hear_everything_in_order() -> None:
    """A listener is told every change, in steps that are never empty."""
    async with FakeServer() as server:
        client = Client(build(["127.0.0.1", str(server.port)], nick="alice"), Hasty())
        steps: list[int] = []

        def follow(changes: Sequence[Change]) -> None:
            steps.append(len(changes))

        client.listen(follow)
        task = asyncio.create_task(client.run())
        await until(lambda: _joined(client))
        client.activate(client.world.server)
        client.quit()
        await task
        assert all(steps)
        assert client.world.changes == []


@pytest.mark.asyncio
async def test_cancelling_ends_at_once() -> None:
    """A cancelled run leaves no connection behind."""
    async with FakeServer() as server:
        client = Client(build(["127.0.0.1", str(server.port)], nick="alice"), Hasty())
        task = asyncio.create_task(client.run())
        await until(lambda: _joined(client))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(server.visitors[0].reader.at_eof)
