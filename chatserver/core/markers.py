"""Read markers: up to when somebody has read what was said in a room, or between them and a person.

Rules: a marker only moves forward, and never beyond the present. They are somebody's own: nobody else
learns of them. They belong to who has them, so that all sessions of one person can share them.
"""

from typing import Final

from chatwire.names import fold

MARKERS_MOST: Final = 500
"""So many markers of one person are remembered; of more, those moved longest ago are forgotten."""


class Markers:
    """Those of one person."""

    __slots__ = ("_read",)

    def __init__(self) -> None:
        self._read: dict[str, int] = {}
        """By folded room or nick, the time (ms since 1970), moved last at the end."""

    def __len__(self) -> int:
        return len(self._read)

    def find(self, target: str) -> int | None:
        """Return up to when `target` is read, None if nobody said."""
        return self._read.get(fold(target))

    def move(self, target: str, to: int) -> bool:
        """Say that `target` is read up to `to`; return whether that is news."""
        key = fold(target)
        if to <= self._read.get(key, -1):
            return False
        self._read.pop(key, None)
        self._read[key] = to
        if len(self._read) > MARKERS_MOST:
            del self._read[next(iter(self._read))]
        return True
