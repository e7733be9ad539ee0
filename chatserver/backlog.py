"""What is kept of a session that is behind: how far it has been shown everything, and what only it is told.

Rules: of what others said and did nothing is kept here, only the place up to which it was shown. What
the session alone is told waits here, at its place, and holds its input back when it is much. What
it did itself meanwhile (rooms, who it is) is kept, as that decides what it is to see.
"""

import asyncio
from collections import deque
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from chatserver.core.events import Event
from chatserver.core.history import Page
from chatserver.core.members import User
from chatserver.faces.contract import Dialect

Place = tuple[int, int]
"""Right after the event `(seq, n)`: the `n`th of the kept events with the number `seq`."""

WHOLE: Final = 1 << 30
"""As `n` of a place: after all events with its number."""

OWED_MOST: Final = 65_536
"""Bytes that a session is told alone and that wait; from there on its own input waits."""

PAGE: Final = 128
"""Events that are read at once, in all rooms together, about."""

PAGE_LEAST: Final = 16
"""Events of one room that are read at once, at least: more than one command leads to."""

_OVERHEAD: Final = 64


class Item:
    """What one session alone is told, at its place among the events."""

    __slots__ = ("data", "dialect", "ordinal", "place", "reached")

    def __init__(self, ordinal: int, place: Place, data: bytes | None) -> None:
        self.ordinal = ordinal
        self.place = place
        self.data = data
        """None as long as it is not known: nothing later is shown before."""
        self.dialect: Dialect | None = None
        """In which it is written from here on, None if that stays as it is."""
        self.reached: asyncio.Future[None] | None = None
        """Done when everything up to here was written."""


class Move(Struct, frozen=True, gc=False):
    """What was done by the session, or with it, at `seq`: it entered or left a room, or is somebody else."""

    seq: int
    room: str = ""
    """The key of its audience; "" if it is somebody else."""
    entered: bool = False
    party: str = ""
    """As whom it takes part in conversations."""
    viewer: User | None = None
    """Whose device it is, None if that is as before."""


class Backlog:
    """How far a session that is behind has come, and what waits for it."""

    __slots__ = (
        "_lost_meanwhile",
        "_moves",
        "_party",
        "_rooms",
        "_viewer",
        "found",
        "from_store",
        "items",
        "lines",
        "lost",
        "ordinal",
        "owed",
        "place",
        "quiet_until",
        "reading",
        "sent",
        "skipped",
        "slice",
    )

    def __init__(
        self,
        ordinal: int,
        place: Place,
        slice_: int,
        rooms: Sequence[str],
        party: str,
        viewer: User | None,
    ) -> None:
        self.ordinal = ordinal
        """Everything up to this was shown, if `slice` is still in memory."""
        self.place = place
        """Everything up to this was shown."""
        self.slice = slice_
        """The number of the slice that is shown next."""
        self._rooms = frozenset(rooms)
        """Where it was at `place`."""
        self._party = party
        self._viewer = viewer
        self._moves: list[Move] = []
        """What it did after `place`, in order."""
        self.items: deque[Item] = deque()
        """What it is told alone, in order."""
        self.owed = 0
        """Bytes of that, about."""
        self.skipped: set[tuple[int, type[Event]]] = set()
        """Numbers and types of events that it is told of in `items`."""
        self.reading = False
        """Whether pages of the store are on their way for it."""
        self.quiet_until = 0
        """Nothing was said to it alone before this number."""
        self.lost = 0
        """How many events it has not seen are no longer kept."""
        self._lost_meanwhile: set[int] = set()
        """Numbers of those that were removed while something was read: it may have found them."""
        self.found: object = None
        """What was read, and is not shown yet; `catchup` alone looks at it."""
        self.from_store = False
        """Whether it catches up from the store, as what it needs is no longer in memory."""
        self.sent = 0
        """Bytes that were written since it fell behind."""
        self.lines = 0

    @property
    def owes_much(self) -> bool:
        """Whether its own input should wait."""
        return self.owed >= OWED_MOST

    def add(self, ordinal: int, place: Place, data: bytes | None) -> Item:
        """Have it told `data` at its place; None if it is not known yet (see `fill`)."""
        item = Item(ordinal, place, data)
        self.items.append(item)
        self.owed += _size(item)
        return item

    def turn(self, ordinal: int, place: Place, dialect: Dialect) -> None:
        """Have it be written in another dialect from this place on."""
        self.add(ordinal, place, b"").dialect = dialect

    @property
    def turns(self) -> Dialect | None:
        """The dialect in which it is written from where it has come to, None if that stays as it is."""
        head = self.items[0] if self.items else None
        if head is None or not (self.ordinal >= head.ordinal - 1 or self.place >= head.place):
            return None
        return head.dialect

    def fill(self, item: Item, data: bytes) -> None:
        """Let an item be `data`."""
        self.owed += len(data)
        item.data = data

    def drop(self, item: Item) -> None:
        """Forget the first item: it was written."""
        self.items.popleft()
        self.owed -= _size(item)
        if item.reached is not None and not item.reached.done():
            item.reached.set_result(None)

    def forget(self) -> None:
        """Forget all items: there is nobody any more."""
        while self.items:
            self.drop(self.items[0])

    # --- what it sees --------------------------------------------------------------------------

    def move(self, move: Move) -> None:
        """Know of what the session did now."""
        self._moves.append(move)
        self.owed += _OVERHEAD

    def come_to(self, place: Place) -> None:
        """Know that everything up to `place` was shown."""
        self.place = max(place, self.place)
        seq = self.place[0]
        while self._moves and self._moves[0].seq < seq:
            move = self._moves.pop(0)
            self.owed -= _OVERHEAD
            if not move.room:
                self._party, self._viewer = move.party, move.viewer or self._viewer
            elif move.entered:
                self._rooms |= {move.room}
            else:
                self._rooms -= {move.room}
        if self.skipped:
            self.skipped = {one for one in self.skipped if one[0] >= seq}

    def stays_in(self, room: str) -> bool | None:
        """Say whether it is in `room` all the time from `place` on; None if it comes or goes."""
        if any(move.room == room for move in self._moves):
            return None
        return room in self._rooms

    def is_inside(self, room: str, seq: int) -> bool:
        """Say whether it sees what happens in `room` at `seq`: entering and leaving, too."""
        inside = room in self._rooms
        for move in self._moves:
            if move.room == room:
                if move.seq > seq or (move.seq == seq and not move.entered):
                    break
                inside = move.entered
        return inside

    def enters(self, room: str, seq: int) -> bool:
        """Say whether it is the session itself that enters `room` at `seq`."""
        return Move(seq, room, True) in self._moves

    def party_at(self, seq: int) -> str:
        """Return as whom the session took part in conversations when `seq` happened."""
        party = self._party
        for move in self._moves:
            if move.seq >= seq:
                break
            party = move.party or party
        return party

    def viewer_at(self, seq: int) -> User | None:
        """Return whose device the session was when `seq` happened."""
        viewer = self._viewer
        for move in self._moves:
            if move.seq >= seq:
                break
            viewer = move.viewer or viewer
        return viewer

    def lose(self, gone: Iterable[tuple[str, Sequence[int]]]) -> None:
        """Know of events by target and numbers that are no longer kept."""
        lost = {seq for target, seqs in gone for seq in seqs if self._misses(target, seq)}
        if self.reading or self.found is not None:
            self._lost_meanwhile |= lost
        else:
            self.lost += len(lost)

    def _misses(self, target: str, seq: int) -> bool:
        """Say whether it has not seen what it was to see of `target` at `seq`."""
        if seq <= self.place[0] or any(seq == told for told, _ in self.skipped):
            return False
        if "," in target:
            return self.party_at(seq) in target.split(",")
        return self.is_inside(target, seq)

    def take_lost(self, found: Container[int]) -> int:
        """Return how many it has lost, and was not told of; not those with the numbers that were `found`."""
        lost = self.lost + sum(seq not in found for seq in self._lost_meanwhile)
        self.lost, self._lost_meanwhile = 0, set()
        return lost

    def pages(self, before: int, far: int) -> tuple[Page, ...]:
        """Return the questions for what it has not seen, of what happened before `before`.

        What was said to it alone is asked for up to `far`: if there is nothing, it need not be asked again.
        """
        seq, count = self.place
        after = seq if count >= WHOLE else seq - 1  # there may be more of that number
        rooms = self._rooms.union(move.room for move in self._moves if move.room)
        ranges = [] if before <= self.quiet_until else [*self._parties(after, far)]
        limit = max(PAGE_LEAST, PAGE // (len(rooms) + len(ranges) or 1))
        return (
            *(
                Page(room, after, before, limit, oldest=True, everything=True)
                for room in sorted(rooms)
            ),
            *(
                Page(party, start, end, limit, oldest=True, everything=True, direct=True)
                for party, start, end in ranges
            ),
        )

    def _parties(self, after: int, before: int) -> Iterator[tuple[str, int, int]]:
        """Yield as whom it took part in conversations, each with the numbers between which it did."""
        party, start = self._party, after
        for move in self._moves:
            if not move.room and move.seq < before:
                if party:
                    yield party, start, move.seq
                party, start = move.party, move.seq
        if party:
            yield party, start, before


def _size(item: Item) -> int:
    return _OVERHEAD + len(item.data or b"")
