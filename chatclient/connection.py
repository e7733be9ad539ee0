"""One connection to a server: found by name, over IPv6 or IPv4, with TLS or without.

Rules: the addresses of a name race each other (RFC 8305), so that a family that is broken costs a
quarter of a second; a certificate is verified, or is the one that the user took, before a byte is
sent; every failure becomes a `ConnectError` whose text says what to do.
"""

import asyncio
import errno
import ipaddress
import os
import socket
import ssl  # nothing of it is used before there is a connection: it may be loaded late

from chatclient.certificates import Certificate, describe, fingerprint_of, make_context
from chatclient.config import Config
from chatclient.proxy import ProxyError, kind, race, reach

_READ_SIZE = 64 * 1024

UNTAKEN_MOST = 16 * 1024 * 1024
"""Bytes that may wait for a server to take them: one that asks and never reads is left."""


class ConnectError(Exception):
    """No connection came about, or it ended; the text is for the user."""


class UnknownCertificateError(ConnectError):
    """The server shows a certificate that nobody vouches for; the user may know better."""

    def __init__(self, certificate: Certificate, problem: str, address: str) -> None:
        self.certificate = certificate
        self.problem = problem
        """Why it is not to be trusted."""
        super().__init__(
            f"the certificate of {address} is not to be trusted: {problem}; check the name, name the "
            "authority that signed it with --tls-ca FILE, or if it is the right one, say so with "
            f"--fingerprint {certificate.fingerprint}"
        )


class Connection:
    """A connection that stands. What is written is sent in the background."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        via: Config | None = None,
    ) -> None:
        """`via` is whose proxy is in between, if one is."""
        self._reader = reader
        self._writer = writer
        connected: socket.socket = writer.get_extra_info("socket")
        address = writer.get_extra_info("peername") or ("?", 0)
        host = address[0].removeprefix("::ffff:")
        self.family = "IPv6" if ":" in host else "IPv4"
        """The family of addresses that won: "IPv6" or "IPv4"; or "SOCKS5" and the like."""
        self.remote = f"[{host}]:{address[1]}" if ":" in host else f"{host}:{address[1]}"
        """Address and port of the server."""
        if via is not None:  # who is at the other end is the proxy, wherever that is
            self.family, self.remote = kind(via), via.address
        secured: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
        self.secure = secured is not None
        """Whether it is encrypted."""
        self.private = self.secure or (via is None and _is_loopback(host))
        """Whether nobody else can read it: a password can be sent."""
        self.certificate = (secured.getpeercert(True) if secured else None) or b""
        """The server's, in DER form; b"" without TLS."""
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._given_up = ""

    async def read(self) -> bytes:
        """Return the next bytes, b"" at the orderly end. Raises `ConnectError` at any other."""
        try:
            data = await self._reader.read(_READ_SIZE)
        except OSError as error:
            raise ConnectError(self._given_up or _ended(error)) from error
        if self._given_up:
            raise ConnectError(self._given_up)
        return data

    def gather(self, seconds: float) -> None:
        """Let bytes gather in the system for so long, rather than come one line at a time."""
        transport = self._writer.transport
        if not transport.is_closing() and isinstance(transport, asyncio.ReadTransport):
            transport.pause_reading()
            asyncio.get_running_loop().call_later(seconds, transport.resume_reading)

    def write(self, data: bytes) -> None:
        """Queue bytes for sending; a server that does not take them in the long run is left."""
        if data and not self._writer.is_closing():
            self._writer.write(data)
            if self._writer.transport.get_write_buffer_size() > UNTAKEN_MOST:
                self._given_up = "the server takes nothing of what is sent to it"
                self.abort()

    async def close(self, within: float) -> None:
        """Send what is queued, then close; give it up after `within` seconds."""
        if not self._writer.is_closing():  # early versions of 3.11 fail to abort what closed twice
            self._writer.close()
        try:
            async with asyncio.timeout(within):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()

    def duplicate(self) -> int:
        """Return one more descriptor of it, which a program that takes our place inherits."""
        connected: socket.socket = self._writer.get_extra_info("socket")
        descriptor = os.dup(connected.fileno())
        os.set_inheritable(descriptor, True)
        return descriptor

    def abort(self) -> None:
        """Close at once."""
        self._writer.transport.abort()


async def connect(config: Config) -> Connection:
    """Connect to the server that `config` names.

    Raises `ConnectError`; of those `UnknownCertificateError` if a person may know better.
    """
    if not config.tls:
        return await _open(config, None)
    if accepted := config.fingerprint or config.taken:
        connection = await _open(config, _context(config, verify=False))
        shown = fingerprint_of(connection.certificate)
        if shown == accepted:
            return connection
        connection.abort()
        if config.fingerprint:
            raise ConnectError(
                f"the certificate of {config.address} is not the one that --fingerprint names: it is "
                f"{shown}"
            )
    try:
        return await _open(config, _context(config, verify=True))
    except ConnectError as error:
        if not isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise
        problem = str(error)
    certificate = await _look(config)
    raise UnknownCertificateError(certificate, problem, config.address)


async def _open(config: Config, context: "ssl.SSLContext | None") -> Connection:
    what_to_do = "check the address, the network and the firewall"
    try:
        async with asyncio.timeout(config.timeout):
            connected = await (reach(config) if config.proxy else race(config.host, config.port))
            what_to_do = "does it speak TLS? try it without --tls, or as irc://"
            reader, writer = await asyncio.open_connection(
                sock=connected,
                ssl=context,
                server_hostname=config.host if context else None,
            )
            return Connection(reader, writer, via=config if config.proxy else None)
    except ProxyError as error:
        raise ConnectError(str(error)) from error
    except TimeoutError as error:
        text = f"{config.address} does not answer within {config.timeout:g} s; {what_to_do}"
        raise ConnectError(text) from error
    except (OSError, UnicodeError) as error:
        raise ConnectError(explain(error, config)) from error


async def _look(config: Config) -> Certificate:
    """Return the certificate that a server shows, by a connection on which nothing is said."""
    connection = await _open(config, _context(config, verify=False))
    try:
        return describe(connection.certificate)
    finally:
        connection.abort()


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
        return error.verify_message
    if isinstance(error, ssl.SSLError | ConnectionResetError):
        return f"{where} does not speak TLS; try it without --tls, or as irc://"
    return f"cannot connect to {where}: {error.strerror or error}"


def _context(config: Config, *, verify: bool) -> "ssl.SSLContext":
    try:
        return make_context(
            verify=verify, authorities=config.tls_ca, certificate=config.cert, key=config.key
        )
    except (OSError, ValueError) as error:
        file = getattr(error, "filename", None)
        option = "--cert, with its key in it or in --key" if file == config.cert else "--tls-ca"
        why = getattr(error, "strerror", None) or error
        raise ConnectError(f"cannot use {file} as {option}: {why}") from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def end_of_stream(*, heard_anything: bool, tls: bool) -> str:
    """Return what to say of a connection that the server closed in order."""
    if heard_anything or tls:
        return "the server closed the connection"
    return "the server closed the connection without a word; if it wants TLS, use --tls or ircs://"


def _ended(error: OSError) -> str:
    if isinstance(error, ConnectionResetError):
        return "connection reset by the server"
    if _is(error, errno.ETIMEDOUT):
        return "connection timed out"
    return f"connection lost: {error.strerror or error}"
