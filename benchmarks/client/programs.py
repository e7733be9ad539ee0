"""The three clients: how each is started into a room, and what it shows and asks.

Rule: settings are the makers' own. `unlimited` lifts the limits of scrollback, where it is about many
lines.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOM = "#lobby"
NICK = "bench"

_CHATCLIENT = str(Path(sys.executable).parent / "chatclient")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client goes, and the new directory that is its home."""

    home: Path
    port: int
    host: str = "127.0.0.1"
    unlimited: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """One client. `unsure` are the signs beside a line of one's own that say it may not have been sent."""

    name: str
    path: str
    command: Callable[[Place], list[str]]
    paste_question: str
    paste_answer: bytes
    unsure: tuple[str, ...] = ()
    settled: float = 3.0
    """Seconds after which its pace for what is said has forgotten what it asked about the room."""

    def available(self) -> bool:
        """Whether it is installed."""
        return shutil.which(self.path) is not None

    def version(self) -> str:
        """What it says that it is."""
        done = subprocess.run([self.path, "--version"], capture_output=True, text=True, check=False)
        told = done.stdout.strip().partition("\n")[0]
        return told if told.startswith(self.name) else f"{self.name} {told}"

    def environment(self, home: Path) -> dict[str, str]:
        """Return the environment of a user who has just sat down at the machine.

        `PYTHONPATH` is handed on, so that a checkout can be measured with the tools of another.
        """
        handed_on = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
        return handed_on | {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }


def _weechat(place: Place) -> list[str]:
    commands = [
        f"/server add here {place.host}/{place.port} -nicks={NICK} -autojoin={ROOM}",
        "/connect here",
    ]
    if place.unlimited:
        commands.insert(0, "/set weechat.history.max_buffer_lines_number 0")
    typed = [word for command in commands for word in ("-r", command)]
    return ["weechat", "--dir", str(place.home / "weechat"), *typed]


def _irssi(place: Place) -> list[str]:
    commands = [
        f"NETWORK ADD -nick {NICK} here",
        f"SERVER ADD -network here {place.host} {place.port}",
        f"CHANNEL ADD -auto {ROOM} here",
        "SET window_auto_change on",  # the room is what is seen, as in the others
        "CONNECT here",
    ]
    if place.unlimited:
        commands.insert(0, "SET scrollback_lines 0")
    directory = place.home / "irssi"
    directory.mkdir()
    (directory / "startup").write_text("".join(f"{command}\n" for command in commands))
    return ["irssi", "--home", str(directory)]


def _chatclient(place: Place) -> list[str]:
    return [_CHATCLIENT, place.host, str(place.port), "--nick", NICK, "--room", ROOM]


WEECHAT = Program("WeeChat", "weechat", _weechat, "[ctrl-Y] Yes", b"\x19")
IRSSI = Program("irssi", "irssi", _irssi, "Ctrl-K", b"\x0b", settled=13.0)
CHATCLIENT = Program(
    "chatclient", _CHATCLIENT, _chatclient, "Enter sends", b"\r", unsure=("···", "[failed")
)
PROGRAMS = (WEECHAT, IRSSI, CHATCLIENT)
