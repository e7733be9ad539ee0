"""TLS, without I/O: records of a peer in, what it says out; and the other way round.

Rules: TLS 1.2 or newer. A client may show a certificate, signed by whomever: what it proves is that the
client has its key, and only its fingerprint is looked at. That is what IRC users have, and why this is
pyOpenSSL: the ssl module of Python takes no certificate that it cannot verify. Sessions are not resumed:
connections last, and each has the full handshake. Errors of a peer are `failure`, nothing is raised.
"""

import datetime as dt
import logging
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL

_log = logging.getLogger(__name__)

RECORD: Final = 16_384
"""Bytes of text in a record, at most (RFC 8446, 5.1)."""
OVERHEAD: Final = 64
"""Bytes that a record has beside its text, about."""
FIRST_BYTE: Final = b"\x16"
"""What every handshake begins with (RFC 8446, 5.1): text never does."""


class UnusableCertificateError(Exception):
    """A certificate and its key cannot be used: `str()` says why, in one line."""


def load(certificate: Path, key: Path, *, asks: bool = True) -> SSL.Context:
    """Return what handshakes are made with, read from two files in PEM.

    `certificate` may have others after it, up to one that clients know. Clients are asked for a
    certificate of theirs if `asks`. Raises `UnusableCertificateError`.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    private = _read_key(key)
    _read(certificate)
    try:
        context.use_certificate_chain_file(str(certificate))
    except SSL.Error:
        raise UnusableCertificateError(f"{certificate}: that is no certificate in PEM") from None
    try:
        context.use_privatekey(private)  # type: ignore[arg-type]  # else it is a TypeError
        context.check_privatekey()
    except (SSL.Error, TypeError):
        raise UnusableCertificateError(f"{key}: it is not the key of {certificate}") from None
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_options(SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_COMPRESSION | SSL.OP_NO_TICKET)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    if asks:
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_CLIENT_ONCE, _accept)
    _tell_expiry(certificate)
    return context


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnusableCertificateError(f"{path}: cannot be read: {error.strerror}") from None


def _read_key(path: Path) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(_read(path), None)
    except ValueError:
        text = f"{path}: that is no private key in PEM"
    except TypeError:
        text = f"{path}: the key has a passphrase; it must have none (openssl pkey takes it away)"
    raise UnusableCertificateError(text)


def _tell_expiry(certificate: Path) -> None:
    """Log until when a certificate is good."""
    try:
        end = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):  # OpenSSL has read it, and that is what counts
        return
    if end < dt.datetime.now(dt.UTC):
        _log.warning("%s: the certificate is good until %s only, which is past", certificate, end)
    else:
        _log.info("%s: the certificate is good until %s", certificate, end)


def _accept(*_: object) -> bool:
    """Take any certificate of a client."""
    return True


class Channel:
    """The TLS of one connection, our end."""

    __slots__ = ("_connection", "failure", "has_ended", "is_open")

    def __init__(self, context: SSL.Context) -> None:
        self._connection = SSL.Connection(context, None)
        self._connection.set_accept_state()
        self.is_open = False
        """Whether the handshake is done."""
        self.has_ended = False
        """Whether the peer has said that it says nothing more (close_notify); we still may."""
        self.failure = ""
        """What the peer did that it may not, "" as long as all is well."""

    def take(self, records: bytes) -> None:
        """Take bytes that came in the handshake, for `shake`; `read` looks at them too."""
        if records:  # OpenSSL takes an empty write for an error
            self._connection.bio_write(records)

    def shake(self) -> bool:
        """Go on with the handshake as far as what came allows, and say whether it is done."""
        try:
            self._connection.do_handshake()
            self.is_open = True
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            self.failure = _describe(error)
        return self.is_open

    def read(self, records: bytes = b"") -> bytes:
        """Take bytes that came, and return what the peer has said in all records that are whole.

        OpenSSL is given no more than a record at once, as its buffers never get smaller again.
        """
        parts: list[bytes] = []
        for start in range(0, len(records) or 1, RECORD):
            self.take(records[start : start + RECORD])
            self._open_records(parts)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _open_records(self, parts: list[bytes]) -> None:
        """Add the texts of all records that are whole."""
        try:
            while not (self.has_ended or self.failure):
                parts.append(self._connection.recv(RECORD))
        except SSL.WantReadError:
            pass
        except SSL.ZeroReturnError:
            self.has_ended = True
        except SSL.Error as error:
            self.failure = _describe(error)

    def write(self, text: bytes) -> bytes:
        """Return `text` as records."""
        if len(text) <= RECORD:
            return self._seal(text)
        starts = range(0, len(text), RECORD)
        return b"".join([self._seal(text[start : start + RECORD]) for start in starts])

    def _seal(self, text: bytes) -> bytes:
        """Return a text as one record, and all that is to be sent before it."""
        try:
            self._connection.send(text)
        except SSL.Error as error:
            self.failure = _describe(error)
        return self.output(len(text))

    def close(self) -> bytes:
        """Return the record that says that we say nothing more (close_notify)."""
        try:
            self._connection.shutdown()
        except SSL.Error as error:
            self.failure = self.failure or _describe(error)
        return self.output()

    def output(self, size: int = 0) -> bytes:
        """Return the records that are to be sent; their text has about `size` bytes."""
        most = size + (size // RECORD + 1) * OVERHEAD + 4096 * (not self.is_open)
        parts: list[bytes] = []
        try:
            while not parts or len(parts[-1]) == most:
                parts.append(self._connection.bio_read(most))
        except SSL.WantReadError:
            pass
        return parts[0] if len(parts) == 1 else b"".join(parts)

    @property
    def certificate(self) -> str:
        """SHA-256 of the client's certificate (64 hexadecimal digits in lower case), "" for none."""
        shown = self._connection.get_peer_certificate()
        return "" if shown is None else shown.digest("sha256").decode().replace(":", "").lower()

    @property
    def summary(self) -> str:
        """Version and cipher, for the log."""
        connection = self._connection
        return f"{connection.get_protocol_version_name()}, {connection.get_cipher_name()}"


def _describe(error: SSL.Error) -> str:
    """Return what OpenSSL says of an error, in a few words."""
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return next((str(reason[-1]) for reason in reasons if reason[-1]), "") or "broken records"
