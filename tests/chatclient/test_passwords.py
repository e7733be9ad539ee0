"""Where passwords come from."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatclient.config import Config, Login, Security, Tool, build
from chatclient.passwords import PasswordError, with_password

SAYS = Tool(messages=("x",))


def _with(login: Login, **more: Any) -> Config:
    return with_password(build(["h"], login=login, **more))


def test_a_command(tmp_path: Path) -> None:
    """The first line that it prints, and no shell."""
    script = tmp_path / "it is here"
    script.write_text("print('ses ame'); print('rest')")
    config = _with(Login("alice", command=f"{sys.executable} '{script}'"))
    assert config.identity.password == "ses ame"


@pytest.mark.parametrize(
    "command", ["/nonexistent", "false", "true", "'", f"{sys.executable} -c 1"]
)
def test_a_command_that_prints_none(command: str) -> None:
    """It is said what is wrong with it."""
    with pytest.raises(PasswordError, match="--password-command"):
        _with(Login("alice", command=command))


def test_a_command_of_a_network_is_named() -> None:
    """There may be several."""
    config = replace(build(["h"], login=Login("alice", command="false")), name="work")
    with pytest.raises(PasswordError, match="password-command of the network work does not work"):
        with_password(config)


def test_the_environment_comes_first() -> None:
    """Then no command is run."""
    assert _with(Login("alice", "sesame", "/nonexistent")).identity.password == "sesame"


def test_the_screen_asks_by_itself() -> None:
    """So does nothing before; and who shows a certificate may need no password."""
    assert _with(Login("alice")).identity.password == ""
    assert _with(Login("alice"), tool=SAYS, security=Security(cert="x.pem")).identity.password == ""


def test_a_tool_without_a_terminal() -> None:
    """It says what would give the password, and does not take it from what is to be said."""
    done = subprocess.run(
        [sys.executable, "-m", "chatclient.cli", "h", "--account", "alice", "-"],
        input="sesame\n",
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 2
    assert "CHATCLIENT_PASSWORD or --password-command gives it" in done.stderr
