"""Answers and refusals, as sentences."""

import pytest

from chatclient.model import Kind, PongHeard
from tests.chatclient.session.wire import MODERN, Wire, last, texts


def test_ping() -> None:
    """A PING is answered with its token, whatever is in it."""
    wire = Wire().start()
    wire.hear("PING :some token", "PING srv")
    assert wire.sent() == ["PONG :some token", "PONG srv"]


def test_own_ping() -> None:
    """The answer to an own PING is for who measures the round trip."""
    wire = Wire().start()
    wire.session.ping("alive-1")
    assert wire.sent() == ["PING alive-1"]
    assert wire.hear(":srv PONG srv alive-1") == [PongHeard("alive-1")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (":srv 311 alice bob b host.example * :Bob B", "bob is b@host.example (Bob B)"),
        (":srv 317 alice bob 42 1700000000 :seconds idle", "bob has been silent for 42 s"),
        (":srv 319 alice bob :@#ops #dev", "bob is in @#ops #dev"),
        (":srv 330 alice bob bobacc :is logged in as", "bob is logged in as bobacc"),
        (":srv 322 alice #ops 12 :work", "#ops (12): work"),
        (":srv 322 alice #ops 12 :", "#ops (12)"),
        (":srv 341 alice bob #ops", "bob is invited to #ops"),
        (":srv 999 alice some thing :nobody knows", "some thing nobody knows"),
        (":srv 311 alice", " is @"),
        (":srv 311 alice bob b host.example * :", "bob is b@host.example"),
    ],
)
def test_answers(line: str, told: str) -> None:
    """An answer is a sentence where the user looks; an unknown one is told as it is."""
    wire = Wire().start()
    wire.world.activate(wire.join("#ops"))
    wire.hear(line)
    assert last(wire.room("#ops")).text == told


def test_silent_answers() -> None:
    """The end of a list is no news."""
    wire = Wire().start()
    before = texts(wire.world.server)
    wire.hear(":srv 318 alice bob :End of WHOIS", ":srv 323 alice :End of LIST")
    assert texts(wire.world.server) == before


def test_motd_is_for_the_server_page() -> None:
    """What the server says about itself does not stand in a room."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.world.activate(room)
    wire.hear(":srv 375 alice :- motd", ":srv 372 alice :- hello", ":srv 376 alice :End")
    assert texts(wire.world.server)[-1] == "- hello"
    wire.hear(":srv 266 alice 2 5 :Current global users 2, max 5")
    assert texts(wire.world.server)[-1] == "Current global users 2, max 5"
    assert texts(room) == ["you joined #ops"]


def test_away_is_told_in_the_conversation() -> None:
    """That somebody is away is told where we talk to them."""
    wire = Wire().start()
    direct = wire.world.open_direct("bob")
    wire.hear(":srv 301 alice bob :lunch")
    assert last(direct).text == "bob is away: lunch"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            ":srv 475 alice #ops :Cannot join channel (+k)",
            "#ops: Cannot join channel (+k) (it has a password: /join #ops PASSWORD)",
        ),
        (
            ":srv FAIL JOIN BANNED #ops :You are banned",
            "#ops: You are banned",
        ),
        (
            ":srv 473 alice #ops :Cannot join channel (+i)",
            "#ops: Cannot join channel (+i) (somebody in it has to invite you)",
        ),
    ],
)
def test_a_room_that_does_not_let_us_in(line: str, told: str) -> None:
    """Why is told in the room, with what to do, and it is not tried again."""
    wire = Wire().start(MODERN)
    room = wire.session.join("#ops")
    wire.hear(line)
    assert last(room).text == told
    assert last(room).kind is Kind.ERROR
    assert not room.wanted


def test_refusals_of_commands() -> None:
    """A refused command is told where the user looks, or in the room that it is about."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.hear(":srv 421 alice FOO :Unknown command")
    assert last(wire.world.active).text == "FOO: Unknown command (/help lists the commands)"
    wire.hear(":srv 482 alice #ops :You're not channel operator")
    assert last(room).text == "#ops: You're not channel operator"
    assert room.wanted


def test_a_refusal_of_something_else_fails_no_message() -> None:
    """An error that cannot be about a message leaves pending ones alone."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.say(room, "hi")
    wire.hear(":srv 482 alice #ops :no", ":srv 461 alice #ops :no", ":srv 421 alice #ops :no")
    assert room.pending == 1


def test_standard_replies() -> None:
    """FAIL and WARN are errors, NOTE is none; each is told with its context."""
    wire = Wire().start(MODERN)
    wire.hear(
        ":srv FAIL ACC REG_INVALID email :That is no address",
        ":srv FAIL REGISTER WEAK_PASSWORD * :That is too short",
        ":srv WARN REHASH OLD :The file is old",
        ":srv NOTE * HI :Welcome back",
    )
    told = [(line.kind, line.text) for line in wire.world.server.lines[-4:]]
    assert told == [
        (Kind.ERROR, "email: That is no address"),
        (Kind.ERROR, "That is too short"),
        (Kind.ERROR, "The file is old"),
        (Kind.INFO, "Welcome back"),
    ]


def test_unlabelled_fail_without_labels() -> None:
    """Without labels, a FAIL of PRIVMSG fails the message to the target that it names."""
    wire = Wire().start("standard-replies")
    room = wire.join("#ops")
    wire.say(room, "hi")
    wire.hear(":srv FAIL PRIVMSG DISK_FULL #ops :The message could not be kept")
    assert last(room).reason == "The message could not be kept"


def test_rooms_are_found_without_a_word() -> None:
    """For completion: one question at a time, by the beginning of a name; nothing is shown."""
    wire = Wire().start(isupport="ELIST=CMNTU")
    before = len(wire.world.active.lines)
    wire.session.find_rooms("#o")
    wire.session.find_rooms("#of")
    assert wire.sent() == ["LIST #o*"]
    wire.hear(":srv 321 alice Channel :Users", ":srv 322 alice #ops 3 :t", ":srv 323 alice :End")
    assert wire.world.listed == ["#ops"]
    assert len(wire.world.active.lines) == before
    wire.session.find_rooms("#x*,#y")
    wire.session.find_rooms("#\r")
    assert wire.sent() == []


def test_a_list_that_the_user_wants_is_shown() -> None:
    """Also when completion has asked for one that never came; and it is remembered."""
    wire = Wire().start(isupport="ELIST=M")
    wire.session.find_rooms("#o")
    wire.session.send("LIST")
    wire.hear(":srv 322 alice #ops 3 :work", ":srv 323 alice :End")
    assert last(wire.world.active).text == "#ops (3): work"
    assert wire.world.listed == ["#ops"]


def test_no_server_lists_all_its_rooms_for_completion() -> None:
    """Where LIST takes no pattern, it is not asked; nor before the welcome."""
    wire = Wire().start()
    wire.session.find_rooms("#o")
    assert wire.sent() == []
    early = Wire()
    early.session.start()
    early.sent()
    early.session.find_rooms("#o")
    assert early.sent() == []


def test_few_of_many_listed_rooms_are_remembered() -> None:
    """A network may have a hundred thousand."""
    wire = Wire().start()
    for number in range(3000):
        wire.world.note_listed(f"#{number}")
    assert len(wire.world.listed) == 2000
    assert "#2999" in wire.world.listed
