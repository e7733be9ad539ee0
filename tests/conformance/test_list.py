"""LIST and ELIST (Modern IRC, "LIST message", "ELIST Parameter")."""

import pytest

from tests.conformance.harness import IrcClient, Network, commands, params


async def rooms(client: IrcClient, line: str) -> set[str]:
    """Return the rooms that a LIST names."""
    answer = await client.ask(line)
    assert commands(answer)[0] == "321"
    assert commands(answer)[-1] == "323"
    return {message.params[1] for message in answer if message.command == "322"}


@pytest.mark.asyncio
async def test_it_has_each_room_with_members_and_topic() -> None:
    """RPL_LIST; nothing is listed where there is nothing."""
    network = Network()
    foo = await network.connect("foo")
    assert await rooms(foo, "LIST") == set()
    await network.room("#chan", "bar", "baz")
    assert params(await foo.ask("LIST"), "322") == ("foo", "#chan", "2", "")


@pytest.mark.asyncio
async def test_a_room_that_is_not_there_is_no_error() -> None:
    """RPL_LISTEND without RPL_LIST."""
    assert await rooms(await Network().connect("foo"), "LIST #nonexistent") == set()


@pytest.mark.asyncio
async def test_a_room_that_all_left_is_not_listed() -> None:
    """It is kept, with topic and operators, and does not show."""
    network = Network()
    (foo,) = await network.room("#chan", "foo")
    await foo.ask("PART #chan")
    assert await rooms(foo, "LIST") == set()


@pytest.mark.asyncio
async def test_a_secret_room_shows_to_its_members() -> None:
    """+s hides it from all others ("Secret Channel Mode")."""
    network = Network()
    (foo,) = await network.room("#chan", "foo")
    await foo.ask("MODE #chan +s")
    bar = await network.connect("bar")
    assert await rooms(foo, "LIST") == {"#chan"}
    assert await rooms(bar, "LIST") == set()
    assert await rooms(bar, "LIST #chan") == set()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("LIST *an1", {"#chan1"}),
        ("LIST #c*n2", {"#chan2"}),
        ("LIST *an3", set()),
        ("LIST #CH*", {"#chan1", "#chan2"}),
        ("LIST #chan1,#chan2", {"#chan1", "#chan2"}),
        ("LIST !*an1", {"#chan2"}),
        ("LIST !#c*n2", {"#chan1"}),
        ("LIST !*an3", {"#chan1", "#chan2"}),
        ("LIST !#ch*", set()),
        ("LIST #ch*,!*2", {"#chan1"}),
        ("LIST >0", {"#chan1", "#chan2"}),
        ("LIST <1", set()),
        ("LIST >1", {"#chan2"}),
        ("LIST <2", {"#chan1"}),
        ("LIST >0,<2", {"#chan1"}),
        ("LIST *2 >1", {"#chan2"}),
        ("LIST ,", {"#chan1", "#chan2"}),
    ],
)
@pytest.mark.asyncio
async def test_masks_and_numbers_of_members(line: str, found: set[str]) -> None:
    """ELIST M, N and U."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    await foo.ask("JOIN #chan1,#chan2")
    await bar.ask("JOIN #chan2")
    assert await rooms(await network.connect("baz"), line) == found


@pytest.mark.parametrize(
    ("bound", "found"),
    [
        (">2", {"#old"}),
        ("<2", {"#new"}),
        ("<0", set()),
        (">0", {"#old", "#new"}),
        ("<10", {"#old", "#new"}),
    ],
)
@pytest.mark.parametrize("kind", ["C", "T", "c", "t"])
@pytest.mark.asyncio
async def test_minutes_since_creation_and_topic(kind: str, bound: str, found: set[str]) -> None:
    """ELIST C and T: `C<n` is made less than n minutes ago; no topic fits no T."""
    network = Network()
    foo = await network.connect("foo")
    await foo.ask("JOIN #old", "TOPIC #old :first")
    network.world.clock.at += 150_000
    await foo.ask("JOIN #new", "TOPIC #new :second")
    if kind in "Tt":
        await foo.ask("JOIN #bare")
    network.world.clock.at += 60_000
    assert await rooms(foo, f"LIST {kind}{bound}") == found
