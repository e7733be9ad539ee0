"""NAMES (Modern IRC, "NAMES message"), multi-prefix and userhost-in-names."""

import pytest

from tests.conformance.harness import Network, commands, params


@pytest.mark.asyncio
async def test_members_with_their_highest_prefix() -> None:
    """RPL_NAMREPLY without a trailing space, then RPL_ENDOFNAMES."""
    network = Network()
    foo, _ = await network.room("#chan", "foo", "bar")
    await foo.ask("MODE #chan +v foo")
    answer = await foo.ask("NAMES #CHAN")
    assert commands(answer) == ["353", "366"]
    assert answer[0].params == ("foo", "=", "#chan", "@foo bar")


@pytest.mark.parametrize("name", ["invalid", "#nonexisting", "#a:b"])
@pytest.mark.asyncio
async def test_there_is_no_error_for_other_names(name: str) -> None:
    """RPL_ENDOFNAMES with the name that was given, and nothing else."""
    foo = await Network().connect("foo")
    assert params(await foo.ask(f"NAMES {name}"), "366")[:2] == ("foo", name)


@pytest.mark.asyncio
async def test_a_secret_room_has_another_symbol_and_no_names_for_others() -> None:
    """`@` for its members; for others RPL_ENDOFNAMES alone."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    await foo.ask("MODE #chan +s")
    assert params(await foo.ask("NAMES #chan"), "353")[1] == "@"
    stranger = await network.connect("carol")
    assert commands(await stranger.ask("NAMES #chan")) == ["366"]
    await bar.ask("PART #chan")
    assert params(await bar.ask("JOIN #chan"), "353")[1] == "@"


@pytest.mark.asyncio
async def test_the_invisible_show_to_members_alone() -> None:
    """Users with +i are left out for who is not in the room."""
    network = Network()
    _, bar = await network.room("#chan", "foo", "bar")
    await bar.ask("MODE bar +i")
    carol = await network.connect("carol")
    assert params(await carol.ask("NAMES #chan"), "353")[3] == "@foo"
    assert params(await carol.ask("JOIN #chan"), "353")[3] == "@foo bar carol"


@pytest.mark.asyncio
async def test_without_a_room_it_lists_ones_own() -> None:
    """One list for each room that one is in, and one end."""
    network = Network()
    foo = await network.connect("foo")
    await foo.ask("JOIN #one,#two")
    await network.room("#other", "bar")
    answer = await foo.ask("NAMES")
    assert [message.params[-1] for message in answer[:2]] == ["@foo", "@foo"]
    assert [message.params[2] for message in answer[:2]] == ["#one", "#two"]
    assert answer[2].params[:2] == ("foo", "*")


@pytest.mark.asyncio
async def test_several_rooms_have_one_end() -> None:
    """It names them as they were asked for (RFC 2812, 3.2.5)."""
    foo = await Network().connect("foo")
    await foo.ask("JOIN #one,#two")
    answer = await foo.ask("NAMES #one,#none,#two")
    assert commands(answer) == ["353", "353", "366"]
    assert [message.params[2] for message in answer[:2]] == ["#one", "#two"]
    assert answer[2].params[1] == "#one,#none,#two"


@pytest.mark.asyncio
async def test_a_large_room_needs_several_lines_none_too_long() -> None:
    """No line has more than 512 bytes, and nobody is missing."""
    network = Network()
    nicks = [f"a-rather-long-nick-{number:03}" for number in range(60)]
    clients = await network.room("#chan", *nicks)
    replies = [m for m in await clients[0].ask("NAMES #chan") if m.command == "353"]
    assert len(replies) > 1
    listed = [nick for reply in replies for nick in reply.params[3].split(" ")]
    assert listed == ["@" + nicks[0], *nicks[1:]]


@pytest.mark.asyncio
async def test_multi_prefix_shows_all_of_them() -> None:
    """IRCv3 multi-prefix: highest first, in NAMES, WHO and WHOIS."""
    network = Network()
    foo = await network.connect("foo", "multi-prefix")
    await foo.ask("JOIN #chan", "MODE #chan +v foo")
    assert params(await foo.ask("NAMES #chan"), "353")[3] == "@+foo"
    assert params(await foo.ask("WHO #chan"), "352")[6] == "H@+"
    assert params(await foo.ask("WHOIS foo"), "319")[2] == "@+#chan"


@pytest.mark.asyncio
async def test_userhost_in_names_shows_masks() -> None:
    """IRCv3 userhost-in-names: `nick!user@host` in the place of the nick."""
    network = Network()
    foo = await network.connect("foo", "userhost-in-names")
    assert params(await foo.ask("JOIN #chan"), "353")[3] == "@foo!foo@127.0.0.1"
    plain = await network.connect("plain")
    assert params(await plain.ask("JOIN #chan"), "353")[3] == "@foo plain"
