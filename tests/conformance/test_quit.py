"""QUIT and ERROR (Modern IRC, "QUIT message")."""

import pytest

from tests.conformance.harness import Network, commands, only


@pytest.mark.asyncio
async def test_who_quits_gets_an_error_and_the_end() -> None:
    """The server acknowledges with ERROR and closes."""
    client = await Network().connect("foo")
    assert commands(await client.ask("QUIT")) == ["ERROR"]
    assert client.closed


@pytest.mark.parametrize(
    ("line", "told"),
    [("QUIT :bye now", "Quit: bye now"), ("QUIT", "Quit"), ("QUIT :", "Quit")],
)
@pytest.mark.asyncio
async def test_peers_see_that_it_was_by_choice(line: str, told: str) -> None:
    """`Quit`, and the reason if there is one; told once, and to who shares a room alone."""
    network = Network()
    alice, bob = await network.room("#one", "alice", "bob")
    stranger = await network.connect("carol")
    await bob.ask("JOIN #two")
    await alice.ask("JOIN #two")
    await bob.ask(line)
    seen = only(await alice.read(), "QUIT")
    assert (seen.source, seen.params) == ("bob!bob@127.0.0.1", (told,))
    assert await stranger.read() == []


@pytest.mark.asyncio
async def test_the_nick_is_free_and_the_past_known_before_error() -> None:
    """Who sees the ERROR can take the nick and finds it in WHOWAS."""
    network = Network()
    alice, bob = await network.connect("alice"), await network.connect("bob")
    await bob.ask("QUIT")
    assert "314" in commands(await alice.ask("WHOWAS bob"))
    assert commands(await alice.ask("NICK bob")) == ["NICK"]
