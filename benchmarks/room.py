"""All members of the one room, as non-blocking sockets on one epoll object.

Rule: nothing here does work per delivery. A read fills one shared buffer; the caller counts in it.
"""

import select
import socket
import time
from collections.abc import Iterable, Iterator
from typing import Self

from benchmarks.dialects import Dialect
from benchmarks.tally import MARK

CALL = b"who-is-here"  # said until every member has heard it: then everyone is in the room
CALL_SECONDS = 0.25
GATHER_SECONDS = 60.0
ARRIVAL_SECONDS = 10.0
READ_BYTES = 1 << 18


class LoadError(Exception):
    """The server did not play its part: it closed a connection, or let a deadline pass."""


class Room:
    """First the receivers, then the senders; entering the context gathers them all."""

    def __init__(
        self, address: tuple[str, int], dialect: Dialect, receivers: int, senders: int
    ) -> None:
        self.receivers, self.senders = receivers, senders
        self._address, self._dialect = address, dialect
        self._sockets: list[socket.socket] = []
        self._index: dict[int, int] = {}  # file descriptor -> place in _sockets
        self._epoll = select.epoll()
        self._buffer = bytearray(READ_BYTES)
        self._unsent = [b""] * senders

    def __enter__(self) -> Self:
        """Connect everyone and return when all are in the room; LoadError after a minute."""
        try:
            self._gather()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._epoll.close()
        for member in self._sockets:
            member.close()

    def read(self, timeout: float) -> Iterator[tuple[int, int]]:
        """Yield (member, size) for everyone who had something to hear; LoadError when one is gone.

        The bytes are in the shared buffer only until the next one is asked for.
        """
        for descriptor, _ in self._epoll.poll(timeout, len(self._sockets)):
            member = self._index[descriptor]
            try:
                size = self._sockets[member].recv_into(self._buffer)
            except ConnectionError as error:
                raise LoadError(f"member {member} lost its connection: {error}") from error
            if not size:
                raise LoadError(f"the server closed the connection of member {member}")
            yield member, size

    def marks(self, size: int) -> int:
        """How many messages end in the first `size` bytes of the buffer."""
        return self._buffer.count(MARK, 0, size)

    def heard(self, size: int) -> bytes:
        """A copy of the first `size` bytes of the buffer."""
        return bytes(memoryview(self._buffer)[:size])

    def say(self, sender: int, texts: list[bytes]) -> None:
        """Let a sender speak; what the kernel does not take waits for `flush`."""
        self._unsent[sender] += b"".join(map(self._dialect.say, texts))
        self.flush(sender)

    def flush(self, sender: int) -> None:
        """Hand what waits to the kernel, as far as it takes it."""
        if unsent := self._unsent[sender]:
            try:
                sent = self._sockets[self.receivers + sender].send(unsent)
            except BlockingIOError:
                return
            except ConnectionError as error:
                raise LoadError(f"sender {sender} lost its connection: {error}") from error
            self._unsent[sender] = unsent[sent:]

    def _gather(self) -> None:
        everybody = range(self.receivers + self.senders)
        together = self._dialect.together
        for first in everybody[::together]:
            self._join(everybody[first : first + together])
        deadline = time.monotonic() + GATHER_SECONDS
        absent = set(range(len(self._sockets)))
        absent.discard(self.receivers)  # the first sender calls, and does not hear itself
        while absent:
            if time.monotonic() > deadline:
                raise LoadError(f"{len(absent)} members did not get into the room")
            self.say(0, [CALL])
            self._await_call(absent, time.monotonic() + CALL_SECONDS)

    def _join(self, members: Iterable[int]) -> None:
        """Connect some and ask to enter; returns when all are answered, as some backlogs are short."""
        strangers = set(members)
        for member in members:
            connection = socket.create_connection(self._address, timeout=ARRIVAL_SECONDS)
            self._sockets.append(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(self._dialect.join(f"m{member}"))
            connection.setblocking(False)
            self._index[connection.fileno()] = member
            self._epoll.register(connection.fileno(), select.EPOLLIN)
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while strangers:
            for member, size in self.read(ARRIVAL_SECONDS):
                if member in strangers and self._buffer.find(self._dialect.welcome, 0, size) >= 0:
                    strangers.discard(member)
                    self._sockets[member].sendall(self._dialect.enter)
            if time.monotonic() > deadline:
                raise LoadError(f"the server did not answer {len(strangers)} members")

    def _await_call(self, absent: set[int], until: float) -> None:
        while absent and (left := until - time.monotonic()) > 0:
            for member, size in self.read(left):
                if member in absent and self._buffer.find(CALL, 0, size) >= 0:
                    absent.discard(member)
