"""The processes of a run: a server that can be killed and started again, and clients of their own.

Rule: whatever was started is ended with the block, by its own process id.
"""

import asyncio
import json
import re
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import msgspec

from chatserver.core.events import KeptEvent, Said
from tests.closing import AsyncClosing
from tests.e2e.server import command

SERVED_WITHIN = 20.0
"""Seconds in which a server must serve after it was started."""

JOINED_WITHIN = 60.0
"""Seconds in which a client must be back, once nothing keeps it away."""

_LOOK_AFTER = 0.002
_ASK_AFTER = 0.1
_TEXT = re.compile(r"\w+ \d{6}")
_GREETING = b"NICK probe\r\nUSER probe 0 * :probe\r\nQUIT\r\n"


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port on which nothing listens now."""
    with socket.create_server((host, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


class Victim(AsyncClosing):
    """A server on one port and one data directory, over any number of lives."""

    def __init__(self, directory: Path, *flags: str, host: str = "127.0.0.1") -> None:
        self.data = directory / "data"
        self.log = directory / "server.log"
        self.host, self.port = host, free_port(host)
        self._command = command("--host", host, "--port", str(self.port), "--data", self.data)
        self._command += flags
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        await self.start()
        await self.served()
        return self

    async def close(self) -> None:
        """End it as a power cut would."""
        await self.kill()

    @property
    def pid(self) -> int:
        """The process id of its present life."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Begin a life."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
            )

    async def kill(self) -> None:
        """End it as nothing but the power switch does."""
        process = self._process
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()

    async def stop(self) -> int:
        """Have it end in order, and return its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return await self._process.wait()

    async def served(self) -> None:
        """Return when somebody who connected was let in."""
        async with asyncio.timeout(SERVED_WITHIN):
            while not await self._try():
                assert self._process is None or self._process.returncode is None, (
                    f"it does not start: {self.log.read_text()[-500:]}"
                )
                await asyncio.sleep(_LOOK_AFTER)

    async def _try(self) -> bool:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection(self.host, self.port)
            try:
                writer.write(_GREETING)
                return b" 001 " in await reader.readuntil(b" 001 ")
            except (OSError, asyncio.IncompleteReadError):
                return False
            finally:
                writer.transport.abort()
        return False

    async def restart(self) -> float:
        """Kill it, start it at once, and return the seconds until somebody was let in."""
        before = time.monotonic()
        await self.kill()
        await self.start()
        await self.served()
        return time.monotonic() - before

    def read_log(self, target: str) -> list[str]:
        """Return the numbered lines that are on disk, in their order; nobody may use the file."""
        with sqlite3.connect(self.data / "chat.db") as connection:
            rows = connection.execute(
                "select event from events where kind = 'Said' and target = ? order by seq",
                (target,),
            ).fetchall()
        connection.close()
        decode = msgspec.json.Decoder(KeptEvent).decode
        events = (decode(row) for (row,) in rows)
        texts = [event.text for event in events if isinstance(event, Said)]
        return [text for text in texts if _TEXT.fullmatch(text)]

    def complaints(self) -> list[str]:
        """Return the lines of its log that tell of a bug."""
        found = re.findall(r".*(?:Traceback|Error|ERROR|Exception).*", self.log.read_text())
        return [line.strip() for line in found]


class ClientProcess:
    """A participant, asked from outside."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.typed = 0
        """Lines that its user has typed, when it was asked last."""
        self._process: asyncio.subprocess.Process

    async def start(
        self,
        address: tuple[str, int],
        *,
        room: str,
        pause: float,
        silence: float,
        wrapper: Sequence[str] = (),
        archive: Path | None = None,
    ) -> None:
        """Start it; `wrapper` is what starts its command line instead of us.

        With an `archive` it goes on where the process of its former life was killed.
        """
        host, port = address
        arguments = [self.name, host, port, room, pause, silence]
        if archive:
            arguments += [archive, self.typed]
        self._process = await asyncio.create_subprocess_exec(
            *wrapper,
            sys.executable,
            "-m",
            "tests.reliability.participant",
            *map(str, arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**26,
        )

    async def joined(self) -> None:
        """Return when it is in the room."""
        async with asyncio.timeout(JOINED_WITHIN):
            while not (await self.ask("status"))["joined"]:
                await asyncio.sleep(_ASK_AFTER)

    async def ask(self, what: str) -> dict[str, Any]:
        """Return its answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{what}\n".encode())
        line = await self._process.stdout.readline()
        assert line, f"{self.name} has ended"
        answer: dict[str, Any] = json.loads(line)
        self.typed = answer["typed"]
        return answer

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    async def end(self) -> None:
        """End it."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
