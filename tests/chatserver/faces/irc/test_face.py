"""The face as a whole: it takes any bytes, and what it says is well-formed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.effects import Reason, Refused
from chatserver.core.events import Said
from chatserver.faces.contract import Lookup
from chatserver.faces.irc.face import IrcFace
from chatserver.faces.irc.verbs import VERBS
from chatwire import caps
from chatwire.framing import OVERLONG
from tests.chatserver.faces.irc.desk import FACTS, START, Desk

WORDS = st.one_of(
    st.sampled_from(
        ["#room", "alice", "bob", "@#room", "#new", "*", "+o", "-ovb", "+klbeI", "0", "%nuhar,1"]
    ),
    st.text(max_size=20),
    st.text(alphabet="aé😃 \r\n\0:,!@*#", max_size=600),
)
LINES = st.one_of(
    st.binary(max_size=700),
    st.builds(
        lambda tags, verb, words: " ".join([*tags, verb, *words]).encode(errors="replace"),
        st.lists(st.just("@label=x;+a=b;time=1"), max_size=1),
        st.sampled_from([*VERBS, "001", "NOTACOMMAND"]),
        st.lists(WORDS, max_size=5),
    ),
)
CAPABILITIES = st.sampled_from(sorted(caps.NAMES))
STRAY = re.compile(rb"[\0\r\n]")


@given(st.lists(LINES, max_size=8), st.sampled_from(["", "bob"]), st.sets(CAPABILITIES))
def test_any_bytes_are_answered_in_well_formed_lines(
    lines: list[bytes], nick: str, capabilities: set[str]
) -> None:
    """It never raises; a line has 512 bytes at most without its tags, and nothing breaks one."""
    desk = Desk()
    desk.sit("alice", *caps.NAMES)
    chair = desk.sit(nick, *capabilities)
    for other in desk.chairs:
        desk.ask(other, "JOIN #room")
    for line in lines:
        if not STRAY.search(line):
            chair.face.must_settle(line)
        request = chair.face.receive(line.replace(b"\n", b""))
        if request is not None:
            desk._do(chair, request)  # its answer is looked at as bytes
    for other in desk.chairs:
        *written, rest = other.sent.split(b"\r\n")
        assert rest == b""
        for line in written:
            assert not STRAY.search(line)
            body = line.partition(b" ")[2] if line.startswith(b"@") else line
            assert 0 < len(body) <= 510
            body.decode()


@pytest.mark.parametrize(
    ("line", "settled"),
    [
        (b"CAP LS", True),
        (b"cap end", True),
        (b"@label=x CAP REQ :batch", True),
        (b":me CAP LS", True),
        (b"  CAP", True),
        (b"PRIVMSG #a :CAP LS", False),
        (b"CAPS", False),
        (b"@label=x list", True),
        (b"CHATHISTORY LATEST #a * 9", True),
        (b"QUIT", True),
        (b"JOIN #a", False),
        (b"", False),
        (OVERLONG, False),
    ],
)
def test_what_ends_changes_or_says_much_waits_for_answers(line: bytes, settled: bool) -> None:  # noqa: FBT001 - a row
    """Before registration every line waits for the ones before it."""
    desk = Desk()
    assert desk.sit().face.must_settle(line)
    assert desk.sit("alice").face.must_settle(line) is settled


def test_a_failed_registration_asks_for_another_nick_alone() -> None:
    """User name, real name and capabilities hold; the nick is asked for again."""
    desk = Desk()
    desk.sit("alice")
    chair = desk.sit()
    refused = desk.ask(chair, "CAP LS 302", "NICK alice", "USER u 0 * :U", "CAP END")
    assert refused[-1].command == "433"
    assert not chair.face.registered
    assert desk.ask(chair, "USER other 0 * :Other") == []
    assert desk.ask(chair, "NICK bob")[0].command == "001"
    assert [user.identity.username for user in desk.state.users.values()] == ["alice", "other"]


def test_the_dialect_is_shared_by_all_with_the_same_capabilities() -> None:
    """Whatever the order in which they asked, and whatever else they enabled."""
    desk = Desk()
    one = desk.sit("one", "server-time", "message-tags", "batch")
    other = desk.sit("other", "message-tags", "server-time", "multi-prefix")
    third = desk.sit("third", "message-tags")
    assert one.face.dialect is other.face.dialect
    assert one.face.dialect is not third.face.dialect


def test_overlong_lines_are_refused() -> None:
    """ERR_INPUTTOOLONG, whatever the framer has dropped."""
    desk = Desk()
    assert [m.command for m in desk.ask(desk.sit("alice"), OVERLONG)] == ["417"]


def test_farewell_and_ping_are_lines_of_their_own() -> None:
    """ERROR with the reason, PING with the server's name; a reason cannot break the line."""
    face = IrcFace(lambda: FACTS, "127.0.0.1", "127.0.0.1:5")
    assert face.farewell("a\r\nb") == b"ERROR :Closing link: 127.0.0.1 (a  b)\r\n"
    assert face.ping() == b"PING :irc.example.org\r\n"


def test_history_can_be_told_from_what_is_new() -> None:
    """A batch with batch and server-time, bare lines with server-time, else notices; or on request alone."""
    desk = Desk()
    alice = desk.sit("alice")
    assert alice.user is not None
    said = [Said(1, START, alice.user.identity, "#room", "hi")]
    assert alice.face.recalls
    assert alice.face.recall("#room", said) == (
        b":irc.example.org NOTICE #room :Said before, on 2023-11-14 (UTC):\r\n"
        b":irc.example.org NOTICE #room :22:13 <alice> hi\r\n"
    )
    assert not desk.sit("plays", "server-time", "znc.in/playback").face.recalls
    assert not desk.sit("asks", "server-time", "draft/chathistory").face.recalls
    timed = desk.sit("timed", "server-time").face
    assert timed.recalls
    line = b"@time=2023-11-14T22:13:20.000Z :alice!alice@127.0.0.1 PRIVMSG #room :hi\r\n"
    assert timed.recall("#room", said) == line
    face = desk.sit("full", "server-time", "batch", "message-tags").face
    assert face.recall("#room", []) == b""
    assert face.recall("#room", said) == (
        b":irc.example.org BATCH +batch-1 chathistory #room\r\n"
        b"@batch=batch-1;time=2023-11-14T22:13:20.000Z;msgid=1 "
        b":alice!alice@127.0.0.1 PRIVMSG #room :hi\r\n"
        b":irc.example.org BATCH -batch-1\r\n"
    )
    assert b"+batch-2 " in face.recall("#room", said)


def test_what_was_not_kept_is_refused_by_the_client_means() -> None:
    """A standard reply for who knows of them, a numeric for others."""
    desk = Desk()
    refused = Refused(Reason.NOT_KEPT, "#room", command="Say")
    for capability, start in (
        ("standard-replies", b"FAIL PRIVMSG CANNOT_KEEP #room :"),
        ("batch", b"404 "),
    ):
        chair = desk.sit(capability[:3], capability)
        reply = chair.face.reply(refused, chair.user, desk.state)
        assert not isinstance(reply, Lookup)
        (line,) = reply
        assert line.startswith(b":irc.example.org " + start)
