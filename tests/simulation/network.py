"""A simulated TCP: two kernels and the wire between them.

Rules: bytes of one direction arrive in order, once, in any cut. What a kernel takes is bounded: by
what the other end has not read yet. FIN comes after the bytes; RST comes when it comes. In a black
hole nothing arrives and nothing fails, until it ends or the kernels have waited for too long.
"""

import errno
import socket
from collections import deque
from collections.abc import Callable
from random import Random

from tests.simulation.universe import Action, Universe

BITES = 200
SLOWEST = 30_000
"""Bytes in a second that every connection carries."""
USER_TIMEOUT = 120.0
"""Seconds after which a kernel gives up who acknowledges nothing."""

Reached = Callable[["Link"], None]
"""Takes a connection that stands."""


class Quality:
    """How good a connection is."""

    def __init__(self, random: Random) -> None:
        fast = random.random() < 0.7
        self.latency = random.uniform(1e-5, 2e-3) if fast else random.uniform(0.005, 0.2)
        self.jitter = self.latency * random.uniform(0, 2)
        self.bandwidth = random.choice([1e9, 1e7, 1e6, 4e4])
        """Bytes in a second."""
        round_trip = 2 * (self.latency + self.jitter)
        self.capacity = max(
            random.choice([300, 4096, 65_536, 262_144]), round(SLOWEST * round_trip)
        )
        """Bytes that both kernels hold together, in each direction."""
        self.bite = random.choice([1, 7, 300, 65_536, 65_536, 65_536, 65_536])
        """Bytes that a read returns at most; only the first `BITES` times, as it takes long."""

    @classmethod
    def perfect(cls, capacity: int) -> "Quality":
        """Return that of a network that is never in the way, but for its bound."""
        quality = cls(Random(0))
        quality.latency = quality.jitter = 0.0
        quality.bandwidth = 1e12
        quality.capacity, quality.bite = capacity, 65_536
        return quality


class Direction:
    """What one end sends to the other."""

    def __init__(self, universe: Universe, quality: Quality, random: Random) -> None:
        self.universe = universe
        self.quality = quality
        self.held = 0
        """Bytes that were taken from the sender and not read by the receiver."""
        self.arrived = bytearray()
        self.ended = False
        """Whether the FIN has arrived."""
        self.stuck: deque[Action] | None = None
        """What would have arrived, in a black hole."""
        self._random = random
        self._newest = 0.0

    @property
    def room(self) -> int:
        """How many bytes the sender's kernel would take."""
        return self.quality.capacity - self.held

    def travel(self, size: int, arrive: Action) -> None:
        """Have `size` bytes arrive, after all that was sent before."""
        quality = self.quality
        delay = quality.latency + self._random.random() * quality.jitter + size / quality.bandwidth
        self._newest = max(self._newest + size / quality.bandwidth, self.universe.now + delay)
        self.universe.at(self._newest, lambda: self._land(arrive))

    def _land(self, arrive: Action) -> None:
        if self.stuck is not None:
            self.stuck.append(arrive)
        else:
            arrive()


class Socket:
    """What asks for the socket behind a transport gets: options can be set on it."""

    family = socket.AF_INET

    def __init__(self, endpoint: "Endpoint") -> None:
        self.endpoint = endpoint
        self.lingers = True

    def setsockopt(self, level: int, option: int, value: object) -> None:
        """Take note of SO_LINGER with 0 s: closing resets."""
        if isinstance(value, bytes):
            self.lingers = False

    def fileno(self) -> int:
        """Return that of a closed one: the kernel is not to be asked."""
        return -1

    def getsockname(self) -> tuple[str, int]:
        """Return an address."""
        return "127.0.0.1", 9000

    def close(self) -> None:
        """It is closed by its transport."""


class Endpoint:
    """One end of a connection, in its kernel."""

    def __init__(self, name: str, sends: Direction, receives: Direction) -> None:
        self.name = name
        self.sends = sends
        self.receives = receives
        self.peer: Endpoint
        self.socket = Socket(self)
        self.error: OSError | None = None
        self.closed = False
        self.finished = False
        """Whether we have sent our FIN."""
        self.bites = 0
        """Small reads so far."""
        self.notice: Action = lambda: None
        """Called when there may be something to read or room to write."""

    def send(self, data: bytes | bytearray) -> int:
        """Return how many of the bytes the kernel takes. Raises `OSError`."""
        if self.error is not None:
            raise self.error
        taken = bytes(data[: max(0, self.sends.room)])
        if taken:
            self.sends.held += len(taken)
            self.sends.travel(len(taken), lambda: self.peer.accept(taken))
        return len(taken)

    def accept(self, data: bytes) -> None:
        """Take bytes that arrive; a closed end answers with RST."""
        if self.closed:
            self._reset_peer()
        elif self.error is None:
            self.receives.arrived += data
            self.notice()

    def receive(self, most: int) -> bytes | None:
        """Return the next bytes, b"" after the FIN, None if nothing is there. Raises `OSError`."""
        direction = self.receives
        if direction.arrived:
            data = bytes(direction.arrived[:most])
            del direction.arrived[: len(data)]
            direction.universe.after(direction.quality.latency, lambda: self._opened(len(data)))
            return data
        if self.error is not None:
            raise self.error
        return b"" if direction.ended else None

    @property
    def bite(self) -> int:
        """How many bytes the next read returns at most."""
        self.bites += 1
        return self.receives.quality.bite if self.bites < BITES else 65_536

    def _opened(self, size: int) -> None:
        """Let the other end know that there is room again."""

        def arrive() -> None:
            self.receives.held -= size
            self.peer.notice()

        # Acknowledgements travel with what this end sends: a black hole holds them back too.
        self.sends._land(arrive)

    def finish(self) -> None:
        """Send the FIN."""
        if not self.finished:
            self.finished = True
            self.sends.travel(0, self.peer.end)

    def end(self) -> None:
        """Take the FIN of the other end."""
        if not self.closed and self.error is None:
            self.receives.ended = True
            self.notice()

    def close(self, *, reset: bool = False) -> None:
        """Close it: with RST if that is wanted, or if there are bytes that nobody has read."""
        if self.closed:
            return
        self.closed = True
        self.notice = lambda: None
        if reset or self.receives.arrived:
            self._reset_peer()
        else:
            self.finish()

    def _reset_peer(self) -> None:
        self.sends.travel(0, lambda: self.peer.fail(errno.ECONNRESET))

    def fail(self, number: int) -> None:
        """End by an error; what has arrived can still be read."""
        if not self.closed and self.error is None:
            self.error = OSError(number, errno.errorcode[number])
            if number == errno.ECONNRESET:
                self.error = ConnectionResetError(number, "Connection reset by peer")
            self.notice()


class Link:
    """A connection, as seen from above: the place of what goes wrong with it."""

    def __init__(self, universe: Universe, number: int, quality: Quality) -> None:
        self.universe = universe
        self.number = number
        self.quality = quality
        self.owner: object = None
        """Who connected."""
        # Chance of their own, so that it does not matter in which order their ends are written to.
        there, back = (
            Direction(universe, quality, universe.random(f"link {number} {way}")) for way in (1, 2)
        )
        self.client = Endpoint(f"c{number}", there, back)
        self.server = Endpoint(f"s{number}", back, there)
        self.client.peer, self.server.peer = self.server, self.client
        self._holes = 0

    @property
    def alive(self) -> bool:
        """Whether both ends are still there."""
        ends = (self.client, self.server)
        return not any(end.closed or end.error for end in ends)

    def cut(self, *, here: bool, there: bool) -> None:
        """End the connection by RST, as the client (`here`) and the server (`there`) see it."""
        for end, wanted in ((self.client, here), (self.server, there)):
            if wanted:
                end.fail(errno.ECONNRESET)

    def swallow(self, seconds: float) -> None:
        """Let nothing arrive for a while."""
        self._holes += 1
        for end in (self.client, self.server):
            if end.sends.stuck is None:
                end.sends.stuck = deque()
        hole = self._holes
        self.universe.after(USER_TIMEOUT, lambda: self._time_out(hole))
        self.universe.after(seconds, lambda: self._heal(hole))

    def heal(self) -> None:
        """Let all arrive again."""
        self._heal(self._holes)

    def _heal(self, hole: int) -> None:
        if hole != self._holes:
            return
        self._holes += 1
        for end in (self.client, self.server):
            held, end.sends.stuck = end.sends.stuck or deque(), None
            for arrive in held:
                arrive()

    def _time_out(self, hole: int) -> None:
        if hole == self._holes:
            for end in (self.client, self.server):
                end.fail(errno.ETIMEDOUT)


class Network:
    """All connections, and who listens."""

    def __init__(self, universe: Universe, quality: Quality | None = None) -> None:
        """Make a network, all of one `quality` or mixed."""
        self.universe = universe
        self._quality = quality
        self.links: list[Link] = []
        self.listener: Callable[[Link], None] | None = None
        """Takes the connection at the server; None while nothing listens."""
        self.unreachable_until = 0.0
        """Until then, who connects hears nothing."""
        self._random = universe.random("network")
        self._count = 0

    def connect(self, owner: object, reached: Reached, refused: Callable[[OSError], None]) -> None:
        """Call one of both, some time later; in a black hole none."""
        self._count += 1
        mixed = self._quality or Quality(self._random)
        quality = Quality.perfect(262_144) if getattr(owner, "prompt", False) else mixed
        link = Link(self.universe, self._count, quality)
        link.owner = owner
        round_trip = 2 * link.quality.latency

        def arrive() -> None:
            if self.universe.now < self.unreachable_until:
                return
            if self.listener is None:
                refused(ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"))
                return
            self.links = [one for one in self.links if one.alive]
            self.links.append(link)
            self.listener(link)
            reached(link)

        self.universe.after(round_trip, arrive)
