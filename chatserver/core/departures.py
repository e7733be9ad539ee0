"""Who left in order not long ago, and what they had seen: who comes back is shown what they missed alone.

Rule: it is known by their mask, so it decides only how much of a room somebody sees who may see it anyway.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from chatserver.core.events import Identity
from chatwire.names import fold

BACK_SOON: Final = 3600 * 1000
"""Who comes back within this time (ms) is shown what they missed alone."""


class Departure(Struct, frozen=True):
    """Somebody left in order at `at` (ms), and had seen all up to the number `seq` in `rooms` (logs)."""

    seq: int
    at: int
    rooms: frozenset[str]


class Departures:
    """The newest `most` of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, Departure] = {}
        """By folded mask, oldest first."""

    def note(self, who: Identity, logs: Iterable[str], seq: int, at: int) -> None:
        """Note that somebody leaves in order, who was in these rooms."""
        key = fold(who.mask)
        self._known.pop(key, None)
        self._known[key] = Departure(seq, at, frozenset(logs))
        if len(self._known) > self._most:
            del self._known[next(iter(self._known))]

    def seen_up_to(self, who: Identity, log: str, at: int) -> int:
        """Return up to which number somebody with the mask of `who` saw what was said in a room, or 0."""
        left = self._known.get(fold(who.mask))
        if left is None or log not in left.rooms or at - left.at > BACK_SOON:
            return 0
        return left.seq
