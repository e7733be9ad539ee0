"""Certificates in files, and the contexts of clients: made once for all tests."""

import datetime as dt
import hashlib
import ssl
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from chatserver.tools.certificate import CERTIFICATE, KEY, make


def write_pair(directory: Path, *names: str) -> tuple[Path, Path]:
    """Write a new certificate and its key into a directory, and return their paths."""
    pair = directory / CERTIFICATE, directory / KEY
    made = make(names or ("localhost",), dt.datetime.now(dt.UTC))
    for path, data in zip(pair, made, strict=True):
        path.write_bytes(data)
    return pair


@cache
def shared_pair(name: str = "localhost") -> tuple[Path, Path]:
    """Return a pair that all tests may use, and none may change."""
    return write_pair(Path(mkdtemp(prefix="certificates-")), name)


def fingerprint(certificate: Path) -> str:
    """Return the SHA-256 of a certificate, as servers know clients by it."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()


def client_context(pair: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """Return the context of a client that trusts everybody, and shows a certificate if it has one."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if pair is not None:
        context.load_cert_chain(*pair)
    return context
