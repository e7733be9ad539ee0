"""Rooms that one goes back into at the next start."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chatclient.client import Client
from chatclient.configfile import ConfigFile
from chatclient.model import NoArchive
from chatclient.networks import Network, Wishes, configure
from chatclient.rejoining import Rejoining
from tests.chatclient.clients import Hasty, started
from tests.chatclient.fake_server import FakeServer, until


class Memory(NoArchive):
    """Remembers, and keeps nothing else."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def recall(self, topic: str, name: str) -> str:
        """Return it."""
        return self.kept.get((topic, name), "")

    def remember(self, topic: str, name: str, value: str) -> None:
        """Keep it."""
        self.kept[topic, name] = value


@asynccontextmanager
async def at(
    server: FakeServer, file: ConfigFile, memory: Memory, **wishes: tuple[str, ...]
) -> AsyncIterator[Client]:
    """Run a client of the network called work; in the end it leaves."""
    network = replace(file.read().networks["work"], port=server.port)
    client = Client(configure("work", network, Wishes(**wishes)), Hasty())  # type: ignore[arg-type]
    Rejoining(memory, file).attach(client)
    task = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        client.quit()
        await task


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    """Return a file with a network that has two rooms."""
    made = ConfigFile(tmp_path / "config.toml")
    made.save_network("work", Network(host="127.0.0.1", nick="anna", rooms=("#a", "#b")))
    return made


def _rooms(client: Client) -> list[str]:
    return [room.target for room in client.world.rooms() if room.joined]


@pytest.mark.asyncio
async def test_where_one_was(file: ConfigFile) -> None:
    """What was joined is joined again, what was left is not; the file is as it was."""
    memory, text = Memory(), file.path.read_text()
    async with FakeServer() as server:
        async with at(server, file, memory) as client:
            await until(lambda: _rooms(client) == ["#a", "#b"])
            client.enter(client.world.server, "/join #c")
            left = client.world.find("#b")
            assert left
            client.enter(left, "/close")
            await until(lambda: _rooms(client) == ["#a", "#c"])
        async with at(server, file, memory) as client:
            await until(lambda: _rooms(client) == ["#a", "#c"])
            assert client.world.find("#b") is None
            client.enter(client.world.server, "/join #b")
            await until(lambda: len(_rooms(client)) == 3)
        async with at(server, file, memory) as client:
            await until(lambda: _rooms(client) == ["#a", "#b", "#c"])
    assert file.path.read_text() == text


@pytest.mark.asyncio
async def test_a_cut_is_no_leaving(file: ConfigFile) -> None:
    """Nor is the end: rooms that one is thrown out of with the connection are gone into again."""
    memory = Memory()
    async with FakeServer() as server, at(server, file, memory) as client:
        await until(lambda: _rooms(client) == ["#a", "#b"])
        server.visitors[0].reset()
        await until(lambda: len(server.visitors) == 2 and _rooms(client) == ["#a", "#b"])
    assert not any(memory.kept.values())


@pytest.mark.asyncio
async def test_what_is_asked_for_comes_first(file: ConfigFile) -> None:
    """With --room, one goes there and nowhere else; nothing is remembered of it."""
    memory = Memory()
    memory.remember("rooms", "work", "+#c\n-#a")
    async with FakeServer() as server, at(server, file, memory, rooms=("#a",)) as client:
        await until(lambda: _rooms(client) == ["#a"])
    assert memory.kept == {("rooms", "work"): "+#c\n-#a"}


@pytest.mark.asyncio
async def test_rooms_that_are_new_in_the_file(file: ConfigFile) -> None:
    """They are gone into, whatever is remembered of others."""
    memory = Memory()
    memory.remember("rooms", "work", "-#b")
    file.save_in_network("work", "rooms", ("#a", "#b", "#new"))
    async with FakeServer() as server, at(server, file, memory) as client:
        await until(lambda: _rooms(client) == ["#a", "#new"])


@pytest.mark.asyncio
async def test_a_file_that_makes_no_sense_now(file: ConfigFile) -> None:
    """Who edits it meanwhile loses nothing: the network is connected to as it was read."""
    memory = Memory()
    async with FakeServer() as server:
        network = replace(file.read().networks["work"], port=server.port)
        client = Client(configure("work", network), Hasty())
        file.path.write_text("[networks")
        Rejoining(memory, file).attach(client)
        async with started(client):
            await until(lambda: _rooms(client) == ["#a", "#b"])
