"""Clients for tests: they wait for nothing long, and quit at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from chatclient.client import Client


class Hasty(Random):
    """Randomness that makes every wait short."""

    def uniform(self, a: float, b: float) -> float:
        """Return next to nothing."""
        return 0.01


class Patient(Random):
    """Randomness that makes every wait longer than any test."""

    def uniform(self, a: float, b: float) -> float:
        """Return an hour."""
        return 3600.0


@asynccontextmanager
async def started(client: Client) -> AsyncIterator[Client]:
    """Run a client; at the end it quits."""
    task = asyncio.create_task(client.run())
    try:
        yield client
    finally:
        client.quit()
        async with asyncio.timeout(20):
            await task
