"""A real server, joined over IPv4, IPv6 and a Unix socket, in plain text and in IRC."""

import socket
import sys
from pathlib import Path

import pytest

from tests.e2e.server import Peer, Server

HAND_OVER = """\
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
os.execv(sys.argv[2], sys.argv[2:])
"""
"""What a service manager does: the listening socket is descriptor 3 of what it starts."""


def test_the_start_says_where_and_how(tmp_path: Path) -> None:
    """Where the data is, which is made; on which addresses it listens; how to join."""
    data = tmp_path / "new" / "data"
    with Server("--port", "0", "--data", data) as server:
        assert server.listening == f"127.0.0.1:{server.port}, [::1]:{server.port}"
        assert any(str(data) in line for line in server.announcement)
        assert f"nc localhost {server.port}" in server.announcement[-1]
        assert data.is_dir()


def test_people_talk_over_both_families_and_both_protocols() -> None:
    """IPv4 and IPv6, plain text and IRC, in one room."""
    with (
        Server("--port", "0", "--ephemeral") as server,
        server.join("127.0.0.1") as four,
        server.join("::1") as six,
        server.join_irc("irene", "::1") as irene,
    ):
        four.send("hello from four")
        assert six.read_until("hello from four") == f"[{four.nick}] hello from four"
        assert irene.read_until("hello").endswith(" PRIVMSG #lobby :hello from four")
        irene.send("PRIVMSG #lobby :hello from irene")
        assert four.read_until("irene]") == "[irene] hello from irene"
        assert six.read_until("irene]") == "[irene] hello from irene"
        irene.send("QUIT")
        assert four.read_until("irene left") == "* irene left"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_one_line_through_netcat_is_said(host: str) -> None:
    r"""`printf 'hi\n' | nc -N`, as its sockets do it: write, half close, read to the end."""
    with Server("--port", "0", "--ephemeral") as server, server.join() as reader:
        with server.connect(host) as netcat:
            netcat.send("hi")
            netcat.half_close()
            assert netcat.rest()[-1] == "-> goodbye: connection closed"
        line = reader.read_until("] hi")
        nick = line.removeprefix("[").removesuffix("] hi")
        assert f"* {nick} joined" in reader.seen
        assert reader.read_until(f"* {nick} left") == f"* {nick} left: connection closed"


def test_a_dual_stack_socket_shows_ipv4_peers_as_ipv4() -> None:
    """`--host ::` takes both families; nobody sees `::ffff:127.0.0.1`."""
    with (
        Server("--host", "::", "--port", "0", "--ephemeral") as server,
        server.join_irc("irene", "::1") as irene,
        server.join("127.0.0.1") as four,
    ):
        assert server.listening == f"[::]:{server.port}"
        assert irene.read_until(f"{four.nick}!").split()[0].endswith("@127.0.0.1")
        irene.send("WHO irene")
        assert " 0::1 " in irene.read_until(" 352 ")


def test_several_hosts_are_listened_on() -> None:
    """Each as it was given."""
    with Server("--host", "127.0.0.2", "--host", "::1", "--port", "0", "--ephemeral") as server:
        assert server.listening == f"127.0.0.2:{server.port}, [::1]:{server.port}"
        server.join("127.0.0.2").close()
        server.join("::1").close()


def test_a_unix_socket_is_joined(tmp_path: Path) -> None:
    """Its peers are from localhost; the path of a server that was killed is taken over."""
    path = tmp_path / "chat.sock"
    for _ in range(2):
        with Server("--port", "0", "--unix", path, "--ephemeral") as server:
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(str(path))
            with Peer(sock) as peer, server.join_irc("irene") as irene:
                peer.send("hello")
                assert irene.read_until("JOIN").split()[0].endswith("@localhost")


def test_a_socket_of_the_service_manager_is_served() -> None:
    """`LISTEN_FDS`: descriptor 3 is listening already, and nothing else is opened."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        manager = [sys.executable, "-c", HAND_OVER, str(sock.fileno())]
        with Server("--ephemeral", wrapper=manager, pass_fds=[sock.fileno()]) as server:
            assert server.listening == f"127.0.0.1:{sock.getsockname()[1]}"
            server.join().close()


def test_a_browser_is_told_and_nobody_hears_it() -> None:
    """Its request line never becomes a message."""
    with Server("--port", "0", "--ephemeral") as server, server.join() as reader:
        with server.connect() as browser:
            browser.send("GET / HTTP/1.1\r", "Host: localhost\r", "\r")
            assert browser.rest()[0] == "HTTP/1.1 400 Bad Request"
        with server.join() as other:
            other.send("done")
            reader.read_until("] done")
        assert not any("GET" in line or "Host" in line for line in reader.seen)


def test_a_password_keeps_plain_peers_out(tmp_path: Path) -> None:
    """They have no way to give it; they are told how."""
    config = tmp_path / "chat.toml"
    config.write_text('password = "secret"\n')
    with Server("--port", "0", "--ephemeral", "--config", config) as server:
        with server.connect() as peer:
            peer.send("hello")
            assert "password" in peer.line()
            assert peer.line() == ""
        with server.connect() as client:
            client.send("PASS secret", "NICK irene", "USER irene 0 * :Irene")
            client.read_until(" 001 ")
