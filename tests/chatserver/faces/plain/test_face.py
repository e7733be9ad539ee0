"""The plain face in conversation: what people with netcat see of all that they and others do."""

import pytest
import pytest_asyncio

from chatserver.core import commands
from chatserver.core.commands import (
    BecomeOperator,
    ChangeRoomModes,
    Invite,
    Join,
    Kick,
    Kill,
    ModeChange,
    Say,
)
from chatserver.core.limits import Limits
from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.faces.plain.commands import COMMANDS, IGNORED_MOST
from chatwire.framing import OVERLONG
from tests.chatserver.fakes import Client, World

NO_ROOM = "-> you are in no room; /rooms lists them, /join #ROOM enters one"


@pytest.fixture
def world() -> World:
    """Return a world with nobody in it."""
    return World()


@pytest_asyncio.fixture
async def ann(world: World) -> Client:
    """Return somebody in the lobby who has read the welcome."""
    return await world.plain_in_lobby("ann")


@pytest_asyncio.fixture
async def bob(world: World, ann: Client) -> Client:
    """Return somebody else there, of whom the first has heard."""
    bob = await world.plain_in_lobby("bob")
    await ann.read()
    return bob


# --- the first line ---------------------------------------------------------------------------------


WELCOME = "-> welcome to chat. You are {}; /nick NAME changes that, /help for more"


@pytest.mark.asyncio
async def test_the_first_line_is_a_message_already(world: World, ann: Client) -> None:
    """`echo hi | nc host port` says hi, once its sender is announced."""
    bob = world.plain("bob")
    assert await bob.ask("hi") == [WELCOME.format("bob"), "-> you are in #lobby with ann"]
    assert await ann.read() == ["* bob joined", "[bob] hi"]


@pytest.mark.asyncio
@pytest.mark.parametrize("line", ["", "   ", "\t"])
async def test_an_empty_first_line_joins_without_a_word(
    world: World, ann: Client, line: str
) -> None:
    """As of who presses Return to see what happens."""
    await world.plain("bob").ask(line)
    assert await ann.read() == ["* bob joined"]


@pytest.mark.asyncio
async def test_a_nick_as_the_first_line_is_the_nick_from_the_start(
    world: World, ann: Client
) -> None:
    """Nobody hears of the guest that they would have been."""
    guest = world.plain("guest-dodo")
    assert (await guest.ask("/nick bob"))[0] == WELCOME.format("bob")
    assert await ann.read() == ["* bob joined"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("nick", "why"),
    [
        ("ANN", "-> somebody else is ANN"),
        ("1st", "-> 1st can't be a nick"),
        ("a b", "-> a b can't be a nick"),
    ],
)
async def test_a_first_nick_that_cannot_be_leaves_a_guest_who_knows_why(
    world: World, ann: Client, nick: str, why: str
) -> None:
    """They are in, and may choose another."""
    guest = world.plain("guest-dodo")
    lines = await guest.ask(f"/nick {nick}")
    assert lines[0] == WELCOME.format("guest-dodo")
    assert lines[1].startswith(why)
    assert await ann.read() == ["* guest-dodo joined"]


@pytest.mark.asyncio
async def test_who_leaves_with_the_first_line_was_never_there(world: World, ann: Client) -> None:
    """Nobody is told of somebody who only wanted to go."""
    bob = world.plain("bob")
    assert await bob.ask("/quit never mind") == ["-> goodbye: never mind"]
    assert bob.peer.closed
    assert await ann.read() == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b"\xff\xfe", "-> not UTF-8 text; it was not sent"),
        (OVERLONG, "-> line too long, 8192 bytes at most; it was not sent"),
        (b"/nick", "-> which nick? /nick NAME"),
        (b"/nonsense", "-> there is no /nonsense; /help lists what there is, //text says /text"),
    ],
)
async def test_a_first_line_that_cannot_be_said_is_answered(
    world: World, ann: Client, line: bytes, answer: str
) -> None:
    """By then they are in, and nothing was said."""
    bob = world.plain("bob")
    request = bob.session.face.receive(line)
    assert request is not None
    await world.node.take(bob.session, request)
    assert (await bob.read())[-1] == answer
    assert await ann.read() == ["* bob joined"]


@pytest.mark.asyncio
async def test_guests_take_the_first_nick_that_is_free(world: World, ann: Client) -> None:
    """And are asked to try again when none is."""
    face = PlainFace(PlainFacts(), ("ann", "ANN", "bob"), "h")
    assert (await world.client(face).ask(""))[0] == WELCOME.format("bob")
    unlucky = world.client(PlainFace(PlainFacts(), ("ann",), "h"))
    assert await unlucky.ask("hi") == ["-> somebody else is ann; choose another nick"]
    assert (await unlucky.ask("/nick cat"))[0] == WELCOME.format("cat")


@pytest.mark.asyncio
async def test_the_message_of_the_day_comes_first(world: World) -> None:
    """Made safe, as it may come from anywhere."""
    lines = await world.plain("ann", PlainFacts(network="Ex\x1bample", motd=("be\x07 kind",))).ask(
        ""
    )
    assert lines[:2] == ["-> be␇ kind", WELCOME.format("ann").replace("chat.", "Ex␛ample.")]


def test_who_says_nothing_is_greeted() -> None:
    """They have not joined by that, and are told how."""
    assert PlainFace.greeting(PlainFacts()) == (
        b"-> welcome to chat. Type something to join #lobby, or /help\n"
    )


@pytest.mark.asyncio
async def test_lines_end_as_the_readers_own_do(world: World, ann: Client, bob: Client) -> None:
    """CRLF for who sends it, LF for everybody else."""
    assert isinstance(ann.session.face, PlainFace)
    ann.session.face.speak_crlf()
    await ann.ask("x")
    await bob.ask("hi")
    await ann.send("/away")
    await world.journal.idle()
    assert ann.peer.sent == b"[bob] hi\r\n-> you are back\r\n"
    assert bob.peer.sent == b""


# --- speaking ---------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("hi", "[ann] hi"),
        ("  indented  ", "[ann]   indented"),
        ("//x says /x", "[ann] /x says /x"),
        ("///", "[ann] //"),
        ("* bob left", "[ann] * bob left"),
        ("-> you are dead", "[ann] -> you are dead"),
        ("[bob] hi", "[ann] [bob] hi"),
        ("/me waves", "** ann waves"),
        ("/ME  waves ", "** ann waves"),
        ("/me joined", "** ann joined"),
        ("  /me waves", "** ann waves"),
        ("\x01ACTION waves\x01", "** ann waves"),
        ("tab\there", "[ann] tab\there"),
        ("\x1b[31mred\x1b[0m", "[ann] ␛[31mred␛[0m"),
        ("\x0304red\x03 \x02bold\x0f", "[ann] red bold"),
        ("two\rlines", "[ann] two␍lines"),
        ("\u202edrow", "[ann] <U+202E>drow"),
        ("zero\u200bwidth", "[ann] zerowidth"),
        ("c1 \x9b31m", "[ann] c1 <U+009B>31m"),
        ("line\u2028separator", "[ann] line<U+2028>separator"),
        ("👩‍👩‍👧 ❤️", "[ann] 👩‍👩‍👧 ❤️"),
    ],
)
async def test_what_is_said_reads_as_what_it_is(
    ann: Client, bob: Client, typed: str, shown: str
) -> None:
    """Nobody can speak as another, nor as the server, nor to the terminal of who reads it."""
    assert await ann.ask(typed) == []
    assert await bob.read() == [shown]


@pytest.mark.asyncio
async def test_questions_between_programs_are_not_shown(
    world: World, ann: Client, bob: Client
) -> None:
    """CTCP is for IRC clients."""
    assert await ann.ask_for(Say("#lobby", "\x01VERSION\x01"), Say("bob", "\x01PING 1\x01")) == [
        "-> sent to bob"
    ]
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_each_line_of_a_message_says_who_said_it() -> None:
    """Only a line feed ends one, whatever else is in it; blank ones are left out."""
    world = World()
    ann, bob = [await world.plain_in_lobby(nick) for nick in ("ann", "bob")]
    await ann.read()
    await bob.ask_for(Say("#lobby", "a\nb\rc\x0bd\x0ce\x85f\u2028g\u2029h\x00i"))
    assert [line[:6] for line in await ann.read()] == ["[bob] "] * 2
    await bob.ask_for(Say("#lobby", "a\n\n \nb"), Say("#lobby", "\x01ACTION a\nb\x01"))
    assert await ann.read() == ["[bob] a", "[bob] b", "** bob a", "** bob b"]
    await bob.ask_for(Say("#lobby", "\n"))
    assert await ann.read() == ["[bob] (nothing visible)"]


# --- several rooms ----------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_words_go_to_the_room_in_front_and_others_are_named(ann: Client, bob: Client) -> None:
    """The room entered last is in front, until another is chosen or it is left."""
    assert await ann.ask("/join #ops") == ["-> you are in #ops with nobody else yet"]
    assert await bob.ask("/join OPS") == ["-> you are in #ops with @ann"]
    assert await ann.read() == ["* bob joined"]
    await ann.ask("in ops")
    assert await ann.ask("/join #LOBBY") == [
        "-> you are in #lobby already; what you type goes there"
    ]
    await ann.ask("in lobby")
    assert await bob.read() == ["[ann] in ops", "[ann #lobby] in lobby"]
    await bob.ask("/me nods", "/part #lobby bye", "/nick bill", "/quit gone")
    assert await ann.read() == [
        "** bob #ops nods", "* bob left #lobby: bye", "* bob is now bill", "* bill left: gone",
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_what_happens_in_other_rooms_names_them(ann: Client, bob: Client) -> None:
    """Coming, going, topics, modes, being put out."""
    await ann.ask("/join #ops", "/join #lobby")
    await bob.ask("/join #ops")
    voice = ChangeRoomModes("#ops", (ModeChange(True, "v", "bob"), ModeChange(True, "m")))
    await ann.ask("/topic #ops tea", "/topic #ops -")
    await ann.ask_for(voice, Kick("#ops", "bob", "bye"))
    await bob.ask("/join #ops")
    await bob.ask("/part #ops")
    shown = await ann.ask("/away")
    assert shown == ["* bob joined #ops", "* bob left #ops", "-> you are back"]


@pytest.mark.asyncio
async def test_every_event_reads_well_in_front_and_behind(ann: Client, bob: Client) -> None:
    """In front, the room goes without saying."""
    await ann.ask("/join #ops")
    await bob.ask("/join #ops")
    await ann.read()
    changes = (
        ModeChange(True, "v", "bob"),
        ModeChange(False, "t"),
        ModeChange(True, "k", "sesame"),
    )
    await ann.ask("/topic tea", "/topic -")
    await ann.ask_for(ChangeRoomModes("#ops", changes), Kick("#ops", "bob"))
    assert await bob.read() == [
        "* ann set the topic: tea",
        "* ann removed the topic",
        "* ann gave bob a voice, let everybody set the topic, set the password sesame",
        "* bob was put out by ann",
    ]
    await ann.ask_for(Invite("bob", "#ops"))
    await bob.ask("/join #ops", "/join #lobby")
    await ann.ask("/topic tea", "/topic -")
    await ann.ask_for(
        ChangeRoomModes("#ops", changes[1:2]), ChangeRoomModes("#ops", (ModeChange(False, "k"),))
    )
    await ann.ask_for(Kick("#ops", "bob", "bye"))
    assert (await bob.read())[-4:] == [
        "* ann set the topic of #ops: tea",
        "* ann removed the topic of #ops",
        "* ann removed the password in #ops",
        "* bob was put out of #ops by ann: bye",
    ]


@pytest.mark.asyncio
async def test_who_leaves_the_room_in_front_is_told_where_they_are(ann: Client) -> None:
    """The one entered last of those that are left; or none, and then nothing can be said."""
    await ann.ask("/join #a", "/join #b", "/join #a")
    assert await ann.ask("/part") == [
        "* ann left #a",
        "-> you are in #b now; what you type goes there",
    ]
    assert await ann.ask("/part #lobby") == ["* ann left #lobby"]
    assert await ann.ask("/part") == ["* ann left #b", NO_ROOM]
    assert await ann.ask("hi", "/me waves") == [f"-> not sent: {NO_ROOM[3:]}"] * 2
    assert (
        await ann.ask("/part", "/topic", "/topic x", "/names", "/history", "/search x")
        == [NO_ROOM] * 6
    )


@pytest.mark.asyncio
async def test_lines_that_come_at_once_go_where_they_should(ann: Client, bob: Client) -> None:
    """A script that enters a room and speaks speaks there."""
    await bob.ask("/join #ops")
    await ann.send("one", "/join #ops", "two", "/part", "three")
    assert await bob.read() == [
        "[ann #lobby] one",
        "* ann joined",
        "[ann] two",
        "* ann left #ops",
        "[ann #lobby] three",
    ]


@pytest.mark.asyncio
async def test_commands_with_long_answers_wait_for_those_before(ann: Client) -> None:
    """So there is one of them at a time; what is said need not wait."""
    face = ann.session.face
    for line in (b"/names", b" /HISTORY 200", b"/rooms", b"/quit"):
        assert face.must_settle(line)
    pipelined = (b"hi", b"//names", b"/me waves", b"/msg bob hi", b"/", OVERLONG)
    assert [line for line in pipelined if face.must_settle(line)] == []


@pytest.mark.asyncio
async def test_who_was_put_out_hears_so_when_they_speak(ann: Client, bob: Client) -> None:
    """Their words went to a room that they are not in."""
    await ann.ask("/join #ops")
    await bob.ask("/join #ops")
    await ann.ask_for(Kick("#ops", "bob"))
    await bob.read()
    assert await bob.ask("why?") == ["-> not sent: you are not in #ops; /join #ops enters it"]


@pytest.mark.asyncio
async def test_messages_to_a_status_say_so(ann: Client, bob: Client) -> None:
    """Who gets one knows that not everybody does."""
    await ann.ask("/join #ops")
    await bob.ask("/join #ops")
    await ann.read()
    assert await bob.ask("/msg @#ops help") == ["-> sent to @#ops"]
    assert await ann.read() == ["[bob @#ops] help"]


# --- each command -----------------------------------------------------------------------------------


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
