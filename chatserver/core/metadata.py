"""Metadata: what people and rooms say of themselves by key, and which sessions follow which keys.

Rules: that of an account is the same on all devices and is kept, as is that of a room; a guest's goes with
them. There are so many keys, of so many bytes, that a line of IRC holds each whole. What a session
follows is its own, and goes with it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

KEYS_MOST: Final = 20
"""Keys that one person or room has."""

FOLLOWED_MOST: Final = 50
"""Keys that one session follows."""

KEY_BYTES: Final = 48
VALUE_BYTES: Final = 240
"""Bytes of a key and of a value (UTF-8)."""

_KEY: Final = re.compile(r"[a-z0-9_./-]+")


def is_key(key: str) -> bool:
    """Say whether something can be a key."""
    return len(key) <= KEY_BYTES and _KEY.fullmatch(key) is not None


def is_value(value: str) -> bool:
    """Say whether a value is short enough."""
    return len(value.encode(errors="replace")) <= VALUE_BYTES


class Following:
    """The keys that all sessions follow."""

    def __init__(self) -> None:
        self._keys: dict[int, dict[str, None]] = {}
        """By session."""
        self._followers: dict[str, dict[int, None]] = {}
        """By key, the sessions that follow it, in the order in which they came."""

    def __bool__(self) -> bool:
        """Whether anybody follows anything."""
        return bool(self._keys)

    def add(self, session: int, key: str) -> bool:
        """Let `session` follow `key`; False if it follows too many."""
        keys = self._keys.get(session, {})
        if key not in keys:
            if len(keys) >= FOLLOWED_MOST:
                return False
            self._keys.setdefault(session, keys)[key] = None
            self._followers.setdefault(key, {})[session] = None
        return True

    def remove(self, session: int, keys: Iterable[str]) -> None:
        """Let `session` follow `keys` no more."""
        followed = self._keys.get(session, {})
        for key in keys:
            if key in followed:
                del followed[key]
                followers = self._followers[key]
                del followers[session]
                if not followers:
                    del self._followers[key]
        if not followed:
            self._keys.pop(session, None)

    def forget(self, session: int) -> None:
        """Let `session` follow nothing."""
        self.remove(session, self.followed(session))

    def followed(self, session: int) -> Sequence[str]:
        """Return what `session` follows."""
        return [*self._keys.get(session, ())]

    def followers(self, key: str) -> Sequence[int]:
        """Return the sessions that follow `key`."""
        return [*self._followers.get(key, ())]
