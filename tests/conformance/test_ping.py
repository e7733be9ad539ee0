"""PING and PONG (Modern IRC, "PING message")."""

import pytest

from tests.conformance.harness import SERVER, Network, commands, params


@pytest.mark.parametrize("token", ["abcdef", "two words", ":colon", "é"])
@pytest.mark.asyncio
async def test_the_token_comes_back_after_the_server(token: str) -> None:
    """PONG has the server's name, then the token as it was."""
    client = await Network().connect("foo")
    assert params(await client.ask(f"PING :{token}"), "PONG") == (SERVER, token)


@pytest.mark.asyncio
async def test_a_pong_comes_after_all_earlier_answers() -> None:
    """Clients take it as a barrier: what was asked before is answered before."""
    client = await Network().connect("foo")
    answer = await client.ask("JOIN #a", "WHO #a", "PING one", "NICK bar", "PING two")
    assert [*dict.fromkeys(commands(answer))] == [
        "JOIN",
        "353",
        "366",
        "352",
        "315",
        "PONG",
        "NICK",
    ]
    assert commands(answer)[-1] == "PONG"


@pytest.mark.asyncio
async def test_a_pong_comes_after_what_others_said_before() -> None:
    """It has its place in the one order of all, so it is a barrier between clients too."""
    network = Network()
    ann, bob = await network.connect("ann"), await network.connect("bob")
    await bob.read()
    await ann.send(b"PRIVMSG bob :hello")
    await bob.send(b"PING here")
    assert commands(await bob.read()) == ["PRIVMSG", "PONG"]


@pytest.mark.parametrize(("line", "code"), [("PING", "461"), ("PING :", "409")])
@pytest.mark.asyncio
async def test_without_a_token_it_is_an_error(line: str, code: str) -> None:
    """ERR_NEEDMOREPARAMS, or ERR_NOORIGIN for an empty one."""
    client = await Network().connect("foo")
    assert commands(await client.ask(line)) == [code]


@pytest.mark.asyncio
async def test_pong_is_taken_without_a_word() -> None:
    """There is nothing to answer."""
    client = await Network().connect("foo")
    assert await client.ask("PONG :whatever") == []
