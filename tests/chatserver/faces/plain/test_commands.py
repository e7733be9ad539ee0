"""The commands of the plain face in conversation: what who types them sees, and what others see of it."""

import pytest

from chatserver.core import commands
from chatserver.core.commands import (
    BecomeOperator,
    ChangeRoomModes,
    Invite,
    Join,
    Kill,
    ModeChange,
)
from chatserver.core.limits import Limits
from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.faces.plain.commands import COMMANDS, IGNORED_MOST
from tests.chatserver.fakes import Client, World


@pytest.mark.asyncio
async def test_help_lists_every_command(ann: Client) -> None:
    """With one line each, and how to say a slash."""
    lines = await ann.ask("/help")
    assert len(lines) == len(COMMANDS) + 1
    for command, line in zip(COMMANDS, lines, strict=False):
        assert line.startswith(f"-> {command.usage} ")
        assert line.endswith(command.help)
    for asked in ("/help nick", "/help /NICK"):
        assert await ann.ask(asked) == ["-> /nick NAME  change what you are called"]
    assert await ann.ask("/help wanted") == lines


@pytest.mark.asyncio
async def test_nick(ann: Client, bob: Client) -> None:
    """Everybody hears of a new name; a bad one is refused with what to do."""
    assert await ann.ask("/nick eve") == ["* ann is now eve"]
    assert await bob.read() == ["* ann is now eve"]
    assert await ann.ask("/nick BOB") == ["-> somebody else is BOB; choose another nick"]
    assert await ann.ask("/nick") == ["-> which nick? /nick NAME"]
    (line,) = await ann.ask("/nick " + "x" * 500)
    assert line.startswith(f"-> {'x' * 100}… can't be a nick: ")
    assert len(line) < 250


@pytest.mark.asyncio
async def test_join(ann: Client, bob: Client) -> None:
    """Rooms with a password, with a name that cannot be, with a topic."""
    await ann.ask("/join #ops")
    await ann.ask_for(ChangeRoomModes("#ops", (ModeChange(True, "k", "sesame"),)))
    await ann.ask("/topic tea")
    assert await bob.ask("/join #ops") == ["-> #ops has a password: /join #ops PASSWORD"]
    assert await bob.ask("/join #ops sesame") == ["-> you are in #ops with @ann", "-> topic: tea"]
    assert await bob.ask("/join") == ["-> which room? /join #ROOM"]
    (line,) = await bob.ask("/join #a,#b")
    assert line.startswith("-> #a,#b can't be a room: ")


@pytest.mark.asyncio
async def test_a_crowd_is_told_in_part() -> None:
    """Of many members some are named, of the others the number is told."""
    world = World()
    nicks = [f"p{number}" for number in range(22)]
    for nick in nicks:
        await world.plain_in_lobby(nick)
    lines = await world.plain("last").ask("")
    assert lines[1] == f"-> you are in #lobby with {', '.join(nicks[:20])} and 2 others"


@pytest.mark.asyncio
async def test_rooms(ann: Client, bob: Client) -> None:
    """Those with most people first, with their topics; secret and empty ones are not listed."""
    await ann.ask("/join #secret", "/join #empty", "/part", "/join #ops", "/topic t\x1bea")
    await ann.ask_for(ChangeRoomModes("#secret", (ModeChange(True, "s"),)))
    assert await bob.ask("/rooms") == ["-> #lobby (2)", "-> #ops (1): t␛ea"]
    assert "-> #secret (1)" in await ann.ask("/rooms")


@pytest.mark.asyncio
async def test_long_lists_come_in_parts() -> None:
    """Rooms up to a number; names in lines that fit a screen."""
    world = World(Limits(rooms_per_user=200))
    ann = await world.plain_in_lobby("ann")
    await ann.ask(*(f"/join #r{number}" for number in range(120)))
    lines = await ann.ask("/rooms")
    assert len(lines) == 101
    assert lines[-1] == "-> and 21 more"
    for number in range(300):
        await world.plain_in_lobby(f"person-{number}")
    await ann.read()
    lines = await ann.ask("/names #lobby")
    assert lines[0].startswith("-> #lobby (301): ann person-0 ")
    assert all(line.startswith("->    ") for line in lines[1:])
    assert max(map(len, lines)) < 110
    assert sum(line.count("person-") for line in lines) == 300


@pytest.mark.asyncio
async def test_names(ann: Client, bob: Client) -> None:
    """Of the room in front or another, operators and voices marked."""
    await ann.ask("/join #ops")
    assert await ann.ask("/names") == ["-> #ops (1): @ann"]
    assert await bob.ask("/names") == ["-> #lobby (2): ann bob"]
    assert await bob.ask("/names #OPS") == ["-> #ops (1): @ann"]
    assert await bob.ask("/names #none") == ["-> there is no room #none; /rooms lists them"]


@pytest.mark.asyncio
async def test_msg_and_reply(ann: Client, bob: Client) -> None:
    """The sender knows that it went, and to whom; the reader knows that it is for them alone."""
    assert await ann.ask("/reply x") == [
        "-> nobody wrote to you yet; /msg NICK TEXT writes to somebody"
    ]
    assert await bob.ask("/msg ANN  psst") == ["-> sent to ann"]
    assert await ann.read() == ["[bob -> you] psst"]
    await bob.ask("/nick bill")
    await ann.read()
    assert await ann.ask("/reply yes?") == ["-> sent to bill"]
    assert await bob.read() == ["[ann -> you] yes?"]
    await bob.ask("/quit")
    await ann.read()
    assert await ann.ask("/reply yes?") == ["-> not sent: bill, who wrote to you last, has left"]
    assert await ann.ask("/msg bob hi") == [
        "-> nobody here is called bob; /names lists who is in the room"
    ]
    assert await ann.ask("/msg bob", "/msg", "/reply", "/me") == [
        "-> to whom, and what? /msg NICK TEXT", "-> to whom, and what? /msg NICK TEXT",
        "-> what? /reply TEXT answers who wrote to you last", "-> what do you do? /me waves",
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_a_private_message_shows_in_whatever_room_one_is(ann: Client, bob: Client) -> None:
    """It belongs to none, and is in no room's history."""
    await ann.ask("/join #ops")
    await bob.ask("/msg ann psst")
    assert await ann.read() == ["[bob -> you] psst"]
    assert await bob.ask("/history") == ["-> nothing was said in #lobby yet"]


@pytest.mark.asyncio
async def test_topic(ann: Client, bob: Client) -> None:
    """Shown, set, removed, where one may."""
    await ann.ask("/join #ops")
    assert await ann.ask("/topic") == ["-> #ops has no topic; /topic TEXT sets one"]
    assert await ann.ask("/topic tea \x1b[2J time") == ["* ann set the topic: tea ␛[2J time"]
    assert await bob.ask("/topic #ops") == ["-> topic of #ops, set by ann: tea ␛[2J time"]
    assert await bob.ask("/topic #none") == ["-> there is no room #none; /rooms lists them"]
    assert await bob.ask("/topic #ops x") == ["-> you are not in #ops; /join #ops first"]
    assert await bob.ask("/topic x") == ["-> only an operator of #lobby may do that"]
    assert await ann.ask("/topic -") == ["* ann removed the topic"]


@pytest.mark.asyncio
async def test_whois(world: World, ann: Client, bob: Client) -> None:
    """What anybody may know; the address only for oneself and operators of the server."""
    await bob.ask("/away t\x1bea")
    since = "-> here since 2026-01-01 00:00 (UTC), by plain text"
    facts = ["-> bob is from 10.0.0.1", since, "-> in #lobby", "-> away: t␛ea"]
    assert await ann.ask("/whois BOB") == facts
    assert await bob.ask("/whois bob") == [*facts, "-> remote address 10.0.0.1:5000"]
    await ann.ask_for(BecomeOperator("root"))
    assert await ann.ask("/whois bob") == [*facts, "-> remote address 10.0.0.1:5000"]
    assert "-> an operator of this server" in await bob.ask("/whois ann")
    here = world.client(PlainFace(PlainFacts(), ("zoe",), "0::1", "[::1]:5000", private=True))
    await here.ask("")
    assert (await here.ask("/whois zoe"))[0] == "-> zoe is from ::1"
    await ann.read()
    assert await ann.ask("/whois zed") == ["-> nobody here is called zed"]
    assert await ann.ask("/whois") == ["-> who? /whois NICK"]


@pytest.mark.asyncio
async def test_whois_tells_of_real_names_but_not_of_secret_rooms(
    world: World, ann: Client, bob: Client
) -> None:
    """Nor of people's rooms when they are invisible, unless one shares them."""
    await bob.ask_for(commands.SetRealname("Bo\x07b"), Join("#secret"))
    await bob.ask_for(ChangeRoomModes("#secret", (ModeChange(True, "s"),)))
    await bob.read()
    assert (await ann.ask("/whois bob"))[::2] == ["-> bob (Bo␇b) is from 10.0.0.1", "-> in #lobby"]
    await bob.ask("/part #lobby")
    await ann.read()
    assert (await ann.ask("/whois bob"))[2] == "-> in no room that you may know of"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "line", ["/names #s", "/topic #s", "/topic #s x", "/part #s", "/msg #s x", "/msg @#s x"]
)
async def test_a_secret_room_is_as_one_that_is_not_there(
    ann: Client, bob: Client, line: str
) -> None:
    """The answers do not differ, but by the name."""
    await ann.ask("/join #s")
    await ann.ask_for(ChangeRoomModes("#s", (ModeChange(True, "s"),)))
    there, absent = await bob.ask(line), await bob.ask(line.replace("#s", "#t"))
    assert [text.replace("#s", "#t") for text in there] == absent
    assert there


@pytest.mark.asyncio
async def test_away(ann: Client, bob: Client) -> None:
    """Who writes to somebody away is told so."""
    assert await ann.ask("/away tea") == ["-> you are away; /away ends that"]
    assert await bob.ask("/msg ann hi") == ["-> sent to ann", "-> ann is away: tea"]
    assert await ann.ask("/away") == ["[bob -> you] hi", "-> you are back"]


@pytest.mark.asyncio
async def test_history_and_search(world: World, ann: Client, bob: Client) -> None:
    """With times and days, newest last, and whether there is more; only of rooms that one is in."""
    nothing = "-> nothing in #lobby has all of that; try fewer words, or the beginning of one"
    assert await ann.ask("/history", "/search tea") == [
        "-> nothing was said in #lobby yet",
        nothing,
    ]
    await ann.ask("green tea")
    world.clock.at += 24 * 3600 * 1000 + 61_000
    await ann.ask("/me drinks TEA", "water", "\x01VERSION\x01")
    everything = [
        "-> said on 2026-01-01 (UTC):", "00:00 [ann] green tea",
        "-> said on 2026-01-02 (UTC):", "00:01 ** ann drinks TEA", "00:01 [ann] water",
    ]  # fmt: skip
    await bob.read()
    assert await bob.ask("/history") == ["-> nothing older is kept of #lobby", *everything]
    assert await bob.ask("/history 2") == everything[2:3] + everything[4:]
    assert await bob.ask("/search tea") == [*everything[:4], "-> that was all in #lobby"]
    assert await bob.ask("/search green tea") == [*everything[:2], "-> that was all in #lobby"]
    assert await bob.ask("/search coffee") == [nothing]
    assert await bob.ask("/search") == ["-> which words? /search WORDS"]
    cat = world.plain("cat")
    assert (await cat.ask(""))[2:] == everything
    await ann.read()
    wrong = "-> how many? /history N, at most 200"
    assert (
        await ann.ask(
            "/history 0",
            "/history 201",
            "/history bob x",
            "/history -1",
            "/history ²",
            "/history " + "9" * 99,
        )
        == [wrong] * 6
    )


@pytest.mark.asyncio
async def test_history_of_what_two_people_said(world: World, ann: Client, bob: Client) -> None:
    """Both read it, as far as it is theirs; nobody else does."""
    assert await ann.ask("/history Bob") == ["-> you and bob said nothing to each other yet"]
    await ann.ask("/msg bob one", "/msg bob two")
    await bob.ask("/msg ann three")
    await ann.read()
    day = "-> said on 2026-01-01 (UTC):"
    everything = [day, "00:00 [ann] one", "00:00 [ann] two", "00:00 [bob] three"]
    older = "-> nothing older is kept of what you and bob said"
    assert await ann.ask("/history bob") == [older, *everything]
    assert await ann.ask("/history BOB 2") == [day, *everything[2:]]
    assert (await bob.ask("/history ann"))[1:] == everything
    cat = await world.plain_in_lobby("cat")
    assert await cat.ask("/history bob") == ["-> you and bob said nothing to each other yet"]


@pytest.mark.asyncio
async def test_a_search_that_finds_too_much_shows_the_newest(ann: Client) -> None:
    """And says how to narrow it."""
    await ann.ask(*(f"tea number {number}" for number in range(25)))
    _, *found, hint = await ann.ask("/search tea")
    assert [line.rpartition(" ")[2] for line in found] == [str(number) for number in range(5, 25)]
    assert hint == "-> that was the newest 20 in #lobby; more words find less"


@pytest.mark.asyncio
async def test_history_asked_for_by_the_first_line_comes_once_more(
    world: World, ann: Client
) -> None:
    """After what everybody sees who enters."""
    await ann.ask("hi")
    lines = await world.plain("bob").ask("/history")
    assert lines.count("00:00 [ann] hi") == 2


@pytest.mark.asyncio
async def test_history_keeps_who_wrote_it_from_looking_like_the_server(
    world: World, ann: Client
) -> None:
    """Nothing in it reaches the terminal raw, nor begins like another kind of line."""
    await ann.ask("-> \x1b]0;title\x07", "/me * bob joined")
    lines = await world.plain("bob").ask("")
    assert lines[3:] == ["00:00 [ann] -> ␛]0;title␇", "00:00 ** ann * bob joined"]


@pytest.mark.asyncio
async def test_ignore(ann: Client, bob: Client) -> None:
    """In rooms, in private and in history, until said again."""
    assert await ann.ask("/ignore") == [
        "-> you ignore nobody; /ignore NICK hides what somebody says"
    ]
    assert await ann.ask("/ignore BOB") == ["-> you ignore BOB"]
    await bob.ask("hi", "/me waves", "/msg ann psst")
    assert await ann.ask("/history", "/search hi") == [
        "-> nothing was said in #lobby yet",
        "-> nothing in #lobby has all of that; try fewer words, or the beginning of one",
    ]
    assert await ann.ask("/ignore") == ["-> you ignore bob"]
    assert await ann.ask("/ignore bob") == ["-> you hear again from bob"]
    assert (await ann.ask("/history"))[2:] == ["00:00 [bob] hi", "00:00 ** bob waves"]
    (line,) = await ann.ask("/ignore not a nick")
    assert line == "-> not a nick can't be a nick; /ignore NICK hides what somebody says"


@pytest.mark.asyncio
async def test_only_so_many_can_be_ignored(ann: Client) -> None:
    """Memory is not without end."""
    await ann.ask(*(f"/ignore n{number}" for number in range(IGNORED_MOST)))
    assert await ann.ask("/ignore more") == [
        f"-> you ignore {IGNORED_MOST} people already; /ignore one of them ends that"
    ]
    assert await ann.ask("/ignore n1") == ["-> you hear again from n1"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/oper root sesame", "-> you are an operator of this server now"),
        ("/oper root wrong", "-> wrong name or password"),
        ("/oper nobody sesame", "-> wrong name or password"),
        ("/oper root", "-> as whom? /oper NAME PASSWORD"),
        ("/oper", "-> as whom? /oper NAME PASSWORD"),
    ],
)
async def test_becoming_an_operator(world: World, line: str, answer: str) -> None:
    """A wrong name is not told from a wrong password; the password is said to nobody."""
    ann = world.plain("ann", PlainFacts(operators={"root": lambda password: password == "sesame"}))
    await ann.ask("")
    assert await ann.ask(line) == [answer]


@pytest.mark.asyncio
async def test_who_is_no_operator_is_checked_all_the_same(world: World) -> None:
    """How long the answer takes does not tell whether there is one of that name."""
    checked: list[str] = []

    def deny(password: str) -> bool:
        checked.append(password)
        return False

    ann = world.plain("ann", PlainFacts(stranger=deny))
    await ann.ask("")
    assert await ann.ask("/oper nobody sesame") == ["-> wrong name or password"]
    assert checked == ["sesame"]


@pytest.mark.asyncio
async def test_a_password_is_not_taken_in_the_open(world: World) -> None:
    """Others could read it on its way."""
    facts = PlainFacts(operators={"root": lambda password: password == "sesame"})
    ann = world.plain("ann", facts, private=False)
    await ann.ask("")
    (line,) = await ann.ask("/oper root sesame")
    assert line.startswith("-> not over an unencrypted connection")


@pytest.mark.asyncio
async def test_quit(ann: Client, bob: Client) -> None:
    """The room hears why; the connection ends with a word, if there was one."""
    assert await ann.ask("/quit see you", "lost") == ["-> goodbye: see you"]
    assert ann.peer.closed
    assert await bob.ask("/quit") == ["* ann left: see you", "-> goodbye"]
    assert bob.peer.closed


@pytest.mark.asyncio
async def test_what_operators_do_to_one_is_told(world: World, ann: Client, bob: Client) -> None:
    """Calls to all, invitations, the end."""
    await ann.ask_for(BecomeOperator("root"), Join("#ops"), Invite("bob", "#ops"))
    assert await bob.ask_for(commands.ChangeUserModes("bob", (ModeChange(True, "w"),))) == [
        "-> ann asks you into #ops: /join #ops"
    ]
    heard = await ann.ask_for(commands.SendWallops("fire\x07"), Kill("bob", "ru\x1bde"))
    assert heard == ["* bob left: Killed (ann (ru␛de))"]
    assert await bob.read() == [
        "-> from operator ann: fire␇",
        "-> operator ann ends your connection: ru␛de",
        "-> goodbye: Killed (ann (ru␛de))",
    ]
