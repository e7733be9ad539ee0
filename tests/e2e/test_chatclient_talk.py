"""What clients say to each other through the real server, beyond plain messages."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chatclient.client import Client
from chatclient.config import build
from chatclient.model import Buffer, Delivery, Kind, Line, Reaction
from tests.chatclient.clients import started
from tests.e2e.server import Server

SECONDS = 20


async def until(condition: Callable[[], object]) -> None:
    """Return when something is so; it must be, within seconds."""
    async with asyncio.timeout(SECONDS):
        while not condition():
            await asyncio.sleep(0.005)


def lobby(client: Client) -> Buffer:
    """Return the room of all."""
    return client.world.open_room("#lobby")


def line(client: Client, text: str) -> Line | None:
    """Return the line with that text, None before it is there."""
    found = (each for each in lobby(client).lines if each.text == text and each.msgid)
    return next(found, None)


def reactions(client: Client, text: str) -> tuple[Reaction, ...]:
    """Return what is shown with that line."""
    found = line(client, text)
    return found.reactions if found else ()


@asynccontextmanager
async def together(port: int, *nicks: str) -> AsyncIterator[list[Client]]:
    """Run clients that are in the lobby, where they see each other."""
    async with AsyncExitStack() as stack:
        clients: list[Client] = []
        for nick in nicks:
            config = build(["127.0.0.1", str(port)], nick=nick, rooms=["#lobby"])
            clients.append(await stack.enter_async_context(started(Client(config))))
        rooms = [lobby(client) for client in clients]
        await until(lambda: all(room.joined and not room.behind for room in rooms))
        await until(lambda: all(nick in room.members for room in rooms for nick in nicks))
        yield clients


@pytest.mark.asyncio
async def test_answers_to_one_message() -> None:
    """Replies, reactions and removal are seen by all; who comes later reads them in the history."""
    thumb = Reaction("👍", ("bob",))
    with Server("--port", "0", "--ephemeral") as server:
        async with together(server.port, "alice", "bob") as (alice, bob):
            alice.say(lobby(alice), "lunch?")
            await until(lambda: line(bob, "lunch?"))
            bob.react(lobby(bob), lobby(bob).lines[-1], "👍")
            await until(lambda: reactions(alice, "lunch?") == (thumb,))
            await until(lambda: reactions(bob, "lunch?") == (replace(thumb, own=True),))
            bob.say(lobby(bob), "\x02yes\x02", reply_to=lobby(bob).lines[-1])
            await until(lambda: line(alice, "yes"))
            answer = lobby(alice).lines[-1]
            assert answer.reply_to == lobby(alice).lines[-2].msgid
            assert [span.bold for span in answer.spans] == [True]
            async with together(server.port, "carol") as (carol,):
                await until(lambda: line(carol, "yes"))
                assert reactions(carol, "lunch?") == (thumb,)
                assert lobby(carol).lines[-2].reply_to or lobby(carol).lines[-1].reply_to
            bob.react(lobby(bob), line(bob, "lunch?") or answer, "👍")
            await until(lambda: not reactions(alice, "lunch?"))
            bob.redact(lobby(bob), line(bob, "yes") or answer, "no")
            await until(lambda: "deleted by bob: no" in [each.text for each in lobby(alice).lines])


@pytest.mark.asyncio
async def test_who_types_is_seen_until_the_message_comes() -> None:
    """A notice goes to the others alone, and the message ends it."""
    with Server("--port", "0", "--ephemeral") as server:
        async with together(server.port, "alice", "bob") as (alice, bob):
            alice.typing(lobby(alice), True)
            await until(lambda: [*lobby(bob).typing] == ["alice"])
            alice.say(lobby(alice), "hi")
            await until(lambda: line(bob, "hi"))
            assert not lobby(bob).typing
            assert not lobby(alice).typing


@pytest.mark.asyncio
async def test_a_paste_of_thirty_lines_is_one_message() -> None:
    """It is there whole, and not line by line."""
    paste = "\n".join(f"{at} {'x' * 60}" for at in range(30))
    with Server("--port", "0", "--ephemeral") as server:
        async with together(server.port, "alice", "bob") as (alice, bob):
            alice.say(lobby(alice), paste)
            await until(lambda: line(bob, paste))
            said = [each for each in lobby(bob).lines if each.kind is Kind.MESSAGE]
            assert len(said) == 1


@pytest.mark.asyncio
async def test_what_waits_goes_over_to_the_next_run_of_the_program(tmp_path: Path) -> None:
    """What was typed while the server was gone is said once, by who comes after us."""
    with ExitStack() as stack:
        server = stack.enter_context(Server("--port", "0", "--data", tmp_path))
        async with together(server.port, "alice") as (alice,):
            port = server.port
            server.close()
            await until(lambda: not lobby(alice).joined)
            alice.say(lobby(alice), "one")
            kept = alice.session.snapshot()
        stack.enter_context(Server("--port", str(port), "--data", tmp_path))
        config = build(["127.0.0.1", str(port)], nick="alice", rooms=["#lobby"])
        again = Client(config)
        again.session.restore(kept, time.time())
        assert lobby(again).lines[-1].delivery is Delivery.PENDING
        async with started(again), together(port, "bob") as (bob,):
            await until(lambda: line(again, "one"))
            await until(lambda: line(bob, "one"))
            assert [each.text for each in lobby(bob).lines].count("one") == 1
