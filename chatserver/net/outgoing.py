"""The way out of a connection: what is written goes to the socket, or waits in the transport.

Rule: what the kernel takes at once is sent past the transport (see `direct`); as soon as something waits
there, all goes that way, until nothing does.
"""

import asyncio
from typing import TYPE_CHECKING

from chatserver import direct
from chatserver.net.steps import Steps

if TYPE_CHECKING:  # loaded when a listener has TLS: it takes its time
    from chatserver.net.tlstransport import TlsTransport


class Outgoing:
    """Writes to the socket of a transport, until it falls silent."""

    __slots__ = ("_closed", "_deaf", "_debug", "_tls", "_transport", "descriptor", "steps")

    _tls: "TlsTransport | None"
    """What is between us and TCP, if anything is."""

    def __init__(self, steps: Steps) -> None:
        """Have no transport yet; what is sent is told in `steps`."""
        self.steps = steps
        """Its log."""
        self._debug = steps.on
        self._transport: asyncio.Transport
        self._closed = True
        """Whether there is no socket: not yet, or no more."""
        self._deaf = False
        """Whether it gets nothing more."""
        self.descriptor = direct.NOWHERE
        """The socket, while nothing waits for it in the transport and bytes go out as they are written."""

    def write(self, data: bytes) -> None:
        """Send `data` after all that was written before."""
        if self.descriptor >= 0:
            sent = direct.send(self.descriptor, data)
            if sent == len(data):
                return
            data, self.descriptor = data[max(sent, 0) :], direct.NOWHERE
        if self._deaf:
            return
        if self._debug:
            self.steps.send(self._transport, data)
            return
        self._transport.write(data)
        self._see_waiting()

    def _see_waiting(self) -> None:
        """Send past the transport from here on, if it has nothing to do with it, and has lost nothing."""
        if self._tls is None and not (self._debug or self._unsent or self._transport.is_closing()):
            self.descriptor = direct.descriptor_of(self._transport.get_extra_info("socket"))

    def _fall_silent(self) -> None:
        """Write nothing more: the transport alone may send what waits."""
        self._deaf, self.descriptor = True, direct.NOWHERE

    @property
    def _unsent(self) -> int:
        return 0 if self._closed else self._transport.get_write_buffer_size()
