"""The command line."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from chatclient.cli import main


def _main(*arguments: str) -> int | str | None:
    """Run the command and return its status, also when argparse ends it."""
    try:
        return main(arguments)
    except SystemExit as end:
        return end.code


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """It prints the version that is installed."""
    assert _main("--version") == 0
    assert capsys.readouterr().out == f"chatclient {version('chatserver')}\n"


def test_version_is_quick() -> None:
    """Nothing that takes long is imported for it."""
    heavy = ("asyncio", "ssl", "prompt_toolkit", "chatclient.model", "aiohappyeyeballs")
    code = (
        "import sys; from chatclient.cli import main; main(['--version']); "
        f"print([each for each in {heavy} if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_tool_needs_no_screen() -> None:
    """What draws on a terminal is not imported by a tool."""
    code = (
        "import sys; from chatclient.cli import main; main(['127.0.0.1', '1', '--send', 'x']); "
        "print('prompt_toolkit' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    assert "nothing listens on 127.0.0.1:1" in done.stderr


def test_help_tells_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    """The help has examples and the exit statuses."""
    assert _main("--help") == 0
    out = capsys.readouterr().out
    for each in (
        "--nick",
        "--room",
        "--send",
        "--json",
        "--tls",
        "--account",
        "--fingerprint",
        "--cert",
        "--timeout",
        "exit status",
    ):
        assert each in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["h", "x"], "'x' is no port"),
        (["a", "1", "b"], "one argument too many"),
        (["--nick", "a b"], "'a b' is no nick"),
        (["--send", ""], "--send has nothing to say"),
        (["--send", " \n "], "--send has nothing to say"),
        (["--timeout", "soon"], "invalid float value"),
        (["--unknown"], "unrecognized arguments: --unknown"),
        (["http://h"], "http:// is not spoken here"),
    ],
)
def test_mistakes_are_one_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake in the arguments is said in one line, with status 2."""
    assert _main(*arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert says in lines[-1]
    assert [line for line in lines if not line.startswith("usage:")] == lines[-1:]


def test_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a terminal, and with nothing to do without one, it says what to use."""
    assert _main("localhost") == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--send TEXT, - (lines of standard input), --tail, --json or --plain" in line


@pytest.mark.parametrize(
    "arguments", [["127.0.0.1", "1", "-"], ["-", "127.0.0.1:1"], ["127.0.0.1:1", "--send", "-"]]
)
def test_stdin_is_a_dash_anywhere(arguments: list[str]) -> None:
    """`-` means standard input wherever it stands, after options too."""
    command = [sys.executable, "-m", "chatclient.cli", "--room", "#a", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 3
    assert "nothing listens" in done.stderr
