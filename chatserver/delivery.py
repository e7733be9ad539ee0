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

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from msgspec import structs

from chatserver.backlog import Backlog, Item, Move, Place
from chatserver.chunks import Chunk, write_each, write_joined
from chatserver.core.audiences import Audience
from chatserver.core.effects import Attached, Emission, Spoken
from chatserver.core.events import (
    KEPT,
    AccountChanged,
    AwayChanged,
    CameOnline,
    Departed,
    Event,
    Invited,
    InviteSeen,
    Joined,
    MetadataChanged,
    Observed,
    RealnameChanged,
    Redacted,
    Renamed,
    Said,
    Tagged,
    WallopsSent,
    WentOffline,
)
from chatserver.core.members import User
from chatserver.faces.contract import Dialect
from chatserver.tail import TAIL, Slice, Stream, Subscriber, Tail, find_keys, render, render_own

CHUNK_MOST: Final = 65_536
"""Bytes of what was said that a chunk has, about: more go out in several. It bounds what a round holds."""

OVERHEAD: Final = 64
"""Bytes that a line has beside what was said, about."""

LOOK_AGAIN: Final = 100

FROM_OTHERS: Final = (
    Said, Redacted, Tagged, Invited, InviteSeen, Departed, AwayChanged, MetadataChanged, WallopsSent,
    CameOnline, WentOffline, Observed,
)  # fmt: skip
"""What one person gets of others, however much they send."""

_KEPT: Final = frozenset(KEPT)

Plan = list[tuple[Dialect, list[Subscriber]]]
"""The subscribers of an audience, those of a dialect together."""


class Delivery:
    """Knows the subscribers of each user, and keeps each audience's plan until a dialect changes."""

    def __init__(self, tail: int = TAIL) -> None:
        """Keep `tail` bytes of what was shown, for who is behind."""
        self._subscribers: dict[User, tuple[Subscriber, ...]] = {}
        """One for each device."""
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

    def attach(self, subscriber: Subscriber, attached: Attached) -> None:
        """From now on show `subscriber` what a user is to see, and nobody else; between slices only."""
        user, seq, before = attached.user, attached.seq, subscriber.rooms
        self.detach(subscriber)
        self._subscribers[user] = (*self.find(user), subscriber)
        for room in before:
            _move(subscriber, Move(seq, room))
        subscriber.viewer = user
        _move(subscriber, Move(seq, party=attached.identity.party, viewer=user))
        if subscriber.backlog is not None:  # who it was until now leaves for others
            subscriber.backlog.skipped.add((seq, Departed))
        for room in attached.rooms:
            _move(subscriber, Move(seq, room, True))
        if before or attached.rooms:
            self.forget_plans()

    def detach(self, subscriber: Subscriber) -> None:
        """Show `subscriber` nothing more of what happens; between slices only."""
        user, subscriber.viewer = subscriber.viewer, None
        if user is None:
            return
        others = tuple(one for one in self.find(user) if one is not subscriber)
        if others:
            self._subscribers[user] = others
        else:
            self._subscribers.pop(user, None)
        if user.rooms:  # they stay
            self.forget_plans()

    def find(self, user: User) -> Sequence[Subscriber]:
        """Return who is shown what `user` is to see."""
        return self._subscribers.get(user, ())

    def forget_plans(self) -> None:
        """Have all plans made anew: somebody's dialect changed."""
        self._generation += 1

    def plan(self, audience: Audience[User]) -> Plan:
        """Return the subscribers of `audience` by dialect; made once for as long as no dialect changes."""
        known = audience.plan
        if isinstance(known, tuple) and known[0] == self._generation:
            return known[1]  # type: ignore[no-any-return]  # opaque to the core, ours alone
        by_dialect: dict[Dialect, list[Subscriber]] = {}
        alike: list[Subscriber] = []
        before: Dialect | None = None
        for user in audience.users:
            for subscriber in self._subscribers.get(user, ()):
                dialect = subscriber.dialect
                if dialect is not before:  # mostly the same as that of the one before
                    before, alike = dialect, by_dialect.setdefault(dialect, [])
                alike.append(subscriber)
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
            self.ordinal,
            self.place,
            self.tail.end,
            subscriber.rooms,
            subscriber.party,
            subscriber.viewer,
        )
        subscriber.fall_behind(backlog)
        self._behind.add(subscriber)
        if len(self._behind) > self._look_again:
            self._look_again = 2 * len(self.those_behind()) + LOOK_AGAIN
        return backlog

    def keep(
        self,
        first_seq: int,
        streams: Sequence[Stream],
        direct: Mapping[Subscriber, Sequence[tuple[int, bytes]]],
        said: int,
    ) -> None:
        """Keep what was written in one go, if anybody is behind: see `Slice`."""
        if self.those_behind():
            self.tail.add(Slice(first_seq, self.ordinal, self.place, streams, direct, said))
        else:
            self.tail.clear()

    def those_behind(self) -> Collection[Subscriber]:
        """Return who is behind."""
        if self._behind:
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
        self._apart: dict[Subscriber, dict[str, None]] = {}
        """Each with the streams of which it does not see all. In the order in which they came to be: the
        same happens whenever the same happened before."""
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
        self._apart.setdefault(subscriber, {})
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

    def show(
        self,
        emission: Emission | Spoken,
        asker: Subscriber | None = None,
        *,
        labelled: bool = False,
    ) -> bytes:
        """Show an event to its audience, `asker` being who asked for what led to it.

        Returns it, rendered, when the caller puts together what the asker is answered (`labelled`),
        and it belongs there: then it is not shown to them by other means.
        """
        if isinstance(emission, Spoken):
            return self._show_spoken(emission, asker, labelled=labelled)
        event, audience, origin = emission.event, emission.audience, emission.origin
        if emission.session:
            return self._show_device(emission, asker, labelled=labelled)
        is_wide = not audience.key and len(audience) != 1
        if is_wide:
            self.flush()
        self._count(event)
        withouts: tuple[Subscriber, ...] = ()
        if origin is not None and asker is not None and not asker.dialect.echo:
            withouts = (asker,)
            self._pass_over(asker, event)
        own = b""
        received = origin is None and isinstance(
            event, (Said, Tagged)
        )  # from oneself, as from others
        answered = labelled and not withouts and not received
        if answered and asker is not None and asker.viewer in audience:
            own, withouts = render(asker.dialect, event), (asker,)
            _skip(asker, event)
        if audience.key:
            self._show_in_room(emission, withouts)
        elif is_wide:
            self._show_all(emission, withouts, asker)
        else:
            self._show_one(emission, withouts, asker)
        return own

    def _show_spoken(self, spoken: Spoken, speaker: Subscriber | None, *, labelled: bool) -> bytes:
        """Show what somebody said in a row: what is the same for all of it is done once."""
        if speaker is None or speaker.backlog is not None or labelled:
            return b"".join(self.show(one, speaker, labelled=labelled) for one in spoken.emissions)
        events = spoken.events
        self._newest = events[-1]
        self._delivery.place = (events[-1].seq, 1)
        self._add(events, spoken.audience, () if speaker.dialect.echo else (speaker,))
        self._size += OVERHEAD * len(events) + sum([len(event.text) for event in events])
        if self._size >= CHUNK_MOST:
            self.flush()
        return b""

    def _show_device(
        self, emission: Emission, asker: Subscriber | None, *, labelled: bool
    ) -> bytes:
        """Show an event to one device alone: no log tells it of that."""
        event, session = emission.event, emission.session
        found = (one for user in emission.audience.users for one in self._delivery.find(user))
        device = next((one for one in found if one.number == session), None)
        if device is None:
            return b""
        if emission.origin is not None and not device.dialect.echo:
            self.tell(device, device.dialect.acknowledge(event))
            return b""
        data = render(device.dialect, event)
        if labelled and device is asker:
            return data
        if device.backlog is None or not isinstance(event, FROM_OTHERS) or emission.origin:
            self.tell(device, data)
        else:
            self._put_off(device, event, data)
        return b""

    def _pass_over(self, subscriber: Subscriber, event: Event) -> None:
        """Have a device that is behind not be shown what it said itself; that has to be remembered."""
        if subscriber.backlog is not None:
            self._delivery.tell(subscriber, b"")
            _skip(subscriber, event)

    def _count(self, event: Event) -> None:
        """Note the place of an event, which may be shown to one audience after the other."""
        if event is self._newest or self._late:
            return
        self._newest = event
        seq, count = self._delivery.place
        kept = type(event) in _KEPT
        self._delivery.place = (seq, count + kept) if event.seq == seq else (event.seq, int(kept))

    def _show_in_room(self, emission: Emission, withouts: tuple[Subscriber, ...]) -> None:
        event, key = emission.event, emission.audience.key
        moved = self._delivery.find(emission.moved) if emission.moved is not None else ()
        for device in moved:
            if isinstance(event, Joined) and not device.dialect.shows_own_entry:
                withouts = (*withouts, device)
            _move(device, Move(event.seq, key, isinstance(event, Joined)))
        self._add((event,), emission.audience, withouts, moved)
        self._size += OVERHEAD + (len(event.text) if isinstance(event, Said) else 0)
        if self._size >= CHUNK_MOST:
            self.flush()

    def _show_one(
        self, emission: Emission, withouts: tuple[Subscriber, ...], asker: Subscriber | None
    ) -> None:
        """Show an event to one person: at its place to the device that did it, else as what others send."""
        event, said = emission.event, emission.origin is not None
        self._know_who(emission)
        for device in self._delivery.find(emission.audience.users[0]):
            if device in withouts:
                self.tell(device, device.dialect.acknowledge(event))
                continue
            here = said and device is asker
            write = render_own if said and not here else render
            data = write(device.dialect, event)
            of_others = isinstance(event, FROM_OTHERS) and not here
            if device.backlog is None or self._late or not of_others:
                self.tell(device, data)
                _skip(device, event)
                continue
            self._put_off(device, event, data)

    def _put_off(self, device: Subscriber, event: Event, data: bytes) -> None:
        """Have a device that is behind find in the slice what others sent it."""
        self._delivery.ordinal += 1
        self._first_seq = self._first_seq or event.seq
        self._direct.setdefault(device, []).append((self._delivery.ordinal, data))
        self._size += OVERHEAD + len(data)
        if self._size >= CHUNK_MOST:
            self.flush()

    def _show_all(
        self, emission: Emission, withouts: tuple[Subscriber, ...], asker: Subscriber | None
    ) -> None:
        """Show an event to people of any rooms, in a slice of its own."""
        event = emission.event
        if self._late:
            self._tell_those_behind(emission)
        else:
            actors = [asker] if emission.origin is not None else self._find_actors(emission)
            for actor in actors:
                if actor is None or actor.backlog is None or actor in withouts:
                    continue
                if actor.viewer in emission.audience:
                    self.tell(actor, render(actor.dialect, event))
                    _skip(actor, event)
                    withouts = (*withouts, actor)
        self._know_who(emission)
        self._add((event,), emission.audience, withouts)
        self.flush()

    def _find_actors(self, emission: Emission) -> Sequence[Subscriber]:
        """Return the devices of who did something that no log tells them of in its place."""
        if isinstance(emission.event, (AccountChanged, Renamed, RealnameChanged)):
            return self._delivery.find(emission.audience.users[0])
        return ()

    def _know_who(self, emission: Emission) -> None:
        """Know who somebody is now, of whom an event says that they are somebody else."""
        event = emission.event
        if isinstance(event, Renamed):
            now = structs.replace(event.who, nick=event.nick)
        elif isinstance(event, AccountChanged):
            now = structs.replace(event.who, account=event.account)
        else:
            return
        for device in self._find_actors(emission):
            _move(device, Move(event.seq, party=now.party))

    def _tell_those_behind(self, emission: Emission) -> None:
        """Tell who is behind of an event whose number was passed already: by that it is not found."""
        for dialect, subscribers in self._delivery.plan(emission.audience):
            for subscriber in subscribers:
                if subscriber.backlog is not None:
                    self.tell(subscriber, render(dialect, emission.event))
                    _skip(subscriber, emission.event)

    def _add(
        self,
        events: Sequence[Event],
        audience: Audience[User],
        withouts: tuple[Subscriber, ...],
        moved: Sequence[Subscriber] = (),
    ) -> None:
        ordinal, key = self._delivery.ordinal + 1, audience.key
        self._delivery.ordinal += len(events)
        stream = self._streams.get(key)
        if stream is None:
            stream = self._streams[key] = Stream(key)
        stream.add(ordinal, events, audience, withouts)
        self._first_seq = self._first_seq or events[0].seq
        for device in (*withouts, *moved):
            self._apart.setdefault(device, {})[key] = None

    def flush(self) -> None:
        """Write all that was added: one write for each member of each room, one for whoever is apart."""
        delivery = self._delivery
        by_key, direct, first_seq = self._streams, self._direct, self._first_seq
        streams = [*by_key.values()]
        personal, apart, size = self._personal, self._apart, self._size
        self._streams, self._direct, self._first_seq = {}, {}, 0
        self._personal, self._apart, self._size = {}, {}, 0
        delivery.writing = True
        chunks: list[Chunk] = []
        for stream in streams:
            for dialect, subscribers in delivery.plan(stream.audience):
                alike = [one for one in subscribers if one not in apart] if apart else subscribers
                if alike and (data := stream.join(dialect)):
                    chunks.append((alike, data))
        (write_each if len(streams) == 1 else write_joined)(chunks)
        for subscriber, keys in apart.items():
            if subscriber.cut or subscriber.backlog is not None:
                continue
            parts = personal.get(subscriber, [])
            for key in find_keys(subscriber, keys, by_key):
                parts.extend(by_key[key].lines_for(subscriber, whole=key not in keys))
            parts.sort()
            if data := b"".join(part for _, part in parts):
                subscriber.write(data)
        delivery.writing = False
        if first_seq and not self._late:
            delivery.keep(first_seq, streams, direct, size)
        delivery.leave_behind()


def _skip(subscriber: Subscriber, event: Event) -> None:
    """Have `subscriber` told of `event` in one way only, if it is behind."""
    if subscriber.backlog is not None:
        subscriber.backlog.skipped.add((event.seq, type(event)))


def _move(subscriber: Subscriber, move: Move) -> None:
    """Know where and who `subscriber` is, as the events tell that are shown."""
    if not move.room:
        subscriber.party = move.party
    else:
        others = [room for room in subscriber.rooms if room != move.room]
        subscriber.rooms = (*others, move.room) if move.entered else (*others,)
    if subscriber.backlog is not None:
        subscriber.backlog.move(move)
