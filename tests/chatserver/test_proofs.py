"""Verifiers prove the passwords that they were made of, by the password itself and by SCRAM."""

import hashlib
import hmac
from base64 import b64decode, b64encode

import pytest
from scramp import ScramClient, ScramException, ScramMechanism

from chatserver import proofs
from chatserver.core.accounts import Account, Verifier
from chatserver.proofs import PASSWORD_MOST, Proofs, make_nonce

PROOFS = Proofs(iterations=4096)


def account(verifier: Verifier | None) -> Account:
    """Return an account."""
    return Account("ann", 1, 1, 1, verifier)


def prove(verifier: Verifier, password: str) -> None:
    """Go through an exchange of SCRAM-SHA-256. Raises `ScramException` if the password is wrong."""
    parts = verifier.salt, verifier.stored_key, verifier.server_key, verifier.iterations
    client = ScramClient(["SCRAM-SHA-256"], "ann", password)
    server = ScramMechanism("SCRAM-SHA-256").make_server(lambda _: parts, s_nonce=make_nonce())
    server.set_client_first(client.get_client_first())
    client.set_server_first(server.get_server_first())
    server.set_client_final(client.get_client_final())
    client.set_server_final(server.get_server_final())


@pytest.mark.parametrize("password", ["x", "sesame", "é" * 100, "日本 語", "x" * PASSWORD_MOST])
def test_a_password_is_proved(password: str) -> None:
    """By itself, and without telling it."""
    kept = PROOFS.hash(password)
    assert PROOFS.verify(password, account(kept))
    assert not PROOFS.verify(password + "x", account(kept))
    assert not PROOFS.verify("", account(kept))
    prove(kept, password)
    with pytest.raises(ScramException):
        prove(kept, password + "x")


def test_a_verifier_is_as_the_standard_has_it() -> None:
    """The signature of the server in the example of RFC 7677, section 3."""
    server_first = (
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    )
    nonce = server_first.partition(",")[0]
    message = f"n=user,r=rOprNGfwEbeRWgbNEkqO,{server_first},c=biws,{nonce}"
    made = proofs._derive("pencil", 4096, b64decode("W22ZaJ0SNY7soEsUEjb6gQ=="))
    signature = hmac.digest(made.server_key, message.encode(), hashlib.sha256)
    assert b64encode(signature) == b"6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="


def test_the_same_password_is_kept_differently() -> None:
    """Nobody can tell who has the same one; and the cost is what was asked for."""
    one, other = PROOFS.hash("sesame"), PROOFS.hash("sesame")
    assert one.salt != other.salt
    assert one.stored_key != other.stored_key
    assert (one.iterations, len(one.salt)) == (4096, 16)


def test_passwords_that_look_the_same_are_the_same() -> None:
    """However the keyboard composes their letters (SASLprep)."""
    assert PROOFS.verify("e\u0301tude", account(PROOFS.hash("\u00e9tude")))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least 8 characters"),
        ("sevenly", "at least 8 characters"),
        ("\u00ad\u200b" * 8 + "sevenly", "at least 8 characters"),
        ("x" * (PASSWORD_MOST + 1), "at most 1000 bytes"),
        ("é" * 501, "at most 1000 bytes"),
        ("sesame\x00sesame", "characters that passwords can't have"),
        ("sesame sesame \udcff", "characters that passwords can't have"),
    ],
)
def test_what_no_password_can_be_is_told(password: str, why: str) -> None:
    """In words for who chose it, without the password."""
    with pytest.raises(ValueError, match=why) as error:
        Proofs(4096, least=8).hash(password)
    assert not password or password not in str(error.value)


def test_nothing_opens_what_no_password_opens() -> None:
    """Neither an account that has none, nor one that there is not, nor with what can be no password."""
    assert not PROOFS.verify("sesame", account(None))
    assert not PROOFS.verify("sesame", None)
    assert not PROOFS.verify("\x00", account(PROOFS.hash("sesame")))


def test_a_decoy_looks_like_a_verifier() -> None:
    """The same for a name each time, another for another; other servers have others."""
    decoy, kept = PROOFS.decoy("eve"), PROOFS.hash("sesame")
    assert decoy == PROOFS.decoy("eve") != PROOFS.decoy("bob")
    assert decoy != Proofs(4096).decoy("eve")
    assert Proofs(4096, secret=b"x").decoy("eve") == Proofs(4096, secret=b"x").decoy("eve")
    for field in ("salt", "stored_key", "server_key"):
        assert len(getattr(decoy, field)) == len(getattr(kept, field))
    assert decoy.iterations == kept.iterations


def test_a_nonce_is_new() -> None:
    """And can stand in a message of SCRAM."""
    assert make_nonce() != make_nonce()
    assert make_nonce().isascii()
    assert "," not in make_nonce()
