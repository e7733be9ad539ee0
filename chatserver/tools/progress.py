"""How far a long piece of work is, for who watches it in a terminal."""

import sys
import time
from typing import Final, Self

SHOWN_AFTER: Final = 1.0
"""Seconds: what is done by then shows nothing."""


class Progress:
    """A line on standard error that is rewritten; nothing if that is no terminal."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._begin = time.monotonic()
        self._shown = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._write("")

    def show(self, done: int, whole: int) -> None:
        """Tell that so much of the whole is done."""
        if sys.stderr.isatty() and time.monotonic() > self._begin + SHOWN_AFTER:
            self._write(f"{self._what}: {min(1.0, done / max(1, whole)):4.0%}")

    def _write(self, text: str) -> None:
        if text != self._shown:
            sys.stderr.write(f"\r{text:{len(self._shown)}}\r{text}")
            sys.stderr.flush()
            self._shown = text
