"""The terminal that clients are measured in, with programs that are simpler than those."""

import os
import time
from pathlib import Path

import pytest

from benchmarks.client.terminal import EndedError, Terminal, TerminalError

ENVIRONMENT = {"PATH": os.environ["PATH"], "TERM": "xterm-256color"}


def terminal(script: str) -> Terminal:
    """Return a terminal with a shell script in it."""
    return Terminal(["/bin/sh", "-c", script], ENVIRONMENT)


def test_it_shows_what_is_drawn_and_types() -> None:
    """The screen is 120 columns and 40 rows; cat answers what is typed."""
    with terminal("stty size; exec cat") as seen:
        seen.await_text("40 120", 5)
        seen.type(b"hello\r")
        assert seen.await_bytes(b"hello", 5) >= seen.begin
        seen.await_text("hello\nhello", 5)


def test_it_counts_bytes_and_frames() -> None:
    """A frame is what the program says is one."""
    with terminal(r"printf '\033[?2026hab\033[?2026l\033[?2026hc\033[?2026l'; exec cat") as seen:
        seen.await_text("abc", 5)
        assert seen.frames == 2
        assert seen.bytes == 4 * len("\x1b[?2026h") + 3


@pytest.mark.parametrize(("asked", "brackets"), [("h", True), ("l", False)])
def test_a_paste_has_brackets_where_they_were_asked_for(asked: str, *, brackets: bool) -> None:
    """And its lines end with the byte of Enter, which the terminal makes a line end here."""
    with terminal(rf"printf '\033[?2004{asked}ready'; exec cat -v") as seen:
        seen.await_text("ready", 5)
        seen.paste("one\ntwo\n")
        seen.await_text("two", 5)
        assert ("^[[200~one" in seen.text()) is brackets


def test_it_answers_what_terminals_are_asked() -> None:
    """A program that asks for the background colour is told one."""
    script = r"stty -echo raw; printf '\033]11;?\033\\'; dd bs=1 count=9 2>/dev/null | tr '\033' E"
    with terminal(f"{script}; exec cat") as seen:
        seen.await_text("E]11;rgb", 5)


def test_what_does_not_come_and_who_ends_are_told_apart() -> None:
    """A measurement may count the one as slow, never the other."""
    with terminal("exec cat") as silent, pytest.raises(TerminalError, match="does not draw"):
        silent.await_bytes(b"never", 0.05)
    with terminal("exit 0") as ended, pytest.raises(EndedError):
        ended.await_bytes(b"never", 5)


def test_leaving_ends_the_program(tmp_path: Path) -> None:
    """Also one that will not be told."""
    noted = tmp_path / "pid"
    with terminal(f"echo $$ >{noted}; echo ready; exec sleep 100") as seen:
        seen.await_text("ready", 5)
        pid = int(noted.read_text())
    end = time.monotonic() + 5
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < end
