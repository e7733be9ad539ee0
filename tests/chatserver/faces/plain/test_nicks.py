"""Nicks for guests."""

from random import Random

from chatserver.core.limits import Limits
from chatserver.faces.plain import guest_nicks
from chatwire.names import is_nick


def test_guests_have_nicks_that_are_valid_and_short() -> None:
    """And can be said aloud: consonants and vowels in turn."""
    for seed in range(50):
        for nick in guest_nicks(Random(seed), 8):
            assert is_nick(nick, Limits().nick)
            name = nick.removeprefix("guest-")
            assert len(name) in {4, 8}
            assert not set(name[::2]) & set("aeiou")
            assert set(name[1::2]) <= set("aeiou")


def test_the_same_draw_gives_the_same_nicks() -> None:
    """Randomness comes in from outside."""
    assert guest_nicks(Random(1), 4) == guest_nicks(Random(1), 4)
    assert guest_nicks(Random(1), 4) != guest_nicks(Random(2), 4)


def test_the_last_to_try_are_longer() -> None:
    """So that a crowd of guests finds free ones."""
    assert [len(nick) for nick in guest_nicks(Random(1), 4)] == [10, 10, 14, 14]
