"""chatclient as a tool, and the server: real processes over 127.0.0.1 and ::1."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.server import Server, command

_BIN = Path(sys.executable).parent
_DEADLINE = 20.0


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a running server."""
    with Server("--port", "0", "--ephemeral") as server:
        yield server.port


def _client(*arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run chatclient to its end."""
    return subprocess.run(
        [_BIN / "chatclient", *arguments],
        input=text or "",
        capture_output=True,
        text=True,
        timeout=_DEADLINE,
        check=False,
    )


class Listener:
    """A `chatclient --json` that runs, and what it prints."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [_BIN / "chatclient", *arguments, "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def next(self, **wanted: object) -> dict[str, Any]:
        """Return the next thing it hears that has these values."""
        assert self.process.stdout
        for line in self.process.stdout:
            heard: dict[str, Any] = json.loads(line)
            if wanted.items() <= heard.items():
                return heard
        raise AssertionError(f"it ended, and never heard {wanted}")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it by a signal, and return its exit status."""
        self.process.send_signal(number)
        self.process.communicate(timeout=_DEADLINE)
        return self.process.returncode


@pytest.fixture
def listener(port: int) -> Iterator[Listener]:
    """Somebody called lis who listens in #ops over IPv6."""
    listening = Listener("::1", str(port), "--room", "#ops", "--nick", "lis")
    listening.next(kind="join")
    yield listening
    listening.process.kill()
    listening.process.communicate()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_send(port: int, listener: Listener, host: str) -> None:
    """What one sends over either family, another hears; the status says that it was kept."""
    done = _client(host, str(port), "--room", "#ops", "--nick", "bot", "--send", "deployed ✅")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    heard = listener.next(kind="message")
    assert (heard["room"], heard["from"], heard["text"]) == ("#ops", "bot", "deployed ✅")
    assert heard["msgid"]


def test_lines_of_stdin(port: int, listener: Listener) -> None:
    """A thousand lines arrive, each once, in order."""
    lines = [f"line {number}" for number in range(1000)]
    done = _client("localhost", str(port), "--room", "#ops", "-", text="\n".join(lines))
    assert (done.returncode, done.stderr) == (0, "")
    assert [listener.next(kind="message")["text"] for _ in lines] == lines


def test_with_a_plain_user(port: int, listener: Listener) -> None:
    """Somebody with netcat and a chatclient hear each other."""
    with socket.create_connection(("127.0.0.1", port), timeout=_DEADLINE) as plain:
        plain.sendall(b"/join #ops\nhello from nc\n")
        assert listener.next(kind="message")["text"] == "hello from nc"
        _client("::1", str(port), "--room", "ops", "--nick", "bot", "--send", "hello back")
        heard = b""
        while b"[bot] hello back" not in heard:
            heard += plain.recv(4096)


def test_what_was_said_before_is_heard(port: int) -> None:
    """Who joins hears the last messages of the room, marked as history."""
    assert _client("127.0.0.1", str(port), "--nick", "early", "--send", "one").returncode == 0
    late = Listener("127.0.0.1", str(port), "--nick", "late")
    try:
        heard = late.next(kind="message")
        assert (heard["from"], heard["text"], heard["history"]) == ("early", "one", True)
    finally:
        late.stop()


def test_a_long_message_is_cut_not_lost(port: int, listener: Listener) -> None:
    """More than a line of IRC holds arrives in pieces that are the whole."""
    words = " ".join(f"wört{number}" for number in range(500))
    assert _client("localhost", str(port), "--room", "#ops", "--send", words).returncode == 0
    heard = ""
    while len(heard) < len(words):
        heard = f"{heard} {listener.next(kind='message')['text']}".strip()
    assert heard == words


def test_hostile_text(port: int, listener: Listener) -> None:
    """What would control a terminal arrives as something to read."""
    text = "\x1b]0;pwned\x07\x1b[2J\u202eevil\x9b31m"
    assert _client("localhost", str(port), "--room", "#ops", "--send", text).returncode == 0
    assert str(listener.next(kind="message")["text"]).isprintable()


def test_the_same_nick_twice(port: int, listener: Listener) -> None:
    """A nick that is taken does not keep a message from being said."""
    done = _client("localhost", str(port), "--room", "#ops", "--nick", "lis", "--send", "hi")
    assert done.returncode == 0
    assert str(listener.next(kind="message")["from"]).startswith("lis_")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_listening_ends_by_a_signal(listener: Listener, number: signal.Signals) -> None:
    """Who listens ends with status 0 when asked to."""
    assert listener.stop(number) == 0


def test_a_reader_that_goes(port: int) -> None:
    """Like any filter, it ends quietly when its reader does."""
    listening = Listener("localhost", str(port))
    listening.next(kind="join")
    assert listening.process.stdout
    listening.process.stdout.close()
    assert listening.process.wait(_DEADLINE) == 0
    assert listening.process.stderr
    with listening.process.stderr as stderr:
        assert stderr.read() == ""


def test_the_server_restarts(tmp_path: Path) -> None:
    """A listener is back in its room soon after a restart, and what was said before is kept."""
    with Server("--port", "0", "--data", tmp_path) as server:
        port = str(server.port)
        listening = Listener("127.0.0.1", port, "--room", "#ops", "--nick", "lis")
        listening.next(kind="join")
        assert _client("::1", port, "--room", "#ops", "--send", "before").returncode == 0
        listening.next(kind="message", text="before")
    with Server("--port", port, "--data", tmp_path):
        listening.next(kind="join", own=True)
        assert _client("::1", port, "--room", "#ops", "--send", "after").returncode == 0
        assert listening.next(kind="message")["text"] == "after"
        assert listening.stop() == 0


def test_what_is_said_while_it_comes_back(tmp_path: Path) -> None:
    """Whatever is said before a listener is back after kill -9 is printed too, once and in order."""
    with Server("--port", "0", "--data", tmp_path) as server:
        port = str(server.port)
        listening = Listener("127.0.0.1", port, "--room", "#ops", "--nick", "lis")
        listening.next(kind="join")
        lines = [str(number) for number in range(300)]
        text = "\n".join(lines[:100])
        assert _client("::1", port, "--room", "#ops", "-", text=text).returncode == 0
        heard = [listening.next(kind="message") for _ in range(100)]
        server.kill()
    with Server("--port", port, "--data", tmp_path):
        text = "\n".join(lines[100:])
        assert _client("::1", port, "--room", "#ops", "-", text=text).returncode == 0
        heard += [listening.next(kind="message") for _ in range(200)]
        assert listening.stop() == 0
    assert [each["text"] for each in heard] == lines
    assert len({each["msgid"] for each in heard}) == 300


def test_sending_goes_on_over_a_restart(tmp_path: Path) -> None:
    """A pipe into the chat outlives the server: every line is said once, and the status says so."""
    with Server("--port", "0", "--data", tmp_path) as server:
        port = str(server.port)
        sending = subprocess.Popen(
            [_BIN / "chatclient", "127.0.0.1", port, "--room", "#ops", "--nick", "pipe", "-"],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert sending.stdin
        sending.stdin.write("".join(f"{number}\n" for number in range(500)))
        sending.stdin.flush()
        with server.join_irc("eve") as eve:
            eve.send("JOIN #ops")
            eve.read_until("PRIVMSG #ops")
        server.kill()
    with Server("--port", port, "--data", tmp_path):
        sending.stdin.write("last\n")
        _, told = sending.communicate(timeout=_DEADLINE)
        assert (sending.returncode, told.count("trying again")) == (0, 1)
    kept = subprocess.run(
        command("history", "export", "--room", "#ops", "--format", "jsonl", "--data", tmp_path),
        capture_output=True,
        text=True,
        timeout=_DEADLINE,
        check=True,
    )
    said = [json.loads(line) for line in kept.stdout.splitlines()]
    texts = [each["text"] for each in said if each["kind"] == "message"]
    assert texts == [*map(str, range(500)), "last"]


def _shell(line: str, port: int) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell in which `$CHAT` is chatclient on the server, in #ops."""
    chat = f"{_BIN / 'chatclient'} localhost {port} --room '#ops'"
    return subprocess.run(
        ["bash", "-c", f'set -o pipefail; chat() {{ {chat} "$@"; }}; {line}'],
        capture_output=True,
        text=True,
        timeout=_DEADLINE,
        check=False,
    )


def test_tail_in_pipes(port: int) -> None:
    """What head, grep and tail are used to: it ends at once when they do, quietly."""
    assert _shell("seq 150 | chat -", port).returncode == 0
    done = _shell("chat --tail 120 | head -2", port)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[-1] for line in done.stdout.splitlines()] == ["31", "32"]
    done = _shell("chat --tail --no-follow | grep -c .", port)
    assert (done.returncode, done.stdout) == (0, "10\n")
    done = _shell('chat --tail 1 --json --no-follow | grep -o \'"text": "150"\'', port)
    assert (done.returncode, done.stdout) == (0, '"text": "150"\n')


def test_output_that_takes_no_more(port: int) -> None:
    """A full disk under the output ends it, with one line on why."""
    done = _shell("chat --json > /dev/full", port)
    assert (done.returncode, done.stderr) == (
        2,
        "chatclient: cannot write what is heard: No space left on device\n",
    )


def test_nothing_listens() -> None:
    """Without a server: one line that says what to check, and the status for it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done = _client("127.0.0.1", str(port), "--send", "x")
    assert done.returncode == 3
    assert done.stderr == (
        f"chatclient: nothing listens on 127.0.0.1:{port}; "
        "check the port, and whether the server runs\n"
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_what_the_encoding_has_no_sign_for(port: int, encoding: str) -> None:
    """Somebody's emoji ends nobody's pipe: where there is no sign for it, another stands there."""
    where = ["localhost", str(port), "--room", "#a"]
    assert _client(*where, "--send", "héllo 🎉").returncode == 0
    heard = subprocess.run(
        [_BIN / "chatclient", *where, "--tail", "1", "--no-follow"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        timeout=_DEADLINE,
        check=False,
    )
    assert (heard.returncode, heard.stderr) == (0, b"")
    assert heard.stdout.endswith(b"llo ?\n")
