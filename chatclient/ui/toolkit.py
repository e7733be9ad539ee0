"""prompt_toolkit, without what no screen of ours uses.

Importing anything of prompt_toolkit imports its prompts, dialogs and progress bars too, its keys of
vi, a parser of XML, and tables of how wide letters are: a seventh of each start.
"""

import sys
from collections.abc import Callable
from types import ModuleType

from chatclient.deferral import defer
from chatclient.ui.letters import are_single


def import_toolkit() -> None:
    """Import prompt_toolkit but for its prompts, which who wants them can still import.

    To be called before anything else imports prompt_toolkit; later it does nothing.
    """
    if "prompt_toolkit" in sys.modules:
        return
    defer("wcwidth", "xml.dom.minidom")
    stands_in = {
        "prompt_toolkit.shortcuts": _Nothing,
        "prompt_toolkit.key_binding.bindings.vi": _NoKeys,
    }
    if "wcwidth" not in sys.modules:
        stands_in["wcwidth"] = _Widths
    sys.modules.update({name: kind(name) for name, kind in stands_in.items()})
    try:
        import prompt_toolkit  # noqa: F401, PLC0415 - the purpose is that it is imported now
    finally:
        for name in stands_in:
            del sys.modules[name]
    from prompt_toolkit.styles.defaults import COLORS_STYLE  # noqa: PLC0415 - see above

    COLORS_STYLE.clear()  # classes for 160 names of colours, which each start would parse twice


class _Nothing(ModuleType):
    """A module that has whatever is asked of it, and all of it is nothing."""

    def __getattr__(self, name: str) -> object:
        """Return nothing, also to who asks for what only packages have."""
        return None


class _NoKeys(ModuleType):
    """A module that binds no keys: ours are those of Emacs."""

    def __getattr__(self, name: str) -> Callable[[], object]:
        """Return what makes key bindings, and makes none."""
        from prompt_toolkit.key_binding import KeyBindings  # noqa: PLC0415 - it is imported now

        return KeyBindings


class _Widths(ModuleType):
    """The one function that prompt_toolkit has of `wcwidth`."""

    @staticmethod
    def wcwidth(character: str) -> int:
        """Return how many cells a character takes, by the tables if that is not plain to see."""
        if are_single(character):
            return 1
        import wcwidth  # noqa: PLC0415 - the purpose is that it is imported late

        return wcwidth.wcwidth(character)
