"""`chatserver make-cert NAME …`: a certificate that nobody has signed but itself, to try TLS out.

Rules: nothing that is there is replaced, unless that is asked for. Only its owner can read the key.
"""

import datetime as dt
import ipaddress
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from chatserver.config.sources import Parser
from chatserver.tools.terms import Failed

CERTIFICATE: Final = "tls-cert.pem"
KEY: Final = "tls-key.pem"
DAYS: Final = 365
LOCAL: Final = ("localhost", "127.0.0.1", "::1")
EARLIER: Final = dt.timedelta(hours=1)
"""For how long before it is made it is good: clocks differ."""


def make_certificate(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return the exit status. Raises `ConfigError`, `Failed`."""
    usage = "chatserver make-cert [NAME …] [OPTION …]"
    about = (
        "Make a certificate for the server's names or addresses, and its key, for trying out TLS. "
        "Nobody has signed it, so people compare its fingerprint, or have to trust it unseen."
    )
    parser = Parser("chatserver", usage, about, allow_abbrev=False)
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help=f"a name or address (default: {', '.join(LOCAL)})"
    )
    parser.add_argument(
        "--directory", metavar="DIR", default=".", help="where to put it (default: here)"
    )
    parser.add_argument("--force", action="store_true", help="replace what is there")
    options = parser.parse_args(arguments)
    pair = Path(options.directory) / CERTIFICATE, Path(options.directory) / KEY
    there = [path for path in pair if path.exists()]
    if there and not options.force:
        raise Failed(f"{there[0]} is there already; --force replaces it")
    certificate, key = make(options.names or LOCAL, dt.datetime.now(dt.UTC))
    for path, data in zip(pair, (certificate, key), strict=True):
        _write(path, data)
    digest = x509.load_pem_x509_certificate(certificate).fingerprint(SHA256()).hex()
    print(f"--tls-cert {pair[0]} --tls-key {pair[1]}\nSHA-256 {digest}")  # noqa: T201 - its answer
    return 0


def make(names: Sequence[str], now: dt.datetime) -> tuple[bytes, bytes]:
    """Return a certificate for `names` that is good from `now` on, and its key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    certificate = (
        x509.CertificateBuilder(subject, subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + dt.timedelta(days=DAYS))
        .add_extension(x509.SubjectAlternativeName(list(map(_alternative, names))), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM), private


def _alternative(name: str) -> x509.GeneralName:
    """Return a name or an address as certificates have it. Raises `Failed`."""
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return x509.DNSName(name)
    except ValueError:
        raise Failed(f"{name} is no name in ASCII and no address") from None


def _write(path: Path, data: bytes) -> None:
    """Write a file that its owner alone can read. Raises `Failed`."""
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise Failed(f"cannot write {path}: {error.strerror}") from None
