"""Showing events to whoever they are for, cheaply and in order.

Rules: an event is rendered once per dialect. All events that one `Round` shows to the members of a room
become one chunk (of some 64 KiB at most), and each member gets one write. Whoever needs something of
their own in between (senders without echo, who came or left, who is answered) gets their own bytes,
in the same order.
Events that are for no one room's members (a nick change, a departure) are shown after all that came
before them, and before all that comes after, so nobody hears from a name that they don't know yet.
Who does not keep up falls behind, between two slices: from then on nothing is written to them, and what
they alone are told waits in their `Backlog`. Everything that is shown has a number, its ordinal, which
puts the two in order again when they catch up (see `catchup`).
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from chatserver.backlog import Backlog, Item, Move, Place
from chatserver.core.effects import Emission
from chatserver.core.events import (
    KEPT,
    CameOnline,
    Event,
    Invited,
    Joined,
    Observed,
    RealnameChanged,
    Redacted,
    Renamed,
    Said,
    Tagged,
    WentOffline,
)
from chatserver.core.state import Audience, User
from chatserver.faces.contract import Dialect
from chatserver.tail import TAIL, Slice, Stream, Subscriber, Tail, render

CHUNK_MOST: Final = 65_536
"""Bytes of what was said that a chunk has, about: more go out in several. It bounds what a round holds."""

OVERHEAD: Final = 64
"""Bytes that a line has beside what was said, about."""

LOOK_AGAIN: Final = 100

FROM_OTHERS: Final = (Said, Redacted, Tagged, Invited, CameOnline, WentOffline, Observed)
"""What one person gets of others, however much they send."""

_KEPT: Final = frozenset(KEPT)

Plan = list[tuple[Dialect, list[Subscriber]]]
"""The subscribers of an audience, those of a dialect together."""


class Delivery:
    """Knows the subscriber of each user, and keeps each audience's plan until a dialect changes."""

    def __init__(self, tail: int = TAIL) -> None:
        """Keep `tail` bytes of what was shown, for who is behind."""
        self._subscribers: dict[User, Subscriber] = {}
        self._generation = 0
        self.tail = Tail(tail)
        self.ordinal = 0
        """Of the newest thing that was shown."""
        self.place: Place = (0, 0)
        """Right after the newest event that was shown."""
        self.writing = False
        """Whether a slice is being written: nobody falls behind within it."""
        self._full: list[Subscriber] = []
        self._behind: set[Subscriber] = set()
        """Those who are behind, and some who were."""
        self._look_again = LOOK_AGAIN
        """How many of both are reason to look who still is."""

    def attach(self, user: User, subscriber: Subscriber) -> None:
        """From now on show `subscriber` what `user` is to see."""
        self._subscribers[user] = subscriber
        _move(subscriber, Move(self.place[0], nick=user.nick))

    def detach(self, user: User) -> Subscriber | None:
        """Show `user` nothing more; return who was shown it."""
        return self._subscribers.pop(user, None)

    def find(self, user: User) -> Subscriber | None:
        """Return who is shown what `user` is to see."""
        return self._subscribers.get(user)

    def forget_plans(self) -> None:
        """Have all plans made anew: somebody's dialect changed."""
        self._generation += 1

    def plan(self, audience: Audience) -> Plan:
        """Return the subscribers of `audience` by dialect; made once for as long as no dialect changes."""
        known = audience.plan
        if isinstance(known, tuple) and known[0] == self._generation:
            return known[1]  # type: ignore[no-any-return]  # opaque to the core, ours alone
        by_dialect: dict[Dialect, list[Subscriber]] = {}
        for user in audience.users:
            subscriber = self._subscribers.get(user)
            if subscriber is not None:
                by_dialect.setdefault(subscriber.dialect, []).append(subscriber)
        made = [*by_dialect.items()]
        audience.plan = (self._generation, made)
        return made

    def see_full(self, subscriber: Subscriber) -> None:
        """Know that much waits to be sent to `subscriber`: it falls behind after the slice."""
        self._full.append(subscriber)
        if not self.writing:
            self.leave_behind()

    def leave_behind(self) -> None:
        """Let those fall behind to whom too much waits to be sent; between two slices only."""
        while self._full:
            subscriber = self._full.pop()
            if subscriber.full and subscriber.backlog is None:
                self.hold(subscriber)

    def hold(self, subscriber: Subscriber) -> Backlog:
        """Let `subscriber` be behind from here on; between two slices only."""
        backlog = Backlog(
            self.ordinal, self.place, self.tail.end, subscriber.rooms, subscriber.nick
        )
        subscriber.fall_behind(backlog)
        self._behind.add(subscriber)
        if len(self._behind) > self._look_again:
            self._look_again = 2 * len(self.those_behind()) + LOOK_AGAIN
        return backlog

    def those_behind(self) -> Collection[Subscriber]:
        """Return who is behind."""
        self._behind = {one for one in self._behind if one.backlog is not None}
        return self._behind

    def write_as(self, subscriber: Subscriber, dialect: Dialect) -> None:
        """Write in `dialect` what `subscriber` is shown from here on; between two slices only."""
        if subscriber.backlog is None:
            self.turn(subscriber, dialect)
        else:
            self.ordinal += 1
            subscriber.backlog.turn(self.ordinal, self.place, dialect)

    def turn(self, subscriber: Subscriber, dialect: Dialect) -> None:
        """Write in `dialect` to `subscriber` now; who is in no room is in no plan."""
        subscriber.dialect = dialect
        if subscriber.rooms:
            self.forget_plans()

    def tell(self, subscriber: Subscriber, data: bytes) -> None:
        """Show `data` to one subscriber now; between two rounds only."""
        if subscriber.backlog is None:
            subscriber.write(data)
        else:
            self.ordinal += 1
            subscriber.backlog.add(self.ordinal, self.place, data)


class Round:
    """What is released in one go. Nothing may be added after the last `flush`."""

    def __init__(self, delivery: Delivery, *, late: bool = False) -> None:
        """Begin a round; its events have been passed by younger ones already if it is `late`."""
        self._delivery = delivery
        self._late = late
        self._streams: dict[str, Stream] = {}
        self._personal: dict[Subscriber, list[tuple[int, bytes]]] = {}
        self._direct: dict[Subscriber, list[tuple[int, bytes]]] = {}
        self._apart: dict[Subscriber, None] = {}
        """In the order in which they came to be: the same happens whenever the same happened before."""
        self._newest: Event | None = None
        self._first_seq = 0
        """The number of the first event of this slice, 0 if there is none."""
        self._size = 0

    def tell(self, subscriber: Subscriber, data: bytes) -> None:
        """Show `data` to one subscriber, in its place among the events."""
        if not data:
            return
        delivery = self._delivery
        delivery.ordinal += 1
        if subscriber.backlog is not None:
            subscriber.backlog.add(delivery.ordinal, delivery.place, data)
            return
        self._apart[subscriber] = None
        self._personal.setdefault(subscriber, []).append((delivery.ordinal, data))

    def write_as(self, subscriber: Subscriber, dialect: Dialect) -> None:
        """Write in `dialect` what `subscriber` is shown from here on, and nothing of before."""
        if subscriber.backlog is None:
            self.flush()
        self._delivery.write_as(subscriber, dialect)

    def promise(self, subscriber: Subscriber) -> Item:
        """Let `subscriber` be behind until the item returned is filled with what it is told here."""
        delivery = self._delivery
        if subscriber.backlog is None:
            self.flush()
        backlog = subscriber.backlog or delivery.hold(subscriber)
        delivery.ordinal += 1
        return backlog.add(delivery.ordinal, delivery.place, None)

    def show(self, emission: Emission, asker: Subscriber | None = None) -> bytes:
        """Show an event to its audience; return it, rendered, when `asker` is to see it by other means.

        `asker` is a subscriber whose answer is put together by the caller (a labelled one), or None.
        """
        event, audience, origin = emission.event, emission.audience, emission.origin
        is_wide = not audience.key and len(audience) != 1
        if is_wide:
            self.flush()
        self._count(event)
        without = self._delivery.find(origin) if origin is not None else None
        if without is not None and without.dialect.echo:
            without = None
        own = b""
        received = origin is None and isinstance(
            event, (Said, Tagged)
        )  # from oneself, as from others
        if asker is not None and asker is not without and not received and asker.user in audience:
            own, without = render(asker.dialect, event), asker
            _skip(asker, event)
        if audience.key:
            self._show_in_room(emission, without)
        elif is_wide:
            self._show_all(emission, without)
        else:
            self._show_one(emission, without)
        return own

    def _count(self, event: Event) -> None:
        """Note the place of an event, which may be shown to one audience after the other."""
        if event is self._newest or self._late:
            return
        self._newest = event
        seq, count = self._delivery.place
        kept = type(event) in _KEPT
        self._delivery.place = (seq, count + kept) if event.seq == seq else (event.seq, int(kept))

    def _show_in_room(self, emission: Emission, without: Subscriber | None) -> None:
        event, key = emission.event, emission.audience.key
        if emission.moved is not None and (moved := self._delivery.find(emission.moved)):
            self._apart[moved] = None
            if isinstance(event, Joined) and not moved.dialect.shows_own_entry:
                without = moved
            _move(moved, Move(event.seq, key, isinstance(event, Joined)))
        self._add(emission, without)
        self._size += OVERHEAD + (len(event.text) if isinstance(event, Said) else 0)
        if self._size >= CHUNK_MOST:
            self.flush()

    def _show_one(self, emission: Emission, without: Subscriber | None) -> None:
        """Show an event to one person: at their place if they did it, and else as what others send."""
        event = emission.event
        subscriber = self._delivery.find(emission.audience.users[0])
        if subscriber is None:
            return
        self._know_rename(emission)
        if subscriber is without:
            self.tell(subscriber, subscriber.dialect.acknowledge(event))
            return
        data = render(subscriber.dialect, event)
        of_others = emission.origin is None and isinstance(event, FROM_OTHERS)
        if subscriber.backlog is None or self._late or not of_others:
            self.tell(subscriber, data)
            _skip(subscriber, event)
            return
        self._delivery.ordinal += 1
        self._first_seq = self._first_seq or event.seq
        self._direct.setdefault(subscriber, []).append((self._delivery.ordinal, data))
        self._size += OVERHEAD + len(data)
        if self._size >= CHUNK_MOST:
            self.flush()

    def _show_all(self, emission: Emission, without: Subscriber | None) -> None:
        """Show an event to people of any rooms, in a slice of its own."""
        event = emission.event
        actor = self._find_actor(emission)
        if self._late:
            self._tell_those_behind(emission)
        elif actor is not None and actor.backlog is not None and actor is not without:
            self.tell(actor, render(actor.dialect, event))
            _skip(actor, event)
            without = actor
        self._know_rename(emission)
        self._add(emission, without)
        self.flush()

    def _find_actor(self, emission: Emission) -> Subscriber | None:
        """Return who did something that no log tells them of in its place."""
        if emission.origin is not None:
            return self._delivery.find(emission.origin)
        if isinstance(emission.event, (Renamed, RealnameChanged)):
            return self._delivery.find(emission.audience.users[0])
        return None

    def _know_rename(self, emission: Emission) -> None:
        event = emission.event
        if isinstance(event, Renamed) and (actor := self._find_actor(emission)) is not None:
            _move(actor, Move(event.seq, nick=event.nick))

    def _tell_those_behind(self, emission: Emission) -> None:
        """Tell who is behind of an event whose number was passed already: by that it is not found."""
        for dialect, subscribers in self._delivery.plan(emission.audience):
            for subscriber in subscribers:
                if subscriber.backlog is not None:
                    self.tell(subscriber, render(dialect, emission.event))
                    _skip(subscriber, emission.event)

    def _add(self, emission: Emission, without: Subscriber | None) -> None:
        self._delivery.ordinal += 1
        key = emission.audience.key
        stream = self._streams.get(key)
        if stream is None:
            stream = self._streams[key] = Stream(key)
        stream.add(self._delivery.ordinal, emission.event, emission.audience, without)
        self._first_seq = self._first_seq or emission.event.seq
        if without is not None:
            self._apart[without] = None

    def flush(self) -> None:
        """Write all that was added: one write for each member of each room, one for whoever is apart."""
        delivery = self._delivery
        streams, direct, first_seq = [*self._streams.values()], self._direct, self._first_seq
        personal, apart, size = self._personal, self._apart, self._size
        self._streams, self._direct, self._first_seq = {}, {}, 0
        self._personal, self._apart, self._size = {}, {}, 0
        delivery.writing = True
        for stream in streams:
            for dialect, subscribers in delivery.plan(stream.audience):
                chunk = stream.join(dialect)
                if chunk:
                    _write(subscribers, chunk, apart)
        for subscriber in apart:
            if subscriber.backlog is not None:
                continue
            parts = personal.get(subscriber, [])
            for stream in streams:
                parts.extend(stream.lines_for(subscriber))
            parts.sort()
            if own := b"".join(part for _, part in parts):
                subscriber.write(own)
        delivery.writing = False
        if first_seq and not self._late:
            delivery.tail.add(
                Slice(first_seq, delivery.ordinal, delivery.place, streams, direct, size)
            )
        delivery.leave_behind()


def _skip(subscriber: Subscriber, event: Event) -> None:
    """Have `subscriber` told of `event` in one way only, if it is behind."""
    if subscriber.backlog is not None:
        subscriber.backlog.skipped.add((event.seq, type(event)))


def _move(subscriber: Subscriber, move: Move) -> None:
    """Know where `subscriber` is and what it is called, as the events tell that are shown."""
    if not move.room:
        subscriber.nick = move.nick
    else:
        others = [room for room in subscriber.rooms if room != move.room]
        subscriber.rooms = (*others, move.room) if move.entered else (*others,)
    if subscriber.backlog is not None:
        subscriber.backlog.move(move)


def _write(
    subscribers: Sequence[Subscriber], data: bytes, apart: Iterable[Subscriber | None]
) -> None:
    """Write `data` to each of `subscribers` that is not `apart`: the hot loop of the server."""
    if not apart:
        for subscriber in subscribers:
            subscriber.write(data)
        return
    for subscriber in subscribers:
        if subscriber not in apart:
            subscriber.write(data)
