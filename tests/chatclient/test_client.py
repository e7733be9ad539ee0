"""What a face does with a client: each call is sent, and shown, at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chatclient.client import Client
from chatclient.config import build
from chatclient.model import Buffer, Delivery, Kind
from chatclient.settings import Settings
from tests.chatclient.clients import Hasty, started
from tests.chatclient.fake_server import FakeServer, Visitor, until

CAPS = "echo-message labeled-response message-tags batch server-time draft/message-redaction"


@asynccontextmanager
async def _talking(
    settings: Settings | None = None,
) -> AsyncIterator[tuple[Client, Buffer, Visitor]]:
    """Run a client in #lobby, where bob has said something; yield it, the room, and its visitor."""
    async with FakeServer(CAPS) as server:
        config = build(["127.0.0.1", str(server.port)], nick="alice")
        async with started(Client(config, Hasty(), settings=settings)) as client:
            room = client.world.open_room("#lobby")
            await until(lambda: room.joined)
            visitor = await server.visitor(0)
            visitor.tell("@msgid=1 :bob!b@h PRIVMSG #lobby :lunch?")
            await until(lambda: room.lines[-1].text == "lunch?")
            yield client, room, visitor


@pytest.mark.asyncio
async def test_saying_as_it_stands() -> None:
    """What is said by `say` is no command; it is pending, and then confirmed, as a reply too."""
    async with _talking() as (client, room, visitor):
        client.say(room, "/help", reply_to="1")
        assert (room.lines[-1].delivery, room.lines[-1].reply_to) == (Delivery.PENDING, "1")
        await visitor.heard("PRIVMSG #lobby /help")
        await until(lambda: room.lines[-1].delivery is Delivery.CONFIRMED)


@pytest.mark.asyncio
async def test_reacting_and_removing() -> None:
    """Both name the message; a server that can, is told."""
    async with _talking() as (client, room, visitor):
        assert [client.can(room, what) for what in ("reply", "react", "redact")] == [True] * 3
        line = room.lines[-1]
        client.react(room, line, "👍")
        await visitor.heard("TAGMSG #lobby")
        client.redact(room, line, "spam")
        await visitor.heard("REDACT #lobby 1 spam")
        visitor.tell(":alice!u@h REDACT #lobby 1 :spam")
        await until(lambda: room.lines[-1].kind is Kind.DELETED)


@pytest.mark.asyncio
async def test_typing_is_told_unless_the_user_does_not_like_it() -> None:
    """With `typing = false` nobody is told."""
    async with _talking() as (client, room, visitor):
        client.typing(room, True)
        await visitor.heard("TAGMSG #lobby")
    async with _talking(Settings(typing=False)) as (client, room, visitor):
        client.typing(room, True)
        client.say(room, "done")
        await visitor.heard("PRIVMSG #lobby done")
        assert "TAGMSG #lobby" not in visitor.lines


@pytest.mark.asyncio
async def test_who_typed_is_forgotten() -> None:
    """When the time of the notice is over."""
    now = 1_700_000_000.0
    async with FakeServer(CAPS) as server:
        config = build(["127.0.0.1", str(server.port)], nick="alice")
        async with started(Client(config, Hasty(), clock=lambda: now)) as client:
            room = client.world.open_room("#lobby")
            await until(lambda: room.joined)
            (await server.visitor(0)).tell("@+typing=active :bob!b@h TAGMSG #lobby")
            await until(lambda: "bob" in room.typing)
            now += 6.0
            client.typing(room, False)  # as any key does
            assert not room.typing


@pytest.mark.asyncio
async def test_taking_back_what_waits() -> None:
    """What was typed without a connection is returned, and not sent."""
    config = build(["127.0.0.1", "1"], nick="alice")
    client = Client(config, Hasty())
    room = client.world.open_room("#lobby")
    client.say(room, "one\ntwo")
    assert client.cancel(room) == "one\ntwo"
    assert not room.lines
