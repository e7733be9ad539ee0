"""What the user asked for: one frozen object, built once from the command line, passed down."""

import getpass
import re
from collections.abc import Sequence
from dataclasses import field
from urllib.parse import unquote, urlsplit

from chatclient.model.values import value
from chatclient.session.identity import Identity

DEFAULT_HOST = "localhost"
DEFAULT_PORT = 9000
DEFAULT_TLS_PORT = 6697
DEFAULT_ROOM = "#lobby"

_SCHEME_PORTS = {"irc": 6667, "ircs": 6697}
_PROXIES = ("socks5", "socks4", "http")
_ROOM_PREFIXES = ("#", "&", "+", "!")
_NICK = re.compile(r"(?![0-9\-#&+%@~:$])[^\x00-\x20,!@*?:.\x7f]+")  # of any script: servers decide
_NOT_IN_NICKS = re.compile(r"[^A-Za-z0-9\[\]\\`_^{|}\-]")
_DIGITS = re.compile(r"[0-9a-f]{64}")
_NOT_IN_NAMES = re.compile(r"[\x00-\x20,\x7f]")


class ArgumentError(Exception):
    """The arguments make no sense; the text says what to write instead."""


@value
class Tool:
    """What to do without a screen."""

    messages: tuple[str, ...] = ()
    """What to say."""
    from_stdin: bool = False
    """Whether to say the lines of standard input."""
    as_json: bool = False
    """Whether to print what is heard as JSON lines."""
    tail: int | None = None
    """How many of the last messages of each room to print first, as lines of text unless as JSON."""
    follows: bool = True
    """Whether to go on after the last messages."""
    to: tuple[str, ...] = ()
    """To whom to say it, beside the rooms."""
    reply_to: str = ""
    """The id of the message that is answered, "" for none."""
    log_level: str = "warning"
    """What to log on standard error."""

    @property
    def sends(self) -> bool:
        """Whether there is something to say."""
        return bool(self.messages) or self.from_stdin

    @property
    def wanted(self) -> bool:
        """Whether there is anything to do without a screen."""
        return self.sends or self.listens

    @property
    def listens(self) -> bool:
        """Whether to print what is heard."""
        return self.as_json or self.tail is not None


@value
class Login:
    """Who the user is, and by what they prove it."""

    account: str = ""
    password: str = field(default="", repr=False)
    """Of the account, or without one, of the server."""
    command: str = ""
    """What prints the password, "" for nothing."""
    keyring: bool = False
    """Whether it is in the system's keyring."""
    proxy_password: str = field(default="", repr=False)
    """For the user whom the address of the proxy names."""


@value
class Security:
    """How the connection is to be secured, as it was written."""

    tls: bool = False
    ca: str | None = None
    fingerprint: str = ""
    cert: str | None = None
    key: str | None = None

    @property
    def wanted(self) -> bool:
        """Whether TLS is asked for: who names a certificate wants it."""
        return self.tls or bool(self.fingerprint or self.cert)


@value
class Config:
    """Everything that was asked for."""

    host: str
    port: int
    identity: Identity
    rooms: tuple[str, ...] = (DEFAULT_ROOM,)
    """Rooms to join once connected."""
    tls: bool = False
    tls_ca: str | None = None
    """A file of certificates to trust instead of the system's."""
    fingerprint: str = ""
    """The fingerprint that the server's certificate must have, "" to have it verified."""
    taken: str = ""
    """The fingerprint of a certificate that the user took, whoever vouches for it; "" for none."""
    cert: str | None = None
    """A file with the user's own certificate, and its key if `key` names none."""
    key: str | None = None
    password_command: str = ""
    """A command that prints the password, "" for none."""
    keyring: bool = False
    """Whether the password is in the system's keyring."""
    proxy: str = ""
    """Through what to connect: a URL, "" for nothing."""
    proxy_password: str = field(default="", repr=False)
    name: str = ""
    """What the user calls the network, "" for by its address."""
    ignore: tuple[str, ...] = ()
    """Whom the user does not want to hear on the network."""
    timeout: float = 10.0
    """Seconds that connecting may take; as a tool, also that joining or an answer may take."""
    tool: Tool = Tool()

    @property
    def address(self) -> str:
        """The server as the user would write it ("host:port", "[::1]:9000")."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def build(
    where: Sequence[str],
    *,
    nick: str | None = None,
    login: Login = Login(),
    rooms: Sequence[str] | None = None,
    security: Security = Security(),
    proxy: str = "",
    timeout: float = 10.0,
    tool: Tool = Tool(),
) -> Config:
    """Return what the arguments ask for; `where` is host or URL, then port.

    Without `rooms`, not even an empty list of them, it is #lobby. The password is that of the
    account, or if there is none, of the server. Raises `ArgumentError`.
    """
    if len(where) > 2:
        raise ArgumentError(f"{where[2]} is one argument too many: chatclient HOST [PORT]")
    host, port, secure, url_rooms = _place(where[0] if where else DEFAULT_HOST)
    secure = secure or security.wanted
    if len(where) == 2:
        port = _port(where[1])
    if not 0 < timeout < 1e6:
        raise ArgumentError("--timeout is a number of seconds more than 0")
    _check_tool(tool)
    wanted = [_room(name) for name in [*(rooms or ()), *url_rooms]]
    if not wanted and rooms is None and not tool.to:
        wanted = [DEFAULT_ROOM]
    identity = Identity(
        _nick(nick if nick is not None else login.account or None),
        account=_account(login.account),
        password=login.password,
        certificate=security.cert is not None,
    )
    return Config(
        host=host,
        port=port or (DEFAULT_TLS_PORT if secure else DEFAULT_PORT),
        identity=identity,
        rooms=tuple(dict.fromkeys(wanted)),
        tls=secure,
        tls_ca=security.ca,
        fingerprint=_fingerprint(security.fingerprint),
        cert=security.cert,
        key=security.key,
        password_command=login.command,
        keyring=login.keyring,
        proxy=_proxy(proxy),
        proxy_password=login.proxy_password,
        timeout=timeout,
        tool=tool,
    )


def _check_tool(tool: Tool) -> None:
    """Raise `ArgumentError` if what is wanted of the tool makes no sense."""
    if not all(text.strip() for text in tool.messages):
        raise ArgumentError("--send has nothing to say")
    if not tool.sends and (tool.to or tool.reply_to):
        raise ArgumentError("--to and --reply-to need something to say: --send TEXT, or -")
    if not tool.follows and (tool.tail is None or tool.sends):
        raise ArgumentError("--no-follow is for --tail alone")
    for nick in tool.to:
        _nick(nick)


def _place(written: str) -> tuple[str, int | None, bool, list[str]]:
    """Return host, port if any, whether TLS is asked for, and rooms, of a host, host:port or URL."""
    scheme, colon, _ = written.partition("://")
    if colon:
        return _url(scheme.lower(), written)
    if written.startswith("["):
        host, bracket, port = written[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            raise ArgumentError(
                f"{written} is no address; an IPv6 one is written [::1] or [::1]:9000"
            )
        return host, _port(port[1:]) if port else None, False, []
    host, _, port = written.partition(":")
    if ":" in port:  # an IPv6 address without brackets
        return written, None, False, []
    if not host or _NOT_IN_NAMES.search(host):
        raise ArgumentError(f"{written!r} is no name or address of a server")
    return host, _port(port) if port else None, False, []


def _url(scheme: str, written: str) -> tuple[str, int, bool, list[str]]:
    if scheme not in _SCHEME_PORTS:
        raise ArgumentError(f"{scheme}:// is not spoken here; irc:// and ircs:// are")
    try:
        parts = urlsplit(written)
        port = parts.port
    except ValueError as error:
        raise ArgumentError(f"{written} is no address: {error}") from error
    if not parts.hostname:
        raise ArgumentError(f"{written} names no server; write {scheme}://HOST/#ROOM")
    rooms = unquote(parts.path.lstrip("/")) + (f"#{parts.fragment}" if parts.fragment else "")
    names = [name for name in rooms.split(",") if name]
    return parts.hostname, port or _SCHEME_PORTS[scheme], scheme == "ircs", names


def _port(written: str) -> int:
    if not (written.isascii() and written.isdigit() and 0 < int(written[:6]) < 65536):
        raise ArgumentError(f"{written!r} is no port; ports are numbers from 1 to 65535")
    return int(written)


def _fingerprint(written: str) -> str:
    digits = written.strip().lower().removeprefix("sha256:").replace(":", "")
    if written and not _DIGITS.fullmatch(digits):
        raise ArgumentError("--fingerprint is sha256: and 64 hex digits, as chatclient shows it")
    return f"sha256:{digits}" if written else ""


def _proxy(written: str) -> str:
    try:
        parts = urlsplit(written)
        fits = (
            parts.scheme in _PROXIES and parts.hostname and parts.port and not parts.path.strip("/")
        )
    except ValueError:
        fits = False
    if fits and parts.password:
        raise ArgumentError(
            "no password stands in the address of a proxy, where others may read it; "
            "CHATCLIENT_PROXY_PASSWORD gives it"
        )
    if written and not fits:
        raise ArgumentError(f"{written!r} is no proxy; write one like socks5://localhost:1080")
    return written


def _account(written: str) -> str:
    if _NOT_IN_NAMES.search(written):
        raise ArgumentError(f"{written!r} is no name of an account")
    return written


def _room(written: str) -> str:
    name = written if written.startswith(_ROOM_PREFIXES) else f"#{written}"
    if _NOT_IN_NAMES.search(name) or len(name) < 2:
        raise ArgumentError(f"{written!r} is no name of a room; write one like '#ops'")
    return name


def _nick(written: str | None) -> str:
    if written is not None:
        if not _NICK.fullmatch(written):
            raise ArgumentError(
                f"{written!r} is no nick; it starts with a letter, and has letters, digits, - and _"
            )
        return written
    try:
        login = getpass.getuser()
    except (OSError, KeyError):  # no such user, as in some containers
        login = ""
    return _NOT_IN_NICKS.sub("", login).lstrip("0123456789-") or "guest"
