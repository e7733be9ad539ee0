"""Which rooms a LIST is about: masks of names, and the conditions of ELIST (Modern IRC, "ELIST").

Rules: a room has to fit all conditions; with masks, one of them; and none of those with `!`. What
is no condition that we know is a mask.
"""

import re
from collections.abc import Iterable

from msgspec import Struct

from chatserver.core.members import Room
from chatwire.names import matches

_NUMBER = re.compile(r"([CT]?)([<>])([0-9]{1,9})", re.IGNORECASE)
_MINUTE = 60_000


class Conditions(Struct, frozen=True):
    """What a room has to be like."""

    masks: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    numbers: tuple[tuple[str, bool, int], ...] = ()
    """What is counted (`C` minutes since its creation, `T` since its topic was set, "" members),
    whether there must be fewer, and than what."""

    def fit(self, room: Room, at: int) -> bool:
        """Say whether `room` fits at the time `at` (ms)."""
        if self.masks and not any(matches(mask, room.name) for mask in self.masks):
            return False
        if any(matches(mask, room.name) for mask in self.unlike):
            return False
        return all(_compare(room, at, *number) for number in self.numbers)


def _compare(room: Room, at: int, kind: str, fewer: bool, bound: int) -> bool:  # noqa: FBT001 - part of a row
    if kind == "T" and not room.topic:
        return False
    since = {"C": room.created_at, "T": room.topic_at}
    value = at - since[kind] if kind else len(room.members)
    limit = bound * _MINUTE if kind else bound
    return value < limit if fewer else value > limit


def parse_conditions(items: Iterable[str]) -> Conditions:
    """Return the conditions that `items` are."""
    masks, unlike, numbers = [], [], []
    for item in items:
        if found := _NUMBER.fullmatch(item):
            numbers.append((found[1].upper(), found[2] == "<", int(found[3])))
        elif item.startswith("!"):
            unlike.append(item[1:])
        elif item:
            masks.append(item)
    return Conditions(tuple(masks), tuple(unlike), tuple(numbers))
