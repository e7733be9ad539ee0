"""Several clients as one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from chatclient.client import Client
from chatclient.config import Security, build
from chatclient.hub import Hub
from chatclient.model import (
    Buffer,
    BufferClosed,
    BufferOpened,
    Change,
    ConnectionState,
    Delivery,
    LineAdded,
    Question,
)
from tests.chatclient.clients import Hasty
from tests.chatclient.fake_server import FakeServer, until


def make_client(server: FakeServer, name: str, **more: Any) -> Client:
    """Return a client of that server, which does not run."""
    config = build(["127.0.0.1", str(server.port)], nick="alice", **more)
    return Client(replace(config, name=name), Hasty())


@asynccontextmanager
async def running(*clients: Client) -> AsyncIterator[Hub]:
    """Run a hub of these clients; at the end it quits."""
    hub = Hub(clients)
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        hub.quit()
        async with asyncio.timeout(20):
            await task


@asynccontextmanager
async def two() -> AsyncIterator[tuple[Hub, FakeServer, FakeServer]]:
    """Run a hub that is in #lobby on two servers, called home and work."""
    async with (
        FakeServer() as home,
        FakeServer() as work,
        running(make_client(home, "home"), make_client(work, "work")) as hub,
    ):
        for world in hub.worlds:
            await until(lambda world=world: world.active.joined)  # type: ignore[misc]
        yield hub, home, work


def lobby(hub: Hub, number: int) -> Buffer:
    """Return #lobby on the network of that number."""
    found = hub.worlds[number].find("#lobby")
    assert found
    return found


def _asked(hub: Hub) -> str:
    return hub.question.label if hub.question else ""


@pytest.mark.asyncio
async def test_the_buffers_of_all_networks() -> None:
    """They stand network by network, and each knows its own."""
    async with two() as (hub, _, _):
        assert [(each.network, each.target) for each in hub.buffers] == [
            ("home", ""), ("home", "#lobby"), ("work", ""), ("work", "#lobby"),
        ]  # fmt: skip
        assert [hub.world_of(each).name for each in hub.buffers] == ["home", "home", "work", "work"]


@pytest.mark.asyncio
async def test_what_is_said_goes_to_the_network_of_the_buffer() -> None:
    """Whichever is in view."""
    async with two() as (hub, home, work):
        hub.enter(lobby(hub, 1), "to work")
        hub.say(lobby(hub, 0), "to home")
        await work.visitors[0].heard("PRIVMSG #lobby to work")
        await home.visitors[0].heard("PRIVMSG #lobby to home")


@pytest.mark.asyncio
async def test_all_changes_come_to_the_same_listener() -> None:
    """From whichever network."""
    async with two() as (hub, home, work):
        heard: list[tuple[str, str]] = []

        def listen(changes: Sequence[Change]) -> None:
            heard.extend(
                (c.buffer.network, c.line.text) for c in changes if isinstance(c, LineAdded)
            )

        hub.listen(listen)
        home.visitors[0].tell(":bob!u@h PRIVMSG #lobby :one")
        await until(lambda: len(heard) == 1)
        work.visitors[0].tell(":bob!u@h PRIVMSG #lobby :two")
        await until(lambda: len(heard) == 2)
        assert heard == [("home", "one"), ("work", "two")]


@pytest.mark.asyncio
async def test_what_is_said_where_nobody_looks_is_unread() -> None:
    """Also in the active buffer of a network that is not in view; looking there reads it."""
    async with two() as (hub, home, work):
        work.visitors[0].tell(":bob!u@h PRIVMSG #lobby :one")
        home.visitors[0].tell(":bob!u@h PRIVMSG #lobby :two")
        await until(lambda: lobby(hub, 1).unread == 1)
        await until(lambda: lobby(hub, 0).lines[-1].text == "two")
        assert lobby(hub, 0).unread == 0
        hub.activate(lobby(hub, 1))
        assert hub.world.name == "work"
        assert lobby(hub, 1).unread == 0
        home.visitors[0].tell(":bob!u@h PRIVMSG #lobby :three")
        await until(lambda: lobby(hub, 0).unread == 1)
        read = [line.text for line in lobby(hub, 0).lines if line.id == lobby(hub, 0).read_id]
        assert read == ["two"]


@pytest.mark.asyncio
async def test_who_is_leaving_goes_nowhere() -> None:
    """A network whose password is known too late does not keep one from leaving."""
    async with FakeServer() as late, two() as (hub, _, _):
        hub.quit()
        hub.add(make_client(late, "late"))
        assert hub.find("late") is None


@pytest.mark.asyncio
async def test_quitting_one_quits_all() -> None:
    """/quit says good-bye to every server."""
    async with two() as (hub, home, work):
        hub.enter(lobby(hub, 1), "/quit so long")
        await work.visitors[0].heard("QUIT so long")
        await home.visitors[0].heard("QUIT")
        await until(lambda: all(w.status.state is ConnectionState.OFFLINE for w in hub.worlds))


@pytest.mark.asyncio
async def test_a_server_that_says_nothing_keeps_nobody() -> None:
    """Leaving takes no longer than the good-bye of one network may."""
    async with two() as (hub, home, work):
        home.mute = work.mute = True
        began = asyncio.get_running_loop().time()
        hub.quit()
        await until(lambda: all(w.status.state is ConnectionState.OFFLINE for w in hub.worlds))
        assert asyncio.get_running_loop().time() - began < 3


@pytest.mark.asyncio
async def test_a_network_is_added() -> None:
    """It is connected to at once; no two have the same name, in any case of letters."""
    async with (
        FakeServer() as home,
        FakeServer() as work,
        running(make_client(home, "home")) as hub,
    ):
        changes: list[Change] = []
        hub.listen(changes.extend)
        hub.add(make_client(work, "work"))
        assert [c.buffer.target for c in changes if isinstance(c, BufferOpened)] == [
            "",
            "#lobby",
        ]
        await until(lambda: lobby(hub, 1).joined)
        with pytest.raises(ValueError, match="there is a network called Work already"):
            hub.add(make_client(work, "Work"))


@pytest.mark.asyncio
async def test_a_network_is_removed() -> None:
    """It is left, its buffers close, another one is in view; the last one stays."""
    async with two() as (hub, home, _):
        changes: list[Change] = []
        hub.listen(changes.extend)
        gone = hub.worlds[0].buffers
        hub.remove(hub.client)
        assert [change.buffer for change in changes if isinstance(change, BufferClosed)] == [*gone]
        assert hub.world.name == "work"
        await home.visitors[0].heard("QUIT")
        with pytest.raises(ValueError, match="only network"):
            hub.remove(hub.client)
        hub.enter(lobby(hub, 0), "still here")
        await until(lambda: lobby(hub, 0).lines[-1].delivery is Delivery.CONFIRMED)


@pytest.mark.asyncio
async def test_a_network_is_disconnected_and_connected() -> None:
    """It stays in the list; what is said meanwhile is sent when it is back; others go on."""
    async with two() as (hub, home, work):
        hub.client.disconnect("for a while")
        await home.visitors[0].heard("QUIT for a while")
        await until(lambda: hub.world.status.state is ConnectionState.OFFLINE)
        await until(lambda: "you disconnected" in hub.world.status.reason)
        hub.enter(lobby(hub, 0), "later")
        assert hub.worlds[1].status.state is ConnectionState.ONLINE
        hub.client.reconnect()
        await (await home.visitor(1)).heard("PRIVMSG #lobby later")
        assert len(work.visitors) == 1


@pytest.mark.asyncio
async def test_connecting_is_given_up() -> None:
    """Also before the server has said a word."""
    async with FakeServer() as home:
        home.mute = True
        async with running(make_client(home, "home")) as hub:
            await home.visitor(0)
            hub.client.disconnect()
            await until(lambda: "you disconnected" in hub.world.status.reason)


@pytest.mark.asyncio
async def test_all_are_connected_anew() -> None:
    """By one word."""
    async with two() as (hub, home, work):
        hub.reconnect()
        await home.visitor(1)
        await work.visitor(1)


@pytest.mark.asyncio
async def test_a_question_of_a_network_that_is_not_in_view() -> None:
    """It says who asks, and the answer goes there; the network in view comes first."""
    async with two() as (hub, _, _):
        answers: list[str | None] = []
        home, work = hub.worlds
        work.ask(Question("well?", lambda written: answers.append(f"work {written}")))
        assert _asked(hub) == "work: well?"
        assert hub.question is hub.question
        home.ask(Question("now?", lambda written: answers.append(f"home {written}")))
        assert _asked(hub) == "now?"
        hub.answer("yes")
        hub.answer("no")
        assert answers == ["home yes", "work no"]
        assert not _asked(hub)


@pytest.mark.asyncio
async def test_a_wait_hides_no_question() -> None:
    """What has the user only wait comes after what they can answer."""
    async with two() as (hub, _, _):
        home, work = hub.worlds
        home.ask(Question("checking", lambda _: None, closed=True))
        work.ask(Question("well?", lambda _: None))
        assert _asked(hub) == "work: well?"


@pytest.mark.asyncio
async def test_what_fails_ends_all() -> None:
    """A bug in one client is not hidden by the others."""

    class Broken(Client):
        async def run(self) -> None:
            raise RuntimeError("broken")

    async with FakeServer() as home:
        hub = Hub([make_client(home, "home"), Broken(build(["h"], nick="alice"))])
        with pytest.raises(RuntimeError, match="broken"):
            await hub.run()


@pytest.mark.asyncio
async def test_certificates_of_two_networks() -> None:
    """Each is asked about on its own; who asks is said, and one that waits keeps no other."""
    tls = Security(tls=True)
    async with (
        FakeServer(tls=True) as home,
        FakeServer(tls=True) as work,
        running(
            make_client(home, "home", security=tls), make_client(work, "work", security=tls)
        ) as hub,
    ):
        await until(lambda: all(world.question for world in hub.worlds))
        assert _asked(hub) == "once, always, no"
        hub.answer("no")
        assert _asked(hub) == "work: once, always, no"
        assert hub.question
        assert f"127.0.0.1:{work.port} shows a certificate" in hub.question.text[0]
        hub.answer("once")
        await until(lambda: hub.worlds[1].status.secure)
        assert hub.worlds[0].status.state is ConnectionState.OFFLINE
