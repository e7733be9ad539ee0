"""Worlds that several files of tests need."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.chatserver.fakes import GatedStore, World, gate


@pytest_asyncio.fixture
async def gated() -> AsyncIterator[World]:
    """Return a world whose store writes on a thread, behind a gate."""
    world = World(store=GatedStore())
    yield world
    gate(world).gate.set()
    gate(world).reading.set()
    await world.journal.idle()
    world.journal.close()
