"""A disk that fails under a server: nobody is shown what is not kept, and all goes on after."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio

from chatserver.core.events import Said
from chatserver.journal import local
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.fakes import Client, World
from tests.chatserver.storage.disks import FailingConnection, full_disk
from tests.chatserver.storage.samples import page


@pytest_asyncio.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """Return a node on a store on disk, which tries again soon after a failure."""
    monkeypatch.setattr(local, "RETRY_AFTER", 0.01)
    world = World(store=SqliteStore(tmp_path))
    yield world
    await world.journal.idle()
    world.journal.close()


def store_of(world: World) -> SqliteStore:
    """Return the store of `world`."""
    return cast("SqliteStore", world.store)


async def recovered(world: World) -> None:
    """Return when messages can be kept again."""
    async with asyncio.timeout(20):
        while world.journal.failure:
            await asyncio.sleep(0.01)


def texts(world: World) -> list[str]:
    """Return what is on disk of what was said in the lobby."""
    asked = page("#lobby")
    found = store_of(world).read([asked])[asked]
    return [event.text for event in found if isinstance(event, Said)]


async def say(client: Client, text: str) -> list[str]:
    """Say something, and return what comes of it."""
    return await client.ask(text)


@pytest.mark.asyncio
async def test_a_message_that_is_not_kept_is_shown_to_nobody(world: World) -> None:
    """Its sender is told, and everything else goes on."""
    ann, bob = await world.plain_in_lobby("ann"), await world.plain_in_lobby("bob")
    await ann.read()
    with full_disk(store_of(world)):
        for number in range(3):
            assert any("not" in line for line in await say(ann, f"lost {number} {'x' * 8000}"))
            assert await bob.read() == []
        names = await bob.ask("/names")
        assert any("ann" in line for line in names)
    await recovered(world)
    assert await say(ann, "kept") == []
    assert await bob.read() == ["[ann] kept"]
    assert texts(world) == ["kept"]


@pytest.mark.asyncio
async def test_a_change_of_state_waits_for_the_disk(world: World) -> None:
    """A topic set while the disk fails is shown once it is kept, and is there after a restart."""
    ann, bob = await world.plain_in_lobby("ann"), await world.plain_in_lobby("bob")
    await ann.ask("/join #ops")
    await bob.ask("/join #ops")
    await ann.read()
    connection = store_of(world)._connection
    assert connection
    store_of(world)._connection = FailingConnection(connection, "commit", 3)  # type: ignore[assignment]
    await ann.ask("/topic mind the gap")
    assert not any("mind the gap" in line for line in await bob.read())
    await recovered(world)
    assert any("mind the gap" in line for line in await bob.read())
    await world.journal.idle()
    again = SqliteStore(store_of(world).path.parent)
    store_of(world).close()
    assert [room.topic for room in again.open().rooms if room.key == "#ops"] == ["mind the gap"]
    again.close()
