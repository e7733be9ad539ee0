"""Turns for what takes about a millisecond: one at a time, and everybody else runs in between.

Rule: however many wait, the event loop goes round between any two of them; first come, first served.
"""

import asyncio


class Turns:
    """`async with` it is one turn, in which nothing is awaited."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> None:
        await self._lock.acquire()

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().call_soon(self._lock.release)
