"""The log of one connection: each step in the life of its socket is one line, at level debug.

Rule: while that level is off, a step costs one look at `on`.
"""

import asyncio
import logging
import socket

from chatserver.net import tcp
from chatserver.net.address import Address, local

_log = logging.getLogger(__name__)


class Steps:
    """Tells the steps of the connection `number`."""

    __slots__ = ("number", "on")

    def __init__(self, number: int) -> None:
        self.number = number
        self.on = _log.isEnabledFor(logging.DEBUG)

    def tell(self, text: str, *values: object) -> None:
        """Log a step in a few words; `values` are as in the logging module."""
        if self.on:
            _log.debug("#%d " + text, self.number, *values)

    def accepted(self, sock: socket.socket, peer: Address) -> None:
        """Tell where the connection came from, and to which of our addresses."""
        if self.on:
            number = sock.fileno()
            self.tell("accept: %s from %s to %s, fd %d", peer.family, peer, local(sock), number)

    def send(self, transport: asyncio.Transport, data: bytes) -> None:
        """Write `data`, and tell how much of it the kernel took, or that TLS does it."""
        if transport.get_extra_info("cipher"):
            self.tell("send: %d bytes, as records of TLS", len(data))
            transport.write(data)
            return
        before, size = transport.get_write_buffer_size(), len(data)
        transport.write(data)
        if waiting := transport.get_write_buffer_size():
            taken = before + size - waiting
            self.tell("send: %d bytes, the kernel took %d; %d wait here", size, taken, waiting)
        else:
            self.tell("send: %d bytes", size)

    def fill(self, transport: asyncio.Transport) -> None:
        """Tell how much waits for a reader, here and in the kernel."""
        if self.on:
            kernel = tcp.unacknowledged(transport.get_extra_info("socket"))
            self.tell(
                "send: the kernel takes no more: %d bytes wait here, %s there; the reader is slow",
                transport.get_write_buffer_size(),
                "?" if kernel is None else kernel,
            )

    def closed(self, error: Exception | None, *, was_reset: bool, peer_first: bool) -> None:
        """Tell how it ended, and so at which end TIME_WAIT is."""
        if error is not None:
            self.tell("closed: %s (%s); nothing stays behind", tcp.describe(error), error)
        elif was_reset:
            self.tell("closed: nothing stays behind after a reset")
        elif peer_first:
            self.tell("closed: the peer sent its FIN first, TIME_WAIT is at its end")
        else:
            self.tell("closed: we sent our FIN first, TIME_WAIT is at our end")
