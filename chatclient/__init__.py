"""A terminal chat client that is also a tool for scripts and a library for bots.

Rules: what the library offers is imported when it is used, as importing this package is part of
every start of the program.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatclient.api import Chat, NotSaid, Refused, connect
    from chatclient.connection import ConnectError
    from chatclient.events import (
        Connected,
        Disconnected,
        Event,
        Joined,
        Left,
        Message,
        Missed,
        News,
        Reacted,
        Removed,
    )
    from chatclient.model import Kind, Member

__all__ = [
    "Chat",
    "ConnectError",
    "Connected",
    "Disconnected",
    "Event",
    "Joined",
    "Kind",
    "Left",
    "Member",
    "Message",
    "Missed",
    "News",
    "NotSaid",
    "Reacted",
    "Refused",
    "Removed",
    "connect",
]

_HOMES = {
    "chatclient.api": ("Chat", "NotSaid", "Refused", "connect"),
    "chatclient.connection": ("ConnectError",),
    "chatclient.model": ("Kind", "Member"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import what is used of the library (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module 'chatclient' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - help and version need none of it

    return getattr(import_module(_HOME_OF.get(name, "chatclient.events")), name)
