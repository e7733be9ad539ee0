"""A guest whose connection dies misses no direct message: real processes, and a wire that swallows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from chatclient.client import Client
from chatclient.config import build
from chatclient.model import CONVERSATION, BufferKind, Kind
from tests.chatclient.clients import Hasty, started
from tests.e2e.server import Peer, Server

SECONDS = 20


class Hole:
    """A proxy that can lose what the server says on the connections there are, and leave it in the dark."""

    def __init__(self, port: int) -> None:
        self.to = port
        self._clients: list[asyncio.StreamWriter] = []
        self._servers: list[asyncio.StreamWriter] = []
        self._lost: set[asyncio.StreamWriter] = set()
        """Clients that hear nothing any more."""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Take connections, and give the port."""
        listener = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        try:
            yield listener.sockets[0].getsockname()[1]
        finally:
            listener.close()
            for writer in (*self._clients, *self._servers):
                writer.transport.abort()
            await asyncio.sleep(0)

    def swallow(self) -> None:
        """Let nothing pass to the clients that there are."""
        self._lost.update(self._clients)

    def cut(self) -> None:
        """End the connections of those clients; the server is not told."""
        for client in self._lost:
            client.transport.abort()

    async def _connect(
        self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter
    ) -> None:
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self.to)
        except OSError:
            to_client.transport.abort()
            return
        self._clients.append(to_client)
        self._servers.append(to_server)
        with suppress(OSError):
            await asyncio.gather(
                self._pass(from_client, to_server, to_client),
                self._pass(from_server, to_client, to_client),
            )

    async def _pass(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        client: asyncio.StreamWriter,
    ) -> None:
        while data := await source.read(65_536):
            if client not in self._lost:
                target.write(data)
        if client not in self._lost:
            target.close()


@asynccontextmanager
async def running(port: int) -> AsyncIterator[Client]:
    """Run alice's client on that port; at the end it quits."""
    client = Client(build(["127.0.0.1", str(port)], nick="alice", rooms=["#lobby"]), Hasty())
    async with started(client):
        yield client


def join(server: Server, stack: ExitStack) -> Peer:
    """Connect bob, who is told when what he says is on disk."""
    bob = stack.enter_context(server.connect())
    bob.send("CAP REQ :echo-message", "NICK bob", "USER bob 0 * :bob", "CAP END")
    bob.read_until(" 422 ")
    return bob


def tell(bob: Peer, *texts: str) -> None:
    """Let bob write to alice, and wait until all of it is acknowledged."""
    bob.send(*(f"PRIVMSG alice :{text}" for text in texts))
    bob.read_until(f"PRIVMSG alice :{texts[-1]}")


def heard(client: Client) -> list[str]:
    """Return what alice was told by bob, and where she was told that something may be missing."""
    directs = [each for each in client.world.buffers if each.kind is BufferKind.DIRECT]
    return [
        line.text
        for buffer in directs
        for line in buffer.lines
        if line.kind in {*CONVERSATION, Kind.GAP}
    ]


async def shows(client: Client, *texts: str) -> None:
    """Return when alice is there by her nick, and was told this; she must be, within seconds."""
    async with asyncio.timeout(SECONDS):
        while not (client.session.online and [*texts] == heard(client)):
            await asyncio.sleep(0.01)
    assert client.world.status.nick == "alice"


@pytest.mark.parametrize("talked", [True, False])
@pytest.mark.parametrize("killed", [True, False])
@pytest.mark.asyncio
async def test_messages_to_a_dead_connection(tmp_path: Path, *, killed: bool, talked: bool) -> None:
    """They come on the next one, once and in order: the server held the old one for alive, or was killed.

    Whether or not the two had talked before.
    """
    before = ["zero"] if talked else []
    with ExitStack() as stack:
        server = stack.enter_context(Server("--port", "0", "--data", tmp_path))
        bob, hole = join(server, stack), Hole(server.port)
        async with hole.listening() as port, running(port) as alice:
            await shows(alice)
            if talked:
                tell(bob, "zero")
                await shows(alice, "zero")
            hole.swallow()
            tell(bob, "one", "two", "three")
            if killed:
                server.kill()
                server = stack.enter_context(Server("--port", "0", "--data", tmp_path))
                bob, hole.to = join(server, stack), server.port
            hole.cut()
            await shows(alice, *before, "one", "two", "three")
            tell(bob, "four")
            await shows(alice, *before, "one", "two", "three", "four")
