"""Listening sockets, in every way one can be asked for."""

import contextlib
import errno
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatserver.net import sockets
from chatserver.net.address import local, parse
from chatserver.net.sockets import Create, ListenError, inherit, listen, listen_unix


@contextlib.contextmanager
def listening(
    *hosts: str,
    port: int = 0,
    create: Create = socket.create_server,
    dual_stack: Callable[[], bool] = socket.has_dualstack_ipv6,
) -> Iterator[list[socket.socket]]:
    """Listen for the time of a test; what must be said about it is nothing."""
    opened, note = listen(hosts, port, create=create, dual_stack=dual_stack)
    try:
        assert note == ""
        yield opened
    finally:
        for sock in opened:
            sock.close()


def accept_from(listener: socket.socket, host: str) -> str:
    """Connect to `listener` at `host` and return how the peer's host is shown."""
    with socket.create_connection((host, local(listener).port)):
        listener.setblocking(True)
        accepted, name = listener.accept()
        accepted.close()
    return parse(listener.family, name).host


def no_ipv6(
    address: tuple[Any, ...], *, family: int, backlog: int, dualstack_ipv6: bool
) -> socket.socket:
    """Create a server as on a machine without IPv6."""
    if family == socket.AF_INET6:
        raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
    return socket.create_server(address, family=family, backlog=backlog)


def test_without_a_host_it_is_loopback_on_one_port() -> None:
    """Nobody beyond this machine can connect; both families have the same port, also a free one."""
    with listening() as opened:
        assert [local(sock).host for sock in opened] == ["127.0.0.1", "::1"]
        assert len({local(sock).port for sock in opened}) == 1
        assert not any(sock.getblocking() for sock in opened)
        assert accept_from(opened[0], "127.0.0.1") == "127.0.0.1"
        assert accept_from(opened[1], "::1") == "::1"


def test_two_colons_take_both_families_on_one_socket() -> None:
    """IPv4 peers are IPv4 peers."""
    with listening("::") as [sock]:
        assert accept_from(sock, "127.0.0.1") == "127.0.0.1"
        assert accept_from(sock, "::1") == "::1"


def test_two_colons_need_no_other_wildcard() -> None:
    """`--host :: --host 0.0.0.0` is no conflict."""
    with listening("::", "0.0.0.0") as [sock]:
        assert local(sock).host == "::"


def test_several_hosts_have_one_free_port() -> None:
    """Port 0 with several addresses; brackets and repetition do no harm."""
    with listening("127.0.0.1", "[::1]", "127.0.0.1") as opened:
        assert [local(sock).host for sock in opened] == ["127.0.0.1", "::1"]
        assert len({local(sock).port for sock in opened}) == 1


def test_a_name_is_all_its_addresses() -> None:
    """`localhost` is loopback of whatever families it has."""
    with listening("localhost") as opened:
        assert {local(sock).host for sock in opened} <= {"127.0.0.1", "::1"}


def test_a_port_that_is_free_in_one_family_only_is_not_taken() -> None:
    """If the port that IPv4 got is in use on IPv6, another one is tried, and none is left open."""
    held: list[socket.socket] = []

    def create(
        address: tuple[Any, ...], *, family: int, backlog: int, dualstack_ipv6: bool
    ) -> socket.socket:
        if family == socket.AF_INET6 and not held:
            held.append(socket.create_server(address, family=family))
        return socket.create_server(address, family=family, backlog=backlog)

    with listening(create=create) as opened:
        assert local(held[0]).port not in {local(sock).port for sock in opened}
        assert len({local(sock).port for sock in opened}) == 1
    held[0].close()


def test_without_ipv6_loopback_is_ipv4_and_says_so() -> None:
    """The machine has no IPv6 at all."""
    [sock], note = listen((), 0, create=no_ipv6)
    with sock:
        assert local(sock).host == "127.0.0.1"
        assert "IPv4 only" in note


def test_without_ipv6_two_colons_are_ipv4_and_say_so() -> None:
    """The next best of all addresses is all IPv4 addresses."""
    [sock], note = listen(("::",), 0, create=no_ipv6, dual_stack=lambda: False)
    with sock:
        assert local(sock).host == "0.0.0.0"
        assert "IPv4 only" in note


def test_without_dual_stack_there_are_two_sockets() -> None:
    """Some systems (OpenBSD) have IPv6 sockets for IPv6 only."""
    with listening("::", dual_stack=lambda: False) as opened:
        assert {local(sock).host for sock in opened} == {"0.0.0.0", "::"}


def test_without_ipv6_an_ipv6_address_is_an_error() -> None:
    """Whoever asks for it by name must know."""
    with pytest.raises(ListenError, match=r"\[::1\]:0: there is no IPv6"):
        listen(("::1",), 0, create=no_ipv6)


def test_a_port_in_use_is_one_clear_line() -> None:
    """It says which, and what to do."""
    with listening("127.0.0.1") as [sock]:
        port = local(sock).port
        with pytest.raises(ListenError, match=rf"^cannot listen on 127\.0\.0\.1:{port}: .*--port"):
            listen(("127.0.0.1",), port)


def test_after_an_error_nothing_is_left_open() -> None:
    """The address that could be bound is free again."""
    with listening("::1") as [sock]:
        port = local(sock).port
        with pytest.raises(ListenError, match=r"\[::1\]"):
            listen((), port)
        with listening("127.0.0.1", port=port):
            pass


def test_an_address_of_another_machine_is_one_clear_line() -> None:
    """192.0.2.0/24 is for documentation."""
    with pytest.raises(ListenError, match="no such address"):
        listen(("203.0.113.7",), 0)


def test_a_name_without_address_is_one_clear_line() -> None:
    """`.invalid` never resolves; a label may not have 64 letters."""
    for name in ("nowhere.invalid", "x" * 64):
        with pytest.raises(ListenError, match=f"cannot listen on {name}"):
            listen((name,), 0)


def test_a_port_without_permission_is_one_clear_line() -> None:
    """What the kernel says to users about port 80."""

    def create(
        address: tuple[Any, ...], *, family: int, backlog: int, dualstack_ipv6: bool
    ) -> socket.socket:
        raise PermissionError(errno.EACCES, "Permission denied")

    with pytest.raises(ListenError, match="above 1023"):
        listen(("127.0.0.1",), 80, create=create)


def test_a_server_can_be_restarted_at_once() -> None:
    """A connection in TIME_WAIT does not hold up `bind` (SO_REUSEADDR)."""
    with listening("127.0.0.1") as [sock]:
        port = local(sock).port
        client = socket.create_connection(("127.0.0.1", port))
        sock.setblocking(True)
        accepted, _ = sock.accept()
        accepted.close()  # we close first, so TIME_WAIT is ours
        assert client.recv(1) == b""
        client.close()
    with listening("127.0.0.1", port=port):
        pass


def test_the_largest_backlog_is_what_the_system_has() -> None:
    """Not Python's 128."""
    limit = Path("/proc/sys/net/core/somaxconn")
    expected = int(limit.read_text()) if limit.exists() else socket.SOMAXCONN
    assert sockets.largest_backlog() == expected


def test_a_unix_socket_accepts(tmp_path: Path) -> None:
    """Its peer is on this machine."""
    path = str(tmp_path / "chat.sock")
    with listen_unix(path) as sock, socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        accepted, name = sock.accept()
        accepted.close()
        assert parse(sock.family, name).irc_host == "localhost"


def test_a_left_over_unix_socket_is_replaced(tmp_path: Path) -> None:
    """The server before was killed."""
    path = str(tmp_path / "chat.sock")
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(path)
    assert Path(path).exists()
    listen_unix(path).close()


def test_a_unix_socket_takes_its_file_with_it(tmp_path: Path) -> None:
    """But not the file of who has its place by now, nor does it mind that it is gone."""
    path = tmp_path / "chat.sock"
    listen_unix(str(path)).close()
    assert not path.exists()
    with listen_unix(str(path)):
        path.unlink()
    with listen_unix(str(path)) as first:
        path.rename(tmp_path / "elsewhere.sock")
        with listen_unix(str(path)):
            first.close()
            assert path.exists()


def test_a_unix_socket_in_use_is_left_alone(tmp_path: Path) -> None:
    """Somebody listens there."""
    path = str(tmp_path / "chat.sock")
    with listen_unix(path), pytest.raises(ListenError, match="another program listens"):
        listen_unix(path)


def test_a_file_is_left_alone(tmp_path: Path) -> None:
    """It is no socket of ours."""
    path = tmp_path / "notes.txt"
    path.write_text("precious")
    with pytest.raises(ListenError, match="no socket"):
        listen_unix(str(path))
    assert path.read_text() == "precious"


def test_a_unix_path_that_cannot_be_is_one_clear_line(tmp_path: Path) -> None:
    """Too long for the kernel, or in no directory."""
    for path in (str(tmp_path / ("x" * 200)), str(tmp_path / "no" / "where")):
        with pytest.raises(ListenError, match="cannot listen on"):
            listen_unix(path)


def test_without_the_variables_nothing_is_inherited() -> None:
    """Nor if they are meant for another process; either way they go no further."""
    assert inherit({}, os.getpid()) == []
    environment = {"LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "chat", "HOME": "/"}
    assert inherit(environment, os.getpid()) == []
    assert environment == {"HOME": "/"}
