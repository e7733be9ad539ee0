"""Sends straight to a socket, past the transport, while nothing waits there.

Rules: only the event loop sends, only to a socket that is open, and never waits. What the kernel does not
take is the caller's to hand to the transport, which also finds out what was wrong.

Why: a transport of uvloop costs half a microsecond for each `write` beside the call of the kernel, an
eighth of what a message to a thousand costs. `socket.send` costs less, but lets go of the interpreter
with each call, and another thread may then keep it for milliseconds: a thousand times over. `ctypes.PyDLL`
calls the C library without that.
"""

import ctypes
import socket
import sys
from collections.abc import Iterable
from itertools import repeat
from typing import Final

NOWHERE: Final = -1
"""No descriptor: nothing can be sent past the transport."""

_FLAGS: Final = ctypes.c_int(
    getattr(socket, "MSG_NOSIGNAL", 0) | getattr(socket, "MSG_DONTWAIT", 0)
)

_ALWAYS: Final = repeat(_FLAGS)

Taken = list[int]
"""How many bytes the kernel took for each socket, -1 where it failed."""


class Sender:
    """Remembers what it sent last as C wants it: the same bytes go to many."""

    __slots__ = ("_data", "_length", "_send", "_size", "_start")

    def __init__(self) -> None:
        self._send = ctypes.PyDLL(None).send
        self._data = b""
        self._start = ctypes.c_char_p()
        self._size = ctypes.c_size_t()
        self._length = 0

    def send(self, descriptor: int, data: bytes) -> int:
        """Send `data` to a socket; return how many bytes of it the kernel took, -1 if it failed."""
        if data is not self._data:
            self._data, self._length = data, len(data)
            self._start, self._size = ctypes.c_char_p(data), ctypes.c_size_t(self._length)
        sent: int = self._send(descriptor, self._start, self._size, _FLAGS)
        return sent

    def send_each(self, descriptors: Iterable[int], data: bytes) -> Taken:
        """Send `data` to each of many sockets, in one loop that runs in C."""
        size = ctypes.c_size_t(len(data))
        each = map(self._send, descriptors, repeat(ctypes.c_char_p(data)), repeat(size), _ALWAYS)
        return [*each]


def descriptor_of(sock: socket.socket) -> int:
    """Return what to send to `sock` by, or `NOWHERE` where sockets are no descriptors of the C library."""
    return NOWHERE if sys.platform == "win32" else sock.fileno()


_SENDER: Final = Sender()
send: Final = _SENDER.send
send_each: Final = _SENDER.send_each
