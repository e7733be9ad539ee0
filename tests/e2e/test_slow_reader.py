"""Real readers who stall: nobody notices but they, and they miss nothing."""

import contextlib
import socket
import subprocess
import threading
from pathlib import Path

from tests.e2e.server import SECONDS, Peer, Server

WORDS = "x" * 8000
STALLED = 20
GROWTH = 256
"""KiB by which the server may grow for each who stalls."""
WARM = 9000
"""Lines after which a server without them hardly grows any more: the database's cache is full."""


class Talk:
    """Somebody who says numbered lines, and somebody who hears each of them once, in order."""

    def __init__(self, server: Server) -> None:
        self._sender, self._witness = server.join(), server.join()
        self.said = 0

    def go_on(self, count: int) -> None:
        """Say `count` more lines, and return when they were heard."""
        begin, self.said = self.said, self.said + count
        saying = threading.Thread(target=self._say, args=(begin, self.said))
        saying.start()
        hear(self._witness, begin, self.said)
        saying.join()

    def _say(self, begin: int, end: int) -> None:
        for number in range(begin, end):
            self._sender.send(f"{number} {WORDS}")

    def close(self) -> None:
        """Leave."""
        self._sender.close()
        self._witness.close()


def hear(peer: Peer, begin: int, end: int) -> None:
    """Read the lines with the numbers from `begin` on up to `end`: each once, in order."""
    for expected in range(begin, end):
        while WORDS not in (line := peer.line()):
            assert line, f"it ended before {expected}"
        assert line.split()[1] == str(expected)


def join_slowly(server: Server) -> Peer:
    """Connect somebody whose kernel takes little while they do not read."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.settimeout(SECONDS)
    sock.connect(("127.0.0.1", server.port))
    peer = Peer(sock)
    peer.send("/names")
    peer.read_until("#lobby (")
    return peer


def memory(server: Server) -> int:
    """Return how much memory a server has, in KiB."""
    asked = ["ps", "-o", "rss=", "-p", str(server.process.pid)]
    return int(subprocess.run(asked, capture_output=True, check=True).stdout)


def test_who_stalls_costs_little_and_misses_nothing(tmp_path: Path) -> None:
    """Of 50 MB that were said while they did not read, they get each line, once and in order."""
    with Server("--port", "0", "--data", tmp_path) as server, contextlib.ExitStack() as leaving:
        talk = leaving.enter_context(contextlib.closing(Talk(server)))
        talk.go_on(WARM)
        before = memory(server)
        readers = [leaving.enter_context(join_slowly(server)) for _ in range(STALLED)]
        begin = talk.said
        talk.go_on(6250)
        assert memory(server) - before < STALLED * GROWTH
        for reader in readers[:2]:
            hear(reader, begin, talk.said)
        talk.go_on(10)
        hear(readers[0], talk.said - 10, talk.said)


def test_who_stalls_and_half_closes_gets_all_of_it(tmp_path: Path) -> None:
    """As with `nc -N`, though it was behind."""
    with Server("--port", "0", "--data", tmp_path) as server, contextlib.ExitStack() as leaving:
        talk = leaving.enter_context(contextlib.closing(Talk(server)))
        reader = leaving.enter_context(join_slowly(server))
        talk.go_on(1000)
        reader.half_close()
        hear(reader, 0, 1000)
        assert reader.rest()[-1] == "-> goodbye: connection closed"
