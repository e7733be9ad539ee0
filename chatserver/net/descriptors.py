"""File descriptors: as many as the system allows, and one in reserve for when there are no more.

Rule: without a free descriptor `accept` fails and the connection stays in the backlog, so a loop
that just tried again would use all the CPU. The reserve is given up for long enough to accept the
newest connection, tell it why it cannot stay, and close it.
"""

import os
import socket
import sys
from contextlib import suppress
from typing import Final

FULL: Final = b"ERROR :the server is full (it has no file descriptors left), try again later\r\n"
"""Told to both people and IRC clients, as we can't know yet which one it is."""


def raise_limit() -> int | None:
    """Raise the soft limit of open files to the hard one; return it, None where there is none."""
    if sys.platform == "win32":
        return None
    import resource  # noqa: PLC0415 - not on Windows

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS allows less than it says
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft


class Reserve:
    """A descriptor that is held for the moment when there is no other."""

    def __init__(self) -> None:
        self._held = -1
        self.refill()

    def refill(self) -> bool:
        """Take one into reserve, if there is none; say whether there is one."""
        if self._held < 0:
            with suppress(OSError):
                self._held = os.open(os.devnull, os.O_RDONLY)
        return self._held >= 0

    def shed(self, listener: socket.socket) -> None:
        """Accept one connection only to tell it that there is no room for it.

        Raises `BlockingIOError` when there is nobody to accept, another `OSError` when not even
        the reserve was enough.
        """
        self.close()
        try:
            accepted, _ = listener.accept()
            with accepted, suppress(OSError):
                accepted.setblocking(False)
                accepted.send(FULL)
                accepted.recv(65_536)  # what is left unread would turn our FIN into a reset
        finally:
            self.refill()

    def close(self) -> None:
        """Give it up."""
        if self._held >= 0:
            os.close(self._held)
            self._held = -1
