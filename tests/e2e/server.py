"""A real server process, and peers of it over real sockets."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.closing import Closing

SECONDS = 20
"""How long anything may take before its test fails."""


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of a server."""
    return [sys.executable, "-m", "chatserver.cli", *map(str, arguments)]


class Server(Closing):
    """A server that was started, and has said that it listens."""

    def __init__(
        self,
        *arguments: str | Path,
        wrapper: Sequence[str] = (),
        pass_fds: Sequence[int] = (),
        log: Path | None = None,
        stdin: int | None = None,
    ) -> None:
        """Start it; `wrapper` is what starts its command line instead of us."""
        self.log = log.open("w") if log else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [*wrapper, *command(*arguments)],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            pass_fds=pass_fds,
        )
        try:
            self.announcement = self._read_announcement()
        except BaseException:
            self.close()
            raise
        found = re.findall(r":(\d+)(?:,|$)", self.listening)
        self.port = int(found[0]) if found else 0

    def _read_announcement(self) -> list[str]:
        assert self.process.stdout is not None
        lines: list[str] = []
        while not any("join with" in line for line in lines):
            line = self.process.stdout.readline()
            assert line, f"it ended with {self.process.wait()}"
            lines.append(line.rstrip("\n"))
        return lines

    @property
    def listening(self) -> str:
        """Where it listens, as announced."""
        [line] = [line for line in self.announcement if "listening:" in line]
        return line.partition(":")[2].strip()

    def connect(self, host: str = "127.0.0.1") -> "Peer":
        """Connect."""
        return Peer(socket.create_connection((host, self.port), SECONDS))

    def join(self, host: str = "127.0.0.1") -> "Peer":
        """Connect as a plain reader who has joined the lobby."""
        peer = self.connect(host)
        peer.send("/names")
        found = re.search(r"You are (\S+);", peer.read_until("welcome"))
        assert found
        peer.nick = found[1]
        peer.read_until("#lobby (")
        return peer

    def join_irc(self, nick: str, host: str = "127.0.0.1") -> "Peer":
        """Connect as an IRC client who is in the lobby."""
        peer = self.connect(host)
        peer.nick = nick
        peer.send(f"NICK {nick}", f"USER {nick} 0 * :{nick}", "JOIN #lobby")
        peer.read_until(" 366 ")
        return peer

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def wait(self) -> int:
        """Return its exit status."""
        return self.process.wait(SECONDS)

    def stop(self) -> int:
        """Have it stop in order, and return its exit status."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        """End it, if it has not ended, and close what we have of it."""
        self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()
        if not isinstance(self.log, int):
            self.log.close()


class Peer(Closing):
    """Somebody at the other end of a plain socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.sock.settimeout(SECONDS)
        self.nick = ""
        self.seen: list[str] = []
        """Every line so far."""
        self._file = sock.makefile("rb")

    def send(self, *lines: str) -> None:
        """Send lines."""
        self.sock.sendall("".join(f"{line}\n" for line in lines).encode())

    def line(self) -> str:
        """Return the next line, "" at the end."""
        line = self._file.readline().decode().rstrip("\r\n")
        self.seen.append(line)
        return line

    def read_until(self, text: str) -> str:
        """Read up to the line that has `text`, and return it."""
        while text not in (line := self.line()):
            assert line, f"it ended without {text!r}: {self.seen}"
        return line

    def rest(self) -> list[str]:
        """Return all lines up to the end."""
        return [line.decode().rstrip("\r\n") for line in self._file]

    def half_close(self) -> None:
        """Say that nothing more comes, as `nc -N` does."""
        self.sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close."""
        self._file.close()
        self.sock.close()


def fail(*arguments: str | Path) -> str:
    """Start a server that cannot be started, and return the one line that it says."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    assert (done.returncode, done.stdout) == (2, "")
    [line] = done.stderr.splitlines()
    return line
