"""Nonces: what makes the key of one, and how long they are remembered."""

import pytest

from chatserver.core.events import Identity, Said
from chatserver.core.nonces import (
    PERSONAL,
    REMEMBERED_FOR,
    TAG,
    Kept,
    Nonces,
    is_personal,
    nonce_key,
)

LONG = "x" * PERSONAL
ANN, BOB = Identity("Ann", "u", "h"), Identity("bob", "u", "h")
MEMBER = Identity("ann2", "u", "h", account="Ann")


def key(who: Identity, nonce: str, target: str = "#a") -> bytes:
    """Return the key of a message with `nonce`."""
    return nonce_key(who, target, {TAG: nonce})


def test_without_a_nonce_there_is_no_key() -> None:
    """Nor with an empty one."""
    assert nonce_key(ANN, "#a", {"+x": "1"}) == key(ANN, "") == b""


def test_a_long_nonce_counts_by_itself() -> None:
    """Under any nick, and with or without an account, as nobody else could have it."""
    assert key(ANN, LONG) == key(BOB, LONG) == key(MEMBER, LONG)
    assert is_personal(ANN, {TAG: LONG})


def test_a_short_nonce_of_a_guest_counts_with_the_nick() -> None:
    """In any case of letters."""
    assert key(ANN, "1") != key(BOB, "1")
    assert key(ANN, "1") == key(Identity("aNN", "v", "i"), "1")
    assert not is_personal(ANN, {TAG: LONG[1:]})


def test_a_short_nonce_of_an_account_counts_with_it() -> None:
    """Under any nick; nobody else's is the same."""
    other_nick = Identity("ann3", "u", "h", account="ann")
    assert key(MEMBER, "1") == key(other_nick, "1")
    assert len({key(who, "1") for who in (MEMBER, ANN, Identity("a", account="b", **HERE))}) == 3
    assert is_personal(MEMBER, {TAG: "1"})


HERE = {"username": "u", "host": "h"}


@pytest.mark.parametrize(("one", "other", "same"), [("#A", "#a", True), ("#a", "@#a", False)])
def test_a_nonce_counts_for_one_target(one: str, other: str, same: bool) -> None:  # noqa: FBT001
    """In any case of letters."""
    assert (key(ANN, LONG, one) == key(ANN, LONG, other)) is same


def test_keys_are_short_whatever_the_nonce_is() -> None:
    """Also one that is not Unicode's idea of text."""
    assert len(key(ANN, "y" * 4000)) == len(key(ANN, "\udcff" * 30)) == 16


def kept(number: int, at: int = 0) -> Kept:
    """Return a message with a key made of its number."""
    return Kept(number.to_bytes(2), "#a", number, at)


def test_the_oldest_is_forgotten_of_too_many() -> None:
    """So memory is bounded."""
    nonces = Nonces(most=3)
    nonces.restore(map(kept, range(5)))
    assert len(nonces) == 3
    assert [number for number in range(5) if nonces.find(kept(number).key, 0)] == [2, 3, 4]


def test_they_are_forgotten_after_a_day() -> None:
    """By the time of the order, whether or not others came."""
    nonces = Nonces()
    nonces.remember(kept(1, at=5))
    assert nonces.find(kept(1).key, 5 + REMEMBERED_FOR) == kept(1, at=5)
    assert nonces.find(kept(1).key, 6 + REMEMBERED_FOR) is None
    nonces.remember(kept(2, at=6 + REMEMBERED_FOR))
    assert len(nonces) == 1


def test_one_that_comes_again_is_as_new() -> None:
    """It takes its place at the end."""
    nonces = Nonces(most=2)
    for one in (kept(1), kept(2), kept(1, at=9), kept(3)):
        nonces.remember(one)
    assert nonces.find(kept(2).key, 9) is None
    assert nonces.find(kept(1).key, 9) == kept(1, at=9)


def test_what_was_not_kept_is_forgotten() -> None:
    """But not what was kept under the same nonce after that."""
    nonces = Nonces()
    refused = Said(7, 0, ANN, "#a", "hi", tags={TAG: LONG})
    nonces.remember(Kept(key(ANN, LONG), "#a", 7, 0))
    nonces.forget(refused)
    assert len(nonces) == 0
    nonces.remember(Kept(key(ANN, LONG), "#a", 8, 0))
    nonces.forget(refused)
    nonces.forget(Said(9, 0, ANN, "#a", "hi"))
    assert len(nonces) == 1
