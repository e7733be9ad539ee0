"""The way out: lines of text to a file descriptor, by a thread, as a terminal may stop taking them.

Rules: the event loop never waits for the terminal; of what it does not take in time, the oldest is
left out, and how much is told.
"""

import os
import select
import threading
from collections import deque
from collections.abc import Callable, Iterable

from chatwire.text import visible

MOST = 1000
"""How many lines may wait."""


class LineWriter:
    """Writes lines, each safe for any terminal."""

    def __init__(self, descriptor: int, encoding: str, on_gone: Callable[[], None]) -> None:
        """`on_gone` is called, in the thread, when nothing can be written any more."""
        self._descriptor = descriptor
        self._encoding = encoding
        self._on_gone = on_gone
        self._queue: deque[str] = deque()
        self._left_out = 0
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="lines", daemon=True)
        self._thread.start()

    def say(self, lines: Iterable[str]) -> None:
        """Have lines written, soon."""
        safe = [visible(line).replace("\t", " ") for line in lines]
        with self._lock:
            self._queue.extend(safe)
            while len(self._queue) > MOST:
                self._queue.popleft()
                self._left_out += 1
        if safe:
            self._wake.set()

    def close(self, within: float) -> None:
        """Write what waits, for at most so many seconds."""
        self._closing = True
        self._wake.set()
        self._thread.join(within)

    def _run(self) -> None:
        while not self._closing or self._queue:
            self._wake.wait()
            self._wake.clear()
            try:
                self._write(self._take())
            except OSError:
                self._on_gone()
                return

    def _take(self) -> bytes:
        with self._lock:
            lines, left_out = [*self._queue], self._left_out
            self._queue.clear()
            self._left_out = 0
        if left_out:
            lines.insert(0, f"{left_out} lines were left out, as the terminal did not take them")
        text = "".join(f"{line}\n" for line in lines)
        return text.encode(self._encoding, errors="replace")

    def _write(self, data: bytes) -> None:
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:  # whoever shares the terminal with us has made it so
                select.select([], [self._descriptor], [])
