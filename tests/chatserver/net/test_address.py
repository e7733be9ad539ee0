"""Addresses as people, IRC and logs write them."""

import re
import socket

import pytest

from chatserver.net import address

IRC_HOST = re.compile(r"[0-9a-z_.-][0-9a-z_:.-]*")


@pytest.mark.parametrize(
    ("name", "host", "shown", "irc"),
    [
        (("::1", 5000, 0, 0), "::1", "[::1]:5000", "0::1"),
        (("::", 9000, 0, 0), "::", "[::]:9000", "0::"),
        (("2001:DB8::0:7", 1, 0, 0), "2001:db8::7", "[2001:db8::7]:1", "2001:db8::7"),
        (("::ffff:192.0.2.7", 80, 0, 0), "192.0.2.7", "192.0.2.7:80", "192.0.2.7"),
        (("::ffff:7f00:1", 80, 0, 0), "127.0.0.1", "127.0.0.1:80", "127.0.0.1"),
        (("fe80::1%eth0", 80, 0, 2), "fe80::1", "[fe80::1%eth0]:80", "fe80::1"),
    ],
)
def test_an_ipv6_name_is_canonical_and_a_mapped_one_is_ipv4(
    name: tuple[str, int, int, int], host: str, shown: str, irc: str
) -> None:
    """`::ffff:a.b.c.d` is an IPv4 peer; a scope is shown, but is no part of the host."""
    parsed = address.parse(socket.AF_INET6, name)
    assert (parsed.host, str(parsed), parsed.irc_host) == (host, shown, irc)
    assert IRC_HOST.fullmatch(parsed.irc_host)


def test_an_ipv4_name_is_itself() -> None:
    """An IPv4 address needs nothing."""
    parsed = address.parse(socket.AF_INET, ("127.0.0.1", 5000))
    assert str(parsed) == "127.0.0.1:5000"
    assert parsed.irc_host == "127.0.0.1"
    assert parsed.family == "IPv4"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("", "unix:"), ("/run/chat.sock", "unix:/run/chat.sock"), (b"\0auto", "unix:@auto")],
)
def test_a_unix_peer_is_on_this_machine(name: str | bytes, shown: str) -> None:
    """A Unix socket has no address, and its peer is local; abstract names show their NUL as `@`."""
    parsed = address.parse(socket.AF_UNIX, name)
    assert (str(parsed), parsed.irc_host, parsed.family) == (shown, "localhost", "Unix")


def test_the_local_end_of_a_socket_is_known() -> None:
    """What the kernel chose can be told."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        assert str(address.local(sock)) == f"127.0.0.1:{sock.getsockname()[1]}"
