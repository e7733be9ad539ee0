"""/upgrade: the program is started anew in its place, on its terminal: real processes."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.server import SECONDS, Server, command
from tests.e2e.terminal import Terminal
from tests.waiting import eventually


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A running server."""
    with Server("--port", "0", "--data", tmp_path / "server") as server:
        yield server


def _upgrade(terminal: Terminal, pattern: str) -> float:
    """Type /upgrade, wait until the screen was drawn anew and shows that; return the seconds."""
    began = time.monotonic()
    before = terminal.written.count(b"\x1b[?1049h")
    terminal.type("/upgrade")
    while terminal.written.count(b"\x1b[?1049h") == before:
        assert terminal.read(began + SECONDS), "it ended"
        assert time.monotonic() < began + SECONDS, "it was not started anew"
    terminal.see(pattern)
    return time.monotonic() - began


def test_the_same_view(server: Server) -> None:
    """The room in view, others that were entered, and drafts are there again, and the process is one."""
    with Terminal("localhost", str(server.port), "--nick", "alice") as alice, server.join() as bob:
        alice.see("you joined #lobby")
        alice.type("/nick alicia")
        alice.see("you are now alicia")
        alice.type("/join #ops")
        alice.see("you joined #ops")
        bob.send("/join #ops", "said before")
        alice.see("said before")
        alice.press("half a sent")
        alice.see(r"#ops > half a sent")
        bob.send(*(f"line {number}" for number in range(80)))
        alice.see("line 79")
        alice.press("\x1b[5~\x1b[5~")
        alice.see("more lines below")
        top = min(map(int, re.findall(r"line (\d+)", "\n".join(alice.screen.display))))
        alice.press("\x1b2")
        alice.see(r"#lobby >")
        assert _upgrade(alice, r"#lobby >") < SECONDS
        alice.see(r"connected · alicia")
        alice.press("\x1b3")
        shown = alice.see(r"(?s)more lines below.*#ops > half a sent")
        assert min(map(int, re.findall(r"line (\d+)", shown))) == top
        alice.press("ence\r")
        bob.read_until("[alicia] half a sentence")
        assert alice.process.poll() is None
        assert b"Traceback" not in alice.written


def test_who_is_ignored_still_is(server: Server) -> None:
    """Also on a network that is not saved."""
    with (
        Terminal("localhost", str(server.port), "--nick", "alice") as alice,
        server.join_irc("eve") as eve,
        server.join_irc("bob") as bob,
    ):
        alice.see("you joined #lobby")
        alice.type("/ignore eve")
        alice.see("that holds until you leave")
        _upgrade(alice, r"connected · alice")
        eve.send("PRIVMSG #lobby :said by eve", "PING x")
        eve.read_until("PONG")
        bob.send("PRIVMSG #lobby :said by bob")
        assert "said by eve" not in alice.see("said by bob")


def test_nobody_sees_it(server: Server, tmp_path: Path) -> None:
    """With an account, others see nobody leave or come, and nothing that is said is missed."""
    subprocess.run(
        command("account", "add", "ann", "--data", tmp_path / "server"),
        input="correct horse\ncorrect horse\n",
        text=True,
        check=True,
        capture_output=True,
    )
    with (
        Terminal(
            "localhost",
            str(server.port),
            "--account",
            "ann",
            env={"CHATCLIENT_PASSWORD": "correct horse"},
        ) as ann,
        server.join() as bob,
    ):
        ann.see("you joined #lobby")
        bob.send("/names")
        bob.read_until(" ann")
        before = len(bob.seen)
        _upgrade(ann, "connected · ann")
        bob.send("are you there?")
        ann.see("are you there")
        ann.type("yes")
        bob.read_until("[ann] yes")
        assert not [line for line in bob.seen[before:] if line.startswith("* ")]


def test_nobody_sees_a_guest(server: Server) -> None:
    """Nor is a guest seen to leave and come; they are in their rooms, with their nick, once."""
    with Terminal("localhost", str(server.port), "--nick", "ann") as ann, server.join() as bob:
        ann.see("you joined #lobby")
        bob.send("/names")
        bob.read_until(" ann")
        before = len(bob.seen)
        _upgrade(ann, "connected · .*ann")
        bob.send("are you there?")
        ann.see("are you there")
        ann.type("yes")
        bob.read_until("[ann] yes")
        _upgrade(ann, "connected · .*ann")
        ann.type("still")
        bob.read_until("[ann] still")
        assert not [line for line in bob.seen[before:] if line.startswith("* ")]
        assert "left the chat" not in "\n".join(ann.screen.display)


def test_passwords_of_the_environment(server: Server, tmp_path: Path) -> None:
    """The user's editor has none of them, before /upgrade and after; the new program has."""
    seen = tmp_path / "seen"
    secrets = {"CHATCLIENT_PASSWORD": "sesame", "CHATCLIENT_PROXY_PASSWORD": "secret"}
    env = {"EDITOR": f"sh -c 'env >> {seen}; echo end >> {seen}'", "VISUAL": "", **secrets}
    with Terminal("localhost", str(server.port), "--nick", "alice", env=env) as alice:
        alice.see("you joined #lobby")
        for ends in (1, 2):
            alice.press("\x18\x05")
            eventually(lambda: alice.read(0.0) and _count(seen, "end\n") == ends)  # noqa: B023
            assert "EDITOR=" in seen.read_text()
            assert "CHATCLIENT_" not in seen.read_text()
            _upgrade(alice, "connected · alice")


def _count(path: Path, text: str) -> int:
    return path.read_text().count(text) if path.exists() else 0


def test_networks_that_are_not_saved(server: Server, tmp_path: Path) -> None:
    """They are there again, and one that was left is still left."""
    with (
        Server("--port", "0", "--data", tmp_path / "other") as other,
        Terminal("localhost", str(server.port), "--nick", "alice") as alice,
    ):
        alice.see("you joined #lobby")
        alice.type(f"/connect 127.0.0.1 {other.port}")
        alice.see(f"127.0.0.1:{other.port}")
        alice.type("/join #there")
        alice.see("you joined #there")
        _upgrade(alice, r"(?s)#there.*connected · Chat · alice")
        alice.type("/network")
        alice.see(
            rf"(?s)localhost:{server.port}: alice, online.*127.0.0.1:{other.port}: alice, onl"
        )
        alice.type("/disconnect")
        alice.see("you disconnected")
        _upgrade(alice, "you disconnected")
        alice.type("/network")
        alice.see(rf"(?s)localhost:{server.port}: alice, (conn|regi|onli).*you disconnected")


def test_a_version_that_does_not_start(server: Server, tmp_path: Path) -> None:
    """When what is installed now does not start, that is said, and this one goes on."""
    later = tmp_path / "later"
    later.mkdir()
    settings = {"PYTHONPATH": f"{later}:{os.environ.get('PYTHONPATH', '')}"}
    with (
        Terminal("localhost", str(server.port), "--nick", "alice", env=settings) as alice,
        server.join() as bob,
    ):
        alice.see("you joined #lobby")
        (later / "wcwidth.py").write_text("raise ImportError('half installed')")
        alice.type("/upgrade")
        alice.see("ImportError: half")
        alice.type("still here")
        bob.read_until("[alice] still here")


def test_line_by_line(server: Server) -> None:
    """Without a screen it is the same: one is in the room that one was in, and can go on."""
    with (
        Terminal("localhost", str(server.port), "--nick", "alice", "--plain") as alice,
        server.join() as bob,
    ):
        alice.see("now in #lobby")
        alice.type("/join #ops")
        alice.see("now in #ops")
        alice.type("/upgrade")
        alice.see("(?s)looking whether.*connecting to.*now in #ops")
        alice.type("/go lobby")
        alice.see("now in #lobby, 2 people")
        alice.type("I am back")
        bob.read_until("[alice] I am back")
        alice.type("/quit")
        assert alice.end() == 0
