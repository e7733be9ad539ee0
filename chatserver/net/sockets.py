"""Makes listening sockets: `socket()`, `bind()` and `listen()`, in every way it can be asked for.

Rules: without a host it is loopback only, IPv4 and IPv6 on one port. `::` is every address of both
families, on one socket. Errors of the system become `ListenError`, which says what to do. Sockets
are non-blocking, and either all that were asked for are open or none.
"""

import contextlib
import errno
import logging
import os
import socket
import stat
import sys
from collections.abc import Callable, MutableMapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from chatserver.net.address import AF_UNIX, join, local

_log = logging.getLogger(__name__)

FIRST_INHERITED = 3
"""The number of the first socket that a service manager hands over (sd_listen_fds(3))."""
TRIES = 16
"""How often a free port is looked for that all addresses have, before each gets its own."""

_ALL = {"::", "[::]"}
_NO_IPV6 = {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EPROTONOSUPPORT}


class Create(Protocol):
    """What `socket.create_server` is."""

    def __call__(
        self, address: tuple[Any, ...], *, family: int, backlog: int, dualstack_ipv6: bool
    ) -> socket.socket:
        """Return a socket that listens on `address`. Raises `OSError`."""
        ...


class ListenError(Exception):
    """A socket cannot listen as asked: `str()` says where, why, and what to do, in one line."""


class _TakenError(ListenError):
    """The port is in use."""


class _Place(Struct, frozen=True):
    """An address to bind to."""

    family: int
    host: str
    scope: int = 0
    dual: bool = False
    """Whether IPv4 reaches it too."""
    optional: bool = False
    """Whether it is left out where there is no IPv6."""

    def at(self, port: int) -> tuple[Any, ...]:
        """Return what `bind` takes."""
        ipv6 = self.family == socket.AF_INET6
        return (self.host, port, 0, self.scope) if ipv6 else (self.host, port)


_LOOPBACK = (_Place(socket.AF_INET, "127.0.0.1"), _Place(socket.AF_INET6, "::1", optional=True))
_DUAL = (_Place(socket.AF_INET6, "::", dual=True),)
_SPLIT = (_Place(socket.AF_INET, "0.0.0.0"), _Place(socket.AF_INET6, "::", optional=True))


def largest_backlog() -> int:
    """Return how many connections may wait to be accepted on this system, at most (listen(2))."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, ValueError):
            return int(Path("/proc/sys/net/core/somaxconn").read_text())
    return socket.SOMAXCONN


def listen(
    hosts: Sequence[str],
    port: int,
    backlog: int = 0,
    *,
    create: Create = socket.create_server,
    dual_stack: Callable[[], bool] = socket.has_dualstack_ipv6,
) -> tuple[list[socket.socket], str]:
    """Listen on `port` of each of `hosts` (addresses or names), or of loopback if there is none.

    Port 0 is a free one, the same for all if possible. A `backlog` of 0 is the largest. With the
    sockets comes what must be said about them, "" for nothing. Raises `ListenError`.
    """
    places = _expand(hosts, dual_stack) if hosts else _LOOPBACK
    backlog = backlog or largest_backlog()
    for _ in range(0 if port else TRIES):
        with contextlib.suppress(_TakenError):
            return _bind_all(places, 0, backlog, create, same=True)
    return _bind_all(places, port, backlog, create, same=False)


def _expand(hosts: Sequence[str], dual_stack: Callable[[], bool]) -> Sequence[_Place]:
    """Return the places that `hosts` stand for, each once."""
    places: dict[_Place, None] = {}
    for host in hosts:
        if host in _ALL:
            places |= dict.fromkeys(_DUAL if dual_stack() else _SPLIT)
        elif host != "0.0.0.0" or not _ALL.intersection(hosts):  # :: includes it
            places |= dict.fromkeys(_resolve(host))
    return [*places]


def _resolve(host: str) -> list[_Place]:
    """Return the addresses of a name or, in brackets or without, of an address."""
    try:
        found = socket.getaddrinfo(
            host.strip("[]"), 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "that is no name"
        raise ListenError(f"cannot listen on {host}: {why} (--host :: is all addresses)") from None
    return [
        _Place(family, str(name[0]), int(name[3]) if len(name) == 4 else 0)
        for family, _, _, _, name in found
    ]


def _bind_all(
    places: Sequence[_Place], port: int, backlog: int, create: Create, *, same: bool
) -> tuple[list[socket.socket], str]:
    """Bind every place to `port`; if that is 0 and all are to be the `same`, to what one got."""
    opened: list[socket.socket] = []
    note = ""
    with contextlib.ExitStack() as undo:
        for place in places:
            try:
                sock = create(
                    place.at(port),
                    family=place.family,
                    backlog=backlog,
                    dualstack_ipv6=place.dual,
                )
            except OSError as error:
                if not (place.optional and error.errno in _NO_IPV6):
                    raise _explain(error, place.host, port) from None
                note = "there is no IPv6 on this machine: listening on IPv4 only"
                continue
            opened.append(undo.enter_context(sock))
            sock.setblocking(False)
            _log_listening(sock, backlog, "IPv6 and IPv4" if place.dual else local(sock).family)
            if same and not port:
                port = sock.getsockname()[1]
        undo.pop_all()
    return opened, note


def _explain(error: OSError, host: str, port: int) -> ListenError:
    """Return an error of `socket` or `bind` with what to do about it."""
    where = f"cannot listen on {join(host, port)}"
    match error.errno:
        case errno.EADDRINUSE:
            return _TakenError(
                f"{where}: the port is in use; end the program that has it, or choose another "
                "with --port (0 picks a free one)"
            )
        case errno.EADDRNOTAVAIL:
            return ListenError(
                f"{where}: this machine has no such address (--host :: is all that it has)"
            )
        case errno.EACCES | errno.EPERM:
            return ListenError(
                f"{where}: that needs more rights; choose a port above 1023 with --port"
            )
        case errno.EAFNOSUPPORT:
            return ListenError(f"{where}: there is no IPv6 on this machine; choose another --host")
    return ListenError(f"{where}: {os.strerror(error.errno or 0)}")


class UnixListener(socket.socket):
    """A Unix socket that takes its file with it when it is closed, if the file is still its own."""

    __slots__ = ("_file", "_path")

    def __init__(self) -> None:
        super().__init__(AF_UNIX or 0, socket.SOCK_STREAM)
        self._path = Path()
        self._file: tuple[int, int] | None = None

    def bind(self, path: Any) -> None:  # noqa: ANN401 - as the socket module types it
        """Make the file."""
        super().bind(path)
        self._path = Path(path)
        self._file = _identify(self._path)

    def close(self) -> None:
        """Close it, and remove the file."""
        mine, self._file = self._file, None
        if mine and _identify(self._path) == mine:
            with contextlib.suppress(OSError):
                self._path.unlink()
        super().close()


def _identify(path: Path) -> tuple[int, int] | None:
    """Return what tells the file at `path` from another one there, or None without one."""
    try:
        found = path.lstat()
    except (OSError, ValueError):  # also: no file, as its name begins with NUL
        return None
    return found.st_dev, found.st_ino


def listen_unix(path: str, backlog: int = 0) -> socket.socket:
    """Listen on a Unix socket; one left over from a server that is gone is replaced.

    Raises `ListenError`.
    """
    if AF_UNIX is None:
        raise ListenError(f"cannot listen on {path}: this system has no Unix sockets")
    backlog = backlog or largest_backlog()
    _remove_stale(path)
    with contextlib.ExitStack() as undo:
        sock = undo.enter_context(UnixListener())
        try:
            sock.bind(path)
            sock.listen(backlog)
        except OSError as error:
            why = error.strerror or str(error)  # "AF_UNIX path too long" has no number
            raise ListenError(f"cannot listen on {path}: {why}; choose another path") from None
        sock.setblocking(False)
        _log_listening(sock, backlog, "Unix")
        undo.pop_all()
    return sock


def _log_listening(sock: socket.socket, backlog: int, family: str) -> None:
    _log.debug("listen: %s at %s, backlog %d, fd %d", family, local(sock), backlog, sock.fileno())


def _remove_stale(path: str) -> None:
    """Remove the Unix socket at `path` if nobody listens there; leave anything else alone."""
    try:
        if not stat.S_ISSOCK(Path(path).stat().st_mode):
            raise ListenError(f"cannot listen on {path}: there is a file that is no socket")
    except OSError:
        return  # nothing there, or bind will say why not
    with socket.socket(AF_UNIX or 0, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink(missing_ok=True)
            return
        except OSError:
            return
    raise ListenError(f"cannot listen on {path}: another program listens there; end it first")


def inherit(environment: MutableMapping[str, str], pid: int) -> list[socket.socket]:
    """Take over the listening sockets that a service manager opened (`LISTEN_FDS`), if any.

    The variables are removed, since they are for this process alone. Raises `ListenError`.
    """
    count = environment.pop("LISTEN_FDS", "")
    meant_for = environment.pop("LISTEN_PID", "")
    environment.pop("LISTEN_FDNAMES", None)
    if meant_for != str(pid) or not count.isdecimal():
        return []
    with contextlib.ExitStack() as undo:
        numbers = range(FIRST_INHERITED, FIRST_INHERITED + int(count))
        opened = [undo.enter_context(_adopt(number)) for number in numbers]
        undo.pop_all()
    return opened


def _adopt(number: int) -> socket.socket:
    """Return the listening socket that is the descriptor `number`."""
    try:
        sock = socket.socket(fileno=number)
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.close()
            raise ListenError(f"LISTEN_FDS: descriptor {number} does not listen")
    except OSError as error:
        raise ListenError(f"LISTEN_FDS: descriptor {number}: {error.strerror}") from None
    os.set_inheritable(number, False)
    sock.setblocking(False)
    return sock
