"""A connection that speaks WebSocket, with real sockets and the client of the `websockets` library."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from chatserver.faces.detection import Speaks
from chatserver.net.deadlines import Times
from chatserver.net.terms import WebSocketTerms
from chatserver.net.websocket import BINARY, TEXT
from chatwire.framing import OVERLONG
from tests.chatserver.fakes import until
from tests.chatserver.net.service import Service, serving

PAGE = "https://chat.example.org"
WEB = WebSocketTerms((PAGE,))


@contextlib.asynccontextmanager
async def browsing(
    service: Service, *subprotocols: Subprotocol, origin: str | None = PAGE
) -> AsyncIterator[ClientConnection]:
    """Connect as a script of a page does."""
    async with connect(
        f"ws://127.0.0.1:{service.port}/irc",
        origin=Origin(origin) if origin else None,
        subprotocols=subprotocols or (TEXT,),
        max_size=None,
        proxy=None,
        open_timeout=10,
        close_timeout=10,
    ) as client:
        yield client


async def hear(client: ClientConnection) -> str | bytes:
    """Return the next message."""
    return await asyncio.wait_for(client.recv(), 10)


@pytest.mark.asyncio
@pytest.mark.parametrize(("subprotocol", "answer"), [(TEXT, "NICK bob"), (BINARY, b"NICK bob")])
async def test_messages_are_lines_of_irc(subprotocol: Subprotocol, answer: str | bytes) -> None:
    """The first one too, whatever it is: nothing is guessed here."""
    async with serving(spoken=WEB) as service, browsing(service, subprotocol) as client:
        await client.send("NICK bob")
        assert await hear(client) == answer
        await client.send("hello")
        await hear(client)
        assert service.face.heard == [b"NICK bob", b"hello"]
        assert service.face.speaks is Speaks.IRC
        assert service.face.origin.host == "127.0.0.1"


@pytest.mark.asyncio
async def test_a_thousand_messages_are_answered_in_order() -> None:
    """None is lost and none overtakes another."""
    async with serving(spoken=WEB) as service, browsing(service) as client:
        for number in range(1000):
            await client.send(str(number))
        assert [await hear(client) for _ in range(1000)] == [*map(str, range(1000))]


@pytest.mark.asyncio
async def test_nothing_is_said_before_the_first_message() -> None:
    """It is no person who waits for a greeting, and the session exists from the request on."""
    times = Times(greeting=0.01)
    async with serving(spoken=WEB, times=times) as service, browsing(service) as client:
        await until(lambda: service.faces.opened)
        pong = await client.ping()
        await asyncio.wait_for(pong, 10)
        await client.send("one")
        assert await hear(client) == "one"


@pytest.mark.asyncio
async def test_a_page_that_is_not_allowed_is_refused() -> None:
    """With 403, and no session; the log and the counter tell of it."""
    async with serving(spoken=WEB) as service:
        with pytest.raises(InvalidStatus) as caught:
            async with browsing(service, origin="https://evil.example"):
                pass
        assert caught.value.response.status_code == 403
        assert not service.faces.opened
        assert service.terms.counters.refused == 1
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_a_program_needs_no_origin() -> None:
    """It can say what it likes anyway."""
    web = WebSocketTerms()
    async with serving(spoken=web) as service, browsing(service, origin=None) as client:
        await client.send("one")
        assert await hear(client) == "one"


@pytest.mark.asyncio
async def test_a_browser_that_opens_the_address_is_told() -> None:
    """426, in words, and the connection ends."""
    async with serving(spoken=WEB) as service:
        caller = await service.connect()
        caller.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = await caller.rest()
        assert answer.startswith(b"HTTP/1.1 426 ")
        await caller.close()
        assert not service.faces.opened


@pytest.mark.asyncio
async def test_an_overlong_message_is_answered_in_its_place() -> None:
    """And the connection goes on; far over the limit it ends with 1009."""
    async with serving(spoken=WEB) as service, browsing(service) as client:
        await client.send("x" * 9000)
        await client.send("after")
        assert await hear(client) == "after"
        assert service.face.heard == [OVERLONG, b"after"]
        await client.send("x" * 1_000_000)
        assert await hear(client) == "bye: connection closed"
        with pytest.raises(ConnectionClosed) as caught:
            await hear(client)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009
        assert service.face.heard == [OVERLONG, b"after", OVERLONG]


@pytest.mark.asyncio
async def test_who_closes_in_order_gets_what_was_under_way() -> None:
    """Even while nothing can be kept: the answers come before the end."""
    async with serving(spoken=WEB) as service:
        journal = service.hold()
        async with browsing(service) as client:
            await client.send("one")
            await client.send("two")
            closing = asyncio.create_task(client.close())
            await until(lambda: len(journal.held) == 2)
            journal.let_go()
            await asyncio.wait_for(closing, 10)
            assert client.close_code == 1000
        assert service.face.heard == [b"one", b"two"]
        await until(lambda: service.face.reason)
        assert service.face.reason == "connection closed"


@pytest.mark.asyncio
async def test_we_say_farewell_and_close_in_order() -> None:
    """The farewell is a message, the close frame follows."""
    async with serving(spoken=WEB) as service, browsing(service) as client:
        await client.send("one")
        await hear(client)
        service.world.node.close_all("enough")
        assert await hear(client) == "bye: enough"
        with pytest.raises(ConnectionClosed) as caught:
            await hear(client)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1000
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_a_lost_connection_ends_the_session() -> None:
    """Without a close frame: by RST, and by FIN."""
    async with serving(spoken=WEB) as service:
        async with browsing(service) as client:
            await client.send("one")
            await hear(client)
            client.transport.abort()
        await until(lambda: not len(service.connections))
        assert service.face.reason == "connection closed"


@pytest.mark.asyncio
async def test_time_runs_out_for_the_request() -> None:
    """Half a request is answered 408."""
    times = Times(registration=0.05)
    async with serving(spoken=WEB, times=times) as service:
        caller = await service.connect()
        caller.send(b"GET / HTTP/1.1\r\n")
        assert (await caller.rest()).startswith(b"HTTP/1.1 408 ")
        await caller.close()


@pytest.mark.asyncio
async def test_who_registers_no_user_in_time_is_closed() -> None:
    """As on any connection, but in messages."""
    times = Times(registration=0.05)
    async with serving(spoken=WEB, times=times) as service, browsing(service) as client:
        assert "bye: not registered" in str(await hear(client))


@pytest.mark.asyncio
async def test_who_is_silent_is_pinged_in_a_message() -> None:
    """With the face's own ping: scripts cannot see those of WebSocket."""
    times = Times(registration=1, ping_interval=0.05, ping_timeout=0.05)
    async with serving(spoken=WEB, times=times) as service, browsing(service) as client:
        await client.send("register")
        assert await hear(client) == "register"
        assert await hear(client) == "PING"
        assert "ping timeout" in str(await hear(client))


@pytest.mark.asyncio
async def test_a_slow_reader_is_waited_for() -> None:
    """What was asked for comes, however much it is: its own input waits meanwhile."""
    async with serving(spoken=WEB) as service, browsing(service) as client:
        for _ in range(50):
            await client.send("big 100000")
        for _ in range(50):
            assert len(await hear(client)) == 100_000


@pytest.mark.asyncio
async def test_a_bug_ends_this_connection_alone() -> None:
    """It is told so in order, and counted."""
    async with serving(spoken=WEB) as service, browsing(service) as client:
        await client.send("bug")
        assert "internal error" in str(await hear(client))
        assert service.terms.counters.bugs == 1


@pytest.mark.asyncio
async def test_the_log_tells_what_was_agreed_on(caplog: pytest.LogCaptureFixture) -> None:
    """And how it ended, a line each; what people say is not in it."""
    caplog.set_level(logging.DEBUG)
    async with serving(spoken=WEB) as service:
        async with browsing(service) as client:
            await client.send("a secret")
            await hear(client)
        assert await service.connections.closed(within=10)
        with pytest.raises(InvalidStatus):
            async with browsing(service, origin="https://evil.example"):
                pass
    ours = [one for one in caplog.records if one.name.startswith("chatserver")]
    told = "\n".join(one.getMessage() for one in ours)
    assert f"#1 websocket: {TEXT}, origin {PAGE}" in told
    assert "#1 websocket: the peer closed: 1000 (OK)" in told
    assert "#2 websocket: refused: 403 Forbidden" in told
    assert "a secret" not in told


@pytest.mark.asyncio
async def test_who_reads_late_gets_every_message_once_and_in_order() -> None:
    """Here as anywhere: who does not read is behind, and nothing piles up for it."""
    async with serving(spoken=WEB) as service, browsing(service) as client:
        await client.send("one")
        assert await hear(client) == "one"
        session = service.connection.session
        assert session is not None
        client.transport.pause_reading()
        lines = [f"{number} {'x' * 1000}" for number in range(12_000)]
        for line in lines:
            service.world.node.delivery.tell(session, f"{line}\r\n".encode())
            if not int(line.split()[0]) % 100:
                await asyncio.sleep(0)
        assert session.backlog is not None
        client.transport.resume_reading()
        assert [await hear(client) for _ in lines] == lines
        assert session.backlog is None
