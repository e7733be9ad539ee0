"""What somebody with netcat can do who runs a room."""

import pytest
import pytest_asyncio

from chatserver.core.accounts import Account
from chatserver.core.commands import Join, Login
from tests.chatserver.fakes import Client, World


@pytest_asyncio.fixture
async def ann(world: World) -> Client:
    """Return the operator of #a, which is in front of her."""
    ann = await world.plain_in_lobby("ann")
    await ann.ask("/join #a")
    return ann


@pytest_asyncio.fixture
async def bob(world: World, ann: Client) -> Client:
    """Return somebody else who is in #a."""
    bob = await world.plain_in_lobby("bob")
    await bob.ask("/join #a")
    await ann.read()
    return bob


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/op bob", "* ann made bob an operator"),
        ("/voice bob", "* ann gave bob a voice"),
        ("/kick bob too loud", "* bob was put out by ann: too loud"),
        ("/kick #a bob", "* bob was put out by ann"),
    ],
)
@pytest.mark.asyncio
async def test_who_runs_a_room_has_commands_for_it(
    ann: Client, bob: Client, line: str, told: str
) -> None:
    """All who are in it see what is done."""
    assert await ann.ask(line) == [told]
    assert await bob.read() == [told]


@pytest.mark.asyncio
async def test_what_is_given_is_taken(ann: Client, bob: Client) -> None:
    """And what somebody may not, is said."""
    await ann.ask("/op bob", "/voice bob")
    assert await ann.ask("/deop bob", "/devoice bob") == [
        "* ann took the operator's rights from bob",
        "* ann took the voice from bob",
    ]
    await bob.read()
    assert await bob.ask("/op bob") == ["-> only an operator of #a may do that"]
    assert await bob.ask("/ban ann") == ["-> only an operator of #a may do that"]


@pytest.mark.asyncio
async def test_who_is_banned_is_put_out_and_kept_out(ann: Client, bob: Client) -> None:
    """By where they come from, and until the ban is lifted."""
    await ann.ask("/op ann")
    assert await ann.ask("/ban bob") == ["* ann banned *!*@10.0.0.1", "* bob was put out by ann"]
    await bob.read()
    assert await bob.ask("/join #a") == ["-> you are banned from #a"]
    assert await ann.ask("/unban bob") == ["* ann lifted the ban on *!*@10.0.0.1"]
    assert await ann.ask("/unban bob") == ["-> no ban keeps bob out"]
    assert (await bob.ask("/join #a"))[0].startswith("-> you are in #a with")


@pytest.mark.asyncio
async def test_who_has_an_account_is_banned_by_it(world: World, ann: Client, bob: Client) -> None:
    """Whatever they are called next, and wherever they come from."""
    world.node.state.accounts.put(Account("robert", 1, 1, 1))
    await bob.ask_for(Login("robert", 1))
    await ann.read()
    assert (await ann.ask("/ban bob"))[0] == "* ann banned a:robert"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/ban eve!*@*", "* ann banned eve!*@*"),
        ("/ban nobody", "-> nobody here is called nobody"),
        ("/ban", "-> whom? /ban NICK"),
        ("/unban", "-> whom? /unban NICK"),
        ("/unban #none bob", "-> there is no room #none; /rooms lists them"),
        ("/kick", "-> whom? /kick NICK"),
        ("/invite", "-> whom? /invite NICK"),
        ("/op", "-> who? say the nick after the command"),
        ("/rename", "-> which name? /rename #NAME"),
        ("/rename #lobby", "-> there is a room #lobby already"),
        ("/register-room", "-> you are not logged in; /login ACCOUNT PASSWORD"),
    ],
)
@pytest.mark.asyncio
async def test_what_is_typed_is_answered(ann: Client, bob: Client, line: str, told: str) -> None:
    """With what to do, or why not."""
    assert (await ann.ask(line))[0] == told
    assert await bob.read() == [told] * told.startswith("*")


@pytest.mark.asyncio
async def test_a_mask_is_unbanned_as_it_is_written(ann: Client) -> None:
    """In any case of letters."""
    await ann.ask("/ban Eve!*@*")
    assert await ann.ask("/unban EVE!*@*") == ["* ann lifted the ban on Eve!*@*"]


@pytest.mark.asyncio
async def test_somebody_is_asked_in(world: World, ann: Client) -> None:
    """They are told how to come."""
    cat = await world.plain_in_lobby("cat")
    await ann.read()
    assert await ann.ask("/invite cat") == ["-> cat was asked into #a"]
    assert await cat.read() == ["-> ann asks you into #a: /join #a"]


@pytest.mark.parametrize(
    "line", ["/op x", "/kick x", "/ban x", "/unban x", "/invite x", "/rename #b", "/register-room"]
)
@pytest.mark.asyncio
async def test_who_is_in_no_room_is_told_so(ann: Client, line: str) -> None:
    """There is none in front of them."""
    await ann.ask("/part #a", "/part #lobby")
    assert await ann.ask(line) == [
        "-> you are in no room; /rooms lists them, /join #ROOM enters one"
    ]


@pytest.mark.asyncio
async def test_a_room_is_registered(world: World, ann: Client, bob: Client) -> None:
    """To the account of who asks; others see that it is."""
    world.node.state.accounts.put(Account("ann", 1, 1, 1))
    await ann.ask_for(Login("ann", 1), Join("#a"))
    assert await ann.ask("/register-room") == [
        "* the server registered the room",
        "-> #a belongs to your account ann now: it is kept, and you are an operator of it",
    ]
    assert (await bob.read())[-1] == "* the server registered the room"
