"""The servers that are measured: how each is started, limits lifted, and what it promises."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.dialects import IRC, IRC_TAGS, NATS, PLAIN, Dialect

Command = Callable[[int, Path], list[str]]


@dataclass(frozen=True, slots=True)
class Target:
    """A server and the dialect to speak to it.

    `command` gives the argument list for a port and an empty directory, and may write files there.
    `kept` says whether a message is on disk before anybody sees it.
    """

    name: str
    program: str  # what must be found for it to be measured
    dialect: Dialect
    command: Command
    kept: bool
    version: tuple[str, ...] = ("--version",)

    def available(self) -> bool:
        """Whether its program is installed."""
        return shutil.which(self.program) is not None


OURS = str(Path(sys.executable).with_name("chatserver"))

NGIRCD_CONF = """\
[Global]
Name = bench.example
Info = benchmark
Listen = 127.0.0.1
Ports = {port}
MotdPhrase = hello
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxJoins = 0
MaxNickLength = 16
MaxPenaltyTime = 0
PingTimeout = 3600
[Options]
DNS = no
Ident = no
PAM = no
"""

NATS_CONF = """\
listen: "127.0.0.1:{port}"
max_connections: 65536
max_pending: 1GB
write_deadline: "60s"
ping_interval: "1h"
"""


def _chatserver(port: int, directory: Path) -> list[str]:
    data = str(directory / "data")
    patience = ["--ping-interval", "3600"]  # the load answers no PING
    return [OURS, "--host", "127.0.0.1", "--port", str(port), "--data", data, *patience]


def _naive(port: int, _: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.naive", str(port)]


def _ngircd(port: int, directory: Path) -> list[str]:
    return ["ngircd", "--nodaemon", "--config", _write(directory, NGIRCD_CONF.format(port=port))]


def _nats(port: int, directory: Path) -> list[str]:
    return ["nats-server", "--config", _write(directory, NATS_CONF.format(port=port))]


def _write(directory: Path, text: str) -> str:
    path = directory / "bench.conf"
    path.write_text(text)
    return str(path)


TARGETS = (
    Target("chatserver, plain", OURS, PLAIN, _chatserver, kept=True),
    Target("chatserver, IRC", OURS, IRC, _chatserver, kept=True),
    Target("chatserver, IRC with tags", OURS, IRC_TAGS, _chatserver, kept=True),
    Target("naive", sys.executable, PLAIN, _naive, kept=False),
    Target("ngircd", "ngircd", IRC, _ngircd, kept=False),
    Target("nats-server", "nats-server", NATS, _nats, kept=False),
)
