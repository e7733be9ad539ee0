"""Links are opened by what the desktop has, in the background."""

import threading
from collections.abc import Sequence
from pathlib import Path

from chatclient.ui.browser import open_url


def _opened(environ: dict[str, str], platform: str = "linux") -> Sequence[str] | None:
    done = threading.Event()
    commands: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> None:
        commands.append(command)
        done.set()

    if not open_url("https://example.org/;rm", environ=environ, platform=platform, run=run):
        return None
    assert done.wait(5)
    return commands[0]


def test_a_desktop_opens_it(tmp_path: Path) -> None:
    """The address is one argument, whatever is in it."""
    opener = tmp_path / "xdg-open"
    opener.write_text("#!/bin/sh\n")
    opener.chmod(0o700)
    environ = {"DISPLAY": ":0", "PATH": str(tmp_path)}
    assert _opened(environ) == [str(opener), "https://example.org/;rm"]


def test_without_a_desktop_nothing_does(tmp_path: Path) -> None:
    """Neither without a display, nor without the program."""
    assert _opened({"PATH": str(tmp_path)}) is None
    assert _opened({"WAYLAND_DISPLAY": "wayland-0", "PATH": str(tmp_path)}) is None


def test_other_systems_have_their_own() -> None:
    """Always."""
    assert _opened({}, "darwin") == ["open", "https://example.org/;rm"]
