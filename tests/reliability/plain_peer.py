"""A peer as netcat makes one: no ids, no echo, no history of its own beyond what is shown on joining.

Rule: it says each line once; what was on its way when the server died may be lost, and nobody was told
otherwise. What one connection shows is a stretch of the log, but for its own lines.
"""

import asyncio
import re
from contextlib import suppress
from random import Random

from tests.reliability.ledger import View

RETRY_AFTER = 0.02
_SAID = re.compile(r"(?:\d\d:\d\d )?\[\S+\] (\w+ \d{6})")


class PlainPeer:
    """One person at netcat, who connects again when thrown out."""

    def __init__(
        self, name: str, address: tuple[str, int], *, pause: float, random: Random
    ) -> None:
        """Say a line every `pause` seconds, about."""
        self.name = name
        self.said = 0
        self.hushed = False
        """Whether it says nothing any more."""
        self._shown: list[list[str]] = []
        self._address, self._pause, self._random = address, pause, random

    @property
    def views(self) -> list[View]:
        """What each connection showed."""
        return [View(self.name, shown, whole=False, blind=self.name) for shown in self._shown]

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(*self._address)
                await self._live_through(reader, writer)
            await asyncio.sleep(RETRY_AFTER)

    async def _live_through(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        shown: list[str] = []
        self._shown.append(shown)
        talking = asyncio.create_task(self._talk(writer))
        try:
            writer.write(f"/nick {self.name}\n".encode())
            while line := await reader.readline():
                if found := _SAID.fullmatch(line.decode().rstrip("\n")):
                    shown.append(found[1])
        finally:
            talking.cancel()
            writer.transport.abort()

    async def _talk(self, writer: asyncio.StreamWriter) -> None:
        while True:
            await asyncio.sleep(self._random.uniform(0, 2 * self._pause))
            if not self.hushed and not writer.is_closing():
                self.said += 1
                writer.write(f"{self.name} {self.said:06}\n".encode())
