"""The plain face in conversation: what people with netcat see of all that they and others do."""

import pytest

from chatserver.core.commands import (
    ChangeRoomModes,
    Invite,
    Kick,
    ModeChange,
    Say,
)
from chatserver.faces.plain import PlainFace, PlainFacts
from chatwire.framing import OVERLONG
from tests.chatserver.fakes import Client, World

NO_ROOM = "-> you are in no room; /rooms lists them, /join #ROOM enters one"

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
