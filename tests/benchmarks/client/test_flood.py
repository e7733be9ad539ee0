"""The server that floods: one client, in a process of its own."""

import socket
from collections.abc import Iterator

import pytest

from benchmarks.client.flood import LAST
from benchmarks.client.processes import Flood


@pytest.fixture
def flood() -> Iterator[Flood]:
    """Such a server."""
    with Flood() as flood:
        yield flood


def enter(flood: Flood) -> socket.socket:
    """Return a connection that is in the room."""
    peer = socket.create_connection(("127.0.0.1", flood.port), 5)
    peer.sendall(b"CAP LS 302\r\nNICK a\r\nUSER a 0 * :a\r\nCAP END\r\nJOIN #lobby\r\n")
    read_until(peer, b" 366 ")
    return peer


def read_until(peer: socket.socket, wanted: bytes) -> bytes:
    """Return what came up to there, and what came with it."""
    seen = b""
    while wanted not in seen:
        read = peer.recv(65_536)
        assert read
        seen += read
    return seen


def test_it_tells_when_the_client_came_and_joined(flood: Flood) -> None:
    """In this order."""
    with enter(flood):
        assert flood.ask("connected") < flood.ask("joined")


def test_a_backlog_has_so_many_lines(flood: Flood) -> None:
    """The last one begins with a word that nobody else says."""
    with enter(flood) as peer:
        flood.ask("think", lines=2345)
        flood.order("backlog")
        seen = read_until(peer, LAST.encode())
        assert flood.answer()
    assert seen.count(b" PRIVMSG #lobby :") == 2345


def test_it_counts_what_a_pong_takes(flood: Flood) -> None:
    """Those that never came count too."""
    with enter(flood) as peer:
        flood.ask("talk", seconds=0.25, burst=10)
        seen = read_until(peer, b"PING :p2\r\n")
        peer.sendall(b"PONG :p1\r\nPONG :p2\r\nPING :done\r\n")
        read_until(peer, b"PONG bench :done")
        assert b"PING :p1\r\n" in seen
        answered = flood.ask("pongs")
        read_until(peer, b"PING :p3\r\n")
        assert len(flood.ask("pongs")) == 3
        assert len(answered) in {2, 3}


def test_its_talk_can_be_ended(flood: Flood) -> None:
    """At once; and is over by itself."""
    with enter(flood) as peer:
        flood.ask("talk", seconds=60, burst=1)
        read_until(peer, b"PRIVMSG")
        assert flood.ask("hush")
