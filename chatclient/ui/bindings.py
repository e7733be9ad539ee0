"""From the table of keys to prompt_toolkit: a key names an action, an action has a handler.

Rules: a row of the mode that one is in comes before a row for any mode. In a mode where nothing is
typed, letters without a row do nothing.
"""

from collections.abc import Callable, Mapping
from typing import Final

from prompt_toolkit.filters import Condition, FilterOrBool
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from chatclient.keys import KEYS, Action, Mode

Handler = Callable[[KeyPressEvent], None]


_TYPED: Final = frozenset({Mode.ANY, Mode.OVERLAY, Mode.REACTING})
"""The modes in which letters are typed, where prompt_toolkit's line editor has them."""


def bind(
    handlers: Mapping[Action, Handler],
    *,
    paste: Callable[[str], None],
    can_close: Callable[[], bool],
    mode: Callable[[], Mode] = lambda: Mode.ANY,
    letter: Callable[[str], None] = lambda _: None,
) -> KeyBindings:
    """Return the bindings of all keys in the table, and of the terminal's paste.

    `mode` says which one it is now; `letter` takes what is pressed in a mode where nothing is typed.
    """
    bindings = KeyBindings()
    filters: dict[Action, FilterOrBool] = {Action.CLOSE: Condition(can_close)}

    def is_in(wanted: Mode) -> FilterOrBool:
        return wanted is Mode.ANY or Condition(lambda: mode() is wanted)

    def saves(action: Action) -> Callable[[KeyPressEvent], bool]:
        redo = action is Action.REDO  # what is saved for undoing makes redoing impossible
        return lambda _: not redo

    for key in sorted(KEYS, key=lambda key: key.mode is not Mode.ANY):
        if key.action is not None:
            for sequence in key.sequences:
                when = filters.get(key.action, is_in(key.mode))
                bindings.add(*sequence, filter=when, save_before=saves(key.action))(
                    handlers[key.action]
                )

    @bindings.add(Keys.Any, filter=Condition(lambda: mode() not in _TYPED))
    def _letter(event: KeyPressEvent) -> None:
        letter(event.data)

    @bindings.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        paste(event.data)

    return bindings
