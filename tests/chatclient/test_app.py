"""The program as it is started, on a terminal and without one."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DEADLINE = 20.0
CTRL_C, CTRL_D = b"\x03", b"\x04"


class Terminal:
    """What somebody at a terminal sees and types."""

    def __init__(self, master: int) -> None:
        self._master = master
        self.seen = b""

    def until(self, text: bytes) -> None:
        """Read until `text` was seen."""
        end = time.monotonic() + DEADLINE
        while text not in self.seen:
            ready, _, _ = select.select([self._master], [], [], end - time.monotonic())
            assert ready, self.seen
            self.seen += os.read(self._master, 65536)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)


@contextmanager
def started(home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], Terminal]]:
    """Start chatclient on a terminal, with its files in `home`."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "chatclient.cli", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=_environment(home),
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield process, Terminal(master)
    finally:
        process.kill()
        process.wait()
        os.close(master)


def _environment(home: Path) -> dict[str, str]:
    return os.environ | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "TERM": "xterm-256color",
    }


def test_the_first_start_asks(tmp_path: Path) -> None:
    """Then it connects; what was said is in the file."""
    with started(tmp_path) as (process, terminal):
        terminal.until(b"server [localhost:9000]: ")
        terminal.type(b"127.0.0.1:1\n")
        for label in (b"name [", b"rooms [#lobby]: ", b"account [none]: "):
            terminal.until(label)
            terminal.type(b"\n")
        terminal.until(b"nothing listens on 127.0.0.1:1")
        terminal.type(CTRL_C)
        assert process.wait(DEADLINE) == 0
    text = (tmp_path / "config" / "chatclient" / "config.toml").read_text()
    assert '[networks.home]\nhost = "127.0.0.1"\nport = 1\n' in text


def test_breaking_off(tmp_path: Path) -> None:
    """It leaves nothing behind, and no traceback."""
    with started(tmp_path) as (process, terminal):
        terminal.until(b"server [localhost:9000]: ")
        terminal.type(CTRL_D)
        terminal.until(b"Nothing was saved.")
        assert process.wait(DEADLINE) == 1
        assert b"Traceback" not in terminal.seen
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("arguments", [[], ["nonsense.example", "1"]])
def test_without_a_terminal_nobody_is_asked(tmp_path: Path, arguments: list[str]) -> None:
    """Pipes get an error that says what works in them."""
    done = subprocess.run(
        [sys.executable, "-m", "chatclient.cli", *arguments],
        input="",
        capture_output=True,
        text=True,
        check=False,
        env=_environment(tmp_path),
    )
    assert done.returncode == 2
    assert "no terminal to draw on" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_mistake_in_the_file_is_one_line(tmp_path: Path) -> None:
    """With status 2, as for arguments."""
    file = tmp_path / "my.toml"
    file.write_text("[settings]\nthem = 'dark'\n")
    done = subprocess.run(
        [sys.executable, "-m", "chatclient.cli", "--config", str(file)],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(tmp_path),
    )
    assert done.returncode == 2
    assert done.stderr == (
        f"chatclient: {file}, line 2: [settings] there is no them; do you mean theme?\n"
    )


def test_one_line_after_another_asks_nobody_in_a_pipe(tmp_path: Path) -> None:
    """Also --plain starts no questions where nobody is there to answer."""
    done = subprocess.run(
        [sys.executable, "-m", "chatclient.cli", "--plain"],
        input="",
        capture_output=True,
        text=True,
        check=False,
        env=_environment(tmp_path),
    )
    assert done.returncode == 2
    assert "name a server: chatclient HOST" in done.stderr
    assert not list(tmp_path.iterdir())
