"""Telnet out of the stream: text alone is left, whatever the cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.net.telnet import TelnetFilter

PUTTY = (
    b"\xff\xfb\x1f\xff\xfb\x20\xff\xfb\x18\xff\xfb\x27\xff\xfd\x01\xff\xfb\x03\xff\xfd\x03"
    b"\xff\xfa\x18\x00xterm\xff\xff\x00\xff\xf0hi\r\n"
)

ASK = b"\xff\xfd\0"
"""DO BINARY."""

STREAMS = [
    (b"hello\r\n", b"hello\r\n", b""),
    (b"a\xff\xf4b", b"ab", ASK),
    (b"a\xff\xf3\xff\xfd\x06b\xff\xfb\0", b"ab", ASK + b"\xff\xfc\x06"),
    (b"\xff\xfd\0\xff\xfb\0\xff\xf4", b"", b"\xff\xfc\0" + ASK),
    (b"\xff\xfb\0\xff\xfb\0\xff\xfc\0", b"", ASK),
    (b"a\xff\xfd\x06b", b"ab", b"\xff\xfc\x06"),
    (b"\xff\xfb\x1f", b"", b"\xff\xfe\x1f"),
    (b"\xff\xfc\x01\xff\xfe\x01x", b"x", b""),
    (b"\xff\xfa\x1f\x00P\x00\x18\xff\xf0x\n", b"x\n", b""),
    (b"\xff\xfa\x18\x00\xff\xff\n\xff\xf0x\n", b"x\n", b""),
    (b"one\r\0two\r\0", b"one\r\ntwo\r\n", b""),
    (b"\0x\n\0", b"\0x\n\0", b""),
    (b"\xffSMB\0", b"SMB\0", b""),
    (b"a\xff\xffb", b"ab", b""),
    (
        PUTTY,
        b"hi\r\n",
        b"\xff\xfe\x1f\xff\xfe\x20\xff\xfe\x18\xff\xfe\x27\xff\xfc\x01\xff\xfe\x03\xff\xfc\x03",
    ),
]


def run(pieces: list[bytes]) -> tuple[bytes, bytes]:
    """Return the text and the answers to a stream in that cut."""
    telnet = TelnetFilter()
    text = answers = b""
    for piece in pieces:
        text += telnet.feed(piece)
        answers += telnet.answers
    return text, answers


@pytest.mark.parametrize(("stream", "text", "answers"), STREAMS)
def test_telnet_is_swallowed_and_answered(stream: bytes, text: bytes, answers: bytes) -> None:
    """Commands, options, subnegotiations leave only text; of options the peer may send BINARY alone."""
    assert run([stream]) == (text, answers)


@pytest.mark.parametrize(("stream", "text", "answers"), STREAMS)
def test_every_cut_gives_the_same(stream: bytes, text: bytes, answers: bytes) -> None:
    """Byte by byte, and in two pieces anywhere."""
    assert run([bytes((byte,)) for byte in stream]) == (text, answers)
    for cut in range(len(stream)):
        assert run([stream[:cut], stream[cut:]]) == (text, answers)


@given(st.lists(st.binary(max_size=12), max_size=8))
def test_any_bytes_in_any_cut_give_the_same(pieces: list[bytes]) -> None:
    """No bytes break it, and the cut never matters."""
    assert run(pieces) == run([b"".join(pieces)])


@given(st.text())
def test_text_passes_unchanged(text: str) -> None:
    """UTF-8 has no 0xFF: only a NUL right after a CR is ever changed."""
    data = text.replace("\r\0", "").encode()
    assert run([data])[0] == data
