"""The world that several files of tests begin with."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from chatserver.journal import local
from tests.chatserver.fakes import FailingStore, World, until


@pytest_asyncio.fixture(params=[False, True], ids=["here", "thread"])
async def world(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """Return a world on a store that can fail, written to on the loop or on the journal's thread."""
    monkeypatch.setattr(local, "RETRY_AFTER", 0.001)
    store = FailingStore()
    store.blocking = request.param
    world = World(store=store)
    yield world
    store.why = ""
    await until(lambda: not world.journal.failure)
    await world.journal.idle()
    world.journal.close()
