"""What whoever starts the server is told: where its data is, where it listens, how to join it."""

from collections.abc import Sequence
from pathlib import Path

from chatserver.net.address import Address

_EVERYWHERE = {"::", "0.0.0.0", "127.0.0.1", "::1"}
"""Addresses that are reached as `localhost` from this machine."""


def announce(
    addresses: Sequence[Address], directory: Path | None, web: Sequence[Address] = ()
) -> str:
    """Return the announcement, in lines; `directory` is None when nothing is kept.

    `web` are the addresses that speak WebSocket.
    """
    kept = directory or "nowhere: everything is gone when the server stops"
    lines = [
        "chatserver is running",
        f"  data:       {kept}",
        f"  listening:  {', '.join(map(str, addresses))}",
        *([f"  websocket:  {', '.join(map(str, web))}"] if web else ()),
        *_how_to_join(addresses),
    ]
    return "\n".join(lines)


def _how_to_join(addresses: Sequence[Address]) -> list[str]:
    """Return how to join from this machine."""
    reached = next((address for address in addresses if address.path is None), None)
    if reached is None:
        return [f"  join with:  nc -U {address.path}" for address in addresses[:1]]
    host = "localhost" if reached.host in _EVERYWHERE else reached.host
    port = reached.port
    lines = [
        f"  join with:  nc {host} {port}",
        f"              chatclient {host} {port}",
        f"              any IRC client: server {host}, port {port}, without TLS",
    ]
    if all(address.path is not None or _is_loopback(address) for address in addresses):
        lines.append("  only this machine can connect; --host :: lets others in")
    return lines


def _is_loopback(address: Address) -> bool:
    return address.host == "::1" or address.host.startswith("127.")
