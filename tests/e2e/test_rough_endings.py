"""Terminals that go away, programs that are stopped, and what is left then: real processes."""

import random
import signal
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.e2e.terminal import CHATCLIENT, DEADLINE, Terminal
from tests.waiting import eventually


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server."""
    with Server("--port", "0", "--data", tmp_path / "server") as server:
        yield server


def _alice(server: Server, *more: str, **settings: object) -> Terminal:
    """Return alice's terminal, on which she is in the lobby."""
    terminal = Terminal("localhost", str(server.port), "--nick", "alice", *more, **settings)  # type: ignore[arg-type]
    terminal.see(r"#lobby")
    terminal.see(r"you joined #lobby|now in #lobby")
    return terminal


def _is_restored(terminal: Terminal) -> bool:
    """Say whether the terminal is as it was before the program came."""
    return termios.tcgetattr(terminal.ours) == terminal.before


def _in_shell(server: Server) -> Terminal:
    """Return a terminal with a shell, in which alice's client runs."""
    shell = Terminal(command=["bash", "--norc", "-i"], env={"PS1": "prompt:"})
    shell.see("prompt:")
    shell.type(f"{CHATCLIENT} localhost {server.port} --nick alice")
    shell.see("you joined #lobby")
    return shell


def _suspend(shell: Terminal) -> None:
    """Press Ctrl+Z, and see that the shell can be used."""
    shell.press("\x1a")
    shell.see("Stopped")
    assert shell.written.endswith(b"prompt:") or shell.see("prompt:")
    shell.type("echo $((20 + 22))")
    shell.see("^42|\n42")
    assert b"\x1b[?1049l" in shell.written


def test_suspend(server: Server) -> None:
    """Ctrl+Z leaves the terminal to the shell; fg brings all back, with what was said meanwhile."""
    with _in_shell(server) as alice, server.join() as bob:
        _suspend(alice)
        bob.send("said meanwhile")
        alice.type("fg")
        alice.see("said meanwhile")
        alice.type("back again")
        bob.read_until("[alice] back again")
        assert b"Traceback" not in alice.written


def test_suspended_while_the_server_goes(tmp_path: Path) -> None:
    """After a stop in which the connection died, it comes back by itself, with what was missed."""
    data = tmp_path / "server"
    with Server("--port", "0", "--data", data) as server:
        port = str(server.port)
        alice = _in_shell(server)
        _suspend(alice)
    with alice, Server("--port", port, "--data", data) as server, server.join() as bob:
        bob.send("after the restart", "/names")
        bob.read_until("#lobby (")
        alice.type("fg")
        alice.see("after the restart")
        alice.type("me too")
        bob.read_until("[alice] me too")


@pytest.mark.parametrize("plain", [[], ["--plain"]])
def test_a_terminal_that_disappears(server: Server, tmp_path: Path, plain: list[str]) -> None:
    """When the terminal is taken away in the middle of a flood, it says good-bye and ends quietly."""
    with (
        (tmp_path / "stderr").open("w") as stderr,
        _alice(server, *plain, stderr=stderr) as alice,
        server.join_irc("eve") as eve,
        server.join() as bob,
    ):
        eve.send(*(f"PRIVMSG #lobby :{number} {'x' * 200}" for number in range(300)))
        alice.see("xxxx")
        alice.hang_up()
        alice.process.wait(DEADLINE)
        bob.read_until("* alice left")
    assert (tmp_path / "stderr").read_text() == ""


@pytest.mark.parametrize("plain", [[], ["--plain"]])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals(server: Server, number: signal.Signals, plain: list[str]) -> None:
    """A signal that asks it to end is a good-bye, and the terminal is as before."""
    with _alice(server, *plain) as alice, server.join() as bob:
        alice.process.send_signal(number)
        alice.end()
        bob.read_until("* alice left")
        assert _is_restored(alice)
        assert b"Traceback" not in alice.written


def test_a_storm_of_resizes(server: Server) -> None:
    """Whatever sizes the terminal takes while people talk, it shows the end of it all."""
    sizes = random.Random(5)
    with _alice(server) as alice, server.join() as bob:
        for number in range(150):
            alice.resize(sizes.randint(1, 150), sizes.randint(1, 60))
            bob.send(f"message {number}")
            alice.read(time.monotonic() + 0.005)
        alice.resize(80, 24)
        alice.see("message 149")
        alice.type("still here")
        bob.read_until("[alice] still here")
        assert b"Traceback" not in alice.written


@pytest.mark.parametrize("line", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-", "--plain <&- >&-"])
def test_closed_descriptors(server: Server, line: str) -> None:
    """What is closed is no terminal: it ends in order, with no traceback."""
    done = subprocess.run(
        ["bash", "-c", f"{CHATCLIENT} --no-config localhost {server.port} {line}"],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2)


def test_tools_with_closed_descriptors(server: Server) -> None:
    """A tool without standard output still says what it is to say."""
    with server.join() as bob:
        done = subprocess.run(
            ["bash", "-c", f"{CHATCLIENT} localhost {server.port} --send done >&- 2>&- <&-"],
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0
        bob.read_until("] done")


def test_a_full_disk(server: Server) -> None:
    """When nothing more can be kept on this machine, one can talk all the same."""
    with (
        Terminal("localhost", str(server.port), "--nick", "alice", program=_limited(20)) as alice,
        server.join() as bob,
    ):
        alice.see("you joined #lobby")
        bob.send(*(f"{number} {'x' * 300}" for number in range(300)))
        alice.see(r"299 ")
        alice.type("I can talk")
        bob.read_until("[alice] I can talk")
        alice.type("/quit")
        assert alice.end() == 0
        assert b"Traceback" not in alice.written


def _limited(blocks: int) -> list[str]:
    """Return what starts a program that can write no file of more than so many KiB."""
    return ["bash", "-c", f'ulimit -f {blocks}; exec "$0" "$@"']


def test_kill(tmp_path: Path) -> None:
    """What was typed and not acknowledged when it is killed is said once after the next start."""
    data, home = tmp_path / "server", tmp_path / "home"
    home.mkdir()
    with Server("--port", "0", "--data", data) as server:
        port = str(server.port)
        alice = _alice(server, home=home)
    with alice:
        alice.see("disconnected")
        alice.type("into the void")
        alice.see(r"··· +alice +into the void")
        eventually(lambda: _is_kept(home, b"into the void"))
        alice.process.kill()
        alice.end()
    with (
        Server("--port", port, "--data", data) as server,
        server.join() as bob,
        _alice(server, home=home) as alice,
    ):
        bob.read_until("[alice] into the void")
        alice.type("that was all")
        assert bob.read_until("[alice]") == "[alice] that was all"
        assert b"Traceback" not in alice.written


def _is_kept(home: Path, text: bytes) -> bool:
    return any(text in each.read_bytes() for each in home.rglob("*") if each.is_file())


@pytest.mark.parametrize(
    "script",
    ["printf 'h\\351llo' > $1", "rm $1", "exit 1", "kill -INT 0; sleep 0.2; echo héllo > $1"],
)
def test_an_editor_of_any_kind(server: Server, tmp_path: Path, script: str) -> None:
    """One that writes another encoding, takes the file away, or is interrupted, ends nothing."""
    editor = tmp_path / "editor"
    editor.write_text(f"#!/bin/sh\ntrap '' INT\n{script}\n")
    editor.chmod(0o700)
    with _alice(server, env={"VISUAL": str(editor)}) as alice, server.join() as bob:
        alice.press("draft")
        alice.see("> draft")
        given = alice.written.count(b"\x1b[?2004h")
        alice.press("\x18\x05")
        until = time.monotonic() + DEADLINE
        while alice.written.count(b"\x1b[?2004h") == given:  # until it has the terminal again
            assert alice.read(until)
        alice.press(" goes on")
        alice.see("> .* goes on")  # read by the client, and not by a terminal that is cooked yet
        alice.press("\r")
        bob.read_until("[alice]")
        assert b"Traceback" not in alice.written
        assert alice.process.poll() is None
