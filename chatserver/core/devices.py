"""The devices of somebody: each is one connection of theirs."""

from msgspec import Struct


class Device(Struct, gc=False):
    """A session of somebody: one connection of theirs."""

    session: int
    """Its number."""
    connected_at: int
    address: str = ""
    """The remote address with its port."""
    secure: bool = False
    face: str = ""
    """How they joined: `irc` or `plain`."""
    key: bytes = b""
    """By which it is known again when it connects anew (`core.guests`); b"" if it is not."""
    absent: bool = False
    """Whether nobody is at it, so that it makes nobody present."""
    certificate: str = ""
    """SHA-256 of the certificate of the connection, "" without one."""
