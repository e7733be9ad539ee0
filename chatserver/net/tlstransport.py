"""TLS between a TCP transport and the connection on it, which sees a transport that is much the same.

Rules: nothing waits here, in either direction: what is written becomes records at once, and its bounds are
those of the TCP transport, so whoever reads slowly is seen as without TLS. Before the handshake is done
nothing is sent but what TLS itself says; its steps take their time, so whoever owns the connection decides
when (`step`). A peer that speaks no TLS is told so in clear text.
"""

import asyncio
from typing import Any, Final, Protocol, cast

from OpenSSL import SSL

from chatserver.faces.detection import Refused, judge
from chatserver.net.steps import Steps
from chatserver.net.tls import FIRST_BYTE, Channel

HELD_MOST: Final = 65_536
"""Bytes that a handshake may send ahead of what was looked at."""
IN_CLEAR: Final = (
    b"ERROR :this port takes TLS alone: have your program use it, or take another port\r\n"
)
"""Told to both people and IRC clients, as we can't know which one it is."""
NO_TLS: Final = "a peer that speaks no TLS, on a port for TLS"
BROKEN: Final = "TLS error"


class Owner(Protocol):
    """The connection on it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport: the handshake begins."""
        ...

    def wake(self) -> None:
        """Know that there is something for `step` to do."""
        ...

    def data_received(self, data: bytes) -> None:
        """Take what the peer has said."""
        ...

    def eof_received(self) -> bool:
        """Know that the peer says nothing more; return whether to go on sending."""
        ...

    def pause_writing(self) -> None:
        """Know that much waits to be sent."""
        ...

    def resume_writing(self) -> None:
        """Know that little waits."""
        ...

    def give_up(self, reason: str) -> None:
        """Know that the peer did what it may not: close the transport."""
        ...

    def connection_lost(self, error: Exception | None) -> None:
        """Know that the socket is closed."""
        ...


class TlsTransport(asyncio.Transport, asyncio.Protocol):
    """Is the protocol of a TCP transport, and the transport of a connection."""

    __slots__ = ("_heard", "_is_waiting", "_owner", "_size", "_steps", "_tcp", "channel", "fin")

    def __init__(self, context: SSL.Context, owner: Owner, steps: Steps) -> None:
        super().__init__()
        self.channel = Channel(context)
        self.fin = False
        """Whether the peer has sent its FIN."""
        self._owner = owner
        self._steps = steps
        self._tcp: asyncio.Transport
        self._heard = b""
        """The first bytes that came, until it is known whether they are TLS."""
        self._is_waiting = False
        """Whether something came that `step` did not look at."""
        self._size = 0
        """Bytes of that."""

    # --- for the handshake ---------------------------------------------------------------------

    @property
    def is_waiting(self) -> bool:
        """Whether there is something for `step` to do."""
        return self._is_waiting

    def step(self) -> None:
        """Go on with the handshake; it is done when `channel.is_open`, or has `channel.failure`."""
        channel = self.channel
        self._is_waiting, self._size = False, 0
        if channel.failure or channel.is_open:
            return
        is_done = channel.shake()
        self._send(channel.output())
        if is_done:
            self._steps.tell("tls: the handshake is done: %s", channel.summary)
            self._steps.tell("tls: client certificate: %s", channel.certificate or "none")
            self._tcp.resume_reading()
            self._deliver()

    @property
    def speaks_clear(self) -> bool:
        """Whether the peer has said nothing, or nothing of TLS, and may read what it is told."""
        return self.channel.failure == NO_TLS or not (self._heard or self.fin)

    def refuse_clear(self) -> None:
        """Tell a peer without TLS what this port is for."""
        verdict = judge(self._heard.partition(b"\n")[0].rstrip(b"\r")) if self._heard else None
        answer = verdict.answer if isinstance(verdict, Refused) else b""
        self._send(answer or IN_CLEAR)

    # --- for the event loop --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the TCP transport."""
        self._tcp = cast("asyncio.Transport", transport)
        self._owner.connection_made(self)

    def data_received(self, data: bytes) -> None:
        """Take bytes of the peer."""
        channel = self.channel
        if channel.failure:
            return
        if channel.is_open:
            self._deliver(data)
            return
        if not self._heard:
            self._heard = data[:256]
            if data.startswith(FIRST_BYTE):
                self._steps.tell("tls: the handshake has begun")
            else:
                channel.failure = NO_TLS
        channel.take(data)
        self._is_waiting = True
        self._size += len(data)
        if self._size > HELD_MOST:
            self._tcp.pause_reading()
        self._owner.wake()

    def _deliver(self, records: bytes = b"") -> None:
        """Hand over what the peer has said."""
        channel = self.channel
        was_over = channel.has_ended
        if text := channel.read(records):
            self._owner.data_received(text)
        if out := channel.output():
            self._send(out)
        if channel.failure:
            self._steps.tell("tls: %s", channel.failure)
            self._owner.give_up(BROKEN)
        elif channel.has_ended and not was_over and not self._owner.eof_received():
            self._tcp.close()

    def eof_received(self) -> bool:
        """Take the peer's FIN."""
        self.fin = True
        if self.channel.has_ended:
            return True
        if self.channel.is_open:
            self._steps.tell("tls: a FIN without close_notify: what the peer said may be cut off")
        return self._owner.eof_received()

    def pause_writing(self) -> None:
        """Pass it on."""
        self._owner.pause_writing()

    def resume_writing(self) -> None:
        """Pass it on."""
        self._owner.resume_writing()

    def connection_lost(self, error: Exception | None) -> None:
        """Pass it on."""
        self._owner.connection_lost(error)

    # --- for the connection --------------------------------------------------------------------

    def write(self, data: Any) -> None:  # noqa: ANN401 - as asyncio types it
        """Send `data` as records; nothing before the handshake is done."""
        if self.channel.is_open and not self.channel.failure:
            self._send(self.channel.write(data))

    def _send(self, records: bytes) -> None:
        if not records or self._tcp.is_closing():
            return
        if self._steps.on:
            self._steps.send(self._tcp, records)
        else:
            self._tcp.write(records)

    def write_eof(self) -> None:
        """Say that nothing more comes: close_notify, then FIN."""
        self._notify()
        self._tcp.write_eof()

    def close(self) -> None:
        """Send what is left, with close_notify, then close."""
        self._notify()
        self._tcp.close()

    def _notify(self) -> None:
        if self.channel.is_open and not self.channel.failure:
            self._steps.tell("tls: close_notify")
            self._send(self.channel.close())

    def abort(self) -> None:
        """Close at once."""
        self._tcp.abort()

    def is_closing(self) -> bool:
        """Say whether it is closed, or will be."""
        return self._tcp.is_closing()

    def pause_reading(self) -> None:
        """Read no more."""
        self._tcp.pause_reading()

    def resume_reading(self) -> None:
        """Read again."""
        self._tcp.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the bounds of what waits to be sent."""
        self._tcp.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        """Return how many bytes of records wait to be sent."""
        return self._tcp.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - so too
        """Return what the TCP transport knows; and the `cipher`, by which TLS is told from it."""
        if name == "cipher":
            return self.channel.summary if self.channel.is_open else default
        return self._tcp.get_extra_info(name, default)
