"""The servers that are measured: how each is started, limits lifted, and what it promises."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.dialects import (
    IRC,
    IRC_ECHO,
    IRC_LONG_BACKLOG,
    IRC_SLOW_WELCOME,
    IRC_TAGS,
    NATS,
    PLAIN,
    REDIS,
    Dialect,
)

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
    storm_most: int = 10_000
    """So many come in at once, in time for the suite."""

    def available(self) -> bool:
        """Whether its program is installed."""
        return find(self.program) is not None


def find(program: str) -> str | None:
    """Return where a program is, None if it is not installed; first what `pip` installed for us."""
    own = str(Path(sys.executable).parent)
    return shutil.which(program, path=os.pathsep.join([own, os.environ.get("PATH", os.defpath)]))


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


REDIS_CONF = """\
bind 127.0.0.1
port {port}
dir "{directory}"
save ""
appendonly no
maxclients 60000
client-output-buffer-limit pubsub 0 0 0
"""

INSPIRCD_CONF = """\
<server name="bench.example" description="benchmark" id="1AA" network="Bench">
<admin name="nobody" nick="nobody" email="nobody@bench.example">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" timeout="60" pingfreq="3600" hardsendq="1000000000" softsendq="1000000000"
 recvq="1000000" threshold="1000000" commandrate="100000000" fakelag="no" resolvehostnames="no"
 localmax="60000" globalmax="60000" maxchans="20" modes="">
<performance netbuffersize="10240" softlimit="60000" somaxconn="4096" clonesonconnect="no" quietbursts="yes">
<options prefixquit="" noservices="no">
<log method="file" type="* -USERINPUT -USEROUTPUT" level="default" target="inspircd.log">
<pid file="{directory}/inspircd.pid">
<class name="nobody" commands="">
"""

ERGO_CONF = """\
network: {{name: Bench}}
server:
  name: bench.example
  listeners: {{"127.0.0.1:{port}": {{}}}}
  casemapping: ascii
  max-sendq: 1g
  lookup-hostnames: false
  check-ident: false
  enforce-utf8: false
  idle-timeouts: {{registration: 60s, ping: 1h, disconnect: 2h}}
  ip-limits: {{count: false, throttle: false}}
  ip-cloaking: {{enabled: false}}
accounts:
  authentication-enabled: false
  registration: {{enabled: false}}
  multiclient: {{enabled: false}}
channels: {{default-modes: "+n", max-channels-per-client: 10000, registration: {{enabled: false}}}}
datastore: {{path: "{directory}/ircd.db"}}
limits:
  {{nicklen: 32, identlen: 20, realnamelen: 150, channellen: 64, awaylen: 390, kicklen: 390, topiclen: 390,
    monitor-entries: 100, whowas-entries: 100, chan-list-modes: 100, registration-messages: 1024,
    multiline: {{max-bytes: 4096, max-lines: 100}}}}
fakelag: {{enabled: false}}
history: {{enabled: false}}
logging: [{{method: stderr, level: error, type: "*"}}]
"""

LIMIT = Path(__file__).with_name("limit.c")


def _chatserver(port: int, directory: Path) -> list[str]:
    data = str(directory / "data")
    patience = ["--ping-interval", "3600"]  # the load answers no PING
    limits = ["--rooms-per-user", "10000"]
    return [OURS, "--host", "127.0.0.1", "--port", str(port), "--data", data, *patience, *limits]


def _naive(port: int, _: Path) -> list[str]:
    return [sys.executable, "-m", "benchmarks.naive", str(port)]


def _ngircd(port: int, directory: Path) -> list[str]:
    return ["ngircd", "--nodaemon", "--config", _write(directory, NGIRCD_CONF.format(port=port))]


def _nats(port: int, directory: Path) -> list[str]:
    return [
        find("nats-server") or "nats-server",
        "--config",
        _write(directory, NATS_CONF.format(port=port)),
    ]


def _redis(port: int, directory: Path) -> list[str]:
    return ["redis-server", _write(directory, REDIS_CONF.format(port=port, directory=directory))]


def _inspircd(port: int, directory: Path) -> list[str]:
    path = _write(directory, INSPIRCD_CONF.format(port=port, directory=directory))
    return ["inspircd", "--nofork", "--nolog", "--runasroot", "--config", path]


def _ergo(port: int, directory: Path) -> list[str]:
    path = _write(directory, ERGO_CONF.format(port=port, directory=directory))
    program = find("ergo") or "ergo"
    subprocess.run([program, "initdb", "--conf", path, "--quiet"], check=True)
    return [program, "run", "--conf", path, "--quiet"]


def _limit(port: int, directory: Path) -> list[str]:
    program = str(directory / "limit")
    compiler = shutil.which("cc") or "cc"
    subprocess.run([compiler, "-O2", "-o", program, str(LIMIT)], check=True)
    return [program, str(port)]


def _write(directory: Path, text: str) -> str:
    path = directory / "bench.conf"
    path.write_text(text)
    return str(path)


TARGETS = (
    Target("chatserver, plain", OURS, PLAIN, _chatserver, kept=True),
    Target("chatserver, IRC", OURS, IRC_LONG_BACKLOG, _chatserver, kept=True),
    Target("chatserver, IRC with tags", OURS, IRC_TAGS, _chatserver, kept=True),
    Target("naive", sys.executable, PLAIN, _naive, kept=False),
    Target("ngircd", "ngircd", IRC, _ngircd, kept=False, storm_most=500),
    Target("nats-server", "nats-server", NATS, _nats, kept=False),
    Target("redis", "redis-server", REDIS, _redis, kept=False),
    Target("inspircd", "inspircd", IRC_SLOW_WELCOME, _inspircd, kept=False, storm_most=2000),
    Target("ergo", "ergo", IRC_SLOW_WELCOME, _ergo, kept=False, storm_most=1000),
    Target("limit", "cc", PLAIN, _limit, kept=False),
)

ECHOING = Target("chatserver, IRC", OURS, IRC_ECHO, _chatserver, kept=True)
"""Ours, whose members hear what they say themselves."""


def with_data(target: Target, name: str, data: Path) -> Target:
    """Return one of our targets on data that are there already; it changes them."""

    def command(port: int, directory: Path) -> list[str]:
        usual = target.command(port, directory)
        place = usual.index("--data") + 1
        return [*usual[:place], str(data), *usual[place + 1 :]]

    return replace(target, name=name, command=command)
