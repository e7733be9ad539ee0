"""PART (Modern IRC, "PART message")."""

import pytest

from tests.conformance.harness import Network, commands, params


@pytest.mark.parametrize(
    ("line", "told"), [("PART #chan :bye all", ("#chan", "bye all")), ("PART #CHAN", ("#chan",))]
)
@pytest.mark.asyncio
async def test_all_members_and_oneself_see_it(line: str, told: tuple[str, ...]) -> None:
    """With the reason if there is one; afterwards nothing more is heard from the room."""
    network = Network()
    foo, bar = await network.room("#chan", "foo", "bar")
    assert params(await bar.ask(line), "PART") == told
    assert params(await foo.read(), "PART") == told
    await foo.ask("PRIVMSG #chan :still here")
    assert await bar.read() == []
    assert params(await foo.ask("NAMES #chan"), "353")[3] == "@foo"


@pytest.mark.asyncio
async def test_rooms_that_one_is_not_in_are_refused_each_by_itself() -> None:
    """ERR_NOTONCHANNEL, ERR_NOSUCHCHANNEL; the others are left all the same."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    await foo.ask("JOIN #other")
    await bar.ask("JOIN #mine,#too")
    answer = await bar.ask("PART #mine,#other,#none,#too")
    assert commands(answer) == ["PART", "442", "403", "PART"]
    assert answer[1].params[:2] == ("bar", "#other")


@pytest.mark.asyncio
async def test_part_without_a_room_needs_more() -> None:
    """ERR_NEEDMOREPARAMS."""
    foo = await Network().connect("foo")
    assert commands(await foo.ask("PART")) == ["461"]
