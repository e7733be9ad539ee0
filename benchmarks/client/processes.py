"""The other processes of a measurement: the flood, the real server and its log, and a broken network.

Rule: each ends with its block, by its own process id; what was made of networks is removed.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Self, cast

from benchmarks.process import free_port
from tests.closing import Closing
from tests.reliability.namespace import run, why_not

HOST = "127.0.0.1"
SECONDS = 20.0
_HISTORY = "CAP REQ :draft/chathistory batch message-tags server-time"


class MeasureError(Exception):
    """Something that a measurement needs did not work."""


class Flood(Closing):
    """The server of flood.py, as a process; `wrapper` is what starts its command line instead of us."""

    def __init__(self, wrapper: Sequence[str] = ()) -> None:
        command = [*wrapper, sys.executable, "-m", "benchmarks.client.flood"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._orders = cast("IO[str]", self._process.stdin)
        self._answers = cast("IO[str]", self._process.stdout)
        self.port = int(self._answers.readline())

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._answers.close()
        with suppress(OSError):  # an order that nobody has read
            self._orders.close()

    def order(self, do: str, **more: float) -> None:
        """Tell it what to do; `answer` is to be read later."""
        self._orders.write(json.dumps({"do": do, **more}) + "\n")
        self._orders.flush()

    def answer(self) -> Any:  # noqa: ANN401 - JSON
        """Wait for its answer."""
        line = self._answers.readline()
        if not line:
            raise MeasureError("the server of the measurement has ended")
        return json.loads(line)

    def ask(self, do: str, **more: float) -> Any:  # noqa: ANN401 - JSON
        """Tell it what to do, and return what it answers when that is done."""
        self.order(do, **more)
        return self.answer()


class Chatserver(Closing):
    """The real server, on one port and one directory over several lives."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._log = directory / "server.log"
        self._command = [
            *(sys.executable, "-m", "chatserver.cli", "--host", HOST, "--port", str(self.port)),
            *("--data", str(directory / "data")),
        ]
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self.start()
        try:
            self.connect("probe").close()
        except BaseException:
            self.kill()
            raise
        return self

    def close(self) -> None:
        """End it."""
        self.kill()

    def start(self) -> None:
        """Start it; `connect` waits for it."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def connect(self, nick: str) -> "Peer":
        """Return somebody who has come in and is in the room, as soon as the server takes them."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with suppress(OSError):
                return Peer(socket.create_connection((HOST, self.port), SECONDS), nick)
            time.sleep(0.005)
        raise MeasureError(f"chatserver does not start: {self._log.read_text()[-500:]}")


class Peer:
    """Somebody else in the room, at a plain IRC connection."""

    def __init__(self, sock: socket.socket, nick: str) -> None:
        self._sock = sock
        self._rest = b""
        self.send(_HISTORY, f"NICK {nick}", f"USER {nick} 0 * :{nick}", "CAP END", "JOIN #lobby")
        self.until(" 366 ", SECONDS)

    def send(self, *lines: str) -> None:
        """Send lines."""
        self._sock.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def lines(self, seconds: float) -> Iterator[str]:
        """Yield what comes, for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._sock.settimeout(left)
            try:
                read = self._sock.recv(65_536)
            except TimeoutError:
                return
            if not read:
                raise MeasureError("the server has ended the connection")
            *whole, self._rest = (self._rest + read).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace").rstrip("\r")

    def until(self, wanted: str, seconds: float) -> list[str]:
        """Return the lines up to the one that has `wanted`. Raises `MeasureError`."""
        seen = []
        for line in self.lines(seconds):
            seen.append(line)
            if wanted in line:
                return seen
        raise MeasureError(f"no {wanted!r} in {seconds:g} s: {seen[-5:]}")

    def history(self) -> str:
        """Return what the server has of the room, as it tells it."""
        self.send("CHATHISTORY LATEST #lobby * 100", "PING :end")
        return "\n".join(self.until("PONG", SECONDS))

    def close(self) -> None:
        """Leave."""
        self._sock.close()


def obstacle() -> str:
    """Return "" if a broken network can be made here, else why not."""
    try:
        with broken_network(0):
            return ""
    except (OSError, subprocess.SubprocessError) as error:
        return why_not(error)


_HOSTS = """\
127.0.0.1    works.example
::1          works.example
2001:db8::9  dead6.example
127.0.0.1    dead6.example
127.0.0.9    dead4.example
::1          dead4.example
"""


@contextmanager
def broken_network(number: int) -> Iterator[list[str]]:
    """Make a network with two addresses that lose every packet; yield what starts a command line in it.

    There, `works.example` is fine, and one address of `dead6.example` and one of `dead4.example` is dead:
    its IPv6 or its IPv4. Needs root.
    """
    name = f"benchmark{os.getpid()}-{number}"
    directory = Path("/etc/netns") / name
    run("ip", "netns", "add", name)
    try:
        directory.mkdir(parents=True)
        (directory / "hosts").write_text(_HOSTS)
        inside = ["ip", "netns", "exec", name]
        run(*inside, "ip", "link", "set", "lo", "up")
        run(*inside, "ip", "addr", "add", "2001:db8::9/128", "dev", "lo")
        run(*inside, "ip6tables", "-A", "INPUT", "-d", "2001:db8::9", "-j", "DROP")
        run(*inside, "iptables", "-A", "INPUT", "-d", "127.0.0.9", "-j", "DROP")
        yield inside
    finally:
        run("ip", "netns", "del", name)
        (directory / "hosts").unlink(missing_ok=True)
        for made in (directory, directory.parent):
            with suppress(OSError):  # others may have theirs there
                made.rmdir()
