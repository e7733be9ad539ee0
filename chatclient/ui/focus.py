"""Whether the terminal is looked at: it tells, where it can, by what look like two keys.

Rules: they stand for keys that no keyboard has, so that they type nothing and move nothing.
"""

from collections.abc import Callable
from typing import Final

from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys

_FOCUSED: Final = {"\x1b[I": (Keys.ControlF23, True), "\x1b[O": (Keys.ControlF24, False)}


def watch_focus(bindings: KeyBindings, note: Callable[[bool], None]) -> None:
    """Have `note` called with whether the terminal is looked at, when that changes."""
    for written, (key, focused) in _FOCUSED.items():
        ANSI_SEQUENCES[written] = key

        @bindings.add(key)
        def _tell(_event: object, focused: bool = focused) -> None:  # noqa: FBT001 -- bound here
            note(focused)
