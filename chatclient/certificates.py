"""The certificates that servers show: what is told of one, and how TLS is set up to take it.

Rules: a certificate is known again by the SHA-256 of its DER form, written `sha256:` and 64 hex
digits. What is told of it is safe to show.
"""

import hashlib
import ssl

from chatclient.model.values import value
from chatwire.text import plain

_PREFIX = "sha256:"


@value
class Certificate:
    """What a person needs to know a certificate."""

    fingerprint: str
    """`sha256:` and 64 hex digits."""
    subject: str
    issuer: str
    names: str
    """The hosts that it is for, with commas, "" if it names none."""
    begins: str
    """From when on it is valid: a day, ISO 8601."""
    ends: str

    @property
    def self_signed(self) -> bool:
        """Whether it vouches for itself."""
        return self.subject == self.issuer


def fingerprint_of(der: bytes) -> str:
    """Return the fingerprint of a certificate in DER form."""
    return _PREFIX + hashlib.sha256(der).hexdigest()


def describe(der: bytes) -> Certificate:
    """Return what a certificate in DER form says; what cannot be read of it is "?"."""
    from asn1crypto import x509  # noqa: PLC0415 - only who is asked about one needs it

    fingerprint = fingerprint_of(der)
    try:
        found = x509.Certificate.load(der, strict=True)
        return Certificate(
            fingerprint,
            plain(found.subject.human_friendly),
            plain(found.issuer.human_friendly),
            plain(", ".join([*found.valid_domains, *found.valid_ips])),
            found.not_valid_before.date().isoformat(),
            found.not_valid_after.date().isoformat(),
        )
    except (ValueError, TypeError, KeyError):
        return Certificate(fingerprint, "?", "?", "?", "?", "?")


def make_context(
    *, verify: bool, authorities: str | None, certificate: str | None, key: str | None
) -> "ssl.SSLContext":
    """Return how to speak TLS, with a client certificate if one is named.

    Raises `OSError` (`ssl.SSLError` is one), whose `filename` is that of a file that cannot be used.
    """
    with _naming(authorities):
        context = ssl.create_default_context(cafile=authorities)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        with _naming(certificate):
            # Without a password of ours OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password=lambda: "")
    return context


class _naming:  # noqa: N801 - used as a function
    """Names the file in an error that does not, as those of TLS."""

    def __init__(self, file: str | None) -> None:
        self._file = file

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            error.filename = self._file
