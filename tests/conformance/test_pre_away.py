"""IRCv3 draft/pre-away: being away from the start."""

import pytest

from tests.conformance.harness import IrcClient, Network, commands, params


async def begin(network: Network, *lines: str) -> IrcClient:
    """Return a client that knows of it, before registration, and has sent `lines`."""
    client = network.client()
    await client.ask("CAP REQ draft/pre-away", *lines)
    return client


@pytest.mark.asyncio
async def test_it_needs_the_capability() -> None:
    """Without it, nobody can be away who is not there yet."""
    assert commands(await Network().client().ask("AWAY :gone")) == ["451"]


@pytest.mark.asyncio
async def test_who_is_away_before_they_come() -> None:
    """Is away when they come, with what they said last; that they came is told as ever."""
    network = Network()
    bar = await network.connect("bar", "away-notify")
    await bar.ask("MONITOR + foo", "JOIN #chan")
    foo = await begin(network)
    assert commands(await foo.ask("AWAY :no")) == ["306"]
    assert commands(await foo.ask("AWAY")) == ["305"]
    assert commands(await foo.ask("AWAY :gone")) == ["306"]
    await foo.ask("NICK foo", "USER foo 0 * :Foo", "CAP END")
    assert commands(await bar.read()) == ["730"]
    assert params(await bar.ask("WHOIS foo"), "301")[1:] == ("foo", "gone")
    await foo.ask("JOIN #chan")
    assert commands(await bar.read()) == ["JOIN", "AWAY"]


@pytest.mark.asyncio
async def test_nobody_at_the_only_connection() -> None:
    """`AWAY *`: they are away, in words that people read."""
    network = Network()
    foo = await begin(network, "AWAY *", "NICK foo", "USER foo 0 * :Foo")
    await foo.ask("CAP END")
    bar = await network.connect("bar")
    assert params(await bar.ask("PRIVMSG foo :hi"), "301")[1:] == ("foo", "not connected")
    assert commands(await foo.ask("AWAY")) == ["PRIVMSG", "305"]
    assert commands(await bar.ask("PRIVMSG foo :hi")) == []


@pytest.mark.asyncio
async def test_somebody_at_another_connection() -> None:
    """Who is there on one device is there, and whoever comes beside it by itself changes nothing."""
    network = Network()
    foo, bar = await network.login("foo"), await network.connect("bar", "away-notify")
    for client in (foo, bar):
        await client.ask("JOIN #chan")
    second = await begin(network, "CAP REQ sasl", "AWAY *", "NICK foo", "USER foo 0 * :Foo")
    await second.authenticate("foo", "sesame")
    await second.ask("CAP END")
    assert commands(await bar.read()) == []
    await foo.ask("QUIT")
    assert params(await bar.read(), "AWAY") == ("not connected",)
    await second.ask("AWAY")
    assert params(await bar.read(), "AWAY") == ()
