"""The commands beside a real server: what it keeps is exported, backed up and brought back."""

import re
import subprocess
from pathlib import Path

from tests.e2e.server import SECONDS, Server, command
from tests.waiting import eventually


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, timeout=SECONDS * 2
    )


def said(data: Path) -> list[str]:
    """Return what was said in the lobby, as an export has it."""
    done = run("history", "export", "--room", "#lobby", "--data", data)
    assert (done.returncode, done.stderr) == (0, "")
    return re.findall(r"^\S+ \S+ \[\S+\] (.*)$", done.stdout, re.MULTILINE)


def test_a_backup_of_a_server_that_runs_is_brought_back(tmp_path: Path) -> None:
    """With all that was said before it, and nothing of what came after; people find it by searching."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    with Server("--port", "0", "--data", data) as server, server.join() as peer:
        peer.send("one fine day", "/names")
        peer.read_until("#lobby (")
        assert said(data) == ["one fine day"]
        assert run("backup", backup, "--data", data).returncode == 0
        peer.send("too late", "/names")
        peer.read_until("#lobby (")
        refused = run("restore", backup, "--data", data)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "stop it first" in refused.stderr
        assert server.stop() == 0
    assert said(data) == ["one fine day", "too late"]
    assert run("restore", backup, "--data", data).returncode == 0
    assert said(data) == ["one fine day"]
    with Server("--port", "0", "--data", data) as server, server.join() as peer:
        peer.send("/search late")
        peer.read_until("-> nothing")
        peer.send("/search FINE")
        peer.read_until("one fine day")


def test_a_server_forgets_what_it_is_told_to(tmp_path: Path) -> None:
    """While it runs, soon after it is too much."""
    with (
        Server("--port", "0", "--data", tmp_path, "--history-messages", "3") as server,
        server.join() as peer,
    ):
        for number in range(8):
            peer.send(f"message {number}")
        peer.send("/names")
        peer.read_until("#lobby (")
        eventually(lambda: said(tmp_path) == ["message 5", "message 6", "message 7"])
        peer.send("/search message")
        assert "message 5" in peer.read_until("message ")
