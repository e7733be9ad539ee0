"""TOPIC (Modern IRC, "TOPIC message")."""

import re

import pytest

from chatserver.core.limits import Limits
from tests.conformance.harness import FACTS, OPERATOR, Network, commands, params


@pytest.mark.asyncio
async def test_it_is_shown_or_there_is_none() -> None:
    """RPL_NOTOPIC; then RPL_TOPIC with RPL_TOPICWHOTIME."""
    foo = await Network().connect("foo")
    await foo.ask("JOIN #chan")
    assert params(await foo.ask("TOPIC #chan"), "331")[:2] == ("foo", "#chan")
    await foo.ask("TOPIC #chan :hi all")
    answer = await foo.ask("TOPIC #chan")
    assert commands(answer) == ["332", "333"]
    assert answer[0].params == ("foo", "#chan", "hi all")
    assert answer[1].params[2] == "foo!foo@127.0.0.1"
    assert answer[1].params[3].isdigit()


@pytest.mark.asyncio
async def test_a_change_is_told_to_all_and_an_empty_one_removes_it() -> None:
    """Author and members get TOPIC; the empty string clears."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    for text in ("hello", ""):
        assert params(await foo.ask(f"TOPIC #chan :{text}"), "TOPIC") == ("#chan", text)
        assert params(await bar.read(), "TOPIC") == ("#chan", text)
    assert commands(await bar.ask("TOPIC #chan")) == ["331"]


@pytest.mark.asyncio
async def test_it_is_the_operators_under_plus_t() -> None:
    """ERR_CHANOPRIVSNEEDED with +t, which a new room has; without, any member may."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    assert params(await bar.ask("TOPIC #chan :mine"), "482")[:2] == ("bar", "#chan")
    await foo.ask("MODE #chan -t")
    await bar.read()
    assert params(await bar.ask("TOPIC #chan :mine"), "TOPIC") == ("#chan", "mine")


@pytest.mark.parametrize(("name", "code"), [("#none", "403"), ("#chan", "442")])
@pytest.mark.asyncio
async def test_who_is_not_in_cannot_change_it(name: str, code: str) -> None:
    """ERR_NOSUCHCHANNEL, ERR_NOTONCHANNEL."""
    network = Network()
    await network.room("#chan", "foo")
    bar = await network.connect("bar")
    assert params(await bar.ask(f"TOPIC {name} :mine"), code)[:2] == ("bar", name)


@pytest.mark.asyncio
async def test_a_secret_room_has_no_topic_for_others() -> None:
    """Who is not in it does not learn that it is there."""
    network = Network()
    (foo,) = await network.room("#chan", "foo")
    await foo.ask("MODE #chan +s", "TOPIC #chan :secret")
    bar = await network.connect("bar")
    assert commands(await bar.ask("TOPIC #chan")) == ["403"]


@pytest.mark.asyncio
async def test_a_long_one_is_cut_at_topiclen() -> None:
    """TOPICLEN, in bytes of UTF-8, never inside a character."""
    foo = await Network(limits=Limits(topic=10)).connect("foo")
    await foo.ask("JOIN #chan")
    assert params(await foo.ask("TOPIC #chan :ééééééé"), "TOPIC") == ("#chan", "ééééé")


@pytest.mark.parametrize("room", ["#c", "#" + "r" * 63])
@pytest.mark.asyncio
async def test_all_that_is_kept_reaches_everybody_in_one_line(room: str) -> None:
    """Whoever sets it: with the longest nick, user name and host, nothing is missing."""
    network = Network()
    long = await network.connect("n" * 32)
    await long.ask(OPERATOR, f"CHGHOST {'n' * 32} {'u' * 16} {'h' * 63}", f"JOIN {room}")
    told = params(await long.ask(f"TOPIC {room} :{'é' * 200}"), "TOPIC")[1]
    assert len(told.encode()) >= FACTS.limits.topic_of(FACTS.limits.room) - 1
    other = await network.connect("o" * 32)
    assert params(await other.ask(f"JOIN {room}"), "332")[2] == told
    assert params(await other.ask(f"TOPIC {room}"), "332")[2] == told


@pytest.mark.asyncio
async def test_topiclen_is_what_every_room_takes_whole() -> None:
    """However long its name is."""
    foo = await Network().connect("foo")
    room = "#" + "r" * 63
    support = " ".join(" ".join(one.params) for one in await foo.ask("VERSION"))
    found = re.search(r"\bTOPICLEN=(\d+)", support)
    assert found
    topic = "t" * int(found[1])
    await foo.ask(f"JOIN {room}")
    assert params(await foo.ask(f"TOPIC {room} :{topic}x"), "TOPIC")[1] == topic


@pytest.mark.asyncio
async def test_topic_without_a_room_needs_more() -> None:
    """ERR_NEEDMOREPARAMS."""
    foo = await Network().connect("foo")
    assert commands(await foo.ask("TOPIC")) == ["461"]
