"""Connecting through a proxy: SOCKS5, SOCKS4a or HTTP CONNECT.

Rules: the proxy looks up the server's name, so that it is asked of nobody else; the addresses of the
proxy itself race each other. TLS is spoken with the server, through the proxy, which sees none of it.
"""

import logging
import os
import socket
from functools import partial
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

import aiohappyeyeballs

from chatclient.config import Config
from chatclient.vault import in_thread

if TYPE_CHECKING:
    from python_socks.async_.asyncio import Proxy

ATTEMPT_DELAY = 0.25  # RFC 8305, section 8

_log = logging.getLogger(__name__)


class ProxyError(Exception):
    """The proxy cannot be reached, or does not connect; the text says which and why."""


async def race(host: str, port: int) -> socket.socket:
    """Return a connection to whichever address of a host answers first. Raises `OSError`."""
    name = host.encode() if host.isascii() else host  # Python loads tables for any name of letters
    # In a thread that nobody waits for: a name may take half a minute, and the user leaves at once.
    found = await in_thread(partial(socket.getaddrinfo, name, port, type=socket.SOCK_STREAM))
    connected = await aiohappyeyeballs.start_connection(found, happy_eyeballs_delay=ATTEMPT_DELAY)
    _log.debug("%s:%d answers at %s", host, port, connected.getpeername()[:2])
    return connected


class _Direct:
    """What stands before the proxy: nothing but the network."""

    async def connect(
        self,
        dest_host: str,
        dest_port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- theirs
    ) -> socket.socket:
        """Connect to the proxy. Raises `ProxyError`."""
        try:
            return await race(dest_host, dest_port)
        except (OSError, UnicodeError) as error:
            raise ProxyError(
                f"cannot reach the proxy {dest_host}:{dest_port}: {_why(error)}"
            ) from error


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):
        return "there is no host of that name"
    return os.strerror(error.errno) if error.errno else str(error)


def kind(config: Config) -> str:
    """Return of which kind the proxy is, as it is shown ("SOCKS5"), "" for none."""
    return urlsplit(config.proxy).scheme.upper()


async def reach(config: Config) -> socket.socket:
    """Return a connection to the server through its proxy. Raises `ProxyError`."""
    import python_socks  # noqa: PLC0415 - only who has a proxy needs it

    proxy = _proxy(config)
    _log.debug("asking %s for %s", config.proxy, config.address)
    try:
        # Whoever calls this has a time limit for all of it.
        connected = await proxy.connect(config.host, config.port, timeout=config.timeout + 1)
    except python_socks.ProxyError as error:
        raise ProxyError(
            f"the proxy {_address(config)} does not connect to {config.address}: {error}"
        ) from error
    _log.debug("%s has connected to %s", config.proxy, config.address)
    return connected


def _proxy(config: Config) -> "Proxy":
    from python_socks import ProxyType  # noqa: PLC0415 - see above
    from python_socks.async_.asyncio import Proxy  # noqa: PLC0415 - see above

    parts = urlsplit(config.proxy)
    return Proxy(
        ProxyType[parts.scheme.upper()],
        parts.hostname or "",
        parts.port or 0,
        username=unquote(parts.username) if parts.username else None,
        password=config.proxy_password if parts.username else None,
        rdns=True,
        forward=cast("Proxy", _Direct()),  # it asks for no more of it
    )


def _address(config: Config) -> str:
    return urlsplit(config.proxy).netloc.rpartition("@")[2]
