"""The command says what is wrong in one line, and does small things without a server."""

import io
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import pytest

from chatserver.cli import main
from chatserver.passwords import verify
from chatserver.storage.sqlite import SqliteStore


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--port", "http"], "--port must be a whole number from 0 to 65535, not 'http'"),
        (["--port"], "argument --port: expected one argument (--help lists what there is)"),
        (["--prot", "1"], "there is no --prot; did you mean --port?"),
        (["--prot=1"], "there is no --prot=1; did you mean --port?"),
        (
            ["start"],
            (
                "there is no start; there are account, backup, hash-password, history, make-cert, "
                "restore, and nothing at all runs the server"
            ),
        ),
        (["--config", "/nowhere/x"], "/nowhere/x: cannot be read: No such file or directory"),
        (
            ["hash-password", "secret"],
            "hash-password takes the password from standard input, not as an argument",
        ),
    ],
)
def test_mistakes_are_told_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On standard error, with exit status 2, and nothing else."""
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"chatserver: {message}\n")


def test_a_mistake_in_the_file_names_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the page on settings shows."""
    path = tmp_path / "chat.toml"
    path.write_text('name = "chat.example.org"\n\nport = 99999\n', encoding="utf-8")
    assert main(["--config", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"chatserver: {path}, line 3: port must be a whole number from 0 to 65535, not 99999\n"
    )


def test_variables_count(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The environment is a source of settings."""
    monkeypatch.setenv("CHATSERVER_PORT", "x")
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("chatserver: CHATSERVER_PORT must be")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """That of what is installed."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"chatserver {version('chatserver')}\n"


def test_hash_password(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What it prints fits the first line of standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO("sécret word\nmore\n"))
    assert main(["hash-password"]) == 0
    assert verify("sécret word", capsys.readouterr().out.strip())


def test_an_empty_password_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip does not become a password."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert main(["hash-password"]) == 2
    assert "empty" in capsys.readouterr().err


def test_small_things_load_little() -> None:
    """A mistake is told fast: without the event loop, the database or the server."""
    script = (
        "import sys\n"
        "from chatserver.cli import main\n"
        "assert main(['--port', 'x']) == 2\n"
        "print(sorted({'asyncio', 'sqlite3', 'uvloop', 'chatserver.app'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_it_starts_ends_it_quietly(number: int, tmp_path: Path) -> None:
    """Whatever it is about to do: exit status 0, and no traceback. Here the file never comes."""
    config = tmp_path / "chat.toml"
    os.mkfifo(config)
    arguments = [sys.executable, "-m", "chatserver.cli", "--config", str(config)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:
        with config.open("w", encoding="utf-8"):  # returns when it is opened for reading
            process.send_signal(number)
            _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")


def test_a_signal_as_soon_as_it_accepts_ends_it_quietly() -> None:
    """The port accepts before all is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = [sys.executable, "-m", "chatserver.cli", "--ephemeral", "--port", str(port)]
    with subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
        process.terminate()
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in errors


def start(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "chatserver.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def assert_refused(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Check that a server ended with status 2 and one line that has `parts`."""
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("chatserver: ")
    assert done.stderr.count("\n") == 1
    assert [part for part in parts if part not in done.stderr] == []


def test_a_port_in_use(tmp_path: Path) -> None:
    """Whoever starts it learns which one, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = start("--host", "127.0.0.1", "--port", port, "--data", str(tmp_path))
    assert_refused(done, port, "in use", "--port")


def test_a_bad_address(tmp_path: Path) -> None:
    """An address that is none of this machine's, and a name that is none at all."""
    for host in ("192.0.2.1", "no.such.host.invalid"):
        assert_refused(start("--host", host, "--port", "0", "--data", str(tmp_path)), host)


def test_a_data_directory_that_cannot_be(tmp_path: Path) -> None:
    """It is named, with the flag that names another."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = start("--port", "0", "--data", str(tmp_path / "file" / "data"))
    assert_refused(done, f"{tmp_path}/file/data", "--data")


def test_a_second_server_on_the_same_data(tmp_path: Path) -> None:
    """The first one goes on; the second is told about it."""
    store = SqliteStore(tmp_path)
    store.open()
    assert_refused(start("--port", "0", "--data", str(tmp_path)), "another chatserver", "--data")
    store.close()


def test_data_that_is_damaged(tmp_path: Path) -> None:
    """It is said, and left as it is."""
    (tmp_path / "chat.db").write_bytes(b"no database, " * 100)
    assert_refused(start("--port", "0", "--data", str(tmp_path)), "chat.db", "damaged")
    assert (tmp_path / "chat.db").read_bytes() == b"no database, " * 100
