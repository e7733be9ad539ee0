"""Sends straight to a socket, past the transport, while nothing waits there.

Rules: only the event loop sends, only to a socket that is open, and never waits. What the kernel does not
take is the caller's to hand to the transport, which also finds out what was wrong.

Why: a transport of uvloop costs half a microsecond for each `write` beside the call of the kernel, an
eighth of what a message to a thousand costs. `socket.send` costs less, but lets go of the interpreter
with each call, and another thread may then keep it for milliseconds: a thousand times over. `ctypes.PyDLL`
calls the C library without that.
"""

import socket
import sys
from collections.abc import Callable, Iterable
from itertools import repeat
from typing import Final

NOWHERE: Final = -1
"""No descriptor: nothing can be sent past the transport."""

_FLAGS: Final[int] = getattr(socket, "MSG_NOSIGNAL", 0) | getattr(socket, "MSG_DONTWAIT", 0)

_ALWAYS: Final = repeat(_FLAGS)


def _find_send() -> tuple[Callable[..., int], Callable[[int], object]] | None:
    """Return `send` of the C library and its type of sizes; None where it can't be called."""
    if sys.platform == "win32":  # sockets are no descriptors there
        return None
    try:
        import ctypes  # noqa: PLC0415 - a Python may have been built without

        return ctypes.PyDLL(None).send, ctypes.c_size_t
    except (ImportError, OSError, AttributeError):
        return None


def _fail(*_: object) -> int:
    return -1


_send, _size_t = _find_send() or (_fail, int)

Taken = list[int]
"""How many bytes the kernel took for each socket, -1 where it failed."""


def send(descriptor: int, data: bytes) -> int:
    """Send `data` to a socket; return how many bytes of it the kernel took, -1 if it failed."""
    return _send(descriptor, data, _size_t(len(data)), _FLAGS)


def send_each(descriptors: Iterable[int], data: bytes) -> Taken:
    """Send `data` to each of many sockets, in one loop that runs in C."""
    size = _size_t(len(data))
    return [*map(_send, descriptors, repeat(data), repeat(size), _ALWAYS)]


def descriptor_of(sock: socket.socket) -> int:
    """Return what to send to `sock` by, or `NOWHERE` where that can't be done."""
    return NOWHERE if _send is _fail else sock.fileno()
