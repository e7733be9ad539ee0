"""Members of a server as non-blocking sockets on one epoll object.

Rule: nothing here does work per delivery. A read fills one shared buffer, and the caller counts in it; of
most members the kernel tells the bytes only, and copies none.
"""

import select
import socket
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

from benchmarks.dialects import Dialect
from benchmarks.tally import MARK

ARRIVAL_SECONDS = 30.0
READ_BYTES = 1 << 18
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing drops what is unsent and sends RST


class LoadError(Exception):
    """The server did not play its part: it closed a connection, or let a deadline pass."""


class Crowd:
    """The members, by number, in the order in which they came; leaving the context closes all."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._sockets: list[socket.socket] = []
        self._index: dict[int, int] = {}  # file descriptor -> place in _sockets
        self._flags: list[int] = []  # by member, how it reads
        self._epoll = select.epoll()
        self._buffer = bytearray(READ_BYTES)
        self._waiting: dict[int, bytes] = {}  # by member, what the kernel did not take

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._epoll.close()
        for member in self._sockets:
            member.close()

    def __len__(self) -> int:
        return len(self._sockets)

    def connect(self) -> int:
        """Connect one more member, and return its number."""
        connection = socket.create_connection(self._address, timeout=ARRIVAL_SECONDS)
        self._sockets.append(connection)
        self._flags.append(0)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        number = len(self._sockets) - 1
        self._index[connection.fileno()] = number
        self._epoll.register(connection.fileno(), select.EPOLLIN)
        return number

    def admit(self, dialect: Dialect, count: int) -> Sequence[int]:
        """Let `count` more connect, register, and enter the lobby; return their numbers."""
        first = len(self)
        everybody = range(first, first + count)
        for start in everybody[:: dialect.together]:
            self._admit(dialect, min(dialect.together, everybody.stop - start))
        return everybody

    def _admit(self, dialect: Dialect, count: int) -> None:
        """Admit some; returns when all are answered, as some backlogs are short."""
        strangers = set()
        for _ in range(count):
            member = self.connect()
            self.send(member, dialect.join(f"m{member}"))
            strangers.add(member)
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while strangers:
            for member, size in self.read(ARRIVAL_SECONDS):
                if member in strangers and self.has(dialect.welcome, size):
                    strangers.discard(member)
                    self.send(member, dialect.enter)
            if time.monotonic() > deadline:
                raise LoadError(f"the server did not answer {len(strangers)} members")

    def read(self, timeout: float) -> Iterator[tuple[int, int]]:
        """Yield (member, size) for everyone who had something to hear; LoadError when one is gone.

        The bytes are in the shared buffer only until the next one is asked for.
        """
        for descriptor, _ in self._epoll.poll(timeout, max(1, len(self._sockets))):
            member = self._index[descriptor]
            try:
                size = self._sockets[member].recv_into(self._buffer, 0, self._flags[member])
            except ConnectionError as error:
                raise LoadError(f"member {member} lost its connection: {error}") from error
            if not size:
                raise LoadError(f"the server closed the connection of member {member}")
            yield member, size

    def skim(self, members: Iterable[int]) -> None:
        """From now on only learn how much these members hear: the kernel drops it (MSG_TRUNC, tcp(7))."""
        for member in members:
            self._flags[member] = socket.MSG_TRUNC

    def settle(self, quiet: float, within: float) -> None:
        """Read until nobody has heard anything for `quiet` seconds; LoadError if that takes too long."""
        deadline = time.monotonic() + within
        until = time.monotonic() + quiet
        while (now := time.monotonic()) < until:
            for _ in self.read(until - now):
                until = time.monotonic() + quiet
            if until > deadline + quiet:
                raise LoadError("the server does not fall silent")

    def marks(self, size: int, mark: bytes = MARK) -> int:
        """How many messages end, with `mark`, in the first `size` bytes of the buffer."""
        return self._buffer.count(mark, 0, size)

    def has(self, text: bytes, size: int) -> bool:
        """Whether `text` stands in the first `size` bytes of the buffer."""
        return self._buffer.find(text, 0, size) >= 0

    def heard(self, size: int) -> bytes:
        """A copy of the first `size` bytes of the buffer."""
        return bytes(memoryview(self._buffer)[:size])

    def send(self, member: int, data: bytes) -> None:
        """Send something; what the kernel does not take waits for `push`."""
        if data:
            self._waiting[member] = self._waiting.get(member, b"") + data
            self.push(member)

    def push(self, member: int) -> None:
        """Hand what waits to the kernel, as far as it takes it."""
        if waiting := self._waiting.get(member):
            try:
                sent = self._sockets[member].send(waiting)
            except BlockingIOError:
                return
            except ConnectionError as error:
                raise LoadError(f"member {member} lost its connection: {error}") from error
            self._waiting[member] = waiting[sent:]

    def reset(self, member: int) -> None:
        """Have a member gone, as when its network is: with RST and no word."""
        connection = self._sockets[member]
        del self._index[connection.fileno()]
        self._epoll.unregister(connection.fileno())
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        connection.close()
