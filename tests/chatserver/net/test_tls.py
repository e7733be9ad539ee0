"""TLS without I/O, against the ssl module of Python as the client."""

import logging
import os
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from chatserver.net.tls import Channel, UnusableCertificateError, load
from tests.chatserver.net.certificates import (
    client_context,
    fingerprint,
    shared_pair,
    write_pair,
)
from tests.chatserver.net.tlsclient import TlsClient


class Client(TlsClient):
    """A client before a channel of ours."""

    def __init__(self, channel: Channel, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self.channel = channel

    def go_through(self) -> None:
        """Go through the handshake, as far as both go along."""
        for _ in range(4):
            self.shake()
            self.flush()
            self.channel.shake()
            self.take(self.channel.output())

    def flush(self) -> None:
        """Send what it has to say."""
        self.channel.take(self.output())


def connected(context: ssl.SSLContext | None = None, *, asks: bool = True) -> Client:
    """Return a client that has gone through the handshake."""
    client = Client(Channel(load(*shared_pair(), asks=asks)), context or client_context())
    client.go_through()
    return client


def test_it_is_open_when_the_handshake_is_done() -> None:
    """And says how it is secured."""
    client = connected()
    assert client.channel.is_open
    assert client.channel.summary == "TLSv1.3, TLS_AES_256_GCM_SHA384"
    assert client.channel.certificate == ""


@pytest.mark.parametrize("size", [1, 100, 16_384, 16_385, 65_536, 1_000_000])
def test_text_goes_both_ways(size: int) -> None:
    """Whole, whatever its size; and nothing waits in between."""
    client, text = connected(), os.urandom(size)
    client.take(client.channel.write(text))
    assert client.channel.output() == b""
    assert client.read() == text
    client.tls.write(text)
    client.flush()
    assert client.channel.read() == text


def test_records_may_be_cut_anywhere() -> None:
    """What is not whole waits; byte by byte it is the same text."""
    client = connected()
    client.tls.write(b"hello")
    records = client.output()
    heard = b""
    for number in range(len(records)):
        client.channel.take(records[number : number + 1])
        heard += client.channel.read()
    assert heard == b"hello"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_certificate_that_nobody_signed_is_known_by_its_fingerprint(
    version: ssl.TLSVersion,
) -> None:
    """The client had to prove that it has the key."""
    pair = shared_pair("ann")
    context = client_context(pair)
    context.minimum_version = context.maximum_version = version
    client = connected(context)
    assert client.channel.is_open
    assert client.channel.certificate == fingerprint(pair[0])


def test_no_certificate_is_asked_for_where_browsers_come() -> None:
    """They would ask their users."""
    assert connected(client_context(shared_pair("ann")), asks=False).channel.certificate == ""


def test_what_is_too_old_is_refused() -> None:
    """TLS 1.1 has been out of use since RFC 8996."""
    context = client_context()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    client = Client(Channel(load(*shared_pair())), context)
    with pytest.raises(ssl.SSLError, match="alert protocol version"):
        client.go_through()
    assert client.channel.failure == "unsupported protocol"


def test_the_end_is_said_by_each_side_for_itself() -> None:
    """Who has said that they say nothing more can still be told things."""
    client = connected()
    client.tls.write(b"last words")
    client.end()
    client.flush()
    assert client.channel.read() == b"last words"
    assert client.channel.has_ended
    assert client.channel.failure == ""
    client.take(client.channel.write(b"an answer") + client.channel.close())
    assert client.channel.failure == ""


def test_our_end_is_close_notify() -> None:
    """So that the client knows that nothing was cut off; and it may go on."""
    client = connected()
    client.take(client.channel.write(b"bye") + client.channel.close())
    assert client.read() == b"bye"
    client.tls.write(b"wait")
    client.flush()
    assert client.channel.read() == b"wait"


@pytest.mark.parametrize("junk", [b"\x17\x03\x03\x00\x05hello", b"NICK ann\r\n", b"\x00" * 100])
def test_what_is_no_record_is_a_failure(junk: bytes) -> None:
    """In the handshake and after it; what was said before it counts."""
    channel = Channel(load(*shared_pair()))
    channel.take(junk)
    assert not channel.shake()
    assert channel.failure
    client = connected()
    client.tls.write(b"before")
    client.flush()
    client.channel.take(junk)
    assert client.channel.read() == b"before"
    assert client.channel.failure


def test_a_pair_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    """With the file that is wrong."""
    certificate, key = write_pair(tmp_path)
    other = shared_pair()[1]
    nothing = tmp_path / "nothing"
    junk = tmp_path / "junk"
    junk.write_text("junk")
    locked = tmp_path / "locked"
    private = load_pem_private_key(key.read_bytes(), None)
    encryption = BestAvailableEncryption(b"x")
    locked.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    passphrase = "the key has a passphrase; it must have none (openssl pkey takes it away)"
    for pair, text in {
        (nothing, key): f"{nothing}: cannot be read: No such file or directory",
        (certificate, nothing): f"{nothing}: cannot be read: No such file or directory",
        (junk, key): f"{junk}: that is no certificate in PEM",
        (certificate, junk): f"{junk}: that is no private key in PEM",
        (certificate, locked): f"{locked}: {passphrase}",
        (certificate, other): f"{other}: it is not the key of {certificate}",
    }.items():
        with pytest.raises(UnusableCertificateError) as caught:
            load(*pair)
        assert str(caught.value) == text


def test_until_when_it_is_good_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """So that nobody is surprised."""
    caplog.set_level(logging.INFO)
    load(*shared_pair())
    assert "tls-cert.pem: the certificate is good until 20" in caplog.text
