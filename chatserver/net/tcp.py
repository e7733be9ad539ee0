"""What is set on accepted TCP sockets, and what the kernel tells about them."""

import contextlib
import errno
import socket
import struct
import sys
from typing import Protocol

KEEPALIVE_IDLE, KEEPALIVE_INTERVAL, KEEPALIVE_COUNT = 60, 15, 4
"""A peer that is silent for 60 s is probed every 15 s; it is dead after 4 probes: 120 s in all."""
USER_TIMEOUT_MARGIN = 60.0
"""Seconds for which sent bytes may be unacknowledged or a window shut, beyond the time to take something."""
NOT_SENT_MOST = 131_072
"""Bytes that the kernel takes ahead of what the peer's window lets it send."""

_REASONS = {
    errno.ECONNRESET: "connection reset",
    errno.EPIPE: "connection reset",
    errno.ECONNABORTED: "connection reset",
    errno.ETIMEDOUT: "connection timed out",
    errno.EHOSTUNREACH: "host unreachable",
    errno.ENETUNREACH: "network unreachable",
}
_OPTIONS = (
    ("SO_KEEPALIVE", socket.SOL_SOCKET, 1),
    ("TCP_NODELAY", socket.IPPROTO_TCP, 1),
    ("TCP_KEEPIDLE", socket.IPPROTO_TCP, KEEPALIVE_IDLE),
    ("TCP_KEEPALIVE", socket.IPPROTO_TCP, KEEPALIVE_IDLE),  # what macOS calls it
    ("TCP_KEEPINTVL", socket.IPPROTO_TCP, KEEPALIVE_INTERVAL),
    ("TCP_KEEPCNT", socket.IPPROTO_TCP, KEEPALIVE_COUNT),
    ("TCP_NOTSENT_LOWAT", socket.IPPROTO_TCP, NOT_SENT_MOST),
)


class SupportsOptions(Protocol):
    """A socket, or what an event loop hands out in its place."""

    def setsockopt(self, level: int, option: int, value: int | bytes, /) -> None:
        """Set an option. Raises `OSError`."""
        ...

    def fileno(self) -> int:
        """Return its descriptor, -1 when it is closed."""
        ...


def tune(sock: socket.socket, stall: float) -> None:
    """Send small lines at once (no Nagle), and notice peers that died without a word.

    Who takes nothing for `stall` seconds is not for the kernel to give up, so it waits longer (tcp(7)).
    """
    if sock.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    user_timeout = int((stall + USER_TIMEOUT_MARGIN) * 1000)
    for name, level, value in (*_OPTIONS, ("TCP_USER_TIMEOUT", socket.IPPROTO_TCP, user_timeout)):
        option = getattr(socket, name, None)
        if option is not None:
            with contextlib.suppress(OSError):  # the peer may be gone already, or the system old
                sock.setsockopt(level, option, value)


def reset_on_close(sock: SupportsOptions) -> None:
    """Have `close` drop what is unsent and send RST, rather than go on in the background."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def unacknowledged(sock: SupportsOptions) -> int | None:
    """Return how many bytes the kernel has taken and the peer not acknowledged; None if unknown."""
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415 - not on Windows
    import termios  # noqa: PLC0415 - likewise

    try:
        answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0" * 4)  # SIOCOUTQ of tcp(7)
    except (OSError, ValueError):
        return None
    return int(struct.unpack("i", answer)[0])


def describe(error: BaseException | None) -> str:
    """Return why a connection ended, as its rooms are told."""
    if error is None:
        return "connection closed"
    number = error.errno if isinstance(error, OSError) else None
    if number in _REASONS:
        return _REASONS[number]
    return str(error).partition("\n")[0] or type(error).__name__
