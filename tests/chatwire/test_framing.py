"""Lines come out the same however the stream is cut, and no stream makes a framer keep too much."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chatwire.framing import OVERLONG, Framer, Overlong

LIMIT = 8

streams = st.lists(
    st.sampled_from([b"a", b"bc", b"12345678", b"\r", b"\n", b"\r\n", b"\xff", b"\xc3\xa9", b"\0"]),
    max_size=40,
).map(b"".join)


@st.composite
def cut_streams(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    """Return a stream, and the same stream in pieces; some pieces may be empty."""
    stream = draw(streams)
    cuts = draw(st.lists(st.integers(0, len(stream)), max_size=10))
    bounds = [0, *sorted(cuts), len(stream)]
    return stream, [stream[start:stop] for start, stop in pairwise(bounds)]


def read(pieces: list[bytes], limit: int = LIMIT) -> list[bytes | Overlong]:
    """Feed `pieces` to a new framer, end the stream, and return all its lines."""
    framer = Framer(limit)
    lines = [line for piece in pieces for line in framer.feed(piece)]
    return [*lines, *framer.end()]


def test_lines_end_with_lf_or_crlf() -> None:
    """LF ends a line, and one CR before it belongs to the end; an empty line is a line."""
    assert Framer(LIMIT).feed(b"one\ntwo\r\n\n\r\nthree") == [b"one", b"two", b"", b""]


def test_only_one_cr_belongs_to_the_end() -> None:
    """CRs elsewhere are part of the line; what they mean is not for the framer to say."""
    assert Framer(LIMIT).feed(b"a\rb\r\r\n") == [b"a\rb\r"]


def test_the_limit_leaves_out_the_end() -> None:
    """A line of exactly `limit` bytes is a line, with LF and with CRLF; one more is too long."""
    framer = Framer(3)
    assert framer.feed(b"abc\nabc\r\nabcd\nabcd\r\nok\n") == [
        b"abc",
        b"abc",
        OVERLONG,
        OVERLONG,
        b"ok",
    ]


def test_an_overlong_line_is_reported_once_and_at_once() -> None:
    """The peer hears of it without having to end the line, and once however long it goes on."""
    framer = Framer(3)
    assert framer.feed(b"abcd") == [OVERLONG]
    assert framer.feed(b"efgh" * 1000) == []
    assert framer.feed(b"ij\nok\n") == [b"ok"]


def test_the_end_of_the_stream_ends_a_line() -> None:
    """`printf hi | nc -N` says `hi`: what stands without LF at the end is a line too."""
    framer = Framer(LIMIT)
    assert framer.feed(b"one\nhi\r") == [b"one"]
    assert framer.end() == [b"hi"]
    assert framer.end() == []


def test_the_end_of_an_overlong_line_is_not_a_line() -> None:
    """What was reported as too long does not come again when the stream ends."""
    framer = Framer(3)
    framer.feed(b"abcdef")
    assert framer.end() == []


@given(cut_streams())
def test_every_cut_gives_the_same_lines(cut: tuple[bytes, list[bytes]]) -> None:
    """The lines of a stream do not depend on how the network cuts it."""
    stream, pieces = cut
    assert read(pieces) == read([stream])
    assert read([bytes([byte]) for byte in stream]) == read([stream])


@given(streams)
def test_lines_are_what_stands_between_the_ends(stream: bytes) -> None:
    """Judged by the definition: split at LF, one CR off, OVERLONG for what is over the limit."""
    *whole, rest = stream.split(b"\n")
    expected = [line.removesuffix(b"\r") for line in [*whole, *([rest] if rest else [])]]
    assert read([stream]) == [line if len(line) <= LIMIT else OVERLONG for line in expected]


@given(cut_streams())
def test_what_is_kept_is_bounded(cut: tuple[bytes, list[bytes]]) -> None:
    """Between two reads a framer keeps at most a line of the limit and a CR."""
    framer = Framer(LIMIT)
    for piece in cut[1]:
        framer.feed(piece)
        assert framer.pending <= LIMIT + 1
        assert len(framer._rest) <= LIMIT + 1


def test_pending_tells_of_an_unfinished_line() -> None:
    """A deadline for unfinished lines needs to know whether there is one."""
    framer = Framer(3)
    assert framer.pending == 0
    framer.feed(b"a\nbc")
    assert framer.pending == 2
    framer.feed(b"defg")
    assert framer.pending == 3
    framer.feed(b"\n")
    assert framer.pending == 0
