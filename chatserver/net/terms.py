"""What every connection is given: node, faces, limits, times; and what is counted of them all."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from chatserver.faces.contract import Face
from chatserver.faces.detection import Refused, Speaks
from chatserver.net.address import Address
from chatserver.net.deadlines import Deadlines, Times
from chatserver.net.turns import Turns
from chatserver.node import Node

if TYPE_CHECKING:  # loaded when a listener has TLS: it takes its time
    from OpenSSL import SSL


class Origin(Struct, frozen=True):
    """Where a connection comes from, as its face is told."""

    host: str
    """What others see: in `[0-9a-z_:.-]+`."""
    address: str
    """With the port, for operators."""
    private: bool
    """Whether nobody can listen in: it comes over TLS, or from this machine."""
    secure: bool = False
    """Whether it comes over TLS."""
    certificate: str = ""
    """SHA-256 of the client's certificate (64 hexadecimal digits, lower case), "" for none.

    The client has proved to have its key; who signed it was not looked at.
    """


class Faces(Protocol):
    """Makes the faces of connections, and speaks to peers who have none yet."""

    def open(self, speaks: Speaks, origin: Origin, *, crlf: bool) -> Face | Refused:
        """Return the face of a new connection, or why it may not speak so here.

        Its first line ended with CR LF if `crlf`.
        """
        ...

    def greeting(self) -> bytes:
        """Return what a peer is told that says nothing."""
        ...

    def farewell(self, reason: str) -> bytes:
        """Return what a peer is told that is to go before it has said anything."""
        ...


class Counters:
    """What is counted of connections since the start."""

    def __init__(self) -> None:
        self.accepted = 0
        self.refused = 0
        """Peers that spoke no protocol of ours."""
        self.shed = 0
        """Connections that were closed at once for want of file descriptors."""
        self.handshakes_failed = 0
        """Peers with which no handshake of TLS came about."""
        self.bugs = 0
        """Connections that an error of ours ended."""


class WebSocketTerms(Struct, frozen=True):
    """What a listener for WebSocket is told; IRC is spoken there."""

    origins: tuple[str, ...] = ()
    """Of which pages scripts may connect; "*" is any. Who names no origin is no browser."""


Spoken = Speaks | WebSocketTerms | None
"""What is spoken at a listener; None if the first line of each peer decides."""


class Keys:
    """A certificate and its key, as new handshakes use them: replaced while the server runs."""

    def __init__(self, context: "SSL.Context") -> None:
        self.context = context


class Entrance(Struct, frozen=True):
    """How one comes in at a listener."""

    spoken: Spoken = None
    keys: Keys | None = None
    """What TLS is done with; None for connections in clear text."""
    proxied: bool = False
    """Whether a proxy says first from where each connection is (PROXY protocol)."""

    @property
    def greets(self) -> bool:
        """Whether peers that say nothing are greeted: they may be people."""
        return self.spoken in {None, Speaks.PLAIN}

    @property
    def is_web(self) -> bool:
        """Whether it speaks WebSocket."""
        return isinstance(self.spoken, WebSocketTerms)


class Terms(Struct, frozen=True, kw_only=True):
    """What the connections of one server share."""

    node: Node
    faces: Faces
    deadlines: Deadlines
    counters: Counters
    turns: Turns
    """For the steps of handshakes."""
    times: Times = Times()
    watch: Callable[[], float] = time.monotonic
    """Seconds that go on within a callback of the loop, whose own time stands still meanwhile."""
    line_limit: int = 8192
    """Bytes of a line of plain text, its end left out."""
    high_water: int = 65_536
    """Bytes that wait to be sent to one peer, from which on it gets nothing more until it has read."""


def origin_of(
    peer: Address, *, secure: bool = False, certificate: str = "", proxied: bool = False
) -> Origin:
    """Return the origin of a connection from `peer`.

    What comes by way of a proxy may have come from anywhere, and be on its way for everybody to read.
    """
    on_this_machine = peer.path is not None or peer.host == "::1" or peer.host.startswith("127.")
    private = secure or (on_this_machine and not proxied)
    return Origin(peer.irc_host, str(peer), private, secure=secure, certificate=certificate)
