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

_FLAGS: Final[int] = getattr(socket, "MSG_NOSIGNAL", 0) | getattr(socket, "MSG_DONTWAIT", 0)

_ALWAYS: Final = repeat(_FLAGS)

_send: Final = ctypes.PyDLL(None).send

Taken = list[int]
"""How many bytes the kernel took for each socket, -1 where it failed."""


def send(descriptor: int, data: bytes) -> int:
    """Send `data` to a socket; return how many bytes of it the kernel took, -1 if it failed."""
    sent: int = _send(descriptor, data, ctypes.c_size_t(len(data)), _FLAGS)
    return sent


def send_each(descriptors: Iterable[int], data: bytes) -> Taken:
    """Send `data` to each of many sockets, in one loop that runs in C."""
    size = ctypes.c_size_t(len(data))
    return [*map(_send, descriptors, repeat(data), repeat(size), _ALWAYS)]


def descriptor_of(sock: socket.socket) -> int:
    """Return what to send to `sock` by, or `NOWHERE` where sockets are no descriptors of the C library."""
    return NOWHERE if sys.platform == "win32" else sock.fileno()
