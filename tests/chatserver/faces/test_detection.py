"""The first line decides which protocol a connection speaks."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatserver.faces.detection import MOST, Opening, Refused, Speaks, Verdict, judge

ENDLESS = 1 << 21  # bytes: squared, they are more than can be looked at
IRC = [
    pytest.param(b"CAP LS 302", id="irssi, WeeChat, HexChat, Halloy, mIRC, ZNC"),
    pytest.param(b"CAP LS", id="KVIrc"),
    pytest.param(b"CAP LS :302", id="a colon that is not needed"),
    pytest.param(b"cap ls 302", id="in small letters"),
    pytest.param(b"CAP LIST", id="list"),
    pytest.param(b"CAP END", id="end"),
    pytest.param(b"CAP REQ sasl", id="one capability"),
    pytest.param(b"CAP REQ :multi-prefix sasl ", id="gateways that ask at once"),
    pytest.param(b"NICK bot", id="sic, ii, small bots"),
    pytest.param(b"NICK :bot", id="bots that always write a colon"),
    pytest.param(b"NICK [away]`_|", id="a nick of signs"),
    pytest.param(b"NICK *", id="a wrong nick, which deserves its error"),
    pytest.param(b"NICK :", id="an empty nick, likewise"),
    pytest.param("NICK Işıl".encode(), id="a nick that is not ASCII, likewise"),
    pytest.param(b"PASS secret", id="Quassel with a password"),
    pytest.param(b"PASS :two words", id="a password of two words"),
    pytest.param(b"USER ii localhost chat.example.org :ii", id="ii"),
    pytest.param(b"USER guest 0 * :Ronnie Reagan", id="Modern IRC"),
    pytest.param(b"USER u s e r", id="without a colon"),
    pytest.param(b"user guest 8 * :Ronnie Reagan", id="by hand"),
    pytest.param(b"AUTHENTICATE PLAIN", id="SASL"),
    pytest.param(b"WEBIRC password kiwi host.example.org 192.0.2.7", id="Kiwi"),
    pytest.param(b"WEBIRC password thelounge host.example.org 192.0.2.7 :secure", id="The Lounge"),
    pytest.param(b"@label=1 CAP LS 302", id="with tags"),
    pytest.param(b"QUIT :chkport", id="a check of the port"),
    pytest.param(b"QUIT", id="a check of the port, short"),
    pytest.param(b"PING :lag123", id="a probe"),
]

PLAIN = [
    b"hi",
    b"hello everybody",
    b"NICK is late",
    b"nick alice",
    b"PASS the salt",
    b"pass thanks",
    b"user friendly",
    b"USER error!",
    b"CAP on backwards",
    b"cap",
    b"QUIT smoking",
    b"quit",
    b"PING",
    b"PING everybody",
    b"AUTHENTICATE",
    b"authenticate me please",
    b"/nick bob",
    b"/help",
    b"//shrug",
    b"?",
    b"  indented",
    b"\tTAB",
    b"GET out of here",
    b"GET /",
    b"POST it on HTTP/2 please",
    b"HELO world",
    b"SSH-keys are lost",
    b"PROXY is down",
    b"\x1b[A",
    b"\x08hello",
    b"@alice CAP it",
    b"@alice: have you seen this?",
    b":)",
    b"{}",
    "žluťoučký kůň".encode(),
    "你好".encode(),
    "👍🏽".encode(),
    "caf\xe9 in Latin-1".encode("latin-1"),
    b"deployed 1.2.3 to production",
    b"NICK",
    b"USER a b c",
]

REFUSED = [
    (b"GET / HTTP/1.1", "HTTP"),
    (b"POST /chat HTTP/1.0", "HTTP"),
    (b"OPTIONS * HTTP/1.1", "HTTP"),
    (b"CONNECT example.org:443 HTTP/1.1", "HTTP"),
    (b"GET http://example.org/a b HTTP/1.1", "HTTP"),
    (b"PRI * HTTP/2.0", "HTTP"),
    (b"M-SEARCH * HTTP/1.1", "HTTP"),
    (b"OPTIONS / RTSP/1.0", "RTSP"),
    (b"OPTIONS sip:nm SIP/2.0", "SIP"),
    (b"SSH-2.0-OpenSSH_9.9", "SSH"),
    (b"EHLO scanner.example.org", "SMTP"),
    (b"HELO mail.example.org", "SMTP"),
    (b"MAIL FROM:<spam@example.org>", "SMTP"),
    (b"PROXY TCP4 192.0.2.1 192.0.2.2 56324 9000", "PROXY"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"),
    (b"\x03\x00\x00\x13\x0e\xe0\x00\x00", "RDP"),
    (b"\x00\x00\x00\x54\xffSMB\x72", "SMB"),
    (b"\x80\x2e\x01\x00\x02\x00\x15", "binary"),
    (b"\x05\x01\x00", "SOCKS 5"),
    (b"\x04\x01\x00\x50", "SOCKS 4"),
    (b"\x10\x0c\x00\x04MQTT", "binary"),
    (b"0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\x00\x80\x00", "binary"),
    (b"JRMI\x00\x02K", "binary"),
    (b"\x9f\x8b\x02\xe1\x07\xc3", "binary"),
]


@pytest.mark.parametrize("line", IRC)
def test_a_well_formed_opening_of_irc_is_irc(line: bytes) -> None:
    """What real clients say first."""
    assert judge(line) is Speaks.IRC


@pytest.mark.parametrize("line", PLAIN)
def test_whatever_a_person_may_type_is_plain_text(line: bytes) -> None:
    """Also what looks like IRC or HTTP at a glance: nobody may vanish into another protocol."""
    assert judge(line) is Speaks.PLAIN


@pytest.mark.parametrize(("line", "reason"), REFUSED)
def test_other_protocols_are_refused(line: bytes, reason: str) -> None:
    """What a browser, a scanner or a proxy says never becomes anybody's message."""
    verdict = judge(line)
    assert isinstance(verdict, Refused)
    assert reason in verdict.reason


def test_a_browser_is_told_how_to_connect() -> None:
    """The answer is a whole HTTP response: its length is right, and no browser guesses its type."""
    verdict = judge(b"GET / HTTP/1.1")
    assert isinstance(verdict, Refused)
    head, _, body = verdict.answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"Content-Length: %d" % len(body) in head.split(b"\r\n")
    assert b"chatclient" in body


def test_a_tls_client_is_told_by_an_alert() -> None:
    """A TLS record of type alert, fatal."""
    verdict = judge(b"\x16\x03\x01\x02\x00")
    assert isinstance(verdict, Refused)
    assert verdict.answer[:2] == b"\x15\x03"
    assert verdict.answer[5:6] == b"\x02"


@pytest.mark.parametrize(
    "binary", [b"\x16", b"\x16\x03\x01", b"\0", b"\x03\0", b"hello\0", b"\r\n\r\n\0\r\nQUIT\n"]
)
def test_binary_openings_need_no_end_of_line(binary: bytes) -> None:
    """They are refused as soon as they show, for they may never send an LF."""
    assert isinstance(Opening().feed(binary), Refused)


@pytest.mark.parametrize("unfinished", [b"", b"h", b"NICK bob", b"GET / HTTP/1.1\r", b"SSH-2.0-x"])
def test_an_unfinished_line_decides_nothing(unfinished: bytes) -> None:
    """Bytes without an LF are held."""
    opening = Opening()
    assert opening.feed(unfinished) is None
    assert opening.held == unfinished
    assert opening.begun == bool(unfinished)


def test_empty_lines_decide_nothing() -> None:
    """Somebody pressed Enter to see whether there is anybody: the next line decides."""
    opening = Opening()
    assert opening.feed(b"\r\n\n\r") is None
    assert (opening.empty_lines, opening.begun) == (2, False)
    assert opening.feed(b"\nCAP LS 302\r\nNICK a\r\n") is Speaks.IRC
    assert opening.empty_lines == 3
    assert opening.held == b"CAP LS 302\r\nNICK a\r\n"


def test_the_end_of_the_stream_ends_the_line() -> None:
    """`printf hi | nc -N` is a message; `nc -N </dev/null` is nothing."""
    opening = Opening()
    assert opening.feed(b"hi") is None
    assert opening.end() is Speaks.PLAIN
    assert Opening().end() is None


def test_a_line_that_never_ends_is_judged() -> None:
    """It becomes plain text, whose framing then deals with it."""
    opening = Opening()
    assert opening.feed(b"x" * (MOST + 1)) is None
    assert opening.feed(b"x") is Speaks.PLAIN


def outcome(pieces: list[bytes]) -> tuple[Verdict | None, int]:
    """Return what an opening in that cut comes to."""
    opening = Opening()
    for piece in pieces:
        if opening.feed(piece) is not None:
            return opening.verdict, opening.empty_lines
    return opening.end(), opening.empty_lines


LINES = [*[parameter.values[0] for parameter in IRC], *PLAIN, *[line for line, _ in REFUSED]]


@pytest.mark.parametrize("line", LINES)
def test_byte_by_byte_gives_the_same(line: object) -> None:
    """The verdict is the same in every cut."""
    assert isinstance(line, bytes)
    stream = b"\n" + line + b"\r\nmore\n"
    assert outcome([bytes((byte,)) for byte in stream]) == outcome([stream])


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\0", b"a", b"NICK x", b"GET / HTTP/1.0"])))
@example([b"x" * MOST, b"\r", b"\n", b"\0"])
@example([b"x" * MOST, b"\r", b"\r", b"\n", b"\0"])
@example([b"x" * MOST, b"\0", b"\n"])
def test_any_cut_gives_the_same(pieces: list[bytes]) -> None:
    """In the cut in which it came, and in one piece."""
    assert outcome(pieces) == outcome([b"".join(pieces)])


@given(st.binary())
def test_no_line_breaks_it(line: bytes) -> None:
    """Whatever comes, there is a verdict."""
    assert isinstance(judge(line), Speaks | Refused)


@pytest.mark.parametrize(
    "long",
    [
        b"GET " + b":" * ENDLESS,
        b"HELO " + b"." * ENDLESS + b" ",
        b"CAP REQ" + b" " * ENDLESS,
        b"USER a b c" + b" " * ENDLESS + b"d e",
        b"NICK" + b" :" * ENDLESS,
        b"@" + b"a" * ENDLESS,
        b"A" * ENDLESS + b" x SIP/x",
        b"A-" * ENDLESS + b" / HTTP/x",
    ],
    ids=lambda long: long.replace(b" ", b"_")[:8].decode(),
)
def test_no_line_takes_long(long: bytes) -> None:
    """No pattern goes back and forth: one that did would not be done with this line today."""
    assert judge(long) in {Speaks.IRC, Speaks.PLAIN}
