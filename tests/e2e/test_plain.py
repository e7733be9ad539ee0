"""chatclient --plain on a terminal and in a pipe, and the server: real processes."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.server import Server
from tests.e2e.terminal import CHATCLIENT, DEADLINE, Terminal


@pytest.fixture
def server() -> Iterator[Server]:
    """A running server."""
    with Server("--port", "0", "--ephemeral") as server:
        yield server


def _spoken(terminal: Terminal) -> list[str]:
    """Return the lines that were written to a terminal, which has to be no more than lines."""
    text = terminal.written.decode()
    assert all(letter.isprintable() or letter in "\r\n" for letter in text), repr(text)
    return text.replace("\r\n", "\n").split("\n")


@pytest.mark.parametrize(
    ("arguments", "env"), [(["--plain"], {}), ([], {"TERM": "dumb"}), (["--plain"], {"LANG": "C"})]
)
def test_on_a_terminal(server: Server, arguments: list[str], env: dict[str, str]) -> None:
    """Nothing but lines is written, each thing once, in order; a hostile peer changes nothing."""
    with (
        Terminal("localhost", str(server.port), "--nick", "alice", *arguments, env=env) as alice,
        server.join_irc("eve") as eve,
    ):
        alice.see("now in #lobby")
        for number in range(20):
            eve.send(f"PRIVMSG #lobby :message {number} \x1b[2J\x07\x9b31m\x02bold\x02")
        alice.see("message 19")
        alice.type("hello eve")
        eve.read_until("hello eve")
        alice.type("/quit")
        assert alice.end() == 0
        lines = _spoken(alice)
        heard = [line for line in lines if "message " in line]
        assert len(heard) == 20
        assert [int(line.split("message ")[1].split()[0]) for line in heard] == [*range(20)]
        assert len([line for line in lines if "hello eve" in line]) == 1  # as it was typed


def test_a_password_is_not_shown(server: Server) -> None:
    """While a password is typed the terminal shows nothing of it, and then it does again."""
    with Terminal("localhost", str(server.port), "--nick", "alice", "--plain") as alice:
        alice.see("now in #lobby")
        alice.type("/register")
        alice.see(r"type the .*password")
        alice.type("correct horse battery")
        alice.see(r"again")
        alice.type("correct horse battery")
        alice.see("logged in|account")
        alice.type("seen again")
        alice.see("seen again")
        alice.type("/quit")
        assert alice.end() == 0
        assert b"horse" not in alice.written


def test_in_a_pipe(server: Server) -> None:
    """Lines and commands come from a pipe; it ends when the server has everything."""
    with server.join() as bob:
        done = subprocess.run(
            [CHATCLIENT, "--no-config", "localhost", str(server.port), "--plain", "--nick", "pipe"],
            input="hello\n/me waves\n/join #ops\n/names\n/whois pipe\n",
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "now in #ops, you alone" in done.stdout
        assert "1 in #ops: @pipe" in done.stdout
        assert "pipe is in" in done.stdout
        assert all(line.isprintable() for line in done.stdout.splitlines())
        bob.read_until("[pipe] hello")
        bob.read_until("* pipe waves")
