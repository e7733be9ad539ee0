"""What whoever starts the server is told: where its data is, where it listens, how to join it."""

from collections.abc import Sequence
from pathlib import Path

from chatserver.net.address import Address

_EVERYWHERE = {"::", "0.0.0.0", "127.0.0.1", "::1"}
"""Addresses that are reached as `localhost` from this machine."""


def announce(
    addresses: Sequence[Address],
    directory: Path | None,
    *,
    tls: Sequence[Address] = (),
    web: Sequence[Address] = (),
) -> str:
    """Return the announcement, in lines; `directory` is None when nothing is kept.

    `tls` are the addresses that take TLS, and `web` those that speak WebSocket.
    """
    kept = directory or "nowhere: everything is gone when the server stops"
    lines = [
        "chatserver is running",
        f"  data:       {kept}",
        f"  listening:  {', '.join(map(str, addresses))}",
        *([f"  tls:        {', '.join(map(str, tls))}"] if tls else ()),
        *([f"  websocket:  {', '.join(map(str, web))}"] if web else ()),
        *_how_to_join(addresses, tls),
    ]
    return "\n".join(lines)


def _how_to_join(addresses: Sequence[Address], tls: Sequence[Address]) -> list[str]:
    """Return how to join from this machine."""
    reached = next((address for address in addresses if address.path is None), None)
    if reached is None:
        return [f"  join with:  nc -U {address.path}" for address in addresses[:1]]
    host = "localhost" if reached.host in _EVERYWHERE else reached.host
    port = reached.port
    secure = f"; or port {tls[0].port}, with TLS" if tls else ""
    lines = [
        f"  join with:  nc {host} {port}",
        f"              chatclient {host} {port}",
        f"              any IRC client: server {host}, port {port}, without TLS{secure}",
    ]
    everywhere = (*addresses, *tls)
    if all(address.path is not None or _is_loopback(address) for address in everywhere):
        lines.append("  only this machine can connect; --host :: lets others in")
    return lines


def _is_loopback(address: Address) -> bool:
    return address.host == "::1" or address.host.startswith("127.")
