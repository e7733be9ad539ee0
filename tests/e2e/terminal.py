"""A terminal with a program on it, and a screen that can be read."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

import pyte

from tests.closing import Closing

DEADLINE = 20.0
COLUMNS, ROWS = 90, 24
CHATCLIENT = Path(sys.executable).parent / "chatclient"


class Terminal(Closing):
    """A terminal of 90 by 24 on which a chatclient runs, as somebody who has never used it."""

    def __init__(
        self,
        *arguments: str,
        home: Path | None = None,
        env: Mapping[str, str] | None = None,
        stderr: TextIO | None = None,
        program: Sequence[str] = (),
        command: Sequence[str | Path] = (),
    ) -> None:
        """Start it; what it keeps is in `home`, or is nowhere when it is closed.

        `stderr` is for its errors, in place of the terminal; `program` is what starts it, and
        `command` what runs in its place.
        """
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self.written = b""
        """Everything that was written to the terminal."""
        self._homes = None if home else tempfile.TemporaryDirectory()
        self.home = home or Path(self._homes.name if self._homes else "")
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(theirs)
        places = {
            f"XDG_{each}_HOME": str(self.home) for each in ("CONFIG", "DATA", "STATE", "CACHE")
        }
        self.process = subprocess.Popen(
            command or [*program, CHATCLIENT, *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=stderr or theirs,
            env={**os.environ, "TERM": "xterm-256color", **places, **(env or {})},
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 -- it takes no lock
        )
        os.close(theirs)

    def type(self, text: str) -> None:
        """Type a line."""
        self.press(f"{text}\r")

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self.ours, keys.encode())

    def see(self, pattern: str) -> str:
        """Wait until the screen shows what a regular expression says; return the screen."""
        until = time.monotonic() + DEADLINE
        while not re.search(pattern, shown := "\n".join(self.screen.display)):
            assert time.monotonic() < until, f"no {pattern!r} on the screen:\n{shown}"
            if not self.read(until):
                raise AssertionError(f"it ended without showing {pattern!r}:\n{shown}")
        return shown

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, as somebody who drags a corner does."""
        self.screen.resize(rows, columns)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, size)

    def end(self) -> int:
        """Wait until it has ended, and return its status."""
        until = time.monotonic() + DEADLINE
        while self.read(until):
            assert time.monotonic() < until, "it did not end"
        return self.process.wait(DEADLINE)

    def hang_up(self) -> None:
        """Take the terminal away while it runs."""
        os.close(self.ours)
        self.ours = -1

    def close(self) -> None:
        """End it, if it runs, and take the terminal away."""
        self.process.kill()
        self.process.wait()
        if self.ours >= 0:
            self.hang_up()
        if self._homes:
            self._homes.cleanup()

    def read(self, until: float) -> bool:
        """Feed what it writes to the screen; say whether there may be more."""
        ready, _, _ = select.select([self.ours], [], [], max(0.0, until - time.monotonic()))
        try:
            data = os.read(self.ours, 65536) if ready else b""
        except OSError:  # on Linux, the end of the other side
            return False
        self.written += data
        self._stream.feed(data)
        return bool(data) or not ready


def _take_terminal() -> None:
    """Make the terminal the controlling one of the new session, which hears of its end."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
