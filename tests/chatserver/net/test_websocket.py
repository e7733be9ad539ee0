"""WebSocket without sockets: a client of the `websockets` library, and our half, byte for byte."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Origin, Subprotocol
from websockets.uri import parse_uri

from chatserver.net.websocket import BINARY, MESSAGE_MOST, REQUEST_MOST, TEXT, WebSocket
from chatwire.framing import OVERLONG, Overlong

LIMIT = 100
PAGE = "https://chat.example.org"


class Pair:
    """A client and our half of a connection between them."""

    def __init__(
        self,
        offered: Sequence[Subprotocol] = (TEXT,),
        allowed: Sequence[str] = (),
        origin: str | None = None,
    ) -> None:
        self.ours = WebSocket(allowed, LIMIT)
        self.client = ClientProtocol(
            parse_uri("ws://chat.example.org/"),
            subprotocols=[*offered] or None,
            origin=Origin(origin) if origin else None,
            max_size=None,
        )
        self.client.send_request(self.client.connect())
        self.ours.feed_request(b"".join(self.client.data_to_send()))
        [self.response] = [one for one in self.hear() if isinstance(one, Response)]

    def take_output(self) -> bytes:
        """Return what our half wants to be sent."""
        output, self.ours.to_send = self.ours.to_send, b""
        return output

    def hear(self, data: bytes = b"") -> list[object]:
        """Return what the client hears: what waits, and `data`."""
        self.client.receive_data(self.take_output() + data)
        return [*self.client.events_received()]

    def say(self) -> list[bytes | Overlong]:
        """Return the lines of what the client wants to send."""
        return self.ours.feed(b"".join(self.client.data_to_send()))

    def send(self, text: bytes, opcode: Opcode = Opcode.TEXT) -> list[bytes | Overlong]:
        """Send a message from the client, and return its lines."""
        self.client.send_frame(Frame(opcode, text))
        return self.say()

    def closed(self) -> int:
        """Return the code with which we close."""
        self.hear(self.ours.close(b"", HTTPStatus.OK))
        assert self.client.close_rcvd is not None
        return self.client.close_rcvd.code


def raw_request(*changes: str, method: str = "GET", version: str = "1.1") -> bytes:
    """Return a request; `changes` are header lines that come last."""
    lines = [
        f"{method} / HTTP/{version}",
        "Host: chat.example.org",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        *changes,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def refused(request: bytes) -> tuple[WebSocket, bytes]:
    """Return our half, and its answer to a request that it refuses."""
    ours = WebSocket((), LIMIT)
    ours.feed_request(request)
    assert ours.refusal
    assert not ours.is_open
    assert ours.has_ended
    assert ours.encode(b"line\r\n") == b""
    return ours, ours.to_send


@pytest.mark.parametrize(
    ("offered", "agreed"),
    [
        ((TEXT,), TEXT),
        ((BINARY,), BINARY),
        ((BINARY, TEXT), BINARY),
        ((TEXT, BINARY), TEXT),
        ((Subprotocol("chat"), BINARY), BINARY),
        ((Subprotocol("chat"),), None),
        ((), None),
    ],
)
def test_the_first_subprotocol_that_we_speak_is_agreed_on(
    offered: Sequence[Subprotocol], agreed: Subprotocol | None
) -> None:
    """As the client prefers; without one we go on all the same (IRCv3 websocket)."""
    pair = Pair(offered)
    assert pair.response.status_code == 101
    assert pair.client.subprotocol == agreed
    assert pair.ours.is_open


@pytest.mark.parametrize(
    ("offered", "opcode"), [((TEXT,), Opcode.TEXT), ((BINARY,), Opcode.BINARY)]
)
def test_each_line_is_a_message_of_the_kind_agreed_on(
    offered: Sequence[Subprotocol], opcode: Opcode
) -> None:
    """Without its end, and whole: one frame for each."""
    pair = Pair(offered)
    heard = pair.hear(pair.ours.encode(b"one\r\ntwo \xc3\xa9\r\n"))
    assert heard == [Frame(opcode, b"one"), Frame(opcode, "two é".encode())]


@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
def test_who_agreed_on_nothing_gets_what_they_send(opcode: Opcode) -> None:
    """The kind of their first message (IRCv3 websocket, "Other implementation considerations")."""
    pair = Pair(())
    assert pair.send(b"NICK bob", opcode) == [b"NICK bob"]
    assert pair.hear(pair.ours.encode(b"hi\r\n")) == [Frame(opcode, b"hi")]


def test_text_is_always_utf8() -> None:
    """A browser would close the connection otherwise; in binary nothing is changed."""
    text, binary = Pair((TEXT,)), Pair((BINARY,))
    [told] = text.hear(text.ours.encode(b"caf\xe9\r\n"))
    assert told == Frame(Opcode.TEXT, "caf\N{REPLACEMENT CHARACTER}".encode())
    [told] = binary.hear(binary.ours.encode(b"caf\xe9\r\n"))
    assert told == Frame(Opcode.BINARY, b"caf\xe9")


@pytest.mark.parametrize("offered", [(TEXT,), (BINARY,)])
def test_a_message_is_a_line_whatever_its_kind(offered: Sequence[Subprotocol]) -> None:
    """Both kinds are taken; binary that is not UTF-8 goes to the face, which refuses it."""
    pair = Pair(offered)
    assert pair.send(b"one", Opcode.TEXT) == [b"one"]
    assert pair.send(b"caf\xe9", Opcode.BINARY) == [b"caf\xe9"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_an_end_of_line_is_forgiven(end: bytes) -> None:
    """No client may send it, but some do: the empty line after it asks for nothing."""
    assert Pair().send(b"one" + end) == [b"one", b""]


def test_the_cut_does_not_matter() -> None:
    """Byte by byte it is the same: the request, and what follows."""
    client = ClientProtocol(parse_uri("ws://chat.example.org/"), subprotocols=[TEXT])
    client.send_request(client.connect())
    ours = WebSocket((), LIMIT)
    for byte in b"".join(client.data_to_send()):
        assert not ours.is_open
        ours.feed_request(bytes((byte,)))
    assert ours.is_open
    client.receive_data(ours.to_send)
    client.send_text("PRIVMSG #a :é".encode())
    client.send_text(b"QUIT")
    stream = b"".join(client.data_to_send())
    lines = [line for byte in stream for line in ours.feed(bytes((byte,)))]
    assert lines == ["PRIVMSG #a :é".encode(), b"QUIT"]


def test_what_comes_with_the_request_is_taken_after_it() -> None:
    """A hasty client is answered 101 before anything else, its ping too."""
    hasty = ClientProtocol(parse_uri("ws://x/"))
    hasty.state = type(hasty.state)(1)  # open, as it believes
    hasty.send_ping(b"p")
    hasty.send_text(b"NICK bob")
    ours = WebSocket((), LIMIT)
    ours.feed_request(raw_request() + b"".join(hasty.data_to_send()))
    assert ours.is_open
    assert ours.to_send.startswith(b"HTTP/1.1 101 ")
    assert ours.to_send.endswith(b"\r\n\r\n")
    assert ours.feed(b"") == [b"NICK bob"]
    assert ours.to_send.endswith(b"\x8a\x01p")


def test_fragments_are_one_message() -> None:
    """In any cut, inside of a letter too, with a ping between them."""
    pair = Pair()
    text = "é¢".encode()
    for number, byte in enumerate(text):
        opcode = Opcode.CONT if number else Opcode.TEXT
        pair.client.send_frame(Frame(opcode, bytes((byte,)), fin=number == len(text) - 1))
        pair.client.send_ping(b"%d" % number)
    assert pair.say() == [text]
    assert [frame.data for frame in pair.hear() if isinstance(frame, Frame)] == [
        b"0",
        b"1",
        b"2",
        b"3",
    ]


def test_a_message_that_is_too_long_is_an_overlong_line() -> None:
    """In its place; the connection goes on."""
    pair = Pair()
    assert pair.send(b"x" * LIMIT) == [b"x" * LIMIT]
    assert pair.send(b"x" * (LIMIT + 1)) == [OVERLONG]
    assert pair.send(b"after") == [b"after"]


def test_endless_fragments_take_no_memory() -> None:
    """What is kept never exceeds the limit of a line; the line is reported once."""
    pair = Pair()
    reported: list[bytes | Overlong] = []
    for number in range(50):
        opcode = Opcode.CONT if number else Opcode.TEXT
        pair.client.send_frame(Frame(opcode, b"x" * 1000, fin=False))
        reported += pair.say()
        assert pair.ours.pending <= LIMIT
    assert reported == [OVERLONG]
    pair.client.send_frame(Frame(Opcode.CONT, b"", fin=True))
    assert pair.say() == []
    assert pair.send(b"after") == [b"after"]


def test_a_message_that_is_far_too_long_is_not_read() -> None:
    """Its announced length is enough: the line is answered as any long one, then it ends (1009)."""
    pair = Pair()
    pair.client.send_frame(Frame(Opcode.BINARY, bytes(MESSAGE_MOST + 1)))
    start = b"".join(pair.client.data_to_send())[:20]
    assert pair.ours.feed(start) == [OVERLONG]
    assert pair.ours.has_ended
    [told] = pair.hear(pair.ours.encode(b"417\r\n"))
    assert told == Frame(Opcode.TEXT, b"417")
    assert pair.closed() == 1009


def test_text_that_is_not_utf8_ends_it() -> None:
    """As RFC 6455 (8.1) demands, at once; lines before it count, those after do not."""
    pair = Pair()
    pair.client.send_text(b"one")
    pair.client.send_frame(Frame(Opcode.TEXT, b"\xff"))
    pair.client.send_text(b"two")
    assert pair.say() == [b"one"]
    assert pair.ours.has_ended
    assert pair.closed() == 1007


def test_text_that_ends_inside_a_letter_ends_it() -> None:
    """A message is whole text."""
    pair = Pair()
    assert pair.send("é".encode()[:1]) == []
    assert pair.closed() == 1007


@pytest.mark.parametrize(
    "stream",
    [
        b"\x81\x01x",  # not masked
        b"\x83\x80abcd",  # no such opcode
        b"\xc1\x80abcd",  # a reserved bit
        b"\x80\x80abcd",  # the rest of nothing
        b"\x89\xfe\x01\x00abcd",  # a ping of 256 bytes
        b"\x01\x80abcd\x81\x80abcd",  # a message inside of another
    ],
)
def test_what_breaks_the_protocol_ends_it(stream: bytes) -> None:
    """With 1002, whatever follows."""
    pair = Pair()
    assert pair.ours.feed(stream + bytes(300)) == []
    assert pair.ours.has_ended
    assert pair.ours.feed(b"\x81\x80abcd") == []
    assert pair.closed() == 1002


def test_a_ping_is_answered() -> None:
    """At once, with what it carried; an unasked pong is ignored."""
    pair = Pair()
    pair.client.send_ping(b"are you there")
    pair.client.send_pong(b"?")
    assert pair.say() == []
    assert pair.hear() == [Frame(Opcode.PONG, b"are you there")]


def test_who_closes_is_sent_what_is_under_way_and_then_the_close() -> None:
    """Answers to what came before are not lost; what comes after is not taken."""
    pair = Pair()
    pair.client.send_text(b"one")
    pair.client.send_close(1001, "gone")
    stream = b"".join(pair.client.data_to_send())
    assert pair.ours.feed(stream + b"\x81\x80abcd") == [b"one"]
    assert pair.ours.has_ended
    assert pair.ours.to_send == b""
    assert pair.ours.feed(b"\x81\x80abcd") == []
    assert "1001" in pair.ours.summary
    heard = pair.hear(pair.ours.encode(b"answer\r\n") + pair.ours.close(b"bye\r\n", HTTPStatus.OK))
    assert [frame.opcode for frame in heard if isinstance(frame, Frame)] == [
        Opcode.TEXT,
        Opcode.TEXT,
        Opcode.CLOSE,
    ]
    assert pair.client.close_rcvd is not None
    assert pair.client.close_rcvd.code == 1001


def test_we_close_in_order() -> None:
    """The farewell, then the close frame (1000), once; nothing after it."""
    pair = Pair()
    heard = pair.hear(pair.ours.close(b"ERROR :bye\r\n", HTTPStatus.OK))
    assert heard[0] == Frame(Opcode.TEXT, b"ERROR :bye")
    assert pair.client.close_rcvd is not None
    assert pair.client.close_rcvd.code == 1000
    assert pair.ours.close(b"again\r\n", HTTPStatus.OK) == b""
    assert pair.ours.encode(b"late\r\n") == b""


@pytest.mark.parametrize(
    ("allowed", "origin", "status"),
    [
        ((), None, 101),
        ((), PAGE, 403),
        ((PAGE,), PAGE, 101),
        ((PAGE,), None, 101),
        ((PAGE,), "https://evil.example", 403),
        ((PAGE,), PAGE + ".evil.example", 403),
        ((PAGE,), "http://chat.example.org", 403),
        ((PAGE,), "null", 403),
        (("https://a.example", PAGE), PAGE, 101),
        (("*",), "https://evil.example", 101),
    ],
)
def test_scripts_of_other_pages_are_refused(
    allowed: Sequence[str], origin: str | None, status: int
) -> None:
    """An origin must be allowed, to the letter; none is what no browser says."""
    pair = Pair(allowed=allowed, origin=origin)
    assert pair.response.status_code == status
    assert pair.ours.is_open is (status == 101)
    if status != 101:
        assert origin is not None
        assert origin in pair.ours.refusal


@pytest.mark.parametrize("origin", ["https://\x9b2J.example", "https://" + "x" * 5000])
def test_what_the_log_is_told_is_harmless(origin: str) -> None:
    """Granted or refused: no control characters of the peer, and not much of it."""
    request = raw_request(f"Origin: {origin}").decode().encode("latin-1")
    for allowed in ((), ("*",)):
        ours = WebSocket(allowed, LIMIT)
        ours.feed_request(request)
        assert ours.is_open is bool(allowed)
        assert ours.summary.isprintable()
        assert len(ours.summary) <= 200


def requests() -> Iterator[tuple[bytes, int]]:
    """Yield requests that are refused, and the status of the answer."""
    yield raw_request(method="POST"), 405
    yield raw_request(version="1.0"), 505
    yield b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426
    yield raw_request("Upgrade: h2c"), 426
    yield raw_request("Sec-WebSocket-Version: 12"), 400
    yield raw_request().replace(b"dGhl", b"????"), 400
    yield raw_request(f"Origin: {PAGE}", f"Origin: {PAGE}"), 400
    yield raw_request("Content-Length: 5"), 400
    yield b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", 414
    yield b"GET / HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n", 431
    yield b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 500 + b"\r\n", 431
    yield b"GET / HTTP/1.1\r\n" + (b"X: " + b"x" * 4000 + b"\r\n") * 5, 431
    yield b"x" * (REQUEST_MOST + 1), 431
    yield b"NICK bob\r\nUSER bob 0 * :bob\r\n", 400
    yield b"\x16\x03\x01\x00\n", 400
    yield "GET /é HTTP/1.1\r\n\r\n".encode(), 400


@pytest.mark.parametrize(("request_", "status"), [*requests()])
def test_a_bad_request_is_refused_as_http_does(request_: bytes, status: int) -> None:
    """With the status that tells why, a few words for people, and nothing after them."""
    ours, answer = refused(request_)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Connection: close\r\n" in answer
    assert ours.close(b"farewell\r\n", HTTPStatus.OK) == b""


def test_who_is_to_go_before_the_request_is_told_with_a_status() -> None:
    """As the server stops, or time is up."""
    ours = WebSocket((), LIMIT)
    ours.feed_request(b"GET /")
    answer = ours.close(b"ERROR :bye\r\n", HTTPStatus.SERVICE_UNAVAILABLE)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"ERROR" not in answer
    assert ours.close(b"", HTTPStatus.SERVICE_UNAVAILABLE) == b""


frames = st.builds(
    lambda first, length, mask, data: bytes((first, length | mask)) + data,
    st.sampled_from((0x01, 0x02, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A, 0xC1, 0x83)),
    st.integers(0, 127),
    st.sampled_from((0, 0x80)),
    st.binary(max_size=140),
)


@given(st.lists(st.one_of(frames, st.binary(max_size=20))), st.integers(1, 50), st.booleans())
def test_no_bytes_do_harm(pieces: list[bytes], cut: int, binary: bool) -> None:  # noqa: FBT001
    """Nothing raises, in any cut; what is kept is bounded, and what we send is whole frames."""
    pair = Pair((BINARY,) if binary else (TEXT,))
    stream = b"".join(pieces)
    for start in range(0, len(stream), cut):
        for line in pair.ours.feed(stream[start : start + cut]):
            assert line is OVERLONG or len(line) <= LIMIT
        assert pair.ours.pending <= LIMIT
        pair.hear(pair.ours.encode(b"answer\r\n"))
    pair.hear(pair.ours.close(b"bye\r\n", HTTPStatus.OK))
    assert pair.client.close_rcvd is not None
    assert pair.client.parser_exc is None


@given(st.lists(st.one_of(st.binary(), st.sampled_from((b"\r\n", b"GET / HTTP/1.1", b": ")))))
def test_no_request_does_harm(pieces: list[bytes]) -> None:
    """It is granted, refused, or not whole yet; in the end there is an answer of HTTP."""
    ours = WebSocket((), LIMIT)
    for piece in pieces:
        ours.feed_request(piece)
    answer = ours.to_send + ours.close(b"bye\r\n", HTTPStatus.REQUEST_TIMEOUT)
    assert answer.startswith(b"HTTP/1.1 ")
