"""One accepted socket: bytes in and out, from `accept()` to `close()`.

Rules: one task owns a connection and wakes once per read; nothing else waits. What waits to be read
or to be sent is bounded. Closing sends what is left and FIN; who does not take it in time gets RST.
At level debug each step in the socket's life is one line; else the steps cost nothing.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, cast

from chatserver.direct import NOWHERE
from chatserver.net import tcp
from chatserver.net.address import Address
from chatserver.net.deadlines import NEVER, Due, Patience, Stall
from chatserver.net.outgoing import Outgoing
from chatserver.net.steps import Steps
from chatserver.net.terms import Entrance, Origin, Terms, origin_of
from chatserver.session import Session

if TYPE_CHECKING:  # loaded when a listener has TLS: it takes its time
    from chatserver.net.tlstransport import TlsTransport

_log = logging.getLogger(__name__)

INPUT_HIGH: Final = 65_536
"""Bytes that wait for the task, from which on we stop reading and TCP pushes back on the peer."""
PIECE: Final = 8192
"""Bytes that the task gets at once: then others have their turn."""
CLOSED: Final = "connection closed"
BUG: Final = "internal error"


class Connection(Outgoing, asyncio.Protocol):
    """A connection: its task reads from it, and the node writes to it (`ports.Peer`)."""

    __slots__ = (
        "_chunks", "_closing", "_given_up", "_loop", "_patience", "_reading", "_size", "_stall",
        "_waiter", "_was_reset", "at_end", "entrance", "full", "peer", "reason", "session", "terms",
    )  # fmt: skip

    def __init__(self, terms: Terms, peer: Address, number: int, entrance: Entrance) -> None:
        """Make connection `number` since the start, from `peer` by way of such an `entrance`."""
        super().__init__(Steps(number))
        self.terms = terms
        self.peer = peer
        self.entrance = entrance
        self.session: Session | None = None
        """Set when the first line was judged."""
        self.reason = ""
        """Why it ends, as its rooms are told; "" as long as it goes on."""
        self.at_end = False
        """Whether the peer ended its side in order: it may still be listening."""
        self.full = False
        """Whether so much waits to be sent that nothing more should be written, and its own input waits."""
        self._loop = asyncio.get_running_loop()
        self._tls = _tls_for(self, entrance)
        self._patience = Patience(
            terms.times,
            self._loop.time(),
            greets=entrance.greets,
            handshake=entrance.proxied or self._tls is not None,
        )
        self._waiter: asyncio.Future[None] | None = None
        self._chunks: list[bytes] | None = None
        """What came and the task has not taken yet; whoever is idle needs no list for it."""
        self._size = 0
        """Bytes in `_chunks`."""
        self._reading = True
        """Whether we read: not while too much waits for the task."""
        self._given_up = False
        """Whether nothing is waited for any more."""
        self._stall: Stall | None = None
        """Watches over a peer that is to read what waits for it, and None while little waits."""
        self._closing = False
        self._was_reset = False

    async def run(
        self, sock: socket.socket, converse: "Callable[[Connection], Awaitable[None]]"
    ) -> None:
        """Own the accepted `sock` until it is closed; `converse` says what to do with its bytes."""
        try:
            self.steps.accepted(sock, self.peer)
            if self.entrance.proxied and not await self._learn_peer(sock):
                sock.close()
                return
            await self._loop.connect_accepted_socket(lambda: self._tls or self, sock)
        except OSError as error:
            sock.close()
            self.steps.tell("it was gone before it could be served: %s", error)
            return
        try:
            if self._tls is None or await self._shake_hands(self._tls):
                await converse(self)
        except Exception:  # noqa: BLE001 - a bug: it ends this one connection, never the server
            self.terms.counters.bugs += 1
            _log.exception("#%d ends by an error of ours", self.steps.number)
            self.reason = BUG
        finally:
            self._leave()
            while not self._closed:
                await self.change()
            self.terms.deadlines.cancel(self)
            self.session = None  # so both are gone without garbage collection

    async def _learn_peer(self, sock: socket.socket) -> bool:
        """Have the proxy say from where the connection is, and say whether it did."""
        from chatserver.net.proxied import NO_HEADER, NoHeaderError, learn_peer  # noqa: PLC0415 - few need it

        self._set_deadline()
        try:
            self.peer = await learn_peer(self, sock) or self.peer
        except (NoHeaderError, OSError):
            if not self.reason:
                self.steps.tell("proxy: %s: turned away", NO_HEADER)
                self.terms.counters.refused += 1
            self.terms.deadlines.cancel(self)
            return False
        self.steps.tell("proxy: the connection is from %s", self.peer)
        if self._tls is None:
            self._patience.shaken(self._loop.time())
        return True

    async def _shake_hands(self, tls: "TlsTransport") -> bool:
        """Have the handshake done, step by step, and say whether it was."""
        channel = tls.channel
        while not (self.reason or channel.failure or channel.is_open):
            if tls.is_waiting:
                async with self.terms.turns:
                    tls.step()
            else:
                await self.change()
        if channel.is_open:
            self._patience.shaken(self._loop.time())
            self._set_deadline()
            return True
        self.terms.counters.handshakes_failed += 1
        if channel.failure:
            self.steps.tell("tls: no handshake: %s", channel.failure)
            self.reason = self.reason or channel.failure
        if tls.speaks_clear and not self._closing:
            tls.refuse_clear()
        self._fall_silent()
        return False

    def _leave(self) -> None:
        """Have the session end in its turn, which closes us; without one, close at once."""
        if self.session is not None:
            self.terms.node.leave(self.session, self.reason)
        else:
            self.close(b"" if self.at_end else self.terms.faces.farewell(self.reason))

    # --- for its task --------------------------------------------------------------------------

    @property
    def origin(self) -> Origin:
        """Where it comes from, as its face is told."""
        if self._tls is None:
            return origin_of(self.peer, proxied=self.entrance.proxied)
        return origin_of(self.peer, secure=True, certificate=self._tls.channel.certificate)

    @property
    def was_cut(self) -> bool:
        """Whether the peer's side ended without its having said so, where it should have: under TLS."""
        return self._tls is not None and not self._tls.channel.has_ended

    @property
    def has_news(self) -> bool:
        """Whether `receive` returns without waiting for the peer."""
        return bool(self._chunks or self.reason)

    async def receive(self) -> bytes:
        """Return the next bytes, or b"" when there are no more: `reason` says why."""
        while not (chunks := self._chunks):
            if self.reason:
                return b""
            await self.change()
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        self._chunks = None
        self._size = 0
        if len(data) > PIECE:
            self._chunks = [data[PIECE:]]
            self._size = len(data) - PIECE
            await asyncio.sleep(0)
            return data[:PIECE]
        if not (self._reading or self._closing or self._closed):
            self._reading = True
            self._transport.resume_reading()
            self.steps.tell("reading goes on")
        return data

    async def drained(self) -> None:
        """Return when little waits to be sent, or nothing is sent any more."""
        while self.full and not (self._deaf or self._given_up):
            await self.change()

    async def flushed(self) -> None:
        """Return when the kernel has taken all that was written, or nothing is sent any more."""
        if not self._closed:
            self._transport.set_write_buffer_limits(0)
        await self.drained()

    def begin(self) -> None:
        """Know that the first line has begun: there is a time limit for it, and for registering."""
        if self._patience.begin(self._loop.time()):
            self._set_deadline()

    def greet(self) -> None:
        """Greet the peer now, if it was not greeted yet."""
        if self._patience.greet():
            self.write(self.terms.faces.greeting())

    def attach(self, session: Session) -> None:
        """Take the session that the first line led to."""
        self.session = session
        self._patience.pings = bool(session.face.ping())
        self.begin()

    def change(self) -> asyncio.Future[None]:
        """Return what is done when something has happened."""
        self._waiter = self._loop.create_future()
        return self._waiter

    def wake(self) -> None:
        """Have the task look again at what has happened."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- for the node --------------------------------------------------------------------------

    def give_up(self, reason: str) -> None:
        """Read no more, and wait for nothing; the task will end it, and tell `reason`."""
        self.reason = self.reason or reason
        self._given_up = True
        self.descriptor = NOWHERE  # who was behind is behind no more, and gets nothing nevertheless
        if self.session is not None:
            self.session.lose_peer()
        self._drop_input()

    def _see_waiting(self) -> None:
        """Send past the transport as long as somebody is waited for."""
        if not self._given_up:
            super()._see_waiting()

    def note(self, text: str, *values: object) -> None:
        """Log a step; `values` are as in the logging module."""
        self.steps.tell(text, *values)

    def close(self, farewell: bytes) -> None:
        """Send `farewell` and what is unsent, then FIN; within a bound of time, or reset it."""
        if self._closing:
            return
        if farewell and not self._deaf and not self._closed:
            self.steps.send(self._transport, farewell)
        self._fall_silent()
        self._closing = True
        self.reason = self.reason or CLOSED
        self._drop_input()
        if self._closed:
            return
        self._patience.close(self._loop.time())
        self._set_deadline()
        if self.at_end:
            self.steps.tell("close: what is left is sent, then our FIN, in answer to the peer's")
            self._transport.close()
            return
        self.steps.tell("shutdown: what is left is sent, then our FIN; the peer is to send its own")
        self._transport.resume_reading()
        with contextlib.suppress(OSError):  # the peer may have reset it already
            self._transport.write_eof()

    def abort(self) -> None:
        """End it at once, whatever is unsent."""
        self._fall_silent()
        self._closing = True
        self.reason = self.reason or CLOSED
        self._drop_input()
        if not self._closed:
            self._reset()

    def _reset(self) -> None:
        """Drop what is unsent and close with RST."""
        self.steps.tell("close: reset (RST), %d bytes were never sent", self._unsent)
        self._was_reset = True
        tcp.reset_on_close(self._transport.get_extra_info("socket"))
        self._transport.abort()

    def _drop_input(self) -> None:
        self._chunks = None
        self._size = 0
        self.wake()

    # --- for the event loop --------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport of the accepted socket."""
        self._transport = cast("asyncio.Transport", transport)
        self._closed = False
        if self._closing:  # it was ended before it had begun
            self._reset()
            return
        self._transport.set_write_buffer_limits(self.terms.high_water)
        self._see_waiting()
        self._set_deadline()

    def data_received(self, data: bytes) -> None:
        """Keep what came for the task, and stop reading when it does not keep up."""
        if self._debug:
            self.steps.tell("recv: %d bytes%s", len(data), ", dropped" if self._closing else "")
        if self.reason:
            return
        self._patience.heard = self._loop.time()
        if self._chunks is None:
            self._chunks = [data]
        else:
            self._chunks.append(data)
        self._size += len(data)
        if self._size > INPUT_HIGH:
            self._reading = False
            self._transport.pause_reading()
            self.steps.tell(
                "reading pauses: %d bytes wait; TCP pushes back on the peer", self._size
            )
        self.wake()

    def eof_received(self) -> bool:
        """Take the orderly end of the peer's side; keep ours open, unless it is ended already."""
        if self._closing:
            self.steps.tell("recv: 0 bytes, %s; both sides are closed", self._end)
            return False
        self.at_end = True
        self.reason = self.reason or CLOSED
        self.steps.tell("recv: 0 bytes, %s; it may still listen (half close)", self._end)
        self.wake()
        return True

    def pause_writing(self) -> None:
        """Know that the kernel takes no more, and that much waits."""
        self.full = True
        self.steps.fill(self._transport)
        now = self._loop.time()
        self._stall = Stall(self.terms.times.stall, now)
        if not self._closing and self._patience.next > self._stall.next:
            self.terms.deadlines.set(self, self._stall.next)
        if self.session is not None:
            self.terms.node.see_full(self.session)

    def resume_writing(self) -> None:
        """Know that little waits."""
        self.full = False
        self._stall = None
        self._patience.heard = self._loop.time()  # who reads is alive
        self.steps.tell("send: the kernel takes more again, %d bytes wait here", self._unsent)
        if self.session is not None:
            self.terms.node.see_drained(self.session)
        self.wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Know that the socket is closed, by us or by an error."""
        self.reason = self.reason or tcp.describe(error)
        self._closed = True
        self._fall_silent()
        self.full = False
        if self.session is not None:
            self.session.lose_peer()
        peer_first = self.at_end and (self._tls is None or self._tls.fin)
        self.steps.closed(error, was_reset=self._was_reset, peer_first=peer_first)
        self.wake()

    # --- for the timer -------------------------------------------------------------------------

    def check(self, now: float) -> float:
        """Do what is due at `now`; return when to look again."""
        try:
            return self._check(now)
        except Exception:  # noqa: BLE001 - as in `run`
            self.terms.counters.bugs += 1
            _log.exception("#%d ends by an error of ours", self.steps.number)
            self.abort()
            return NEVER

    def _check(self, now: float) -> float:
        face = self.session.face if self.session is not None else None
        registered = face is not None and face.registered
        if self._stall is not None and registered and not self._closing:
            return self._check_stall(self._stall, now)
        match self._patience.check(now, registered=registered, flushed=not self._unsent):
            case Due.GREET:
                self.write(self.terms.faces.greeting())
            case Due.PING if face is not None:
                self.steps.tell("nothing received for a while: ping")
                self.write(face.ping())
            case Due.GIVE_UP:
                self._run_out(self._patience.why)
                return NEVER
        return self._patience.next

    def _check_stall(self, stall: Stall, now: float) -> float:
        """See whether a peer reads to whom much is to be sent: a ping could not reach it."""
        sock = self._transport.get_extra_info("socket")
        if stall.check(now, self._unsent + (tcp.unacknowledged(sock) or 0)):
            return stall.next
        self._run_out(stall.why)
        return NEVER

    def _run_out(self, why: str) -> None:
        """End what has lasted too long."""
        self.steps.tell("time is up: %s", why)
        if not self._closing:
            self.give_up(why)
        elif self._unsent:
            self._reset()
        else:
            self._transport.abort()

    def _set_deadline(self) -> None:
        self.terms.deadlines.set(self, self._patience.next)

    @property
    def _end(self) -> str:
        """What the peer's side ended with."""
        return "the peer's FIN" if self._tls is None or self._tls.fin else "the peer's close_notify"


def _tls_for(connection: Connection, entrance: Entrance) -> "TlsTransport | None":
    """Return what does TLS for a connection that came by way of `entrance`, None for no TLS."""
    if entrance.keys is None:
        return None
    from chatserver.net.tlstransport import TlsTransport  # noqa: PLC0415 - few need it

    return TlsTransport(entrance.keys.context, connection, connection.steps)
