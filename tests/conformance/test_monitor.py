"""IRCv3 monitor and extended-monitor."""

import pytest

from chatserver.core.monitors import MONITORED_MOST
from tests.conformance.harness import OPERATOR, Network, commands, only, params


@pytest.mark.asyncio
async def test_who_comes_and_goes_is_told() -> None:
    """RPL_MONOFFLINE and RPL_MONONLINE, at once and whenever it changes, in any case of letters."""
    network = Network()
    foo = await network.connect("foo")
    assert params(await foo.ask("MONITOR + Bar"), "731") == ("foo", "Bar")
    bar = await network.connect("bar")
    assert params(await foo.read(), "730") == ("*", "bar!bar@127.0.0.1")
    await bar.ask("NICK baz")
    assert params(await foo.read(), "731") == ("*", "bar")
    await bar.ask("NICK BAR")
    assert params(await foo.read(), "730") == ("*", "BAR!bar@127.0.0.1")
    await bar.ask("NICK bar")
    assert await foo.read() == []
    await bar.send(b"QUIT :bye\r\n")
    assert params(await foo.read(), "731") == ("*", "bar")


@pytest.mark.asyncio
async def test_the_commands() -> None:
    """`+ - C L S`: each target once, as it was asked for; what is no nick is passed over."""
    network = Network()
    foo, _ = await network.connect("foo"), await network.connect("bar")
    answer = await foo.ask("MONITOR + bar,qux,*!a@b,BAR,#room,")
    assert params(answer, "730") == ("foo", "bar!bar@127.0.0.1")
    assert params(answer, "731") == ("foo", "qux")
    assert commands(await foo.ask("MONITOR s")) == ["730", "731"]
    answer = await foo.ask("MONITOR L")
    assert params(answer, "732") == ("foo", "bar,qux")
    assert commands(answer) == ["732", "733"]
    assert await foo.ask("MONITOR - BAR,nobody") == []
    assert params(await foo.ask("MONITOR L"), "732") == ("foo", "qux")
    assert await foo.ask("MONITOR C") == []
    assert commands(await foo.ask("MONITOR L")) == ["733"]
    assert await foo.ask("MONITOR S") == []


@pytest.mark.parametrize("line", ["MONITOR", "MONITOR x", "MONITOR +", "MONITOR +- a"])
@pytest.mark.asyncio
async def test_what_is_no_command_of_it(line: str) -> None:
    """It needs a modifier, and `+` and `-` need targets."""
    foo = await Network().connect("foo")
    assert commands(await foo.ask(line)) == ["461"]


@pytest.mark.asyncio
async def test_a_list_has_its_limit() -> None:
    """As MONITOR says in RPL_ISUPPORT; who is on the list may be asked for again."""
    network = Network()
    foo = await network.connect("foo")
    nicks = [f"a-nick-that-has-{number}" for number in range(MONITORED_MOST + 2)]
    for start in range(0, MONITORED_MOST, 20):
        await foo.ask(f"MONITOR + {','.join(nicks[start : start + 20])}")
    answer = await foo.ask(f"MONITOR + {nicks[0]},{nicks[-2]},{nicks[-1]}")
    assert params(answer, "734")[:3] == ("foo", str(MONITORED_MOST), f"{nicks[-2]},{nicks[-1]}")
    assert params(answer, "731") == ("foo", nicks[0])
    listed = [m.params[1] for m in await foo.ask("MONITOR L") if m.command == "732"]
    assert ",".join(listed).split(",") == nicks[:-2]
    assert len(listed) > 1


@pytest.mark.asyncio
async def test_more_is_told_to_who_asks_for_it() -> None:
    """AWAY, SETNAME and CHGHOST of those on the list, each to who has its capability."""
    network = Network()
    more = ("extended-monitor", "away-notify", "setname", "chghost")
    foo, few = await network.connect("foo", *more), await network.connect("few", *more[1:])
    bar, boss = await network.connect("bar"), await network.connect("boss", *more)
    for client in (foo, few):
        await client.ask("MONITOR + bar")
    await boss.ask(OPERATOR)
    await bar.ask("AWAY :gone")
    assert only(await foo.read(), "AWAY").params == ("gone",)
    await bar.ask("SETNAME :Bar Bar")
    assert params(await foo.read(), "SETNAME") == ("Bar Bar",)
    await boss.ask("CHGHOST bar new host")
    changed = only(await foo.read(), "CHGHOST")
    assert (changed.source, changed.params) == ("bar!bar@127.0.0.1", ("new", "host"))
    assert await few.read() == []


@pytest.mark.asyncio
async def test_nothing_is_told_twice() -> None:
    """Who shares a room hears it there; and nobody hears it of themselves by their own list."""
    network = Network()
    capabilities = ("extended-monitor", "away-notify", "setname")
    foo = await network.connect("foo", *capabilities)
    bar = await network.connect("bar", *capabilities)
    for client in (foo, bar):
        await client.ask("JOIN #chan", "MONITOR + bar")
    await foo.read()
    assert commands(await bar.ask("AWAY :gone")) == ["306"]
    assert commands(await foo.read()) == ["AWAY"]
    assert commands(await bar.ask("SETNAME :Bar Bar")) == ["SETNAME"]
    assert commands(await foo.read()) == ["SETNAME"]


@pytest.mark.asyncio
async def test_entering_a_room_while_away_is_no_news_to_others() -> None:
    """Those in the room are told there; who watches the nick knew already."""
    network = Network()
    foo = await network.connect("foo", "extended-monitor", "away-notify")
    bar = await network.connect("bar")
    await foo.ask("MONITOR + bar")
    await bar.ask("AWAY :gone", "JOIN #chan")
    assert commands(await foo.read()) == ["AWAY"]


@pytest.mark.asyncio
async def test_who_does_not_read_is_told_later() -> None:
    """In order, and once, as far as memory has it."""
    network = Network()
    foo = await network.connect("foo")
    await foo.ask("MONITOR + bar,baz", "JOIN #chan")
    foo.client.stall()
    bar = await network.connect("bar")
    await bar.ask("JOIN #chan", "NICK baz", "PRIVMSG #chan :hi")
    foo.client.resume()
    shown = [(m.command, m.params[-1].partition("!")[0]) for m in await foo.read()]
    assert shown == [
        ("730", "bar"), ("JOIN", "#chan"), ("NICK", "baz"), ("731", "bar"), ("730", "baz"),
        ("PRIVMSG", "hi"),
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_each_device_has_its_own_list() -> None:
    """Of one person's two, only the one that asked is told."""
    network = Network()
    one, other = await network.login("foo"), await network.login("foo")
    await one.ask("MONITOR + bar")
    assert commands(await other.ask("MONITOR L")) == ["733"]
    await network.connect("bar")
    assert commands(await one.read()) == ["730"]
    assert commands(await other.read()) == []


@pytest.mark.asyncio
async def test_a_device_more_or_less_is_no_news() -> None:
    """Somebody is there as long as their nick is theirs."""
    network = Network()
    foo = await network.connect("foo")
    await foo.ask("MONITOR + bar")
    first, second = await network.login("bar"), await network.login("bar")
    assert commands(await foo.read()) == ["730"]
    await first.ask("QUIT")
    assert commands(await foo.read()) == []
    await second.ask("QUIT")
    assert commands(await foo.read()) == ["731"]


@pytest.mark.asyncio
async def test_accounts_are_told_of() -> None:
    """ACCOUNT, with account-notify, when somebody on the list logs in or out."""
    network = Network()
    foo = await network.connect("foo", "extended-monitor", "account-notify")
    few = await network.connect("few", "extended-monitor")
    bar = await network.connect("bar")
    for client in (foo, few):
        await client.ask("MONITOR + bar")
    await bar.ask("REGISTER * * sesame")
    assert params(await foo.read(), "ACCOUNT") == ("bar",)
    assert await few.read() == []


@pytest.mark.asyncio
async def test_nicks_of_any_script() -> None:
    """Compared as everywhere."""
    network = Network()
    foo = await network.connect("foo")
    await foo.ask("MONITOR + АННА")
    await network.connect("анна")
    assert params(await foo.read(), "730")[1].startswith("анна!")
