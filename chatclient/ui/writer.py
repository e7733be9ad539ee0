"""The writer: what goes to a terminal, in order, without anybody waiting for the terminal.

Rules:
- `send` never blocks: what the terminal does not take at once, a thread writes when it does.
- Nothing that was sent is left out or cut, so that the terminal always knows where it is. Who has
  more to show than the terminal takes looks whether it is `busy`, and shows only the newest.
- A terminal that is gone takes everything, and keeps nothing.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

PATIENCE = 2.0  # seconds that a terminal has to take the last words
_CHUNK = 4096  # bytes; as many as a terminal takes at once


class Writer:
    """Writes to the file descriptor of a terminal."""

    def __init__(self, fd: int, freed: Callable[[], None] = lambda: None) -> None:
        """`freed` is called, on the writer's thread, whenever it is not busy any longer."""
        self._fd = fd
        self._freed = freed
        self._own = _own_descriptor(fd)
        self._waiting: deque[bytes] = deque()
        self._state = threading.Condition()
        self._thread: threading.Thread | None = None
        self.gone = False
        """Whether there is no terminal any longer."""

    @property
    def busy(self) -> bool:
        """Whether the terminal has yet to take something."""
        return bool(self._waiting)

    def send(self, data: bytes) -> None:
        """Have `data` written, after all that was sent before."""
        if self.gone:
            return
        with self._state:
            if self._own is not None and not self._waiting:
                data = data[self._write(self._own, data) :]
            if not data or self.gone:
                return
            self._waiting.append(data)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="terminal", daemon=True)
                self._thread.start()

    def drain(self, patience: float = PATIENCE) -> bool:
        """Wait until all is written, at most so many seconds; say whether it is."""
        with self._state:
            return self._state.wait_for(lambda: not self._waiting, patience)

    def _run(self) -> None:
        """Write what waits, then end."""
        while True:
            data = self._waiting[0]
            written = self._write_when_it_can(data)
            with self._state:
                if self.gone:
                    self._waiting.clear()
                elif written == len(data):
                    self._waiting.popleft()
                else:
                    self._waiting[0] = data[written:]
                if not self._waiting:
                    self._thread = None
                    self._state.notify_all()
                    break
        self._freed()

    def _write_when_it_can(self, data: bytes) -> int:
        fd = self._fd if self._own is None else self._own
        with suppress(OSError, ValueError):
            select.select([], [fd], [])
        return self._write(fd, data[:_CHUNK])

    def _write(self, fd: int, data: bytes) -> int:
        """Write what the terminal takes now, and return how much it took."""
        try:
            return os.write(fd, data)
        except (BlockingIOError, InterruptedError):
            return 0
        except OSError:
            self.gone = True
            return 0


def _own_descriptor(fd: int) -> int | None:
    """Return a descriptor of the same terminal that does not block, None if it cannot be had.

    That `fd` itself does not block would be true for everybody who shares it: the shell, too.
    """
    try:
        return os.open(os.ttyname(fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return None
