"""The commands that a user can type."""

import re
from pathlib import Path

import pytest

from chatclient.commands.calls import usage
from chatclient.commands.entering import enter
from chatclient.commands.table import BY_NAME, COMMANDS, help_lines
from chatclient.docs import commands_page
from chatclient.model import (
    Buffer,
    CommandWanted,
    FocusWanted,
    Kind,
    Level,
    QuitWanted,
    ReconnectWanted,
)
from tests.chatclient.session.wire import MODERN, Wire, last, texts


class Typing:
    """A user in #ops with bob, who types."""

    def __init__(self) -> None:
        self.wire = Wire().start(f"{MODERN} draft/message-redaction draft/channel-rename")
        self.room = self.wire.join("#ops", "@bob")
        self.wire.world.activate(self.room)

    def type(self, text: str, buffer: Buffer | None = None) -> list[str]:
        """Type in #ops, or elsewhere, and return what went to the server."""
        enter(self.wire.session, buffer or self.room, text, self.wire.now)
        return [re.sub(r"^@label=\w+ ", "", line) for line in self.wire.sent()]


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("hello there", ["PRIVMSG #ops :hello there"]),
        ("//help me", ["PRIVMSG #ops :/help me"]),
        ("one\ntwo", ["PRIVMSG #ops one", "PRIVMSG #ops two"]),
        ("see\n/quit", ["PRIVMSG #ops see", "PRIVMSG #ops /quit"]),
        ("/quit\nnot a command", ["PRIVMSG #ops /quit", "PRIVMSG #ops :not a command"]),
        ("   ", []),
        ("/me waves", ["PRIVMSG #ops :\x01ACTION waves\x01"]),
        ("/JOIN #dev", ["JOIN #dev"]),
        ("/j dev", ["JOIN #dev"]),
        ("/join #a,b sesame", ["JOIN #a sesame", "JOIN #b sesame"]),
        ("/part", ["PART #ops"]),
        ("/part see you", ["PART #ops :see you"]),
        ("/part #ops see you", ["PART #ops :see you"]),
        ("/close", ["PART #ops"]),
        ("/msg bob hi there", ["PRIVMSG bob :hi there"]),
        ("/msg #ops hi", ["PRIVMSG #ops hi"]),
        ("/query bob", []),
        ("/query bob hi", ["PRIVMSG bob hi"]),
        ("/notice bob psa", ["NOTICE bob psa"]),
        ("/nick al", ["NICK al"]),
        ("/topic", []),
        ("/topic new plans", ["TOPIC #ops :new plans"]),
        ("/topic #ops new plans", ["TOPIC #ops :new plans"]),
        ("/topic #else", ["TOPIC #else"]),
        ("/names", []),
        ("/names #else", ["NAMES #else"]),
        ("/list", ["LIST"]),
        ("/whois bob", ["WHOIS bob"]),
        ("/delete", []),
        ("/resend", []),
        ("/away", ["AWAY away"]),
        ("/away at lunch", ["AWAY :at lunch"]),
        ("/back", ["AWAY"]),
        ("/invite carl", ["INVITE carl #ops"]),
        ("/invite carl #dev", ["INVITE carl #dev"]),
        ("/kick bob too loud", ["KICK #ops bob :too loud"]),
        ("/kick #ops bob", ["KICK #ops bob"]),
        ("/mode", ["MODE #ops"]),
        ("/mode +o bob", ["MODE #ops +o bob"]),
        ("/mode #dev +b *!*@x", ["MODE #dev +b *!*@x"]),
        ("/raw WHO #ops :a b", ["WHO #ops :a b"]),
        ("/quit so long", ["QUIT :so long"]),
    ],
)
def test_what_is_sent(typed: str, sent: list[str]) -> None:
    """Each command becomes its lines of IRC; anything else is said."""
    assert Typing().type(typed) == sent


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("/nonsense", "there is no /nonsense; /help lists the commands, //nonsense says it"),
        ("/join", "usage: /join <room> [password]"),
        ("/msg bob", "usage: /msg <nick> <text>"),
        ("/msg #else hi", "you are not in #else: /join #else"),
        ("/me", "usage: /me <what you do>"),
        ("/nick two words", "a nick has no spaces"),
        ("/query #ops", "#ops is a room: /join #ops"),
        ("/part #else", "you are not in #else: /join #else"),
        ("/help nonsense", "there is no /nonsense; /help lists the commands"),
        ("/kick", "usage: /kick [room] <nick> [reason]"),
    ],
)
def test_mistakes_are_told_with_what_to_do(typed: str, told: str) -> None:
    """A mistake is an error line where it was typed, and nothing is sent."""
    typing = Typing()
    assert typing.type(typed) == []
    assert last(typing.room).text == told
    assert last(typing.room).kind is Kind.ERROR


@pytest.mark.parametrize("typed", ["hello", "/me waves", "/part", "/topic x", "/invite bob"])
def test_on_the_server_page(typed: str) -> None:
    """Where nobody hears, the user is told so."""
    typing = Typing()
    server = typing.wire.world.server
    assert typing.type(typed, server) == []
    assert last(server).kind is Kind.ERROR


@pytest.mark.parametrize("typed", ["/topic x", "/list", "/whois bob", "/raw PING x", "/history"])
def test_while_not_connected(typed: str) -> None:
    """What needs the server says so when there is none."""
    typing = Typing()
    typing.wire.session.end("lost", 0)
    assert typing.type(typed) == []
    assert "not connected" in last(typing.room).text


def test_away_again_is_back() -> None:
    """As in other clients; with a reason it is another reason."""
    typing = Typing()
    assert typing.type("/away") == ["AWAY away"]
    typing.wire.hear(":srv 306 alice :You have been marked as being away")
    assert typing.type("/away lunch") == ["AWAY lunch"]
    assert typing.type("/away") == ["AWAY"]
    typing.wire.hear(":srv 305 alice :You are no longer marked as being away")
    assert typing.type("/away") == ["AWAY away"]


def test_rooms_joined_while_not_connected() -> None:
    """A room that is joined while there is no connection is joined when there is one."""
    typing = Typing()
    typing.wire.session.end("lost", 0)
    assert typing.type("/join #dev") == []
    assert typing.wire.room("#dev").wanted


def test_focus_follows_the_user() -> None:
    """/join and /query show what they open."""
    typing = Typing()
    for typed, name in (("/join #dev", "#dev"), ("/query carl", "carl")):
        typing.wire.session.take_changes()
        typing.type(typed)
        buffer = typing.wire.room(name)
        assert FocusWanted(buffer) in typing.wire.session.take_changes()


def test_the_program() -> None:
    """/quit and /reconnect are wishes for who runs the client."""
    typing = Typing()
    typing.type("/reconnect")
    assert ReconnectWanted() in typing.wire.session.take_changes()
    typing.type("/quit")
    assert QuitWanted() in typing.wire.session.take_changes()


def test_what_is_known_is_told_at_once() -> None:
    """/topic and /names of a room that we are in ask nobody."""
    typing = Typing()
    typing.wire.hear(":srv 332 alice #ops :work")
    typing.type("/topic")
    assert last(typing.room).text == "topic of #ops: work"
    typing.type("/names")
    assert last(typing.room).text == "2 in #ops: @bob alice"


def test_own_modes_from_the_server_page() -> None:
    """/mode where there is no room is about ourselves."""
    typing = Typing()
    assert typing.type("/mode +i", typing.wire.world.server) == ["MODE alice +i"]


def test_whois_in_a_conversation() -> None:
    """/whois in a conversation is about the other person."""
    typing = Typing()
    assert typing.type("/whois", typing.wire.world.open_direct("bob")) == ["WHOIS bob"]


def test_help_tells_every_command() -> None:
    """There is a line for each row; for one command alone, its usage and its other names."""
    told = [*help_lines()]
    assert all(f"{usage(command)}: {command.summary}" in told for command in COMMANDS)
    assert [*help_lines("join")] == [
        "/join <room> [password]: go into a room, or make it",
        "/j is the same",
    ]


def test_help_is_for_whoever_shows_it() -> None:
    """It is a wish: nothing of it stands among what was said. An alias is its command."""
    typing = Typing()
    known = len(typing.room.lines)
    for text in ("/help", "/help /j"):
        enter(typing.wire.session, typing.room, text, typing.wire.now)
    assert [each for each in typing.wire.changes() if isinstance(each, CommandWanted)] == [
        CommandWanted(typing.room, "help", ""),
        CommandWanted(typing.room, "help", "join"),
    ]
    assert len(typing.room.lines) == known


def test_the_page_is_that_of_the_table() -> None:
    """docs/commands.md is made by `make docs`; when this fails, make it again."""
    page = Path(__file__).parents[3] / "docs" / "commands.md"
    assert page.read_text(encoding="utf-8") == commands_page()


def test_the_table_is_in_order() -> None:
    """No name means two commands; every summary is a short phrase; aliases find their command."""
    names = [name for command in COMMANDS for name in (command.name, *command.aliases)]
    assert len(names) == len(set(names)) == len(BY_NAME)
    assert all(name == name.lower() and name.isalpha() for name in names)
    assert all(command.summary[0].islower() and len(command.summary) <= 60 for command in COMMANDS)
    assert set("".join(command.completes for command in COMMANDS)) <= set("nrcsvaw-")


def test_deleting() -> None:
    """The newest own message that the server has, or the newest with the words."""
    typing = Typing()
    typing.wire.hear(
        "@msgid=1 :alice!a@h PRIVMSG #ops :first",
        "@msgid=2 :alice!a@h PRIVMSG #ops :second",
        "@msgid=3 :bob!b@h PRIVMSG #ops :first",
    )
    assert typing.type("/delete") == ["REDACT #ops 2"]
    assert typing.type("/delete FIRST") == ["REDACT #ops 1"]
    assert typing.type("/delete third") == []
    assert last(typing.room).text == "there is no message of yours like that"


def test_answering() -> None:
    """A reply answers what that person said last; a reaction what anybody else did."""
    typing = Typing()
    typing.wire.hear(
        "@msgid=1 :bob!b@h PRIVMSG #ops :first",
        "@msgid=2 :carol!c@h PRIVMSG #ops :second",
        "@msgid=3 :alice!a@h PRIVMSG #ops :third",
    )
    assert typing.type("/reply bob: yes") == ["@label=m1;+reply=1 PRIVMSG #ops yes"]
    assert typing.type("/react 👍") == ["@+reply=2;+draft/react=👍 TAGMSG #ops"]
    assert typing.type("/react 👍 bob") == ["@+reply=1;+draft/react=👍 TAGMSG #ops"]
    assert typing.type("/reply dave no") == []
    assert "dave has not said anything here" in texts(typing.room)


def test_taking_back() -> None:
    """What waits is shown once more, so that it can be copied."""
    typing = Typing()
    typing.type("/cancel")
    assert last(typing.room).text == "nothing waits to be sent here"
    typing.wire.session.end("lost", typing.wire.now)
    typing.type("hello")
    typing.type("/cancel")
    assert last(typing.room).text == "not sent: hello"
    assert typing.room.pending == 0


def test_renaming() -> None:
    """The room one is in, or one that is named, where the server can."""
    typing = Typing()
    assert typing.type("/rename operations") == ["RENAME #ops #operations"]
    assert typing.type("/rename #operations") == ["RENAME #ops #operations"]
    assert typing.type("/rename #ops #o tidier now") == ["RENAME #ops #o :tidier now"]
    old = Wire().start()
    enter(old.session, old.join("#r"), "/rename #x", old.now)
    assert last(old.room("#r")).text == "this server cannot rename a room"


def test_what_a_room_calls_for() -> None:
    """`/notify` tells it or sets it; what is usual is not kept as something special."""
    typing = Typing()
    typing.type("/notify")
    assert last(typing.room).text == "in #ops you are called for what mentions you"
    typing.type("/notify nothing")
    assert [typing.room.level] == [Level.NOTHING]
    assert last(typing.room).text == "in #ops you are called for nothing; it is muted"
    typing.type("/notify Mentions")
    assert typing.room.level is None
    typing.type("/notify loudly")
    assert last(typing.room).text == "usage: /notify [all|mentions|nothing]"
    enter(typing.wire.session, typing.wire.session.world.server, "/notify all", 0.0)
    assert last(typing.wire.session.world.server).kind is Kind.ERROR


@pytest.mark.parametrize("name", ["search", "mentions"])
def test_what_the_screen_does(name: str) -> None:
    """It is passed on with its words."""
    typing = Typing()
    typing.wire.session.take_changes()
    typing.type(f"/{name} two words")
    assert CommandWanted(typing.room, name, "two words") in typing.wire.session.take_changes()


def test_somebody_is_ignored_and_heard_again() -> None:
    """What was done is said, and /ignore alone lists them; a slip changes nothing."""
    typing = Typing()
    typing.type("/ignore")
    assert last(typing.room).text == "you ignore: nobody"
    typing.type("/ignore eve")
    assert last(typing.room).text == "nothing of eve is shown from now on; /unignore eve ends that"
    for text, answer in {
        "/ignore EVE": "you ignore EVE already",
        "/ignore ALICE": "that is you",
        "/ignore #ops": "#ops is a room; /notify nothing mutes it",
        "/ignore": "you ignore: eve",
        "/unignore bob": "you do not ignore bob; /ignore lists whom you do",
        "/unignore eve": "what eve says is shown again; what was said meanwhile is not",
    }.items():
        typing.type(text)
        assert last(typing.room).text == answer
