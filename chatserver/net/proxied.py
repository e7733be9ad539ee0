"""The PROXY protocol (HAProxy, versions 1 and 2): a proxy says first from where its connection is.

Rules: nothing beyond its header is read. Whoever connects to such a listener without one is no proxy, and
is turned away. A proxy that speaks for itself (a health check) has its own address.
"""

import asyncio
import socket
import struct
from typing import Final, Protocol

from proxyprotocol import ProxyProtocolIncompleteError
from proxyprotocol.detect import ProxyProtocolDetect

from chatserver.net.address import Address, parse

MOST: Final = 4096
"""Bytes of a header, at most."""
NO_HEADER: Final = "no header of the PROXY protocol"


class NoHeaderError(Exception):
    """There is no header, or none that makes sense."""


class Patient(Protocol):
    """A connection that waits for its header, as long as there is no `reason` to end."""

    reason: str

    def change(self) -> "asyncio.Future[None]":
        """Return what is done when something has happened."""
        ...

    def wake(self) -> None:
        """Have it look again at what has happened."""
        ...


async def learn_peer(connection: Patient, sock: socket.socket) -> Address | None:
    """Return what `read_header` does, while `connection` may wait for it; raises as that does."""
    reading = asyncio.create_task(read_header(sock))
    reading.add_done_callback(lambda _: connection.wake())
    while not (reading.done() or connection.reason):
        await connection.change()
    if not reading.done():
        reading.cancel()
        raise NoHeaderError
    return reading.result()


async def read_header(sock: socket.socket) -> Address | None:
    """Return from where the connection of a proxy is, None if the proxy speaks for itself.

    Raises `NoHeaderError` and `OSError`.
    """
    loop, protocol, header = asyncio.get_running_loop(), ProxyProtocolDetect(), b""
    while len(header) < MOST:
        try:
            found = protocol.unpack(header)
        except ProxyProtocolIncompleteError as error:
            # Of a line, no more than one byte at once is sure not to be too much.
            part = await loop.sock_recv(sock, error.want_read.want_bytes or 1)
            if not part:
                break
            header += part
        except (ValueError, struct.error):  # the library lets its own unpacking fail
            break
        else:
            if found.source is None or isinstance(found.source, str):
                return None
            return parse(found.family, (str(found.source[0]), found.source[1]))
    raise NoHeaderError
