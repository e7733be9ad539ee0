"""chatclient without its screen, as a process of its own: what it shows is what its user would see.

`python -m tests.reliability.participant NAME HOST PORT ROOM PAUSE SILENCE [ARCHIVE TYPED]` says numbered
lines, from the one after TYPED on, keeps what it shows in the file ARCHIVE if there is one, and answers
each line on its standard input with a line of JSON: `status`, `talk` and `hush` (say something new from now
on, or nothing), `report` (all that stands in the room's buffer). The end of its input ends it.

Rule: nothing of the client is replaced. Only its patience is shorter, so that a run takes minutes, not
hours: SILENCE seconds without a byte until it asks, and as many for the answer; a second between tries.
"""

import asyncio
import json
import random
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from chatclient import config, keepalive, retry
from chatclient.archive import Keeper, SqliteArchive
from chatclient.client import Client
from chatclient.model import Buffer, Delivery, Kind, Line

LONGEST_WAIT = 1.0
"""The longest wait between two tries to connect, in seconds."""

OPEN_MOST = 20
"""Own lines that may be pending before the user types more."""


class Participant:
    """A user who types a line every `pause` seconds, about, whether connected or not."""

    def __init__(
        self,
        client: Client,
        room: Buffer,
        name: str,
        pause: float,
        *,
        archive: SqliteArchive | None = None,
        typed: int = 0,
    ) -> None:
        self._client, self._room, self._name, self._pause = client, room, name, pause
        self._archive = archive
        self._typed = typed
        self._talking = False

    async def type_lines(self) -> None:
        """Type numbered lines while it shall."""
        while True:
            await asyncio.sleep(random.uniform(0, 2 * self._pause))
            if self._room.pending < OPEN_MOST and self._talking:
                self._typed += 1
                self._client.enter(self._room, f"{self._name} {self._typed:06}")

    def answer(self, asked: str) -> Mapping[str, object]:
        """Do what was asked for, and tell."""
        if asked == "report":
            return self._report()
        if asked in {"talk", "hush"}:
            self._talking = asked == "talk"
        return {
            "typed": self._typed,
            "pending": self._room.pending,
            "shown": sum(1 for line in self._lines() if line.kind is Kind.MESSAGE),
            "joined": self._room.joined,
        }

    def _report(self) -> Mapping[str, object]:
        said = [line for line in self._lines() if line.kind is Kind.MESSAGE]
        return {
            "typed": self._typed,
            "shown": [line.text for line in said if line.delivery is Delivery.CONFIRMED],
            "own": [line.text for line in said if line.own and line.delivery is Delivery.CONFIRMED],
            "failed": [line.text for line in said if line.delivery is Delivery.FAILED],
            "pending": self._room.pending,
        }

    def _lines(self) -> Sequence[Line]:
        """Return all that the user can read, by scrolling up as far as it goes."""
        if self._archive is None:
            return self._room.lines
        self._archive.flush(10.0)
        return [kept.line for kept in self._archive.older(self._room, None, 10**9)]


async def take_part(arguments: Sequence[str]) -> None:
    """Be a participant until standard input ends."""
    name, host, port, room, pause, silence, *kept = arguments
    keepalive.SILENCE = keepalive.PATIENCE = float(silence)
    retry.LONGEST = LONGEST_WAIT
    client = Client(config.build([host, port], nick=name, rooms=[room], timeout=5))
    buffer = client.world.find(room)
    assert buffer is not None
    archive = SqliteArchive(Path(kept[0])) if kept else None
    if archive:
        Keeper(archive, client).restore()
        client.flush()
    participant = Participant(
        client, buffer, name, float(pause), archive=archive, typed=int(kept[1]) if kept else 0
    )
    tasks = [asyncio.create_task(client.run()), asyncio.create_task(participant.type_lines())]
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        print(json.dumps(participant.answer(line.decode().strip())), flush=True)  # noqa: T201 - it answers so
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


if __name__ == "__main__":
    asyncio.run(take_part(sys.argv[1:]))
