"""One connection to a server: found by name, over IPv6 or IPv4, with TLS or without.

Rules: the addresses of a name race each other (RFC 8305), so that a family that is broken costs a
quarter of a second; certificates are always verified; every failure becomes a `ConnectError` whose
text says what to do.
"""

import asyncio
import errno
import socket
import ssl

from aiohappyeyeballs import start_connection

from chatclient.config import Config

_ATTEMPT_DELAY = 0.25  # RFC 8305, section 8
_READ_SIZE = 64 * 1024


class ConnectError(Exception):
    """No connection came about, or it ended; the text is for the user."""


class Connection:
    """A connection that stands. What is written is sent in the background."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        connected: socket.socket = writer.get_extra_info("socket")
        address = writer.get_extra_info("peername") or ("?", 0)
        host = address[0].removeprefix("::ffff:")
        self.family = "IPv6" if ":" in host else "IPv4"
        """The family of addresses that won: "IPv6" or "IPv4"."""
        self.remote = f"[{host}]:{address[1]}" if ":" in host else f"{host}:{address[1]}"
        """Address and port of the server."""
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def read(self) -> bytes:
        """Return the next bytes, b"" at the orderly end. Raises `ConnectError` at any other."""
        try:
            return await self._reader.read(_READ_SIZE)
        except OSError as error:
            raise ConnectError(_ended(error)) from error

    def write(self, data: bytes) -> None:
        """Queue bytes for sending."""
        if data and not self._writer.is_closing():
            self._writer.write(data)

    async def close(self, within: float) -> None:
        """Send what is queued, then close; give it up after `within` seconds."""
        self._writer.close()
        try:
            async with asyncio.timeout(within):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()

    def abort(self) -> None:
        """Close at once."""
        self._writer.transport.abort()


async def connect(config: Config) -> Connection:
    """Connect to the server that `config` names. Raises `ConnectError`."""
    context = _tls_context(config) if config.tls else None
    what_to_do = "check the address, the network and the firewall"
    try:
        async with asyncio.timeout(config.timeout):
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)
            connected = await start_connection(found, happy_eyeballs_delay=_ATTEMPT_DELAY)
            what_to_do = "does it speak TLS? try it without --tls, or as irc://"
            reader, writer = await asyncio.open_connection(
                sock=connected,
                ssl=context,
                server_hostname=config.host if context else None,
            )
            return Connection(reader, writer)
    except TimeoutError as error:
        text = f"{config.address} does not answer within {config.timeout:g} s; {what_to_do}"
        raise ConnectError(text) from error
    except (OSError, UnicodeError) as error:
        raise ConnectError(explain(error, config)) from error


def explain(error: OSError | UnicodeError, config: Config) -> str:
    """Return in one line why connecting failed, and what to do."""
    where = config.address
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"there is no host called {config.host}; check the name, or give an address"
    if _is(error, errno.ECONNREFUSED):
        return f"nothing listens on {where}; check the port, and whether the server runs"
    if _is(error, errno.ENETUNREACH) or _is(error, errno.EHOSTUNREACH):
        return f"there is no way to {where} from here; check the network"
    if config.tls:
        return _explain_tls(error, config)
    return f"cannot connect to {where}: {error.strerror or error}"


def _is(error: OSError, code: int) -> bool:
    """Say whether an error is of that kind, or is made of several, one of which is."""
    return error.errno == code or f"[Errno {code}]" in str(error)


def _explain_tls(error: OSError, config: Config) -> str:
    where = config.address
    if isinstance(error, ssl.SSLCertVerificationError):
        return (
            f"the certificate of {where} is not to be trusted: {error.verify_message}; "
            "check the name, or name the authority that signed it with --tls-ca FILE"
        )
    if isinstance(error, ssl.SSLError | ConnectionResetError):
        return f"{where} does not speak TLS; try it without --tls, or as irc://"
    return f"cannot connect to {where}: {error.strerror or error}"


def _tls_context(config: Config) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=config.tls_ca)
    except (OSError, ssl.SSLError) as error:
        raise ConnectError(f"cannot use {config.tls_ca} as --tls-ca: {error}") from error


def _ended(error: OSError) -> str:
    if isinstance(error, ConnectionResetError):
        return "connection reset by the server"
    if _is(error, errno.ETIMEDOUT):
        return "connection timed out"
    return f"connection lost: {error.strerror or error}"
