"""The newest of what was shown, kept in memory for who is behind: slices, as they were released.

Rules: a slice is what was written in one go. It keeps its events, and the bytes that they were in each
dialect, so that many who catch up cost little. What is kept is bounded, and kept only while somebody is
behind. Events of one number are let go together.
"""

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise, starmap
from typing import Final, Protocol

from chatserver.backlog import Backlog, Place
from chatserver.core.audiences import Audience
from chatserver.core.events import Event
from chatserver.core.members import User
from chatserver.faces.contract import Dialect
from chatserver.ports import Peer

_log = logging.getLogger(__name__)

TAIL: Final = 1_048_576
"""Bytes that are kept, about, unless told otherwise."""

_SLICE: Final = 1000
_EVENT: Final = 500
_MEMBER: Final = 64
"""Bytes that a slice, an event without its text, and one of an audience take, about."""


class Subscriber(Protocol):
    """A session, as delivery sees it."""

    rooms: tuple[str, ...]
    """The rooms (the keys of their audiences) that it is in, as far as it was shown, or will be when
    it has caught up."""
    party: str
    """As whom it takes part in conversations, likewise."""
    viewer: User | None
    """Whose device it is, likewise."""
    dialect: Dialect
    """How events are written for it, at the place up to which it was shown them."""

    @property
    def number(self) -> int:
        """The number of the session."""
        ...

    @property
    def peer(self) -> Peer:
        """The other end of its connection."""
        ...

    @property
    def full(self) -> bool:
        """Whether so much waits to be sent to it that it should get nothing more."""
        ...

    @property
    def backlog(self) -> Backlog | None:
        """What waits for it when it is behind, None while it is live."""
        ...

    @property
    def cut(self) -> bool:
        """Whether nothing reaches it any more."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data` after all that was written before, unless it is behind; never blocks."""
        ...

    def fall_behind(self, backlog: Backlog) -> None:
        """Get nothing more, until all of `backlog` was caught up with."""
        ...


def render(dialect: Dialect, event: Event) -> bytes:
    """Return `event` in `dialect`; b"" with a log if that fails, so that a bug hides one event only."""
    return _write(dialect.render, event)


def _render_all(dialect: Dialect, events: Sequence[Event]) -> list[bytes]:
    """Return each of `events` in `dialect`, likewise."""
    try:
        return [*map(dialect.render, events)]
    except Exception:  # noqa: BLE001 - it is logged with the event that it is about
        return [render(dialect, event) for event in events]


def render_own(dialect: Dialect, event: Event) -> bytes:
    """Return what somebody said to a person as their other devices show it, likewise."""
    return _write(dialect.copy, event)


def _write(write: Callable[[Event], bytes], event: Event) -> bytes:
    try:
        return write(event)
    except Exception:  # noqa: BLE001 - a bug in one face must not keep others from being shown
        _log.exception("cannot render %r", event)
        return b""


class Stream:
    """What is shown to the members of one room in one go; or one event to another audience."""

    __slots__ = (
        "_audiences",
        "_chunks",
        "_lines",
        "_starts",
        "_withouts",
        "apart",
        "audience",
        "events",
        "key",
        "ordinals",
    )

    def __init__(self, key: str) -> None:
        self.key = key
        """The room (folded), "" if it is for another audience."""
        self.events: list[Event] = []
        self.ordinals: list[int] = []
        self.audience: Audience[User]
        """Of the newest event."""
        self.apart: set[Subscriber] = set()
        """Who does not see all of it, though they are of its audience."""
        self._starts: list[int] = []
        """Where runs of events begin that the same people see."""
        self._audiences: list[Audience[User]] = []
        self._withouts: list[Sequence[Subscriber]] = []
        """For each run, who sees it, and which of their devices do not."""
        self._lines: dict[Dialect, list[bytes]] = {}
        self._chunks: dict[Dialect, bytes] = {}

    def add(
        self,
        ordinal: int,
        events: Sequence[Event],
        audience: Audience[User],
        withouts: Sequence[Subscriber],
    ) -> None:
        """Show more events, the first at the place `ordinal`, to their audience but `withouts`."""
        if not self._starts or self.audience is not audience or self._withouts[-1] != withouts:
            self._starts.append(len(self.events))
            self.audience = audience
            self._audiences.append(audience)
            self._withouts.append(withouts)
            self.apart.update(withouts)
        self.events.extend(events)
        self.ordinals.extend(range(ordinal, ordinal + len(events)))

    def join(self, dialect: Dialect) -> bytes:
        """Return all of it; made once for each dialect, when nothing is added any more."""
        chunk = self._chunks.get(dialect)
        if chunk is None:
            chunk = self._chunks[dialect] = b"".join(self._render(dialect))
        return chunk

    def lines_for(self, subscriber: Subscriber, *, whole: bool) -> Iterator[tuple[int, bytes]]:
        """Yield what `subscriber` sees of it now, each line with its place: all or nothing if `whole`."""
        user = subscriber.viewer
        if self._withouts == [(subscriber,)]:  # it said all of it
            return
        if whole:
            seen = [*range(len(self.events))] if user in self.audience else []
        else:
            whose = zip(self._runs, self._audiences, self._withouts, strict=True)
            seen = [
                number
                for run, audience, withouts in whose
                if subscriber not in withouts and user in audience
                for number in run
            ]
        lines = self._render(subscriber.dialect) if seen else []
        for number in seen:
            yield self.ordinals[number], lines[number]

    @property
    def _runs(self) -> Iterator[range]:
        """The places of the events of each run."""
        return starmap(range, pairwise([*self._starts, len(self.events)]))

    def _render(self, dialect: Dialect) -> list[bytes]:
        lines = self._lines.get(dialect)
        if lines is None:
            lines = self._lines[dialect] = _render_all(dialect, self.events)
        return lines

    def settle(self) -> int:
        """Keep only what is needed later; return how many bytes that is, about, beside what was said."""
        self._lines.clear()
        size = _EVENT * len(self.events) + sum(map(len, self._chunks.values()))
        if not self.key:
            return size + _MEMBER * len(self.audience)
        self._audiences.clear()  # who was in the room is known by who came and left
        del self.audience
        return size

    def missed_by(
        self, subscriber: Subscriber, backlog: Backlog, *, whole: bool
    ) -> Iterator[tuple[int, bytes]]:
        """Yield what a subscriber who is behind has not seen of it; in one piece if `whole` and possible."""
        stays = backlog.stays_in(self.key) if self.key else self._is_for(backlog)
        if stays is False:
            return
        unseen = backlog.ordinal < self.ordinals[0]
        if whole and stays and unseen and subscriber not in self.apart:
            yield self.ordinals[0], self.join(subscriber.dialect)
            return
        for run, withouts in zip(self._runs, self._withouts, strict=True):
            if subscriber in withouts:
                continue
            for number in run:
                ordinal, event = self.ordinals[number], self.events[number]
                if ordinal <= backlog.ordinal:
                    continue
                if stays or backlog.is_inside(self.key, event.seq):
                    yield ordinal, render(subscriber.dialect, event)

    def _is_for(self, backlog: Backlog) -> bool:
        """Say whether its one event was for whose device a session was then."""
        return backlog.viewer_at(self.events[0].seq) in self.audience


def find_keys(
    subscriber: Subscriber, apart: Collection[str], streams: Mapping[str, Stream]
) -> Iterator[str]:
    """Yield the keys of those streams that `subscriber` may see something of, of `apart` not all.

    Its rooms are looked at, or all streams, whichever are fewer: it may be in thousands of rooms.
    """
    if len(subscriber.rooms) < len(streams):
        yield from streams.keys() & {"", *apart, *subscriber.rooms}
        return
    viewer = subscriber.viewer
    for key, stream in streams.items():
        if key in apart or viewer in stream.audience:
            yield key


class Slice:
    """What was shown in one go: streams, and what only single people got of others."""

    __slots__ = ("_direct", "_streams", "first_seq", "last_ordinal", "place", "size")

    def __init__(
        self,
        first_seq: int,
        last_ordinal: int,
        place: Place,
        streams: Sequence[Stream],
        direct: Mapping[Subscriber, Sequence[tuple[int, bytes]]],
        said: int,
    ) -> None:
        """Keep what was shown; `said` is how many bytes were said in it, about."""
        self.first_seq = first_seq
        """The number of its first event."""
        self.last_ordinal = last_ordinal
        self.place = place
        """Right after its last event."""
        self._streams = streams
        self._direct = direct
        """By subscriber, each with its place; only for who was behind already."""
        self.size = _SLICE + said + sum(stream.settle() for stream in streams)
        self.size += _EVENT * sum(map(len, direct.values()))

    def missed_by(
        self, subscriber: Subscriber, backlog: Backlog, *, whole: bool
    ) -> list[tuple[int, bytes]]:
        """Return what a subscriber who is behind has not seen of it, each part with its place.

        They need not be in order. If `whole`, nothing is to come in between.
        """
        parts = [part for part in self._direct.get(subscriber, ()) if part[0] > backlog.ordinal]
        for stream in self._streams:
            parts.extend(stream.missed_by(subscriber, backlog, whole=whole))
        return parts


class Tail:
    """The newest slices, which are numbered."""

    def __init__(self, most: int = TAIL) -> None:
        """Keep `most` bytes, about."""
        self._most = most
        self._slices: deque[Slice] = deque()
        self._size = 0
        self._gone = 0
        """The number of the newest event that is kept no more."""
        self.end = 0
        """The number of the next slice."""

    @property
    def start(self) -> int:
        """The number of the oldest slice that is kept; `end` if there is none."""
        return self.end - len(self._slices)

    @property
    def first_seq(self) -> int | None:
        """The number of its first event, None if there is none."""
        return self._slices[0].first_seq if self._slices else None

    def find(self, number: int) -> Slice | None:
        """Return a slice that is kept, or None if it is still to come."""
        return self._slices[number - self.start] if number < self.end else None

    def add(self, newest: Slice) -> None:
        """Keep one more slice, and let go of the oldest."""
        self._slices.append(newest)
        self.end += 1
        self._size += newest.size
        slices = self._slices
        while slices and (self._size > self._most or slices[0].first_seq <= self._gone):
            gone = slices.popleft()
            self._size -= gone.size
            self._gone = gone.place[0]

    def clear(self) -> None:
        """Keep none of the slices, as nobody is behind; who is from now on needs only those to come."""
        if self._slices:
            self._slices.clear()
            self._size = 0
