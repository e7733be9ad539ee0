"""KICK (Modern IRC, "KICK message")."""

import pytest

from tests.conformance.harness import Network, commands, params


@pytest.mark.parametrize(
    ("line", "reason"), [("KICK #chan bar :bye", "bye"), ("KICK #chan bar", "foo")]
)
@pytest.mark.asyncio
async def test_all_members_see_it(line: str, reason: str) -> None:
    """With the reason, or the nick of who kicks (RFC 2812, 3.2.8)."""
    network = Network()
    clients = await network.room("#chan", "foo", "bar", "baz")
    seen = [await clients[0].ask(line), *[await client.read() for client in clients[1:]]]
    assert [params(messages, "KICK") for messages in seen] == [("#chan", "bar", reason)] * 3
    assert params(await clients[0].ask("NAMES #chan"), "353")[3] == "@foo baz"


@pytest.mark.parametrize("line", ["KICK #chan bar,baz :bye", "KICK #chan,#chan bar,baz :bye"])
@pytest.mark.asyncio
async def test_several_are_put_out_one_by_one(line: str) -> None:
    """A message never names two users."""
    network = Network()
    foo, _, _, qux = await network.room("#chan", "foo", "bar", "baz", "qux")
    await foo.ask(line)
    assert [m.params for m in await qux.read()] == [
        ("#chan", "bar", "bye"),
        ("#chan", "baz", "bye"),
    ]


@pytest.mark.asyncio
async def test_only_operators_may_and_operators_are_not_safe() -> None:
    """ERR_NOTONCHANNEL, ERR_CHANOPRIVSNEEDED; then one operator kicks another."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    baz = await network.connect("baz")
    assert commands(await baz.ask("KICK #chan bar")) == ["442"]
    assert commands(await bar.ask("KICK #chan foo")) == ["482"]
    await foo.ask("MODE #chan +o bar")
    await bar.read()
    assert params(await bar.ask("KICK #chan foo :out"), "KICK") == ("#chan", "foo", "out")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("KICK #none bar", "403"),
        ("KICK #chan nobody", "401"),
        ("KICK #chan baz", "441"),
        ("KICK #chan", "461"),
        ("KICK #chan,#b bar,baz,qux", "461"),
    ],
)
@pytest.mark.asyncio
async def test_what_cannot_be(line: str, code: str) -> None:
    """ERR_NOSUCHCHANNEL, ERR_NOSUCHNICK, ERR_USERNOTINCHANNEL, ERR_NEEDMOREPARAMS."""
    network = Network()
    foo, _ = await network.room("#chan", "foo", "bar")
    await network.connect("baz")
    assert commands(await foo.ask(line)) == [code]
