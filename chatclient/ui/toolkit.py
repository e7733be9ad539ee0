"""prompt_toolkit, without what no screen of ours uses.

Importing anything of prompt_toolkit imports its prompts, dialogs and progress bars too, and what
those need: 8 ms of each start.
"""

import sys
from types import ModuleType


def import_toolkit() -> None:
    """Import prompt_toolkit but for `prompt_toolkit.shortcuts`; who wants that can still import it.

    To be called before anything else imports prompt_toolkit; later it does nothing.
    """
    name = "prompt_toolkit.shortcuts"
    if "prompt_toolkit" in sys.modules:
        return
    sys.modules[name] = _Nothing(name)
    try:
        import prompt_toolkit  # noqa: F401, PLC0415 - the purpose is that it is imported now
    finally:
        del sys.modules[name]


class _Nothing(ModuleType):
    """A module that has whatever is asked of it, and all of it is nothing."""

    def __getattr__(self, name: str) -> None:
        """Return nothing, also to who asks for what only packages have."""
