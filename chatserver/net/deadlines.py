"""What happens on a connection when nothing comes: greeting, end of registration, ping, giving up.

Rules: `Patience` is pure and says what is due when; `Deadlines` is one timer for all connections.
It is coarse, so that many connections cost one wake-up, and it sleeps while nothing is due.
"""

import asyncio
import enum
import heapq
import logging
import math
from collections.abc import Iterator
from typing import Any, Protocol

from msgspec import Struct

_log = logging.getLogger(__name__)

NEVER = math.inf
LATE = 0.002
"""How much later than asked for the timer is set, since the loop's timers may be early by 1 ms."""


class Times(Struct, frozen=True, kw_only=True):
    """How long a peer is given for what, in seconds."""

    handshake: float = 10.0
    """For the header of a proxy and the handshake of TLS."""
    greeting: float = 1.0
    """Silence after which a peer that may be a person is greeted."""
    first_line: float = 600.0
    """To say anything at all."""
    registration: float = 30.0
    """From the first byte to the end of the first line, and to being a user."""
    ping_interval: float = 90.0
    """Silence after which a living program is asked to answer."""
    ping_timeout: float = 60.0
    """To answer that."""
    linger: float = 1.0
    """To take what is still on its way when we close, and to close in turn."""
    flush: float = 3.0
    """The same, if it has not taken all by then."""
    stall: float = 300.0
    """To take something of what waits for it, once that is much."""


class Due(enum.Enum):
    """What is to be done now."""

    GREET = enum.auto()
    PING = enum.auto()
    GIVE_UP = enum.auto()


class _Phase(enum.Enum):
    HANDSHAKE = enum.auto()
    SILENT = enum.auto()
    BEGUN = enum.auto()
    USER = enum.auto()
    CLOSING = enum.auto()
    FLUSHING = enum.auto()


class Patience:
    """What one connection is waited for, and until when. Times are those of the event loop."""

    __slots__ = ("_greeted", "_phase", "_pinged", "_since", "_times", "heard", "pings", "why")

    def __init__(self, times: Times, now: float, *, greets: bool, handshake: bool = False) -> None:
        """Begin `now`; with `handshake`, wait for one first."""
        self._times = times
        self._phase = _Phase.HANDSHAKE if handshake else _Phase.SILENT
        self._since = now
        self._greeted = not greets
        self._pinged = False
        self.heard = now
        """When the newest bytes came."""
        self.pings = True
        """Whether the peer can answer a ping."""
        self.why = ""
        """Why it was given up, for whoever is told."""

    def shaken(self, now: float) -> None:
        """Know that the handshake is done."""
        self._phase, self._since = _Phase.SILENT, now

    def greet(self) -> bool:
        """Say whether the peer is to be greeted now; it is not asked for a second time."""
        greets, self._greeted = not self._greeted, True
        return greets

    def begin(self, now: float) -> bool:
        """Start the time for registration, and say whether it starts: it does so only once."""
        if self._phase is not _Phase.SILENT:
            return False
        self._phase, self._since, self._greeted = _Phase.BEGUN, now, True
        return True

    def close(self, now: float) -> None:
        """Start the time for closing."""
        self._phase, self._since = _Phase.CLOSING, now

    @property
    def next(self) -> float:
        """When something is due next, if nothing happens until then."""
        times = self._times
        match self._phase:
            case _Phase.HANDSHAKE:
                return self._since + times.handshake
            case _Phase.SILENT:
                greeting = NEVER if self._greeted else times.greeting
                return self._since + min(greeting, times.first_line)
            case _Phase.BEGUN:
                return self._since + times.registration
            case _Phase.CLOSING:
                return self._since + times.linger
            case _Phase.FLUSHING:
                return self._since + times.flush
        if not self.pings:
            return NEVER
        if self._pinged:
            return self._since + times.ping_timeout
        return self.heard + times.ping_interval

    def check(self, now: float, *, registered: bool = False, flushed: bool = True) -> Due | None:
        """Say what is due at `now`; each thing is said once.

        Who is `registered` may be silent; who has taken all that was sent (`flushed`) is not
        waited for in vain.
        """
        if self._phase is _Phase.BEGUN and registered:
            self._phase = _Phase.USER
        if self._phase is _Phase.USER and self._pinged and self.heard >= self._since:
            self._pinged = False
        if now < self.next:
            return None
        if self._phase is _Phase.SILENT and now < self._since + self._times.first_line:
            self._greeted = True
            return Due.GREET
        if self._phase is _Phase.USER and not self._pinged:
            self._pinged, self._since = True, now
            return Due.PING
        if self._phase is _Phase.CLOSING and not flushed:
            self._phase = _Phase.FLUSHING
            return None
        self.why = self._explain()
        return Due.GIVE_UP

    def _explain(self) -> str:
        match self._phase:
            case _Phase.HANDSHAKE:
                return f"no handshake within {self._times.handshake:g} s"
            case _Phase.SILENT:
                return f"nothing said for {self._times.first_line:g} s"
            case _Phase.BEGUN:
                return f"not registered within {self._times.registration:g} s"
            case _Phase.USER:
                silence = self._times.ping_interval + self._times.ping_timeout
                return f"ping timeout: {silence:g} s"
            case _Phase.CLOSING:
                return f"not closed in turn within {self._times.linger:g} s"
        return f"not all taken within {self._times.flush:g} s"


class Stall:
    """How long a peer has taken nothing of what waits to be sent to it."""

    __slots__ = ("_least", "_limit", "_looked", "_since")

    def __init__(self, limit: float, now: float) -> None:
        """Wait `limit` seconds from `now` on."""
        self._limit = limit
        self._since = self._looked = now
        self._least = math.inf

    @property
    def next(self) -> float:
        """When to look again: several times within the limit, so that it is not much longer."""
        return min(self._since + self._limit, self._looked + self._limit / 4)

    @property
    def why(self) -> str:
        """Why it was given up, for whoever is told."""
        return f"no progress for {self._limit:g} s"

    def check(self, now: float, waiting: int) -> bool:
        """Say whether there is still hope at `now`, as `waiting` bytes are not acknowledged yet."""
        self._looked = now
        if waiting < self._least:
            if self._least != math.inf:
                self._since = now
            self._least = waiting
        return now < self._since + self._limit


class Waiting(Protocol):
    """A connection, as the timer sees it."""

    def check(self, now: float) -> float:
        """Do what is due at `now` and return when to be called again, `NEVER` for not at all."""
        ...


class Deadlines:
    """One timer for all: who waits is in a bucket of `grain` seconds, and never called early."""

    def __init__(self, loop: asyncio.AbstractEventLoop, grain: float = 0.25) -> None:
        self._loop = loop
        self._grain = grain
        self._buckets: dict[int, dict[Waiting, None]] = {}
        """In the order in which they came, so that the same happens whenever the same happened before."""
        self._places: dict[Waiting, int] = {}
        self._order: list[int] = []
        """The numbers of all buckets, as a heap."""
        self._timer: asyncio.Handle | None = None
        self._alarm = NEVER
        """When the timer goes off: uvloop's does not say, if its time was past when it was set."""
        self.wakeups = 0
        """How often the timer went off."""

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._places)

    def set(self, waiting: Waiting, when: float) -> None:
        """Call `waiting` at `when` or soon after it, in place of any time set before."""
        self.cancel(waiting)
        if when == NEVER:
            return
        number = math.ceil(when / self._grain)
        self._places[waiting] = number
        if number in self._buckets:
            self._buckets[number][waiting] = None
            return
        self._buckets[number] = {waiting: None}
        heapq.heappush(self._order, number)
        self._arm()

    def cancel(self, waiting: Waiting) -> None:
        """Call `waiting` no more."""
        bucket = self._buckets.get(self._places.pop(waiting, -1))
        if bucket is not None:
            bucket.pop(waiting, None)

    def tables(self) -> Iterator[dict[Any, Any]]:
        """Yield those in which there is an entry for each who waits."""
        yield self._places

    def tidy(self) -> None:
        """Forget the buckets that everybody has left before their time came."""
        self._buckets = {number: bucket for number, bucket in self._buckets.items() if bucket}
        self._order = sorted(self._buckets)
        self._alarm = NEVER
        self._arm()

    def _arm(self) -> None:
        """Have the timer go off for the first bucket that somebody waits in."""
        while self._order and not self._buckets[self._order[0]]:
            del self._buckets[heapq.heappop(self._order)]
        when = self._order[0] * self._grain + LATE if self._order else NEVER
        if self._alarm <= when < NEVER:
            return  # when it goes off it looks again
        if self._timer is not None:
            self._timer.cancel()
        self._alarm = when
        self._timer = None if when == NEVER else self._loop.call_at(when, self._go_off)

    def _go_off(self) -> None:
        self.wakeups += 1
        self._timer = None
        self._alarm = -NEVER  # nobody whom we call needs to set it
        now = self._loop.time()
        try:
            while (waiting := self._take_overdue(now)) is not None:
                self.set(waiting, max(self._ask(waiting, now), now + self._grain))
        finally:
            self._alarm = NEVER
            self._arm()

    def _take_overdue(self, now: float) -> Waiting | None:
        """Return one who is due, and waits no more. The others stay where they are until then."""
        while self._order and self._order[0] * self._grain <= now:
            if bucket := self._buckets[self._order[0]]:
                waiting = next(iter(bucket))
                del self._places[waiting], bucket[waiting]
                return waiting
            del self._buckets[heapq.heappop(self._order)]
        return None

    def _ask(self, waiting: Waiting, now: float) -> float:
        """Have `waiting` do what is due; after an error of ours it is not called again."""
        try:
            return waiting.check(now)
        except Exception:  # noqa: BLE001 - a bug: it concerns this one, never the others
            _log.exception("a deadline of %r was not kept by an error of ours", waiting)
            return NEVER
