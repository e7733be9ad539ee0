"""Showing events to whoever they are for, cheaply and in order.

Rules: an event is rendered once per dialect. All events that one `Round` shows to the members of a room
become one chunk (of some 64 KiB at most), and each member gets one write. Whoever needs something of
their own in between (senders without echo, who came or left, who is answered) gets their own bytes,
in the same order.
Events that are for no one room's members (a nick change, a departure) are shown after all that came
before them, and before all that comes after, so nobody hears from a name that they don't know yet.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from chatserver.core.effects import Emission
from chatserver.core.events import Event, Joined, Said, Tagged
from chatserver.core.state import Audience, User
from chatserver.faces.contract import Dialect

_log = logging.getLogger(__name__)

CHUNK_MOST: Final = 65_536
"""Bytes of what was said that a chunk has, about: more go out in several. It bounds what a round holds."""

OVERHEAD: Final = 64
"""Bytes that a line has beside what was said, about."""


class Subscriber(Protocol):
    """A session, as delivery sees it."""

    @property
    def user(self) -> User | None:
        """Who it is."""
        ...

    @property
    def dialect(self) -> Dialect:
        """How events are written for it."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data` after all that was written before; never blocks."""
        ...


Plan = list[tuple[Dialect, list[Subscriber]]]
"""The subscribers of an audience, those of a dialect together."""


class Delivery:
    """Knows the subscriber of each user, and keeps each audience's plan until a dialect changes."""

    def __init__(self) -> None:
        self._subscribers: dict[User, Subscriber] = {}
        self._generation = 0

    def attach(self, user: User, subscriber: Subscriber) -> None:
        """From now on show `subscriber` what `user` is to see."""
        self._subscribers[user] = subscriber

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


class _Stream:
    """What a round shows to the members of one room, so far."""

    __slots__ = ("audience", "events", "lines", "ordinals", "scopes")

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.ordinals: list[int] = []
        self.scopes: list[tuple[Audience, Subscriber | None]] = []
        """For each event, who sees it, and who of them does not."""
        self.audience: Audience
        self.lines: dict[Dialect, list[bytes]] = {}

    def add(self, ordinal: int, emission: Emission, without: Subscriber | None) -> None:
        """Show one more event, at the place `ordinal` of the round, to its audience but `without`."""
        self.events.append(emission.event)
        self.ordinals.append(ordinal)
        self.scopes.append((emission.audience, without))
        self.audience = emission.audience

    def render(self, dialect: Dialect) -> list[bytes]:
        """Return a line for each event; made once for each dialect, when nothing is added any more."""
        lines = self.lines.get(dialect)
        if lines is None:
            lines = self.lines[dialect] = [render(dialect, event) for event in self.events]
        return lines

    def render_for(self, subscriber: Subscriber) -> Iterable[tuple[int, bytes]]:
        """Yield what `subscriber` sees of it, each line with its place."""
        user = subscriber.user
        lines = self.render(subscriber.dialect)
        for ordinal, line, (audience, without) in zip(
            self.ordinals, lines, self.scopes, strict=True
        ):
            if without is not subscriber and user in audience:
                yield ordinal, line


class Round:
    """What is released in one go. Nothing may be added after `flush`."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._streams: dict[str, _Stream] = {}
        self._personal: dict[Subscriber, list[tuple[int, bytes]]] = {}
        self._apart: set[Subscriber] = set()
        self._ordinal = 0
        self._size = 0

    def tell(self, subscriber: Subscriber, data: bytes) -> None:
        """Show `data` to one subscriber, in its place among the events."""
        if data:
            self._ordinal += 1
            self._apart.add(subscriber)
            self._personal.setdefault(subscriber, []).append((self._ordinal, data))

    def show(self, emission: Emission, asker: Subscriber | None = None) -> bytes:
        """Show an event to its audience; return it, rendered, when `asker` is to see it by other means.

        `asker` is a subscriber whose answer is put together by the caller (a labelled one), or None.
        """
        event, audience, origin = emission.event, emission.audience, emission.origin
        without = self._delivery.find(origin) if origin is not None else None
        if without is not None and without.dialect.echo:
            without = None
        own = b""
        received = origin is None and isinstance(
            event, (Said, Tagged)
        )  # from oneself, as from others
        if asker is not None and asker is not without and not received and asker.user in audience:
            own, without = render(asker.dialect, event), asker
        if audience.key:
            self._add_to_room(emission, without)
        elif len(audience) == 1:
            subscriber = self._delivery.find(audience.users[0])
            if subscriber is not None and subscriber is without:
                self.tell(subscriber, subscriber.dialect.acknowledge(event))
            elif subscriber is not None:
                self.tell(subscriber, render(subscriber.dialect, event))
        else:
            self._show_now(event, audience, without)
        return own

    def _add_to_room(self, emission: Emission, without: Subscriber | None) -> None:
        event = emission.event
        self._ordinal += 1
        if emission.moved is not None and (moved := self._delivery.find(emission.moved)):
            self._apart.add(moved)
            if isinstance(event, Joined) and not moved.dialect.shows_own_entry:
                without = moved
        stream = self._streams.get(emission.audience.key)
        if stream is None:
            stream = self._streams[emission.audience.key] = _Stream()
        stream.add(self._ordinal, emission, without)
        if without is not None:
            self._apart.add(without)
        self._size += OVERHEAD + (len(event.text) if isinstance(event, Said) else 0)
        if self._size >= CHUNK_MOST:
            self.flush()

    def _show_now(self, event: Event, audience: Audience, without: Subscriber | None) -> None:
        self.flush()
        for dialect, subscribers in self._delivery.plan(audience):
            line = render(dialect, event)
            if line:
                _write(subscribers, line, {without} if without is not None else ())

    def flush(self) -> None:
        """Write all that was added: one write for each member of each room, one for whoever is apart."""
        streams = [*self._streams.values()]
        personal, apart = self._personal, self._apart
        self._streams, self._personal, self._apart, self._size = {}, {}, set(), 0
        for stream in streams:
            for dialect, subscribers in self._delivery.plan(stream.audience):
                chunk = b"".join(stream.render(dialect))
                if chunk:
                    _write(subscribers, chunk, apart)
        for subscriber in apart:
            parts = personal.get(subscriber, [])
            for stream in streams:
                parts.extend(stream.render_for(subscriber))
            parts.sort()
            if own := b"".join(part for _, part in parts):
                subscriber.write(own)


def render(dialect: Dialect, event: Event) -> bytes:
    """Return `event` in `dialect`; b"" with a log if that fails, so that a bug hides one event only."""
    try:
        return dialect.render(event)
    except Exception:  # noqa: BLE001 - a bug in one face must not keep others from being shown
        _log.exception("cannot render %r", event)
        return b""


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
