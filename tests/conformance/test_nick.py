"""NICK of who is registered (Modern IRC, "NICK message")."""

import pytest

from tests.conformance.harness import Network, commands, only, params


@pytest.mark.asyncio
async def test_a_change_is_told_to_oneself_and_to_the_rooms() -> None:
    """The source is the mask with the old nick; each peer hears it once."""
    network = Network()
    alice, bob = await network.room("#one", "alice", "bob")
    stranger = await network.connect("carol")
    await alice.ask("JOIN #two")
    await bob.ask("JOIN #two")
    await alice.read()
    own = only(await alice.ask("NICK alicia"), "NICK")
    assert (own.source, own.params) == ("alice!alice@127.0.0.1", ("alicia",))
    assert only(await bob.read(), "NICK").params == ("alicia",)
    assert await stranger.read() == []


@pytest.mark.asyncio
async def test_a_taken_nick_changes_nothing() -> None:
    """ERR_NICKNAMEINUSE, and messages still come under the old nick."""
    network = Network()
    alice, bob = await network.connect("alice"), await network.connect("bob")
    assert params(await bob.ask("NICK Alice"), "433")[:2] == ("bob", "Alice")
    await alice.ask("PRIVMSG bob :hi")
    assert params(await bob.read(), "PRIVMSG") == ("bob", "hi")


@pytest.mark.asyncio
async def test_only_the_case_may_change_and_no_change_says_nothing() -> None:
    """One's own nick in other letters is free; the same nick is no change."""
    network = Network()
    alice, bob = await network.room("#test", "alice", "bob")
    assert params(await alice.ask("NICK Alice"), "NICK") == ("Alice",)
    assert params(await bob.read(), "NICK") == ("Alice",)
    assert await alice.ask("NICK Alice") == []
    assert await bob.read() == []


@pytest.mark.parametrize("line", ["NICK", "NICK :"])
@pytest.mark.asyncio
async def test_none_given(line: str) -> None:
    """ERR_NONICKNAMEGIVEN."""
    client = await Network().connect("alice")
    assert commands(await client.ask(line)) == ["431"]


@pytest.mark.asyncio
async def test_an_impossible_nick_is_refused() -> None:
    """ERR_ERRONEUSNICKNAME names it."""
    client = await Network().connect("alice")
    assert params(await client.ask("NICK *"), "432")[:2] == ("alice", "*")


@pytest.mark.asyncio
async def test_the_old_nick_is_free_at_once() -> None:
    """Somebody else can take it."""
    network = Network()
    alice, bob = await network.connect("alice"), await network.connect("bob")
    await alice.ask("NICK carol")
    assert params(await bob.ask("NICK alice"), "NICK") == ("alice",)


@pytest.mark.asyncio
async def test_answers_carry_the_nick_of_their_place_in_the_order() -> None:
    """What is asked after a change of nick is answered to the new one, however fast it came."""
    client = await Network().connect("alice")
    answer = await client.ask("FOO", "NICK carol", "FOO", "MOTD")
    assert [m.params[0] for m in answer if m.command in ("421", "376")] == [
        "alice",
        "carol",
        "carol",
    ]
