"""A TCP proxy between one client and the server: the wire that is cut.

Rule: while it is not cut, every byte passes in both directions, and so does each side's end.
"""

import asyncio
import socket
import struct
from contextlib import suppress

READ_SIZE = 65_536
HALF_OPEN_FOR = 0.5
"""Seconds for which a half-closed connection is left so, before the other half is closed too."""

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time: closing sends RST

Ends = tuple[asyncio.StreamWriter, asyncio.StreamWriter]
"""The client's and the server's side of one connection."""


class Wire:
    """All connections of one client, one after another."""

    def __init__(self, server: tuple[str, int]) -> None:
        self.connections = 0
        self._server = server
        self._ends: set[Ends] = set()
        self._ended: set[asyncio.StreamWriter] = set()  # those that were told FIN
        self._swallowing = False
        self._closed = False
        self._listener: asyncio.Server
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, host: str) -> int:
        """Take connections there, and return the port."""
        self._listener = await asyncio.start_server(self._connect, host, 0)
        port: int = self._listener.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Take no more connections, and end those that there are."""
        self._closed = True
        self._listener.close()
        self.reset()
        await asyncio.gather(*self._tasks)

    # --- cuts --------------------------------------------------------------------------------

    def reset(self) -> None:
        """RST to both sides: what is on its way is gone."""
        self._swallowing = False
        for ends in self._take_ends():
            for end in ends:
                sock: socket.socket = end.get_extra_info("socket")
                with suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.transport.abort()

    def finish(self) -> None:
        """FIN to both sides, after what had come."""
        for ends in self._take_ends():
            for end in ends:
                end.close()

    async def half_close_client(self) -> None:
        """FIN to the client alone, who may still send; the rest ends a little later."""
        await self._half_close(0)

    async def half_close_server(self) -> None:
        """FIN to the server alone, which may still send; the rest ends a little later."""
        await self._half_close(1)

    async def swallow(self, seconds: float) -> None:
        """Take what comes and lose it, as a dying proxy does, then RST."""
        self._swallowing = True
        await asyncio.sleep(seconds)
        self.reset()

    async def _half_close(self, side: int) -> None:
        chosen = [*self._ends]
        for ends in chosen:
            self._end(ends[side])
        await asyncio.sleep(HALF_OPEN_FOR)
        for ends in chosen:
            self._ends.discard(ends)
            for end in ends:
                end.close()

    def _end(self, writer: asyncio.StreamWriter) -> None:
        if writer not in self._ended and not writer.is_closing():
            self._ended.add(writer)
            with suppress(OSError):
                writer.write_eof()

    def _take_ends(self) -> set[Ends]:
        taken, self._ends = self._ends, set()
        return taken

    # --- passing -----------------------------------------------------------------------------

    async def _connect(
        self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            from_server, to_server = await asyncio.open_connection(*self._server)
        except OSError:
            to_client.close()
            return
        if self._closed:
            to_client.close()
            to_server.close()
            return
        self.connections += 1
        ends = (to_client, to_server)
        self._ends.add(ends)
        try:
            await asyncio.gather(
                self._pass(from_client, to_server), self._pass(from_server, to_client)
            )
        finally:
            self._ends.discard(ends)
            self._ended.difference_update(ends)
            for end in ends:
                end.close()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(READ_SIZE):
                if not self._swallowing and target not in self._ended:
                    target.write(data)
                    await target.drain()
            if not self._swallowing:
                self._end(target)
