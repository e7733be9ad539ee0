"""Accounts of a real server: made by people and by who runs it, and there after a crash."""

import resource
import signal
import stat
import subprocess
from pathlib import Path

from tests.e2e.server import SECONDS, Server, command
from tests.waiting import eventually

CHEAP = ("--password-iterations", "4096", "--port", "0")


def account(data: Path, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    """Run `chatserver account` and return its exit status, what it printed, and what went wrong."""
    done = subprocess.run(
        command("account", *arguments, "--data", data),
        input=typed, capture_output=True, text=True, check=False, timeout=SECONDS * 2,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


def test_what_was_confirmed_is_there_after_a_crash(tmp_path: Path) -> None:
    """An account, and another password; a backup has them, an export nothing of them."""
    data, backup = tmp_path / "data", tmp_path / "backup"
    with Server(*CHEAP, "--data", data) as server, server.connect() as ann:
        ann.send("/register ann sesame sesame")
        ann.read_until("the account ann is made")
        ann.send("/password open sesame")
        ann.read_until("the password of ann is changed")
        server.kill()
    with Server(*CHEAP, "--data", data) as server, server.connect() as ann:
        ann.send("/login ann sesame sesame")
        ann.read_until("wrong account or password")
        ann.send("/login ann open sesame")
        ann.read_until("logged in as ann")
        made = subprocess.run(
            command("backup", backup, "--data", data), check=False, capture_output=True
        )
        assert made.returncode == 0
    assert subprocess.run(
        command("restore", backup, "--data", tmp_path / "new"), check=False, capture_output=True
    ).returncode == 0  # fmt: skip
    _, listed, _ = account(tmp_path / "new", "list")
    assert listed.startswith("ann ")
    exported = subprocess.run(
        command("history", "export", "--room", "#lobby", "--format", "jsonl", "--data", data),
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert "ann" in exported
    assert "stored_key" not in exported


def test_whoever_runs_the_server_manages_accounts_while_it_runs(tmp_path: Path) -> None:
    """What they do takes effect at once; nobody else can reach the socket; then it is gone."""
    with Server(*CHEAP, "--data", tmp_path, "--registration", "closed") as server:
        assert account(tmp_path, "add", "ann", typed="sesame sesame\n") == (
            0, "the account ann is made\n", "",
        )  # fmt: skip
        control = tmp_path / "chat.control"
        assert stat.S_IMODE(control.stat().st_mode) == 0o600
        with server.connect() as ann:
            ann.send("/login ann sesame sesame")
            ann.read_until("logged in as ann")
            assert "online" in account(tmp_path, "list")[1]
            assert account(tmp_path, "password", "ann", typed="open sesame\n")[0] == 0
            assert ann.read_until("goodbye").endswith("the password of the account was changed")
        with server.connect() as ann:
            ann.send("/login ann sesame sesame")
            ann.read_until("wrong account or password")
            ann.send("/login ann open sesame")
            ann.read_until("logged in as ann")
            assert account(tmp_path, "drop", "ann")[0] == 0
            assert account(tmp_path, "drop", "ann") == (
                1, "", "chatserver: there is no account ann\n",
            )  # fmt: skip
            ann.read_until("goodbye")
        assert server.stop() == 0
        assert not control.exists()
    assert account(tmp_path, "list") == (0, "", "")


def test_an_invitation_makes_one_account_over_restarts_too(tmp_path: Path) -> None:
    """A new one counts when the server has read its configuration again."""
    config = tmp_path / "chat.toml"
    settings = f'port = 0\ndata = "{tmp_path / "data"}"\npassword_iterations = 4096\n'
    settings += 'registration = "invitation"\ninvitations = ["{}"]\n'
    config.write_text(settings.replace("{}", "spring"), encoding="utf-8")
    with Server("--config", config) as server, server.connect() as ann:
        ann.send("/register ann sesame-1 summer", "/register ann sesame-1 spring")
        ann.read_until("that invitation code does not count")
        ann.read_until("the account ann is made")
    with Server("--config", config) as server:
        with server.connect() as bob:
            bob.send("/register bob sesame-1 spring")
            bob.read_until("that invitation code does not count")
        config.write_text(settings.replace("{}", "summer"), encoding="utf-8")
        server.signal(signal.SIGHUP)
        eventually(lambda: registers(server, "bob sesame-1 summer"))


def registers(server: Server, rest: str) -> bool:
    """Try to make an account, and say whether it is made."""
    with server.connect() as peer:
        peer.send(f"/register {rest}", "/topic")
        peer.read_until("-> #lobby")
        return any("is made" in line for line in peer.seen)


def test_no_account_is_made_that_the_disk_does_not_take(tmp_path: Path) -> None:
    """Who asks is told so, and it is not there after a crash; when the disk takes it, it is made."""
    data = tmp_path / "data"
    with Server(*CHEAP, "--data", data) as server, server.join() as peer:
        largest = max(path.stat().st_size for path in data.iterdir())
        limit_files(server, largest)
        peer.send(*(f"filling up {'x' * 4000}" for _ in range(40)))
        peer.send("/register ann sesame-1")
        peer.read_until("-> not done: the server can't write to its disk right now")
        server.kill()
    often = ("--login-failures", "0")
    with Server(*CHEAP, *often, "--data", data) as server, server.join() as peer:
        peer.send("/login ann sesame-1")
        peer.read_until("wrong account or password")
        limit_files(server, 0)
        peer.send("/register ann sesame-1")
        peer.read_until("-> not done")
        limit_files(server, resource.RLIM_INFINITY)
        eventually(lambda: registers(server, "bob sesame-1"))


def limit_files(server: Server, size: int) -> None:
    """Have the system refuse to let files of a server grow beyond `size` bytes."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
