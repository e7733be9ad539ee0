"""The transport of a simulated socket, with the manners of asyncio's and of uvloop's.

Rules: `pause_writing` comes when more than the high mark waits, `resume_writing` at the low mark; after
`close` what waits is sent first; `abort` drops it; `connection_lost` comes once, in a later callback.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any, Protocol, cast

from tests.simulation.network import Endpoint

HIGH = 65_536


class Process(Protocol):
    """What a transport needs of its loop."""

    alive: bool
    steps: int
    before_polling: dict[object, Callable[[], None]]

    def call_soon(self, callback: Callable[..., object], *args: Any) -> asyncio.Handle:
        """Call in the next iteration."""
        ...

    def time(self) -> float:
        """Return the virtual time."""
        ...


class SimTransport(asyncio.Transport):
    """A connection of one process."""

    def __init__(
        self, loop: Process, endpoint: Endpoint, protocol: asyncio.BaseProtocol, random: Random
    ) -> None:
        super().__init__()
        self._loop = loop
        self.endpoint = endpoint
        self._protocol = cast("asyncio.Protocol", protocol)
        self._random = random
        self._defers = random.random() < 0.5
        """Whether it sends at the end of the iteration, as uvloop's does."""
        self._buffer = bytearray()
        self._high, self._low = HIGH, HIGH // 4
        self._paused = False
        self._reading = True
        self._read_planned = self._write_planned = False
        self._closing = self._lost = self._eof = False
        self.pressed = 0
        """Bytes written though the protocol knew, from an earlier callback, that too much waits."""
        self._paused_step = 0
        self.on_write: Callable[[bytes], None] = lambda _data: None
        """Sees all that is written."""
        endpoint.notice = self._notice
        loop.call_soon(self._protocol.connection_made, self)
        loop.call_soon(self._notice)

    # --- reading -----------------------------------------------------------------------------

    def _notice(self) -> None:
        """Look again at the kernel, in the process's next iteration."""
        if self._lost:
            return
        if self._reading and not self._read_planned and not self._closing:
            self._read_planned = True
            self._loop.call_soon(self._read)
        if self._buffer and not self._write_planned:
            self._write_planned = True
            self._loop.call_soon(self._write_more)

    def _read(self) -> None:
        self._read_planned = False
        if self._closing or self._lost or not self._reading:
            return
        try:
            data = self.endpoint.receive(self.endpoint.bite)
        except OSError as error:
            self._fail(error)
            return
        if data:
            self._protocol.data_received(data)
            self._notice()
        elif data is not None:
            self._reading = False
            if not self._protocol.eof_received():
                self.close()

    def pause_reading(self) -> None:
        """Read no more for now."""
        self._reading = False

    def resume_reading(self) -> None:
        """Read again."""
        if not self._closing and not self.endpoint.receives.ended:
            self._reading = True
            self._notice()

    def is_reading(self) -> bool:
        """Say whether it reads."""
        return self._reading and not self._closing

    # --- writing -----------------------------------------------------------------------------

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send, or keep for later."""
        if self._eof:
            raise RuntimeError("Cannot call write() after write_eof()")
        if not data or self._lost or not self._loop.alive:
            return
        self.on_write(bytes(data))
        if self._paused and self._loop.steps != self._paused_step:
            self.pressed += len(data)
        at_once = not self._buffer and not self._defers
        self._buffer += data
        if at_once or (self._defers and not self._paused and len(self._buffer) > self._high):
            self._flush()
        elif self._defers:
            self._loop.before_polling[self] = self._flush
        self._check_high()

    def _write_more(self) -> None:
        self._write_planned = False
        self._flush()

    def _flush(self) -> None:
        """Give the kernel what it takes."""
        if self._lost or not self._buffer:
            return
        try:
            taken = self.endpoint.send(self._buffer)
        except OSError as error:
            self._fail(error)
            return
        del self._buffer[:taken]
        if self._paused and len(self._buffer) <= self._low:
            self._paused = False
            self.pressed = 0
            self._protocol.resume_writing()
        if not self._buffer:
            if self._closing:
                self._lose(None)
            elif self._eof:
                self.endpoint.finish()

    def _check_high(self) -> None:
        if len(self._buffer) > self._high and not (self._paused or self._lost):
            self._paused = True
            self._paused_step = self._loop.steps
            self._protocol.pause_writing()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks."""
        self._high = HIGH if high is None else high
        self._low = self._high // 4 if low is None else low
        self._check_high()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return low and high mark."""
        return self._low, self._high

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait."""
        return len(self._buffer)

    def write_eof(self) -> None:
        """Send FIN after what waits."""
        if not self._closing and not self._eof:
            self._eof = True
            if not self._buffer and not self._lost:
                self.endpoint.finish()

    def can_write_eof(self) -> bool:
        """Say yes."""
        return True

    # --- the end -----------------------------------------------------------------------------

    def is_closing(self) -> bool:
        """Say whether it is closed, or about to be."""
        return self._closing

    def close(self) -> None:
        """Send what waits, then close."""
        if not self._closing:
            self._closing = True
            self._reading = False
            if not self._buffer:
                self._lose(None)

    def abort(self) -> None:
        """Close at once."""
        self._fail(None)

    def _fail(self, error: OSError | None) -> None:
        if not self._lost:
            self._buffer.clear()
            self._closing = True
            self._reading = False
            self._lose(error)

    def _lose(self, error: OSError | None) -> None:
        if not self._lost:
            self._lost = True
            self._loop.before_polling.pop(self, None)
            self._loop.call_soon(self._tell_lost, error)

    def _tell_lost(self, error: OSError | None) -> None:
        self.endpoint.close(reset=not self.endpoint.socket.lingers)
        self._protocol.connection_lost(error)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return the socket, or the addresses."""
        known = {
            "socket": self.endpoint.socket,
            "peername": ("127.0.0.1", 9000),
            "sockname": ("127.0.0.1", 9000),
        }
        return known.get(name, default)

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return who is told."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell somebody else."""
        self._protocol = cast("asyncio.Protocol", protocol)
