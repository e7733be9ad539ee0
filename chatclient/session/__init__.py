"""The IRC client without I/O: bytes in, changes of the world and bytes out.

Rules of this package: it is pure. Time is an argument (`now`, seconds since 1970), randomness is
given to `Session`. No input from a server raises; what cannot be understood is shown or dropped.
What it offers is imported when it is used: the first frame of a screen comes before that.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatclient.session.accounts import Unable
    from chatclient.session.catchup import MAYBE_LOST
    from chatclient.session.identity import Identity
    from chatclient.session.session import LEFT, Session

__all__ = ["LEFT", "MAYBE_LOST", "Identity", "Session", "Unable"]

_HOMES = {"Unable": "accounts", "MAYBE_LOST": "catchup", "Identity": "identity"}


def __getattr__(name: str) -> object:
    """Import what is used of the session (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module 'chatclient.session' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - see above

    return getattr(import_module(f"chatclient.session.{_HOMES.get(name, 'session')}"), name)
