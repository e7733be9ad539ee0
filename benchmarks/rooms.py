"""The load in many rooms: each room has one who speaks, and members may be in several.

Rules:
- A sender has at most `window` messages that have not come to everyone who is to hear them.
- Every message ends in the mark of its sender. Nobody hears two senders of one mark, so messages are
  counted by counting bytes, and those of one sender come in the order in which they were sent.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, groupby

from benchmarks.crowd import Crowd, LoadError
from benchmarks.dialects import Dialect
from benchmarks.load import GRACE_SECONDS, IDLE_SECONDS, Meters, Shape, read_meters
from benchmarks.samples import Outcome
from benchmarks.tally import Tally, compose

MARKS = b'^|{}`%&?"\\'  # none of them stands in what a server puts around a message
QUIET_SECONDS = 0.5  # when nothing was heard for so long, all have entered
ENTER_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Layout:
    """In which rooms who listens and who speaks; each room has one sender."""

    receivers: Sequence[Sequence[int]]
    senders: Sequence[Sequence[int]]

    def heard_by(self) -> Sequence[Sequence[int]]:
        """Return, for each receiver, the senders that it hears."""
        sender_of = {room: sender for sender, rooms in enumerate(self.senders) for room in rooms}
        return [sorted({sender_of[room] for room in rooms}) for rooms in self.receivers]


def crossing(rooms: int, members: int) -> Layout:
    """Return `rooms` rooms of `members` receivers each, who are in two rooms each, evenly mixed."""
    receivers = []
    for number in range(rooms * members // 2):
        turn, room = divmod(number, rooms)
        receivers.append((room, (room + 1 + turn % (rooms - 1)) % rooms))
    return Layout(receivers, [(room,) for room in range(rooms)])


def pairs(count: int, rooms: int) -> Layout:
    """Return `rooms` rooms of two: each of `count` pairs is in its share of them."""
    shared = [range(pair, rooms, count) for pair in range(count)]
    return Layout(shared, shared)


def mark_of(sender: int) -> bytes:
    """Return what the messages of a sender end in."""
    place = sender % len(MARKS)
    return MARKS[place : place + 1]


def name_of(room: int) -> str:
    """Return the name of a room."""
    return f"#r{room}"


class Rooms(Crowd):
    """The people of a layout: the receivers, then the senders."""

    def enter(self, layout: Layout, listening: Sequence[Dialect], speaking: Dialect) -> None:
        """Let everyone in, each dialect of `listening` as many, and wait until all are in their rooms."""
        count = len(layout.receivers)
        dialects = [listening[number * len(listening) // count] for number in range(count)]
        dialects += [speaking] * len(layout.senders)
        everybody = [*layout.receivers, *layout.senders]
        for dialect, group in groupby(dialects):
            for member in self.admit(dialect, len([*group])):
                names = map(name_of, everybody[member])
                self.send(member, b"".join(map(dialect.enter_room, names)))
        self.settle(QUIET_SECONDS, ENTER_SECONDS)


class Talk:
    """A closed loop in all rooms of a layout at once; the senders speak `speaking`."""

    def __init__(
        self, crowd: Rooms, layout: Layout, speaking: Dialect, shape: Shape, meters: Meters
    ) -> None:
        self._crowd, self._layout, self._shape, self._meters = crowd, layout, shape, meters
        self._heard_by = layout.heard_by()
        listeners = [0] * len(layout.senders)
        self._places: list[
            list[tuple[int, int]]
        ] = []  # by receiver: sender, and place in its tally
        for senders in self._heard_by:
            self._places.append([(sender, listeners[sender]) for sender in senders])
            for sender in senders:
                listeners[sender] += 1
        self._tallies = [Tally(count) for count in listeners]
        self._said = [0] * len(layout.senders)
        self._texts = [self._compose(speaking, sender) for sender in range(len(layout.senders))]
        self._deliveries = 0

    def _compose(self, dialect: Dialect, sender: int) -> Iterator[bytes]:
        """Yield what a sender says, one room after the other."""
        text = compose(sender, 0, self._shape.size)[:-1] + mark_of(sender)
        return cycle([dialect.say(text, name_of(room)) for room in self._layout.senders[sender]])

    def measure(self) -> Outcome:
        """Warm up, measure, and tell; LoadError when the server falls silent."""
        begin = time.monotonic() + self._shape.warm_up
        outcome, last_heard = None, time.monotonic()
        while (now := time.monotonic()) < begin + self._shape.seconds:
            if outcome is None and now >= begin:
                outcome = read_meters(self._meters, Outcome(), -1, now, self._deliveries)
            self._speak()
            if self._listen():
                last_heard = now
            elif now - last_heard > GRACE_SECONDS:
                raise LoadError("the server fell silent")
        now = time.monotonic()
        return read_meters(self._meters, outcome or Outcome(), 1, now, self._deliveries)

    def _speak(self) -> None:
        first = len(self._layout.receivers)
        for sender, tally in enumerate(self._tallies):
            free = tally.complete + self._shape.window - self._said[sender]
            if free > 0:
                texts = self._texts[sender]
                self._crowd.send(first + sender, b"".join(next(texts) for _ in range(free)))
                self._said[sender] += free
            else:
                self._crowd.push(first + sender)

    def _listen(self) -> int:
        heard = 0
        for member, size in self._crowd.read(IDLE_SECONDS):
            if member >= len(self._places):
                continue  # a sender, who hears nobody
            for sender, place in self._places[member]:
                messages = self._crowd.marks(size, mark_of(sender))
                self._tallies[sender].hear(place, messages)
                heard += messages
        self._deliveries += heard
        return heard
