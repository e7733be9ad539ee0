"""What sessions follow, and what keys and values may be."""

import pytest

from chatserver.core.metadata import (
    FOLLOWED_MOST,
    KEY_BYTES,
    VALUE_BYTES,
    Following,
    is_key,
    is_value,
)


@pytest.mark.parametrize(
    ("key", "valid"),
    [
        ("url", True), ("a.b/c-d_9", True), ("k" * KEY_BYTES, True), ("k" * (KEY_BYTES + 1), False),
        ("", False), ("Url", False), ("a b", False), ("ä", False), ("a\n", False), ("*", False),
    ],
)  # fmt: skip
def test_which_keys_there_are(key: str, valid: bool) -> None:  # noqa: FBT001
    """Letters in lower case, digits and some signs."""
    assert is_key(key) is valid


def test_how_long_a_value_is() -> None:
    """In bytes."""
    assert is_value("ä" * (VALUE_BYTES // 2))
    assert not is_value("ä" * (VALUE_BYTES // 2) + "x")


def test_followers_are_known_by_key() -> None:
    """In the order in which they came, as long as they follow it."""
    following = Following()
    assert all(following.add(session, key) for session in (2, 1) for key in ("a", "b", "a"))
    following.remove(2, ["b", "c"])
    assert (following.followers("a"), following.followers("b")) == ([2, 1], [1])
    assert (following.followed(2), following.followed(1)) == (["a"], ["a", "b"])
    following.forget(1)
    following.forget(1)
    assert (following.followers("a"), following.followers("b"), following.followed(1)) == (
        [2],
        [],
        [],
    )


def test_only_so_many_keys_are_followed() -> None:
    """By one session."""
    following = Following()
    assert all(following.add(1, f"k{number}") for number in range(FOLLOWED_MOST))
    assert not following.add(1, "more")
    assert following.add(1, "k0")
    assert following.add(2, "more")
