"""chatclient on a terminal, and the server: real processes, and a screen that can be read."""

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.e2e.terminal import Terminal


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server."""
    with Server("--port", "0", "--ephemeral") as server:
        yield server


def test_a_first_visit(server: Server) -> None:
    """Join, talk with somebody on netcat, change the room, and leave."""
    with Terminal("localhost", str(server.port), "--nick", "alice") as alice:
        alice.see(r"you joined #lobby")
        alice.see(rf"connected .* alice .* localhost:{server.port} .* IPv[46] .* ms")
        with server.connect() as bob:
            bob.send("/nick bob", "hello alice")
            alice.see(r"bob +hello alice")
            alice.type("hello bob")
            bob.read_until("[alice] hello bob")
            alice.type("/join #ops")
            alice.see(r"you joined #ops")
            bob.send("/join #ops", "here I am")
            alice.see(r"bob +here I am")
            alice.type("/quit")
            assert alice.end() == 0
            bob.read_until("* alice left")
        assert b"\x1b[?1049l" in alice.written


def test_over_ipv6(server: Server) -> None:
    """The status line tells the family that was used."""
    with Terminal("::1", str(server.port), "--nick", "alice", "--room", "#ops") as alice:
        alice.see(r"you joined #ops")
        alice.see(rf"IPv6 \[::1\]:{server.port}")


def test_to_the_first_line_of_all(server: Server) -> None:
    """One key, though no more than the end of what was said before is there when one comes."""
    with server.join() as bob:
        bob.send(*(f"number {number}." for number in range(350)), "/names")
        bob.read_until("#lobby (")
        with Terminal("localhost", str(server.port), "--nick", "alice") as alice:
            alice.see(r"number 349\.")
            alice.press("\x1b[1;5H")
            alice.see(r"(?s)number 0\..*number 1\..*more .*below")


def test_what_peers_send_controls_nothing(server: Server) -> None:
    """Escape sequences of a peer never reach the terminal as such."""
    with Terminal("localhost", str(server.port), "--nick", "alice") as alice:
        alice.see(r"you joined #lobby")
        with server.join_irc("mallory") as mallory:
            for text in ("\x1b]0;pwned\x07\x1b[2Jevil\x9b31m and \u202eolleh", "done"):
                mallory.send(f"PRIVMSG #lobby :{text}")
            alice.see(r"mallory +done")
        for sequence in (b"\x1b]0;pwned", b"\x07", b"\xc2\x9b", "\u202e".encode()):
            assert sequence not in alice.written


def test_the_server_restarts(tmp_path: Path) -> None:
    """When the server is killed and comes back, so does the client, and says what was typed."""
    with Server("--port", "0", "--data", tmp_path) as server:
        port = str(server.port)
        terminal = Terminal("127.0.0.1", port, "--nick", "alice", "--room", "#ops")
        terminal.see(r"you joined #ops")
    try:
        terminal.see(r"disconnected")
        terminal.type("into the void")
        terminal.see(r"··· +alice +into the void")
        with Server("--port", port, "--data", tmp_path) as server:
            terminal.see(r"(?s)you joined #ops.*\d\d:\d\d✓? +alice +into the void")
            terminal.type("back again")
            terminal.see(r"\d\d:\d\d✓? +alice +back again")
            with server.connect() as bob:
                bob.send("/join #ops")
                seen = bob.read_until("[alice] back again") and "\n".join(bob.seen)
        assert seen.count("into the void") == 1
        assert len(re.findall("into the void", "\n".join(terminal.screen.display))) == 1
    finally:
        terminal.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals(server: Server, number: signal.Signals) -> None:
    """A signal that asks it to end is good-bye to the server, without a traceback."""
    with Terminal("localhost", str(server.port), "--nick", "alice") as alice:
        alice.see(r"you joined #lobby")
        with server.join() as bob:
            alice.see(rf"{bob.nick} joined")
            alice.process.send_signal(number)
            alice.end()
            bob.read_until("* alice left")
        assert b"Traceback" not in alice.written
