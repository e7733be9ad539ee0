"""Addresses of sockets: where a connection comes from, as people, IRC and logs write it.

Rules: an IPv4 peer of a dual-stack socket (`::ffff:a.b.c.d`) is its IPv4 address before anything
looks at it. The scope of a link-local address is kept for display, and is no part of the host.
"""

import ipaddress
import socket
from functools import lru_cache
from typing import Any

from msgspec import Struct

AF_UNIX = getattr(socket, "AF_UNIX", None)


class Address(Struct, frozen=True):
    """One end of a socket: `host` and `port`, or the `path` of a Unix socket ("" if unnamed)."""

    host: str
    """Canonical, IPv4 if it is a mapped one, without scope; `localhost` for a Unix socket."""
    port: int = 0
    scope: str = ""
    """The interface of a link-local IPv6 address."""
    path: str | None = None

    def __str__(self) -> str:
        """Return it for display: `127.0.0.1:5000`, `[fe80::1%eth0]:5000`, `unix:/path`."""
        if self.path is not None:
            return f"unix:{self.path}"
        return join(f"{self.host}%{self.scope}" if self.scope else self.host, self.port)

    @property
    def family(self) -> str:
        """How it is reached: `IPv4`, `IPv6` or `Unix`."""
        if self.path is not None:
            return "Unix"
        return "IPv6" if ":" in self.host else "IPv4"

    @property
    def irc_host(self) -> str:
        """The host as IRC writes it: in `[0-9a-z_:.-]+`, and never with a colon first."""
        return f"0{self.host}" if self.host.startswith(":") else self.host


def join(host: str, port: int) -> str:
    """Return `host:port`, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse(family: int, name: Any) -> Address:  # noqa: ANN401 - as the socket module types it
    """Return what the socket module calls a name (`getpeername`, `accept`) as an address."""
    if family == AF_UNIX:
        path = name.decode(errors="replace") if isinstance(name, bytes) else str(name or "")
        return Address("localhost", path=path.replace("\0", "@"))
    text, port = name[:2]
    bare, _, scope = text.partition("%")
    host = _canonical(bare)
    return Address(host, port, scope if ":" in host else "")


@lru_cache(maxsize=1024)
def _canonical(host: str) -> str:
    """Return an address in its one spelling: the same object for many who come from one."""
    parsed = ipaddress.ip_address(host)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(parsed)


def local(sock: socket.socket) -> Address:
    """Return the address of our end of `sock`."""
    return parse(sock.family, sock.getsockname())
