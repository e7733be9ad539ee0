"""Calling the user when they look elsewhere: by a notification of the desktop, or the bell.

Rules: only what is said now calls, never history, never what the user said; what is in view calls
only when the terminal says that it is not looked at. A buffer calls once in a few seconds. Text from
others is bounded, and has no control character: it cannot end the sequence that it stands in.
"""

import time
from collections.abc import Callable, Mapping

from chatclient.model import Buffer, BufferKind, Line
from chatclient.model.levels import calls
from chatclient.settings import Ring

PAUSE = 5.0  # seconds in which a buffer calls once
_LONGEST = 200  # characters
_OSC9 = frozenset({"iTerm.app", "WezTerm", "ghostty"})
_OSC9_TERMS = ("xterm-kitty", "xterm-ghostty")
_OSC777_TERMS = ("foot", "rxvt")
BELL = "\a"


def way(wanted: Ring, environment: Mapping[str, str]) -> Ring:
    """Return how the terminal is to call, where the user leaves that to us."""
    if wanted is not Ring.AUTO:
        return wanted
    term = environment.get("TERM", "")
    if "TMUX" in environment or "STY" in environment:
        return Ring.BELL  # which they pass on, or show in their own way
    if environment.get("TERM_PROGRAM") in _OSC9 or term.startswith(_OSC9_TERMS):
        return Ring.OSC9
    return Ring.OSC777 if term.startswith(_OSC777_TERMS) else Ring.BELL


def sequence(how: Ring, title: str, text: str, environment: Mapping[str, str]) -> str:
    """Return what has the terminal call, "" for nothing."""
    title, text = _safe(title), _safe(text)
    match how:
        case Ring.NOTHING:
            return ""
        case Ring.OSC9:
            return _through(f"\x1b]9;{title}: {text}{BELL}", environment)
        case Ring.OSC777:
            return _through(f"\x1b]777;notify;{title.replace(';', ',')};{text}{BELL}", environment)
        case _:
            return BELL


def _safe(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text[:_LONGEST])
    return " ".join(shown.split())


def _through(osc: str, environment: Mapping[str, str]) -> str:
    """Return a sequence so that tmux and screen pass it on to the terminal that they are in."""
    if "TMUX" in environment:
        doubled = osc.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    return f"\x1bP{osc}\x1b\\" if "STY" in environment else osc


class Caller:
    """Calls the user for what is said."""

    def __init__(
        self,
        send: Callable[[str], None],
        wanted: Callable[[], Ring],
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`send` has the terminal do something, `wanted` says how the user wants to be called."""
        self._send = send
        self._wanted = wanted
        self._environment = environment
        self._clock = clock
        self._called: dict[Buffer, float] = {}
        self.focused: bool | None = None
        """Whether the terminal is looked at, None if it does not tell."""

    def heed(self, buffer: Buffer, line: Line, *, in_view: bool) -> None:
        """Call the user for a line that is new, if it is one to be called for."""
        if not calls(buffer, line) or buffer.behind or (in_view and self.focused is not False):
            return
        now = self._clock()
        if now - self._called.get(buffer, -PAUSE) < PAUSE:
            return
        self._called[buffer] = now
        where = "" if buffer.kind is BufferKind.DIRECT else f" in {buffer.name}"
        how = way(self._wanted(), self._environment)
        if called := sequence(how, f"{line.source}{where}", line.text, self._environment):
            self._send(called)

    def forget(self, closed: Buffer) -> None:
        """Drop what is known of a buffer that is gone."""
        self._called.pop(closed, None)
