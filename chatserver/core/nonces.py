"""Nonces: by which a message that is sent again is known again, so that it is not said twice.

Rules: a nonce of `PERSONAL` characters or more counts by itself: it has 128 random bits, so who knows it
is the same, and what they said before they logged in is known again after it. A shorter one could
be somebody else's too, so it counts together with the account; a guest's, together with the nick,
and only for as long as they have had it.
A nonce is for one target: the same line to two is two messages.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from chatserver.core.events import Identity, Said
from chatwire.names import fold

TAG: Final = "+chatserver.dev/nonce"
"""The client-only tag that a nonce comes in."""

PERSONAL: Final = 22
"""Characters that 128 random bits have in base64: a nonce as long as that is nobody else's."""

REMEMBERED_MOST: Final = 200_000
REMEMBERED_FOR: Final = 24 * 3600 * 1000
"""How many nonces are remembered at most, and for how long (ms)."""

_KEY_BYTES: Final = 16


def nonce_key(who: Identity, target: str, tags: Mapping[str, str]) -> bytes:
    """Return the key of a message that `who` says to `target` with `tags`; b"" without a nonce.

    It is short, whatever the nonce is. State, journal and store know a message by it.
    """
    nonce = tags.get(TAG, "")
    if not nonce:
        return b""
    if len(nonce) >= PERSONAL:
        owner = ""
    elif who.account:
        owner = f"account {fold(who.account)}"
    else:
        owner = f"nick {fold(who.nick)}"
    words = "\0".join((owner, fold(target), nonce))
    return blake2b(words.encode(errors="replace"), digest_size=_KEY_BYTES).digest()


def is_personal(who: Identity, tags: Mapping[str, str]) -> bool:
    """Say whether a nonce tells by itself, or with an account, who sent it."""
    return bool(who.account) or len(tags.get(TAG, "")) >= PERSONAL


class Kept(Struct, frozen=True, gc=False):
    """A message that came with a nonce: the nonce's key, and where the message stands in the log."""

    key: bytes
    target: str
    """See `core.history`."""
    seq: int
    at: int


class Nonces:
    """The nonces of the last day, the oldest forgotten when they are too many."""

    def __init__(self, most: int = REMEMBERED_MOST) -> None:
        self._most = most
        self._kept: dict[bytes, Kept] = {}
        """By key."""
        self._order: deque[Kept] = deque()
        """Oldest first; some may have been forgotten, or remembered anew, since."""

    def __len__(self) -> int:
        return len(self._kept)

    def restore(self, kept: Iterable[Kept]) -> None:
        """Remember what is known from before the start, oldest first."""
        for one in kept:
            self.remember(one)

    def remember(self, kept: Kept) -> None:
        """Remember one more message, and forget those for which it is time."""
        self._kept[kept.key] = kept
        self._order.append(kept)
        while len(self._order) > self._most or _expired(self._order[0], kept.at):
            oldest = self._order.popleft()
            if self._kept.get(oldest.key) is oldest:
                del self._kept[oldest.key]

    def find(self, key: bytes, now: int) -> Kept | None:
        """Return the message that came with the nonce before, if that is not too long ago."""
        kept = self._kept.get(key)
        return None if kept is None or _expired(kept, now) else kept

    def forget(self, said: Said) -> None:
        """Forget the nonce of a message that was not kept after all: it may be said anew."""
        key = nonce_key(said.who, said.target, said.tags)
        kept = self._kept.get(key)
        if kept is not None and kept.seq == said.seq:
            del self._kept[key]


def _expired(kept: Kept, now: int) -> bool:
    return now - kept.at > REMEMBERED_FOR
