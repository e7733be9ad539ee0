"""Somebody in the lobby, and somebody else: with whom several files of tests begin."""

import pytest
import pytest_asyncio

from tests.chatserver.fakes import Client, World


@pytest.fixture
def world() -> World:
    """Return a world with nobody in it."""
    return World()


@pytest_asyncio.fixture
async def ann(world: World) -> Client:
    """Return somebody in the lobby who has read the welcome."""
    return await world.plain_in_lobby("ann")


@pytest_asyncio.fixture
async def bob(world: World, ann: Client) -> Client:
    """Return somebody else there, of whom the first has heard."""
    bob = await world.plain_in_lobby("bob")
    await ann.read()
    return bob
