"""Guests who can come back: by a key that they alone have, they are who they were under their nick.

Rules: a key is for the nick that its guest had last, and somebody else's taking that nick ends that: what
was written to it before is the guest's, what is written to it from then on is not. Who left can come
back for a day. While a guest is there, they are never forgotten.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct, structs

from chatwire.names import fold

GONE_MOST: Final = 20_000
GONE_FOR: Final = 24 * 3600 * 1000
"""How many who left can come back, and for how long (ms)."""


class Guest(Struct, frozen=True, gc=False):
    """Who has a key: the nick that they have or had last, since which number, and when they left (ms)."""

    key: bytes
    nick: str
    named_seq: int
    left_at: int = 0
    """0 while they are there."""


class Guests:
    """All who are there with a key, and who left not long ago."""

    def __init__(self, most: int = GONE_MOST) -> None:
        self._most = most
        self._known: dict[bytes, Guest] = {}
        self._keys: dict[str, bytes] = {}
        """By folded nick: each nick is one guest's at most."""
        self._gone: dict[bytes, None] = {}
        """Who left, the longest ago first."""
        self.changed: set[bytes] = set()
        """Keys of those whose record must be written, or removed; whoever writes takes them out."""

    def __len__(self) -> int:
        return len(self._known)

    def restore(self, guests: Iterable[Guest], now: int) -> None:
        """Bring back what was kept; who was there then has left by now."""
        for guest in sorted(guests, key=lambda guest: guest.left_at or now):
            self._put(guest)
            if guest.left_at:
                self._gone[guest.key] = None
            else:
                self.leave(guest.key, now)

    def find(self, key: bytes) -> Guest | None:
        """Return who has `key`, if they are there, or left not too long ago."""
        return self._known.get(key)

    def take(self, nick: str, key: bytes, seq: int, at: int) -> int:
        """Let who has `key` (b"" for nobody who could come back) take `nick`, with the number `seq`.

        Returns since which number it is theirs: an earlier one if they had it last.
        """
        self._forget_gone(at)
        owner = self._keys.get(fold(nick))
        guest = self._known.get(key)
        since = guest.named_seq if guest is not None and owner == key else seq
        if owner is not None and owner != key:
            self._forget(owner)
        if key:
            self._forget(key)
            self._put(Guest(key, nick, since))
            self.changed.add(key)
        return since

    def leave(self, key: bytes, at: int) -> None:
        """Note that who has `key` has left; nothing for a key that nobody has."""
        guest = self._known.get(key)
        if guest is not None:
            self._known[key] = structs.replace(guest, left_at=at)
            self._gone[key] = None
            self.changed.add(key)
            self._forget_gone(at)

    def take_changed(self) -> tuple[Sequence[Guest], Sequence[bytes]]:
        """Return what changed since the last call: records to write, and keys of those to remove."""
        changed = sorted(self.changed)
        self.changed.clear()
        known = [self._known[key] for key in changed if key in self._known]
        return known, [key for key in changed if key not in self._known]

    def _put(self, guest: Guest) -> None:
        self._known[guest.key] = guest
        self._keys[fold(guest.nick)] = guest.key

    def _forget(self, key: bytes) -> None:
        guest = self._known.pop(key, None)
        if guest is not None:
            self._gone.pop(key, None)
            del self._keys[fold(guest.nick)]
            self.changed.add(key)

    def _forget_gone(self, now: int) -> None:
        """Forget who left too long ago, and the first to leave of too many."""
        while self._gone:
            oldest = next(iter(self._gone))
            if len(self._gone) <= self._most and now - self._known[oldest].left_at <= GONE_FOR:
                return
            self._forget(oldest)
