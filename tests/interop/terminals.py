"""Terminals in which real programs run, typed to and read as a person does.

They are panes of a tmux that is started for one test, with a home directory of its own. Nothing here
sleeps for a time and hopes: a screen is read again and again until it shows what is waited for.
"""

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.closing import Closing

SECONDS = 20.0
"""How long a screen may take to show what is waited for."""

_PAUSE = 0.05
"""Between two looks at a screen [s]."""

_REPORT_PID = 'echo $$ >"$0"; exec "$@"'
"""A script that becomes a program, when it has written its process id to a file."""

_SETTINGS = (
    *("start-server", ";"),
    *("set-option", "-g", "remain-on-exit", "on", ";"),
    *("set-option", "-g", "history-limit", "20000", ";"),
)
"""What a program showed can be read when it has ended, or was scrolled away."""


def need(program: str, package: str) -> str:
    """Return the path of a program; a test that lacks it fails with what to install."""
    path = shutil.which(program)
    if path is None:
        pytest.fail(f"{program} is not here: apt-get install {package}", pytrace=False)
    return path


class Pane:
    """A terminal with one program in it."""

    def __init__(self, terminals: "Terminals", name: str) -> None:
        self.name = name
        self._terminals = terminals

    def _tmux(self, *arguments: str) -> str:
        command, *rest = arguments
        return self._terminals.tmux(command, "-t", f"={self.name}:", *rest)

    def type(self, text: str) -> None:
        """Type a text and Enter."""
        self._tmux("send-keys", "-l", "--", text)
        self.press("Enter")

    def press(self, *keys: str) -> None:
        """Press keys, named as tmux names them."""
        self._tmux("send-keys", *keys)

    def paste(self, text: str, *, bracketed: bool = False) -> None:
        """Paste a text, in the brackets that a program may have asked for, or raw."""
        self._terminals.tmux("load-buffer", "-", text=text)
        self._tmux("paste-buffer", "-d", "-r", *(["-p"] if bracketed else []))

    def resize(self, width: int, height: int) -> None:
        """Make the terminal another size."""
        self._tmux("resize-window", "-x", str(width), "-y", str(height))

    def screen(self, *, styled: bool = False) -> str:
        """Return what it shows now."""
        return self._tmux("capture-pane", "-p", *(["-e"] if styled else []))

    def everything(self) -> str:
        """Return what it shows now, and what was scrolled away; long lines are whole."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def pid(self) -> int:
        """Return the process id of the program.

        It is no child of tmux itself, which would let it go on at once when it is stopped.
        """
        return self._terminals.pid(self.name)

    def state(self, variable: str) -> str:
        """Return what tmux knows of it, as `alternate_on` or `pane_dead`."""
        return self._tmux("display-message", "-p", f"#{{{variable}}}").strip()

    def wait(self, condition: Callable[[str], bool], what: str) -> str:
        """Return the screen as soon as the condition holds for it."""
        end = time.monotonic() + SECONDS
        while not condition(screen := self.screen()):
            assert time.monotonic() < end, f"{self.name}: never {what}:\n{screen}"
            time.sleep(_PAUSE)
        return screen

    def see(self, *texts: str) -> str:
        """Return the screen that shows all these texts."""
        return self.wait(lambda screen: all(text in screen for text in texts), f"saw {texts}")

    def miss(self, text: str) -> str:
        """Return the screen that shows the text no more."""
        return self.wait(lambda screen: text not in screen, f"without {text!r}")

    def prompt(self) -> str:
        """Return the screen when a shell waits for a command."""
        return self.wait(lambda screen: screen.rstrip().endswith("$"), "a prompt")

    def dead(self) -> str:
        """Return the last screen, when the program has ended."""
        end = time.monotonic() + SECONDS
        while self.state("pane_dead") != "1":
            assert time.monotonic() < end, f"{self.name}: it does not end:\n{self.screen()}"
            time.sleep(_PAUSE)
        return self.screen()


class Terminals(Closing):
    """A tmux with a pane for each program."""

    def __init__(self) -> None:
        self._program = need("tmux", "tmux")
        self._directory = tempfile.TemporaryDirectory(prefix="interop-")
        self.home = Path(self._directory.name)
        """The home directory of all programs."""
        self._socket = self.home / "tmux"
        self._environment = {
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"],
            "PS1": "$ ",
            "SHELL": "/bin/sh",
            "TZ": "UTC",
        }

    def tmux(self, *arguments: str, text: str | None = None) -> str:
        """Run a command of tmux, and return what it prints."""
        done = subprocess.run(
            [self._program, "-u", "-f", "/dev/null", "-S", str(self._socket), *arguments],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
        )
        assert done.returncode == 0, f"tmux {arguments}: {done.stderr}"
        return done.stdout

    def open(self, name: str, *command: str | Path, width: int = 80, height: int = 24) -> Pane:
        """Start a program in a terminal of its own."""
        words = ("sh", "-c", _REPORT_PID, self._pid_file(name), *command)
        line = shlex.join(str(word) for word in words) + "; exit $?"  # not exec: see Pane.pid
        self.tmux(
            *_SETTINGS, "new-session", "-d", "-s", name, "-x", str(width), "-y", str(height), line
        )
        return Pane(self, name)

    def shell(self, name: str = "shell", *command: str, width: int = 80) -> Pane:
        """Start a shell, with another command line if one is given."""
        pane = self.open(name, *(command or ("sh",)), width=width)
        pane.prompt()
        return pane

    def pid(self, name: str) -> int:
        """Return the process id of the program in the terminal of that name."""
        end = time.monotonic() + SECONDS
        path = self._pid_file(name)
        while not (path.exists() and (text := path.read_text()).endswith("\n")):
            assert time.monotonic() < end, f"{name}: it does not start"
            time.sleep(_PAUSE)
        return int(text)

    def _pid_file(self, name: str) -> Path:
        return self.home / f"{name}.pid"

    def close(self) -> None:
        """End all programs, and wait for them: some write files as they end."""
        if self._socket.exists():
            names = self.tmux("list-sessions", "-F", "#{session_name}").split()
            pids = [self.pid(name) for name in names]
            self.tmux("kill-server")
            for pid in pids:  # SIGHUP may be an order to go on with other settings
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            end = time.monotonic() + SECONDS
            while any(map(_is_alive, pids)):
                assert time.monotonic() < end, "programs do not end with their terminals"
                time.sleep(_PAUSE)
        self._directory.cleanup()


def _is_alive(pid: int) -> bool:
    """Say whether a process still does something: one that has ended has no command line."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except (FileNotFoundError, ProcessLookupError):
        return False
