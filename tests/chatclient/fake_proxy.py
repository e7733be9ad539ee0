"""A proxy for tests: speaks SOCKS5, SOCKS4a or HTTP CONNECT, and remembers what it was asked for.

It connects to one place, whatever name it is asked for: so a name that nobody else knows shows that
the proxy is who looks it up.
"""

import asyncio
import struct
from typing import Self

from tests.chatclient.fake_server import until
from tests.closing import AsyncClosing


class FakeProxy(AsyncClosing):
    """`async with FakeProxy("socks5", port) as proxy`, then connect through `proxy.url`."""

    def __init__(self, scheme: str, port: int, *, login: tuple[str, str] | None = None) -> None:
        """Connect to `port` of 127.0.0.1; who has no `login` is turned away."""
        self._scheme = scheme
        self._port = port
        self._login = login
        self.asked: list[tuple[str, int]] = []
        """The names and ports that were asked for."""
        self.refuses = False
        """Whether to connect nobody."""
        self.mute = False
        """Whether to say nothing at all."""
        self.passed = b""
        """What went through, from the client's side."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def close(self) -> None:
        """Listen no more, and wait until all have gone."""
        self._server.close()
        await until(lambda: not self._busy)

    @property
    def port(self) -> int:
        """Where it listens."""
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """How to name it."""
        user = f"{self._login[0]}@" if self._login else ""
        return f"{self._scheme}://{user}127.0.0.1:{self.port}"

    _busy = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._busy += 1
        try:
            if self.mute:
                await reader.read()
            elif await getattr(self, f"_{self._scheme}")(reader, writer):
                await self._join(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._busy -= 1
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server = await asyncio.open_connection("127.0.0.1", self._port)
        one = asyncio.create_task(self._pass(to_server[0], writer))
        await self._pass(reader, to_server[1], note=True)
        to_server[1].transport.abort()
        await one

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, note: bool = False
    ) -> None:
        try:
            while data := await reader.read(65536):
                if note:
                    self.passed += data
                writer.write(data)
        except OSError:
            pass
        writer.transport.abort() if note else writer.close()

    async def _socks5(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        wanted = 2 if self._login else 0
        if wanted not in offered:
            writer.write(b"\x05\xff")
            return False
        writer.write(bytes([5, wanted]))
        if self._login:
            await reader.readexactly(1)
            given = [(await _counted(reader)).decode(), (await _counted(reader)).decode()]
            if tuple(given) != self._login:
                writer.write(b"\x01\x01")
                return False
            writer.write(b"\x01\x00")
        *_, kind = await reader.readexactly(4)
        host = await (_counted(reader) if kind == 3 else reader.readexactly(4))
        (port,) = struct.unpack(">H", await reader.readexactly(2))
        self.asked.append((host.decode() if kind == 3 else ".".join(map(str, host)), port))
        writer.write(bytes([5, 5 if self.refuses else 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        return not self.refuses

    async def _socks4(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _, _, port, _ = struct.unpack(">BBH4s", await reader.readexactly(8))
        await reader.readuntil(b"\0")
        host = await reader.readuntil(b"\0")
        self.asked.append((host[:-1].decode(), port))
        writer.write(bytes([0, 91 if self.refuses else 90, 0, 0, 0, 0, 0, 0]))
        return not self.refuses

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        host, _, port = head.split()[1].rpartition(":")
        self.asked.append((host, int(port)))
        answer = b"403 Forbidden" if self.refuses else b"200 OK"
        writer.write(b"HTTP/1.1 " + answer + b"\r\n\r\n")
        return not self.refuses


async def _counted(reader: asyncio.StreamReader) -> bytes:
    (count,) = await reader.readexactly(1)
    return await reader.readexactly(count)
