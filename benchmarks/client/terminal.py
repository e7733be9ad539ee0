"""A terminal with one program in it, played by us: it takes what is drawn, types, and looks at the clock.

Rules: times are those of `time.monotonic`, which all processes of a machine share. Nothing is read from
the program except inside a method that says so, so a terminal that nobody reads is a frozen one.
"""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

import pyte

from benchmarks.figures import cpu_ticks, resident_kib
from tests.closing import Closing

COLUMNS, ROWS = 120, 40
END_SECONDS = 3.0
_READ_SIZE = 65_536
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_FRAME = b"\x1b[?2026h"  # synchronized output: a frame begins
_PASTE_ON, _PASTE_OFF = b"\x1b[?2004h", b"\x1b[?2004l"
_ANSWERS = {
    b"\x1b]11;?": b"\x1b]11;rgb:0000/0000/0000\x1b\\",  # the background is black
    b"\x1b[c": b"\x1b[?62;22c",  # a VT220 with colours
    b"\x1b[6n": b"\x1b[1;1R",
}
"""What terminals answer when they are asked what they are."""


class TerminalError(Exception):
    """A program did not show what was waited for."""


class EndedError(Exception):
    """A program has ended."""


class Terminal(Closing):
    """A pseudo-terminal and the program in it; leaving the context ends the program."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._drawn = bytearray()  # what the screen has not taken in yet
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._tail = b""
        self._brackets = False
        self.keeps = True
        """Whether what is drawn is kept, for `screen`; a flood is not worth it."""
        self.bytes = 0
        """Bytes that were drawn so far."""
        self.frames = 0
        """Frames that the program marked as such."""
        self.first = 0.0
        """When the first byte came."""

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.begin = time.monotonic()
        self._process = subprocess.Popen(
            ["/usr/bin/setsid", "--ctty", "--", *self._command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environment,
        )
        os.close(slave)
        os.set_blocking(self._master, False)
        return self

    def close(self) -> None:
        """Take it away, and end the program."""
        os.close(self._master)
        self._process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        self._process.kill()
        self._process.wait()

    # --- meters --------------------------------------------------------------------------------

    def cpu_seconds(self) -> float:
        """CPU seconds that the program used until now, with all its threads."""
        return cpu_ticks(self._proc("stat")) / _TICKS_PER_SECOND

    def resident_mib(self) -> float:
        """Resident memory now, in MiB."""
        return resident_kib(self._proc("status")) / 1024

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()

    # --- eyes ----------------------------------------------------------------------------------

    def await_bytes(self, wanted: bytes, seconds: float) -> float:
        """Read until `wanted` is drawn from now on, and return when. Raises `TerminalError`."""
        self._tail = b""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            read = self._read(end)
            now = time.monotonic()
            recent = self._tail + read
            if wanted in recent:
                return now
            self._tail = recent[-len(wanted) :]
        raise TerminalError(f"{self._command[0]} does not draw {wanted!r}:\n{self.text()}")

    def await_text(self, wanted: str, seconds: float) -> None:
        """Read until the screen shows `wanted`. Raises `TerminalError`."""
        end = time.monotonic() + seconds
        while wanted not in self.text():
            if time.monotonic() > end:
                raise TerminalError(f"{self._command[0]} does not show {wanted!r}:\n{self.text()}")
            self._read(end)

    def watch(self, seconds: float) -> None:
        """Read what is drawn for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._read(end)

    def rows(self) -> list[str]:
        """Return what is on the screen now, by what was kept."""
        if self._drawn:
            self._stream.feed(bytes(self._drawn))
            self._drawn.clear()
        return [row.rstrip() for row in self._screen.display]

    def text(self) -> str:
        """Return the rows as one text."""
        return "\n".join(self.rows())

    def _read(self, end: float) -> bytes:
        """Return what is drawn next, or nothing at the time `end`."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            return b""
        try:
            read = os.read(self._master, _READ_SIZE)
        except OSError:
            raise EndedError(f"{self._command[0]} has ended:\n{self.text()}") from None
        self.first = self.first or time.monotonic()
        self.bytes += len(read)
        self.frames += read.count(_FRAME)
        if self.keeps:
            self._drawn += read
        if _PASTE_ON in read or _PASTE_OFF in read:
            self._brackets = read.rfind(_PASTE_ON) > read.rfind(_PASTE_OFF)
        for asked, answer in _ANSWERS.items():
            if asked in read:
                self.type(answer)
        return read

    # --- hands ---------------------------------------------------------------------------------

    def type(self, keys: bytes) -> None:
        """Press keys. All of it is taken, sooner or later: what is drawn meanwhile is read."""
        while keys:
            with suppress(BlockingIOError):
                keys = keys[os.write(self._master, keys) :]
            if keys:
                self._read(time.monotonic() + 0.001)

    def paste(self, text: str) -> None:
        """Paste, in brackets if the program has asked for them; lines end as terminals end them."""
        pasted = text.replace("\n", "\r").encode()
        self.type(b"\x1b[200~" + pasted + b"\x1b[201~" if self._brackets else pasted)
