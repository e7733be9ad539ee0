"""Keys that come faster than anybody types: pastes of terminals that do not mark them.

Rules:
- Keys that are read at once are a paste if they are many, with a line end before the last of them:
  so no line of a paste is sent by its line end. What comes right after a paste is of it.
- A paste is one key press, as a marked one is, however long it is. Keys that type nothing are keys.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

MANY = 24  # keys; typed ahead while the screen stood still, they are fewer
VERY_MANY = 200  # keys that are a paste without a line end, too
RIGHT_AFTER = 0.03  # seconds

_LINE_ENDS = frozenset((Keys.ControlM, Keys.ControlJ))
_TYPED = _LINE_ENDS | {Keys.ControlI}


class Bursts(Input):
    """Another input, in which pastes are found."""

    def __init__(self, inner: Input, now: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._now = now
        self._last = -1.0  # when the last of a paste was read

    def read_keys(self) -> list[KeyPress]:
        """Return the keys that wait."""
        keys = self._inner.read_keys()
        if not self._is_paste(keys):
            return keys
        while more := self._inner.read_keys():
            keys += more
        self._last = self._now()
        return [*_gathered(keys)]

    def _is_paste(self, keys: list[KeyPress]) -> bool:
        if self._now() - self._last < RIGHT_AFTER:
            return any(_is_text(key) for key in keys)
        if len(keys) < MANY:
            return False
        return len(keys) >= VERY_MANY or any(key.key in _LINE_ENDS for key in keys[:-1])

    # --- all else is the other one's ---------------------------------------------------------

    def fileno(self) -> int:
        """Return its file descriptor."""
        return self._inner.fileno()

    def typeahead_hash(self) -> str:
        """Return by what it is known."""
        return self._inner.typeahead_hash()

    def flush(self) -> None:
        """Flush it."""
        self._inner.flush()

    def flush_keys(self) -> list[KeyPress]:
        """Return the keys of a sequence that was not ended."""
        return self._inner.flush_keys()

    @property
    def closed(self) -> bool:
        """Whether it is at its end."""
        return self._inner.closed

    def raw_mode(self) -> AbstractContextManager[None]:
        """Have keys told at once."""
        return self._inner.raw_mode()

    def cooked_mode(self) -> AbstractContextManager[None]:
        """Have the terminal do what it does for other programs."""
        return self._inner.cooked_mode()

    def attach(self, input_ready_callback: Callable[[], None]) -> AbstractContextManager[None]:
        """Have something called when there are keys."""
        return self._inner.attach(input_ready_callback)

    def detach(self) -> AbstractContextManager[None]:
        """Leave it alone."""
        return self._inner.detach()

    def close(self) -> None:
        """Close it."""
        self._inner.close()


def _is_text(key: KeyPress) -> bool:
    return key.key in _TYPED or (not isinstance(key.key, Keys) and len(key.key) == 1)


def _gathered(keys: list[KeyPress]) -> Iterator[KeyPress]:
    """Yield runs of what is typed as one paste each, and other keys as they are."""
    text: list[str] = []
    for key in keys:
        if _is_text(key):
            text.append(key.data)
            continue
        if text:
            yield KeyPress(Keys.BracketedPaste, "".join(text))
            text = []
        yield key
    if text:
        yield KeyPress(Keys.BracketedPaste, "".join(text))
