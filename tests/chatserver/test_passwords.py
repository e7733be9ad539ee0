"""Passwords fit their hash and nothing else does."""

import pytest

from chatserver.passwords import dearest_of, deny, hash_password, is_hash, is_sound, verify


def test_a_hash_fits_its_password() -> None:
    """And no other; two hashes of one password differ."""
    kept = hash_password("påss word")
    assert is_hash(kept)
    assert is_sound(kept)
    assert verify("påss word", kept)
    assert not verify("pass word", kept)
    assert hash_password("påss word") != kept


def test_what_is_no_hash_is_the_password() -> None:
    """A small server may do without hashes."""
    assert verify("secret", "secret")
    assert not verify("secret ", "secret")
    assert not is_hash("secret")


def test_a_hash_of_others_is_understood() -> None:
    """The first test vector of scrypt with a salt (RFC 7914, section 12), cut to our length."""
    kept = "$scrypt$ln=10,r=8,p=16$TmFDbA$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI"
    assert verify("password", kept)
    assert not verify("Password", kept)


@pytest.mark.parametrize(
    "kept",
    [
        "$scrypt$",
        "$scrypt$ln=15,r=8,p=1$abcd",
        "$scrypt$ln=15,r=8,p=1$a$abcd",
        "$scrypt$ln=40,r=8,p=1$abcd$abcd",
        "$scrypt$ln=0,r=8,p=1$abcd$abcd",
        "$scrypt$ln=15,r=8,p=0$abcd$abcd",
        "$scrypt$ln=15,r=8,p=1$abcd$abcd\n",
    ],
)
def test_a_broken_hash_fits_nothing(kept: str) -> None:
    """Not even itself; and it asks for no memory that we have not got."""
    assert not is_sound(kept)
    assert not verify("", kept)
    assert not verify(kept, kept)


def test_who_has_no_password_is_denied_at_the_same_cost() -> None:
    """Of several that are kept, as with the one that takes longest; right or wrong."""
    hashed = hash_password("secret")
    assert dearest_of(["plain", hashed, "other"]) == hashed
    assert dearest_of(["plain"]) == "plain"
    assert dearest_of([]) == ""
    assert not deny("secret", hashed)
    assert not deny("", "")
