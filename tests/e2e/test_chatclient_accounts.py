"""chatclient with an account: cut off and back, and on two devices at once; real processes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from chatclient.client import Client
from chatclient.config import Login, build
from chatclient.model import CONVERSATION, Buffer, Kind
from tests.chatclient.clients import Hasty, started
from tests.e2e.server import Peer, Server
from tests.e2e.test_coming_back import Hole, join

SECONDS = 20
PASSWORD = "a long sesame"


@asynccontextmanager
async def running(port: int, **more: object) -> AsyncIterator[Client]:
    """Run a client of alice's on that port, in #lobby; at the end it quits."""
    login = Login("alice", PASSWORD) if more.get("account", True) else Login()
    config = build(["127.0.0.1", str(port)], nick="alice", login=login, rooms=["#lobby"])
    client = Client(config, Hasty())
    async with started(client):
        await until(lambda: joined(client))
        yield client


async def until(condition: Callable[[], object]) -> None:
    """Return when something is so; it must be, within seconds."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


def joined(client: Client) -> bool:
    """Say whether the client is in the lobby and has all that was said there."""
    room = client.world.find("#lobby")
    return room is not None and room.joined and not room.behind


def buffer(client: Client, name: str) -> Buffer:
    """Return an open buffer."""
    found = client.world.find(name)
    assert found is not None
    return found


def said(client: Client, name: str) -> list[tuple[str, bool]]:
    """Return what was said in a buffer, and whether alice did, and where something is missing."""
    found = client.world.find(name)
    kinds = {*CONVERSATION, Kind.GAP}
    return [(each.text, each.own) for each in found.lines if each.kind in kinds] if found else []


async def hears(client: Client, name: str, count: int) -> None:
    """Return when so much is said in a buffer."""
    await until(lambda: len(said(client, name)) == count)


async def has_unread(client: Client, name: str, count: int) -> None:
    """Return when so much of it is unread."""
    await until(lambda: buffer(client, name).unread == count)


async def register(port: int) -> None:
    """Make the account of alice."""
    async with running(port, account=False) as client:
        client.enter(client.world.active, "/register")
        client.answer(PASSWORD)
        client.answer(PASSWORD)
        await until(lambda: client.world.status.account == "alice")


async def meet(tmp_path: Path, stack: ExitStack) -> tuple[Server, Peer]:
    """Return a server on which alice has an account, and bob, who is in its lobby."""
    server = stack.enter_context(Server("--port", "0", "--data", tmp_path / "data"))
    await register(server.port)
    bob = join(server, stack)
    bob.send("JOIN #lobby")
    bob.read_until(" 366 ")
    return server, bob


def tell(bob: Peer, target: str, text: str) -> None:
    """Let bob say something, and wait until it is acknowledged."""
    bob.send(f"PRIVMSG {target} :{text}")
    bob.read_until(f"PRIVMSG {target} :{text}")


@pytest.mark.asyncio
async def test_a_dead_connection_is_replaced(tmp_path: Path) -> None:
    """The account takes its place on the next one: same nick and rooms, nobody sees a coming or going.

    What was said meanwhile, in the room and to her alone, is there once and in order.
    """
    with ExitStack() as stack:
        server, bob = await meet(tmp_path, stack)
        hole = Hole(server.port)
        async with hole.listening() as port, running(port) as client:
            bob.read_until("JOIN #lobby")
            tell(bob, "alice", "one")
            tell(bob, "#lobby", "one")
            await until(lambda: said(client, "bob") and said(client, "#lobby"))
            hole.swallow()
            tell(bob, "alice", "two")
            tell(bob, "#lobby", "two")
            hole.cut()
            await until(lambda: len(said(client, "bob")) > 1 and len(said(client, "#lobby")) > 1)
            assert said(client, "bob") == [("one", False), ("two", False)]
            assert said(client, "#lobby") == [("one", False), ("two", False)]
            assert client.world.status.nick == client.world.status.account == "alice"
            bob.send("PING end")
            bob.read_until("PONG")
            told = [line for line in bob.seen if line.startswith(":alice!")]
            assert len(told) == 1
            assert " JOIN #lobby" in told[0]


@pytest.mark.asyncio
async def test_two_devices(tmp_path: Path) -> None:
    """What one says is on the other as her own, once; what one has read is read on the other."""
    with ExitStack() as stack:
        server, bob = await meet(tmp_path, stack)
        async with running(server.port) as desk, running(server.port) as phone:
            for client in (desk, phone):
                client.activate(client.world.server)
            desk.enter(buffer(desk, "#lobby"), "from my desk")
            phone.enter(buffer(phone, "#lobby"), "from my phone")
            phone.enter(buffer(phone, "#lobby"), "/msg bob psst")
            tell(bob, "alice", "yes?")
            tell(bob, "#lobby", "alice: hello")
            for client in (desk, phone):
                await hears(client, "#lobby", 3)
                await hears(client, "bob", 2)
            assert said(desk, "#lobby") == said(phone, "#lobby")
            assert sorted(said(desk, "#lobby"))[1:] == [
                ("from my desk", True),
                ("from my phone", True),
            ]
            assert said(desk, "bob") == said(phone, "bob") == [("psst", True), ("yes?", False)]
            for name in ("#lobby", "bob"):
                for client in (desk, phone):
                    await has_unread(client, name, 1)
                phone.activate(buffer(phone, name))
                await has_unread(desk, name, 0)
                assert buffer(desk, name).mentions == 0
        async with running(server.port) as again:
            await until(lambda: said(again, "bob"))
            assert said(again, "bob") == [("psst", True), ("yes?", False)]
            await until(lambda: not buffer(again, "bob").unread)
