"""Whether the terminal shows what is typed: not while a password is."""

import contextlib
import os
import sys

with contextlib.suppress(ImportError):  # Windows has none
    import termios

_FLAGS = 3


class Echo:
    """The echo of a terminal; of anything else, nothing."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: int | None = None

    def hide(self) -> None:
        """Show nothing of what is typed but the ends of lines."""
        if sys.platform == "win32" or not os.isatty(self._descriptor) or self._before is not None:
            return
        with contextlib.suppress(termios.error):
            attributes = termios.tcgetattr(self._descriptor)
            self._before = attributes[_FLAGS]
            attributes[_FLAGS] = (self._before & ~termios.ECHO) | termios.ECHONL
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, attributes)

    def show(self) -> None:
        """Show what is typed, as before."""
        if sys.platform == "win32" or self._before is None:
            return
        with contextlib.suppress(termios.error):  # the terminal is gone
            attributes = termios.tcgetattr(self._descriptor)
            attributes[_FLAGS] = self._before
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, attributes)
        self._before = None
