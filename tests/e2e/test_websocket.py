"""A real server with a listener for web clients, and one without."""

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.e2e.server import SECONDS, Server

PAGE = "https://chat.example.org"
CONFIGURATION = f"""
ephemeral = true
port = 0

[[listen]]
host = ["::1"]
port = 0
websocket = true
origins = ["{PAGE}"]
"""


@contextlib.contextmanager
def serving(tmp_path: Path) -> Iterator[tuple[Server, str]]:
    """Start a server; yield it with the address of its listener for web clients."""
    path = tmp_path / "chat.toml"
    path.write_text(CONFIGURATION)
    with Server("--config", path) as server:
        [line] = [line for line in server.announcement if "websocket:" in line]
        found = re.fullmatch(r" *websocket: *(\[::1\]:\d+)", line)
        assert found
        yield server, f"ws://{found[1]}"


@contextlib.contextmanager
def browsing(address: str, origin: str = PAGE) -> Iterator[ClientConnection]:
    """Connect as a script of a page does."""
    with connect(
        address,
        origin=Origin(origin),
        subprotocols=[Subprotocol("text.ircv3.net")],
        proxy=None,
        open_timeout=SECONDS,
    ) as client:
        yield client


def read_until(client: ClientConnection, text: str) -> str:
    """Read up to the message that has `text`, and return it."""
    while text not in (message := client.recv(SECONDS)):
        assert isinstance(message, str)
        assert not message.endswith(("\r", "\n"))
    return str(message)


def test_a_web_client_talks_with_everybody(tmp_path: Path) -> None:
    """In the same rooms; and leaves in order."""
    with (
        serving(tmp_path) as (server, address),
        server.join() as guest,
        browsing(address) as web,
    ):
        for line in ("NICK webber", "USER w 0 * :Webber", "JOIN #lobby"):
            web.send(line)
        read_until(web, " 366 ")
        guest.read_until("* webber joined")
        web.send("PRIVMSG #lobby :grüße")
        guest.read_until("[webber] grüße")
        guest.send("hello web")
        assert read_until(web, "PRIVMSG").endswith("PRIVMSG #lobby :hello web")
        web.send("QUIT :bye")
        assert "bye" in read_until(web, "ERROR")
        with pytest.raises(ConnectionClosed):
            web.recv(SECONDS)
        guest.read_until("webber left")


def test_other_pages_are_refused(tmp_path: Path) -> None:
    """Nobody's script talks to the chat unasked."""
    with serving(tmp_path) as (_, address):
        with pytest.raises(InvalidStatus) as caught, browsing(address, "https://evil.example"):
            pass
        assert caught.value.response.status_code == 403


def test_who_stops_the_server_says_goodbye_to_web_clients(tmp_path: Path) -> None:
    """With ERROR, and in order."""
    with serving(tmp_path) as (server, address), browsing(address) as web:
        web.send("NICK webber")
        web.send("USER w 0 * :Webber")
        read_until(web, " 001 ")
        server.signal(15)
        assert "server is stopping" in read_until(web, "ERROR")
        with pytest.raises(ConnectionClosed) as caught:
            web.recv(SECONDS)
        assert caught.value.rcvd is not None
        assert server.wait() == 0


def test_without_such_a_listener_the_library_is_not_loaded() -> None:
    """Starting is quick for everybody else."""
    code = "import sys, chatserver.app.server; sys.exit('websockets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
