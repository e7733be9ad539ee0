"""What is told of certificates."""

import ssl
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from chatclient.certificates import Certificate, describe, fingerprint_of

_PEM = Path(__file__).parent / "tls" / "cert.pem"
DER = ssl.PEM_cert_to_DER_cert(_PEM.read_text())


def test_a_certificate() -> None:
    """Its fingerprint is what others print, and it says whose it is, by whom, and until when."""
    assert describe(DER) == Certificate(
        fingerprint_of(DER),
        "Common Name: localhost",
        "Common Name: localhost",
        "localhost, 127.0.0.1, ::1",
        "2026-11-22",
        "2126-10-29",
    )
    assert describe(DER).self_signed
    assert fingerprint_of(b"abc") == (
        "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


@given(st.integers(0, len(DER) - 1), st.integers(0, 255))
def test_whatever_a_certificate_has(at: int, byte: int) -> None:
    """What is told of it is one line each, and safe to show."""
    told = describe(DER[:at] + bytes([byte]) + DER[at + 1 :])
    assert all(text.isprintable() for text in (told.subject, told.issuer, told.names))
