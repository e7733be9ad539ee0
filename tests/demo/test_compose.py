"""The demo in containers: the image, a server, three clients that talk, and a person who joins."""

import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
PROJECT = "chatserver-test"
ENVIRONMENT = os.environ | {
    "COMPOSE_PROJECT_NAME": PROJECT,
    "CHAT_PORT": "0",  # the engine picks one
    "CHAT_TLS_PORT": "0",
    "CHAT_IPV6_SUBNET": "fd00:c4a7:9001::/64",
}
DEADLINE_SECONDS = 60


def docker(*arguments: str, check: bool = True) -> str:
    """Run the docker client and return what it prints."""
    done = subprocess.run(
        ["docker", *arguments],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert not (check and done.returncode), done.stdout + done.stderr
    return done.stdout


def await_log(service: str, pattern: str) -> str:
    """Wait until the log of a service matches, and return it."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    logs = ("compose", "--ansi", "never", "logs", "--no-log-prefix", service)
    while not re.search(pattern, log := docker(*logs).replace("\x1b[2K", "")):
        assert time.monotonic() < deadline, f"{service} did not log {pattern!r}:\n{log}"
        time.sleep(0.2)
    return log


@pytest.fixture(scope="module")
def demo() -> Iterator[None]:
    """Give the demo, up from a fresh build, and take all of it down afterwards."""
    down = ("compose", "--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5")
    docker(*down)
    try:
        docker("compose", "up", "--detach", "--build")
        yield
    finally:
        docker(*down, check=False)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("name", "others", "where"),
    [
        ("ann", "bob and cleo", r"at \d+\.\d+\.\d+\.\d+ by ipv4$"),
        ("bob", "ann and cleo", r"at fd00:c4a7:9001:[0-9a-f:]+ by ipv6$"),
        ("cleo", "ann and bob", r"at server by tls$"),
    ],
)
def test_three_clients_talk_over_ipv4_ipv6_and_tls(name: str, others: str, where: str) -> None:
    """Each client hears both others and is greeted by both, whatever its address family."""
    log = await_log(name, f"{name} has met {others}")
    assert re.search(f"^{name}: hello, all, from {name} {where}", log, re.MULTILINE)


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_published_port_serves_both_families(family: socket.AddressFamily) -> None:
    """From the host one joins over 127.0.0.1 and ::1, and is greeted by the clients."""
    published = docker("compose", "port", "server", "9000").splitlines()[0]
    port = int(published.rpartition(":")[2])
    host = "127.0.0.1" if family is socket.AF_INET else "::1"
    with socket.create_connection((host, port), timeout=DEADLINE_SECONDS) as connection:
        nick = f"host{family.value}"
        connection.sendall(f"/nick {nick}\nis anybody here?\n".encode())
        heard = b""
        while f"hello, {nick}".encode() not in heard:
            read = connection.recv(4096)
            assert read, f"closed after {heard!r}"
            heard += read


@pytest.mark.usefixtures("demo")
def test_a_person_joins_with_compose_run() -> None:
    """`docker compose run --rm chat` runs the client; outside a terminal it can say one thing."""
    say = ("chatclient", "server", "--nick", "dora", "--send", "hello from a person")
    docker("compose", "run", "--rm", "-T", "chat", *say)
    await_log("ann", r"(?m)^dora: hello from a person$")


@pytest.mark.usefixtures("demo")
def test_the_server_is_no_root_and_ends_by_itself() -> None:
    """It runs as a user of its own, and a stop is an orderly end: status 0, not a kill."""
    docker(
        "compose", "run", "--detach", "--name", f"{PROJECT}-other", "--volume", "/data", "server"
    )
    try:
        name = f"{PROJECT}-other"
        deadline = time.monotonic() + DEADLINE_SECONDS
        while docker("inspect", "--format", "{{.State.Health.Status}}", name).strip() != "healthy":
            assert time.monotonic() < deadline, docker("logs", name)
            time.sleep(0.2)
        assert docker("exec", name, "id", "-u").strip() == "9000"
        docker("stop", "--time", "8", name)
        assert docker("inspect", "--format", "{{.State.ExitCode}}", name).strip() == "0"
    finally:
        docker("rm", "--force", "--volumes", f"{PROJECT}-other", check=False)
