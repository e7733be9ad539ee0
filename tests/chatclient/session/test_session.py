"""The session as a whole: whatever a server says."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from chatclient.model import Kind, LineAdded, LineChanged, LinesInserted
from chatclient.session.handlers import HANDLERS
from chatclient.session.session import LINE_LIMIT
from tests.chatclient.session.wire import MODERN, Wire, last, texts

_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_WORDS = st.sampled_from(
    [
        "alice",
        "bob",
        "#ops",
        "@#ops",
        "+h",
        "-h",
        "h",
        "*",
        "chathistory",
        "labeled-response",
        "",
        "LS",
        "ACK",
        "NAK",
        "NEW",
        "DEL",
        "m1",
        "+ov",
        "-l+k",
        "\x1b[31m",
        "\u202ex",
        "\x01ACTION x",
        "PREFIX=(ov)@+",
        "CASEMAPPING=ascii",
        "CHANTYPES=",
        "STATUSMSG=@",
        "1",
        "é",
    ]
)
_LINES = st.builds(
    lambda tags, source, command, params, trailing: (
        f"{tags}{source}{command} {' '.join(filter(None, params))} :{trailing}\r\n".encode()
    ),
    st.sampled_from(["", "@label=m1 ", "@batch=h ", "@time=x;msgid=\x1b ", "@time=2023-01-01 "]),
    st.sampled_from(["", ":srv ", ":alice!a@h ", ":bob!b@h ", ":\x1b[2J!x@y ", ":! "]),
    st.sampled_from([*HANDLERS, "301", "311", "404", "433", "475", "999", "TAGMSG", "NONSENSE"]),
    st.lists(_WORDS, max_size=5),
    _WORDS,
)


def _displayed(wire: Wire) -> list[str]:
    status = wire.world.status
    shown = [status.nick, status.network, status.reason]
    for buffer in wire.world.buffers:
        shown += [buffer.name, buffer.topic.text, buffer.topic.by, buffer.modes]
        for line in buffer.lines:
            shown += [line.source, line.text, line.reason]
        for member in buffer.members:
            shown += [member.nick, member.user, member.host, member.account, member.realname]
    return shown


def _check(wire: Wire) -> None:
    """What is displayed controls no terminal, and the books of pending lines are right."""
    assert not [text for text in _displayed(wire) if _CONTROL.search(text)]
    for buffer in wire.world.buffers:
        assert 0 <= buffer.pending <= len(buffer.lines)
    for line in wire.session.take_output().split(b"\r\n"):
        assert b"\n" not in line
        assert b"\r" not in line


@given(st.lists(st.binary()))
def test_any_bytes(chunks: list[bytes]) -> None:
    """No bytes raise, and none reach what is displayed as control characters."""
    wire = Wire()
    wire.session.start()
    for chunk in chunks:
        wire.session.receive(chunk, wire.now)
    _check(wire)


@given(st.lists(_LINES, max_size=40), st.booleans())
def test_any_lines(lines: list[bytes], modern: bool) -> None:  # noqa: FBT001 - drawn
    """No sequence of lines that look like IRC raises, before or after the welcome."""
    wire = Wire()
    if modern:
        wire.start(MODERN)
        wire.say(wire.join("#ops", "bob"), "mine")
    else:
        wire.session.start()
    for line in lines:
        wire.session.receive(line, wire.now)
    _check(wire)
    wire.session.end("lost", wire.now)
    assert not any(buffer.joined for buffer in wire.world.buffers)
    wire.session.start()
    _check(wire)


@given(st.lists(_LINES, max_size=10), st.lists(st.integers(1, 60), min_size=1, max_size=8))
def test_any_cut(lines: list[bytes], sizes: list[int]) -> None:
    """However the stream is cut, the same is displayed."""
    whole, cut = Wire().start(MODERN), Wire().start(MODERN)
    stream = b"".join(lines)
    whole.session.receive(stream, whole.now)
    for size in itertools.cycle(sizes):
        cut.session.receive(stream[:size], cut.now)
        stream = stream[size:]
        if not stream:
            break
    assert _displayed(cut) == _displayed(whole)


def test_invalid_utf8_is_shown_as_such() -> None:
    """A line with bytes of another encoding, or cut by the server, is not lost."""
    wire = Wire().start()
    room = wire.join("#ops", "bob")
    wire.session.receive(b":bob!b@h PRIVMSG #ops :caf\xe9 \xe2\x82\r\n", wire.now)
    assert last(room).text == "caf\ufffd \ufffd"


def test_long_lines_are_dropped_and_said() -> None:
    """A line without end costs no memory without end."""
    wire = Wire().start()
    for _ in range(40):
        wire.session.receive(b"x" * 4096, wire.now)
    wire.session.receive(b"\r\nPING a\r\n", wire.now)
    assert str(LINE_LIMIT) in last(wire.world.server).text
    assert last(wire.world.server).kind is Kind.ERROR
    assert wire.sent() == ["PONG a"]


def test_escape_sequences_are_made_visible() -> None:
    """A peer's escape sequences stand in the text as pictures; formatting is stripped."""
    wire = Wire().start()
    room = wire.join("#ops", "bob")
    wire.hear(":bob!b@h PRIVMSG #ops :\x1b]0;pwned\x07 \x0304red\x0f \u202eevil")
    assert last(room).text == "␛]0;pwned␇ red <U+202E>evil"


def test_every_line_is_told_once() -> None:
    """Each line of each buffer was told by exactly one LineAdded or LinesInserted."""
    wire = Wire()
    wire.session.start()
    changes = [*wire.session.take_changes()]
    wire.start(MODERN)
    room = wire.join("#ops", "bob")
    before = {line.id for line in room.lines}
    wire.say(room, "mine")
    changes += wire.session.take_changes()
    changes += wire.hear(
        ":bob!b@h PRIVMSG #ops :one",
        "@label=m1 :alice!a@h PRIVMSG #ops :mine",
        ":srv BATCH +h chathistory #ops",
        "@batch=h;msgid=o :bob!b@h PRIVMSG #ops :old",
        ":srv BATCH -h",
    )
    added = [change.line.id for change in changes if isinstance(change, LineAdded)]
    added += [
        line.id for change in changes if isinstance(change, LinesInserted) for line in change.lines
    ]
    in_room = [line.id for line in room.lines if line.id not in before]
    assert sorted(each for each in added if each in in_room) == sorted(in_room)
    assert len([change for change in changes if isinstance(change, LineChanged)]) == 1


def test_old_server() -> None:
    """A whole short visit to a server that has no capabilities (as ngircd speaks)."""
    wire = Wire()
    wire.session.join("#ops")
    wire.session.start()
    wire.hear(
        ":irc.example CAP * LS :multi-prefix",
        ":irc.example CAP alice ACK :multi-prefix",
        ":irc.example 001 alice :Welcome to the Internet Relay Network alice!~chat@127.0.0.1",
        ":irc.example 004 alice irc.example ngircd-26.1 abBcCFiIoqrRswx abehiIklmMnoOPqQrRstvVz",
        ":irc.example 005 alice RFC2812 IRCD=ngIRCd CHARSET=UTF-8 CASEMAPPING=ascii "
        "PREFIX=(qaohv)~&@%+ CHANTYPES=#&+ CHANMODES=beI,k,l,imMnOPQRstVz CHANLIMIT=#&+:10 "
        ":are supported on this server",
        ":irc.example 376 alice :End of MOTD command",
        ":alice!~chat@127.0.0.1 JOIN :#ops",
        ":irc.example 353 alice = #ops :~@alice",
        ":irc.example 366 alice #ops :End of NAMES list",
    )
    room = wire.room("#ops")
    assert wire.sent()[-1] == "JOIN #ops"
    assert wire.say(room, "hello") == ["PRIVMSG #ops hello", "PING m1"]
    wire.hear(":irc.example PONG irc.example :m1")
    assert texts(room) == ["you joined #ops", "hello"]
    assert room.pending == 0
    assert room.members.ordered()[0].prefixes == "~@"
