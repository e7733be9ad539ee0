"""Whom the user does not want to hear, by masks."""

import pytest

from chatclient.model.folding import CASEMAPPINGS
from chatclient.model.ignores import MOST, Ignores

FOLD = CASEMAPPINGS["rfc1459"]


@pytest.mark.parametrize(
    ("mask", "source", "fits"),
    [
        ("bob", "bob!b@example.org", True),
        ("BOB", "bob", True),
        ("bob{", "BOB[!b@h", True),
        ("bob", "bobby!b@example.org", False),
        ("bob*", "bobby!b@example.org", True),
        ("b?b", "bob!b@h", True),
        ("*!*@example.org", "bob!b@example.org", True),
        ("*!*@*.org", "bob!b@example.net", False),
        ("*@example.org", "bob!b@example.org", True),
        ("bob!*@*", "bob!b@h", True),
        ("bob!*@*", "eve!bob@h", False),
        ("bob.", "bobx!b@h", False),
    ],
)
def test_masks(mask: str, source: str, fits: bool) -> None:  # noqa: FBT001 - what is expected
    """A mask without `!` and `@` is a nick; names are compared as the server does."""
    assert Ignores([mask]).have(source, FOLD) is fits


def test_masks_come_and_go() -> None:
    """One mask in two spellings is one; what is removed is heard again."""
    ignores = Ignores()
    assert ignores.add("Bob", FOLD)
    assert not ignores.add("bob", FOLD)
    assert ignores.have("bob!b@h", FOLD)
    assert ignores.remove("BOB", FOLD)
    assert not ignores.remove("bob", FOLD)
    assert not ignores.have("bob!b@h", FOLD)


def test_masks_are_bounded() -> None:
    """There is an end to them."""
    ignores = Ignores([f"n{each}" for each in range(MOST)])
    assert not ignores.add("one-more", FOLD)
