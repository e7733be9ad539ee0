"""AWAY (Modern IRC, "AWAY message") and IRCv3 away-notify."""

import pytest

from tests.conformance.harness import Network, commands, enter, only, params


@pytest.mark.asyncio
async def test_it_is_acknowledged_and_shows() -> None:
    """RPL_NOWAWAY and RPL_UNAWAY; RPL_AWAY in WHOIS, `-` in USERHOST, `G` in WHO."""
    network = Network()
    bar, qux = await network.connect("bar"), await network.connect("qux")
    assert commands(await bar.ask("AWAY :I'm not here right now")) == ["306"]
    whois = await qux.ask("WHOIS bar")
    assert params(whois, "301") == ("qux", "bar", "I'm not here right now")
    assert params(await qux.ask("USERHOST bar"), "302")[1] == "bar=-bar@127.0.0.1"
    assert params(await qux.ask("WHO bar"), "352")[6] == "G"
    for line in ("AWAY", "AWAY :"):
        assert commands(await bar.ask(line)) == ["305"]
    assert "301" not in commands(await qux.ask("WHOIS bar"))
    assert params(await qux.ask("USERHOST bar"), "302")[1] == "bar=+bar@127.0.0.1"


@pytest.mark.asyncio
async def test_peers_with_away_notify_are_told() -> None:
    """AWAY with a message, AWAY without; others hear nothing, nor does oneself."""
    network = Network()
    watcher = await network.connect("watcher", "away-notify")
    bar, old = await network.connect("bar", "away-notify"), await network.connect("old")
    await enter("#chan", watcher, bar, old)
    assert commands(await bar.ask("AWAY :gone", "AWAY")) == ["306", "305"]
    seen = await watcher.read()
    assert [message.params for message in seen] == [("gone",), ()]
    assert {(message.command, message.source) for message in seen} == {
        ("AWAY", "bar!bar@127.0.0.1")
    }
    assert await old.read() == []


@pytest.mark.asyncio
async def test_who_joins_while_away_is_told_of_as_away() -> None:
    """JOIN, then AWAY, for clients with away-notify; but not for oneself."""
    network = Network()
    watcher, bar = [await network.connect(nick, "away-notify") for nick in ("watcher", "bar")]
    old = await network.connect("old")
    for client in (watcher, old):
        await client.ask("JOIN #chan")
    await watcher.read()
    assert "AWAY" not in commands(await bar.ask("AWAY :gone", "JOIN #chan"))
    assert commands(await old.read()) == ["JOIN"]
    seen = await watcher.read()
    assert commands(seen) == ["JOIN", "AWAY"]
    assert only(seen, "AWAY").params == ("gone",)
