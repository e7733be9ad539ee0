"""From the first byte to the welcome."""

import re
from random import Random

import pytest

from chatclient.model import ConnectionState, Kind
from chatclient.session.nicks import alternative
from tests.chatclient.session.wire import MODERN, Wire, last, texts


def test_opening() -> None:
    """CAP LS 302 comes first, so that a server waits for the end of the negotiation."""
    wire = Wire(password="secret")
    wire.session.start()
    assert wire.sent() == [
        "CAP LS 302",
        "PASS secret",
        "NICK alice",
        "USER chat 0 * Alice",
    ]
    assert wire.world.status.state is ConnectionState.REGISTERING


def test_capabilities_are_requested_and_ended() -> None:
    """What both know is requested; CAP END follows the answer, not the request."""
    wire = Wire()
    wire.session.start()
    wire.sent()
    wire.hear(":srv CAP * LS * :sasl=PLAIN batch server-time")
    assert wire.sent() == []
    wire.hear(":srv CAP * LS :message-tags unknown/cap draft/x")
    assert wire.sent() == ["CAP REQ :batch message-tags sasl server-time"]
    wire.hear(":srv CAP * ACK :batch message-tags sasl server-time ")
    assert wire.sent() == ["CAP END"]


def test_nothing_in_common() -> None:
    """With no capability to ask for, the negotiation ends at once."""
    wire = Wire()
    wire.session.start()
    wire.sent()
    wire.hear(":srv CAP * LS :foo bar")
    assert wire.sent() == ["CAP END"]


def test_nak_ends_too() -> None:
    """A refused request is no reason to hang."""
    wire = Wire()
    wire.session.start()
    wire.hear(":srv CAP * LS :batch")
    wire.sent()
    wire.hear(":srv CAP * NAK :batch")
    assert wire.sent() == ["CAP END"]


def test_server_without_cap() -> None:
    """A server that does not know CAP welcomes us all the same."""
    wire = Wire()
    wire.session.start()
    wire.hear(
        ":srv 421 * CAP :Unknown command",
        ":srv 451 * :You have not registered",
        ":srv 001 alice :Welcome",
        ":srv 376 alice :End of MOTD",
    )
    assert wire.session.online
    assert wire.world.status.state is ConnectionState.ONLINE


def test_capabilities_come_and_go() -> None:
    """CAP NEW is answered by a request, CAP DEL ends a capability, neither by CAP END."""
    wire = Wire().start("batch")
    wire.hear(":srv CAP alice NEW :labeled-response echo-message")
    assert wire.sent() == ["CAP REQ :echo-message labeled-response"]
    wire.hear(":srv CAP alice ACK :echo-message labeled-response")
    assert wire.sent() == []
    room = wire.join("#ops")
    assert wire.say(room, "hi") == ["@label=m1 PRIVMSG #ops hi"]
    wire.hear("@label=m1 :alice!a@h PRIVMSG #ops hi")
    wire.hear(":srv CAP alice DEL :labeled-response echo-message")
    assert wire.say(room, "hi") == ["PRIVMSG #ops hi", "PING m2"]


def test_many_capabilities_fit_their_lines() -> None:
    """A request is never longer than a line of IRC."""
    wire = Wire()
    wire.session.start()
    wire.sent()
    wire.hear(f":srv CAP * LS :{MODERN}")
    assert all(len(line) < 510 for line in wire.sent())


def test_nick_in_use() -> None:
    """A taken nick is replaced by one like it, and status tells the one that we got."""
    wire = Wire()
    wire.session.start()
    wire.sent()
    wire.hear(":srv 433 * alice :Nickname is already in use")
    assert wire.sent() == ["NICK alice_"]
    wire.hear(":srv 433 * alice_ :Nickname is already in use")
    (line,) = wire.sent()
    assert line.startswith("NICK alice_")
    wire.hear(":srv 001 alice__ :Welcome")
    assert wire.world.status.nick == "alice__"


def test_what_is_unavailable_for_a_while() -> None:
    """The nick of RFC 2812's nick delay is as one in use; a room is a room that refuses."""
    wire = Wire()
    wire.session.start()
    wire.sent()
    wire.hear(":srv 437 * alice :Nick is temporarily unavailable")
    assert wire.sent() == ["NICK alice_"]
    wire = Wire().start()
    room = wire.session.join("#ops")
    wire.hear(":srv 437 alice #ops :Channel is temporarily unavailable")
    assert not room.wanted


def test_no_nick_is_free() -> None:
    """After ten nicks it is given up, with a reason, rather than tried for ever."""
    wire = Wire()
    wire.session.start()
    for _ in range(11):
        wire.hear(":srv 433 * x :Nickname is already in use")
    assert "alice" in wire.session.fatal
    assert wire.sent()[-1] == "QUIT"


def test_nick_comes_back() -> None:
    """After a reconnect our old self may hold our nick: we take it as soon as it is gone."""
    wire = Wire()
    wire.session.start()
    wire.hear(
        ":srv 433 * alice :Nickname is already in use",
        ":srv 001 alice_ :Welcome",
        ":srv 422 alice_ :no MOTD",
    )
    wire.join("#ops", "alice", "bob")
    wire.hear(":bob!b@h QUIT :bye")
    assert wire.sent() == []
    wire.hear(":alice!a@h QUIT :Connection reset")
    assert wire.sent() == ["NICK alice"]
    wire.hear(":alice_!a@h NICK alice")
    assert wire.world.status.nick == "alice"
    assert wire.sent() == []


@pytest.mark.parametrize("nick", ["alice", "Ärger", "1st", "-x", "日本", "a" * 40, "x y"])
def test_alternatives_are_valid(nick: str) -> None:
    """Each other nick is one that servers take, and they soon differ and get short."""
    random = Random(2)
    tried = [alternative(nick, tries, random) for tries in range(1, 11)]
    assert all(each[0].isalpha() and each.isascii() and " " not in each for each in tried)
    assert all(len(each) <= 9 for each in tried[2:])
    assert len(set(tried)) > 5


def test_wrong_password_is_final() -> None:
    """A refusal that no other try can mend is remembered."""
    wire = Wire()
    wire.session.start()
    wire.hear(":srv 464 * :Password incorrect", "ERROR :Closing link: Bad password")
    assert wire.session.fatal == "the server refuses: Password incorrect"
    assert wire.session.last_error == "Closing link: Bad password"


def test_error_is_told() -> None:
    """Why the server closes the connection is an error line, unless the user asked for it."""
    wire = Wire().start()
    wire.hear("ERROR :Closing link: flood")
    assert last(wire.world.server).kind is Kind.ERROR
    wire = Wire().start()
    before = texts(wire.world.server)
    wire.session.quit("bye")
    assert wire.sent() == ["QUIT bye"]
    wire.hear("ERROR :Closing link: bye")
    assert texts(wire.world.server) == before


def test_rooms_are_joined_once_the_server_is_known() -> None:
    """Rooms are joined after the MOTD, those with a key first, the rest in one line."""
    wire = Wire()
    for room in ("#a", "#b", "#c"):
        wire.session.join(room)
    wire.session.join("#k", "sesame")
    wire.session.start()
    wire.sent()
    wire.hear(":srv 001 alice :Welcome")
    assert wire.sent() == []
    wire.hear(":srv 376 alice :End of MOTD")
    assert wire.sent() == ["JOIN #k sesame", "JOIN #a,#b,#c"]


def test_network_name() -> None:
    """The status tells the network's name as soon as the server does."""
    wire = Wire().start(isupport="NETWORK=Example\\x20Net CHANTYPES=#")
    assert wire.world.status.network == "Example Net"


def test_a_second_connection_starts_clean() -> None:
    """Nothing of a connection but the world lives on: capabilities are negotiated again."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    wire.session.end("connection reset", wire.now)
    assert not wire.session.online
    assert not room.joined
    assert len(room.members) == 0
    assert last(room).text == "disconnected: connection reset"
    wire.session.start()
    assert wire.sent()[0] == "CAP LS 302"
    wire.hear(":srv 001 alice :Welcome", ":srv 422 alice :no MOTD")
    assert wire.sent() == ["JOIN #ops"]
    wire.hear(":alice!a@h JOIN #ops")
    assert wire.room("#ops") is room
    assert room.joined


def _sent_after_ack(wire: Wire, caps: str) -> list[str]:
    """Return what is sent when the server has granted what it offers."""
    wire.session.start()
    wire.hear(f":srv CAP * LS :{caps}")
    wire.raw()
    wire.hear(f":srv CAP * ACK :{caps}")
    return wire.raw()


def test_the_secret_of_the_session() -> None:
    """The same on each connection, another in each run, before registration ends; to who wants it alone."""
    caps = "batch chatserver.dev/session"
    wire, other = Wire(seed=1), Wire(seed=2)
    first = _sent_after_ack(wire, caps)
    assert [line.partition(" ")[0] for line in first] == ["SESSION", "CAP"]
    assert re.fullmatch(r"SESSION [A-Za-z0-9_-]{22}", first[0])
    wire.hear(":srv 001 alice :Welcome", ":srv 422 alice :no")
    wire.session.end("lost", wire.now)
    assert _sent_after_ack(wire, caps) == first
    assert _sent_after_ack(other, caps)[0] != first[0]
    assert _sent_after_ack(wire, "batch") == ["CAP END"]
    shown = "".join(line.text for buffer in wire.world.buffers for line in buffer.lines)
    assert first[0].split()[1] not in shown


def test_another_nick_of_the_same_script() -> None:
    """A nick that is taken is known to be one; one that the server refuses may have wrong letters."""
    wire = Wire("Ärger")
    wire.session.start()
    wire.sent()
    wire.hear(":srv 433 * Ärger :Nickname is already in use")
    assert wire.sent() == ["NICK Ärger_"]
    wire = Wire("Ärger")
    wire.session.start()
    wire.sent()
    wire.hear(":srv 432 * Ärger :Erroneous nickname")
    assert wire.sent() == ["NICK rger"]


def test_away_before_anybody_looks() -> None:
    """With draft/pre-away, who was away is so from the first moment of the next connection."""
    wire = Wire().start("batch")
    wire.session.set_away("lunch")
    assert _sent_after_ack(wire, "draft/pre-away") == ["AWAY lunch", "CAP END"]
    wire.hear(":srv 001 alice :Welcome", ":srv 422 alice :no")
    assert wire.sent() == []


def test_the_nick_of_an_account() -> None:
    """A nick that was kept for the account is asked for once one is logged in."""
    wire = Wire().start("sasl=PLAIN", nick="alice_")
    wire.sent()
    wire.hear(":srv 900 alice_ alice_!a@h alice :You are now logged in as alice")
    assert wire.sent() == ["NICK alice"]
