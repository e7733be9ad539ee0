"""JOIN (Modern IRC, "JOIN message")."""

import pytest

from chatserver.core.limits import Limits
from tests.conformance.harness import SERVER, Network, commands, only, params


@pytest.mark.asyncio
async def test_who_joins_sees_the_join_and_the_names() -> None:
    """JOIN, then RPL_NAMREPLY and RPL_ENDOFNAMES; the first one in is its operator."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    answer = await foo.ask("JOIN #chan")
    assert commands(answer) == ["JOIN", "353", "366"]
    assert (answer[0].source, answer[0].params) == ("foo!foo@127.0.0.1", ("#chan",))
    assert answer[1].params == ("foo", "=", "#chan", "@foo")
    assert answer[2].params[:2] == ("foo", "#chan")
    assert params(await bar.ask("JOIN #chan"), "353") == ("bar", "=", "#chan", "@foo bar")
    assert params(await foo.read(), "JOIN") == ("#chan",)


@pytest.mark.asyncio
async def test_who_joins_sees_the_topic() -> None:
    """RPL_TOPIC and RPL_TOPICWHOTIME come between the JOIN and the names."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    await foo.ask("JOIN #chan", "TOPIC #chan :What we talk about")
    answer = await bar.ask("JOIN #chan")
    assert commands(answer) == ["JOIN", "332", "333", "353", "366"]
    assert answer[1].params == ("bar", "#chan", "What we talk about")
    assert answer[2].params[:3] == ("bar", "#chan", "foo!foo@127.0.0.1")


@pytest.mark.asyncio
async def test_joining_twice_says_nothing() -> None:
    """Who is in already is not let in again."""
    foo = await Network().connect("foo")
    await foo.ask("JOIN #chan")
    assert await foo.ask("JOIN #CHAN") == []


@pytest.mark.asyncio
async def test_names_are_the_same_in_any_case_of_ascii() -> None:
    """CASEMAPPING=ascii: letters alone fold, and the first spelling stays."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    await foo.ask("JOIN #Chan[1]")
    assert params(await bar.ask("JOIN #cHAN[1]"), "353")[2:] == ("#Chan[1]", "@foo bar")
    assert params(await bar.ask("JOIN #chan{1}"), "353")[3] == "@bar"


@pytest.mark.parametrize("name", ["inv@lid", "nochannel", "#", "#a:b", "&local", "+modeless"])
@pytest.mark.asyncio
async def test_one_impossible_name_does_not_spoil_the_others(name: str) -> None:
    """ERR_BADCHANMASK for the one; the other is joined."""
    foo = await Network().connect("foo")
    answer = await foo.ask(f"JOIN #valid,{name}")
    assert commands(answer) == ["JOIN", "353", "366", "476"]
    assert answer[3].params[:2] == ("foo", name)


@pytest.mark.asyncio
async def test_keys_belong_to_rooms_by_their_order() -> None:
    """The first key is for the first room, and so on."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    await foo.ask("JOIN #one,#two,#three", "MODE #one +k first", "MODE #two +k second")
    answer = await bar.ask("JOIN #one,#two,#three first,second")
    assert [m.params[0] for m in answer if m.command == "JOIN"] == ["#one", "#two", "#three"]
    assert commands(await (await network.connect("baz")).ask("JOIN #one,#two second")) == [
        "475", "475",
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_there_is_a_limit_of_rooms() -> None:
    """ERR_TOOMANYCHANNELS (CHANLIMIT)."""
    foo = await Network(limits=Limits(rooms_per_user=2)).connect("foo")
    assert params(await foo.ask("JOIN #a,#b,#c"), "405")[:2] == ("foo", "#c")


@pytest.mark.asyncio
async def test_join_without_a_room_needs_more() -> None:
    """ERR_NEEDMOREPARAMS."""
    foo = await Network().connect("foo")
    assert params(await foo.ask("JOIN"), "461")[:2] == ("foo", "JOIN")


@pytest.mark.asyncio
async def test_who_was_an_operator_gets_it_back_and_all_see_it() -> None:
    """A room remembers its operators; the MODE has the server as its source."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    await foo.ask("PART #chan")
    await bar.read()
    await foo.ask("JOIN #chan")
    mode = only(await bar.read(), "MODE")
    assert (mode.source, mode.params) == (SERVER, ("#chan", "+o", "foo"))


@pytest.mark.parametrize("capability", ["no-implicit-names", "draft/no-implicit-names"])
@pytest.mark.asyncio
async def test_names_may_come_only_when_asked_for(capability: str) -> None:
    """IRCv3 no-implicit-names: all else about the room is told, and NAMES is answered as ever."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar", capability)
    await foo.ask("JOIN #chan", "TOPIC #chan :What we talk about")
    assert commands(await bar.ask("JOIN #chan")) == ["JOIN", "332", "333"]
    assert commands(await bar.ask("NAMES #chan")) == ["353", "366"]


@pytest.mark.asyncio
async def test_extended_join_tells_account_and_real_name() -> None:
    """IRCv3 extended-join: `*` for no account; others get the plain line."""
    network = Network()
    foo = await network.connect("foo", "extended-join")
    plain = await network.connect("plain")
    await foo.ask("JOIN #chan")
    await plain.ask("JOIN #chan")
    assert params(await foo.read(), "JOIN") == ("#chan", "*", "Real plain")
    await foo.ask("PART #chan", "JOIN #chan")
    assert params(await plain.read(), "JOIN") == ("#chan",)
