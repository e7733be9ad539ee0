"""From the table of keys to prompt_toolkit: a key names an action, an action has a handler."""

from collections.abc import Callable, Mapping

from prompt_toolkit.filters import Condition, FilterOrBool
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys

from chatclient.keys import KEYS, Action

Handler = Callable[[KeyPressEvent], None]


def bind(
    handlers: Mapping[Action, Handler],
    *,
    paste: Callable[[str], None],
    can_close: Callable[[], bool],
) -> KeyBindings:
    """Return the bindings of all keys in the table, and of the terminal's paste."""
    bindings = KeyBindings()
    filters: dict[Action, FilterOrBool] = {Action.CLOSE: Condition(can_close)}
    for key in KEYS:
        if key.action is not None:
            for sequence in key.sequences:
                when = filters.get(key.action, True)
                bindings.add(*sequence, filter=when)(handlers[key.action])

    @bindings.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        paste(event.data)

    return bindings
