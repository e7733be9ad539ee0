"""Measures a start after `kill -9`: `python -m benchmarks.restart --messages 1000000`.

Rules: the file has that many messages, the newest of them with nonces, and a write-ahead log as large as
SQLite leaves it, at the first start; the server is killed while somebody writes, and started again at
once. A start ends when the page of history that a client asks for first is there. The file is made in
a temporary directory, unless `--data` says where: there it is used again.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median

from msgspec import structs

from benchmarks.corpus import BATCH, Corpus
from benchmarks.figures import cpu_ticks
from benchmarks.process import HOST, free_port
from benchmarks.servers import OURS
from chatserver.core.events import Said
from chatserver.core.nonces import REMEMBERED_MOST, TAG
from chatserver.ports import EPOCH_BITS, Record, Writing
from chatserver.storage.readers import connect_reader
from chatserver.storage.sqlite import FILE_NAME, SqliteStore

LOG_SIZE = 64 << 20  # bytes of the write-ahead log
PATIENCE = 60.0  # seconds
ROOM = "#room-0"  # the largest one of the corpus
PAGE = 50  # messages
SAID = 200  # lines that are on their way when the server is killed

_OPENING = (
    "CAP REQ :draft/chathistory batch server-time message-tags\r\nNICK bench\r\nUSER b 0 * :b\r\nCAP END\r\n"
    f"JOIN {ROOM}\r\nCHATHISTORY LATEST {ROOM} * {PAGE}\r\n"
)
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_END_OF_PAGE = re.compile(rb" BATCH -\S+\r\n")


def fill(directory: Path, count: int) -> None:
    """Make the file, and die without having closed it."""
    store = SqliteStore(directory)
    first = store.open().epoch << EPOCH_BITS
    for batch in Corpus().messages(count):
        store.keep(Writing([*_numbered(batch, first, count)]))
    with closing(connect_reader(store.path)) as reader:
        reader.execute("begin")
        reader.execute("select 1 from events limit 1").fetchone()  # the log can't begin anew
        store.probe()
        log = store.path.with_name(f"{FILE_NAME}-wal")
        epoch = first + count
        while log.stat().st_size < LOG_SIZE:
            for batch in Corpus(2).messages(BATCH):
                store.keep(Writing([*_numbered(batch, epoch, BATCH)]))
            epoch += BATCH
        os.kill(os.getpid(), signal.SIGKILL)


def _numbered(batch: Sequence[Record], first: int, count: int) -> Iterator[Record]:
    """Yield records with the numbers of a running server, the newest with a nonce."""
    for record in batch:
        event = record.event
        if isinstance(event, Said):
            newest = event.seq > count - REMEMBERED_MOST
            tags = {TAG: f"{first + event.seq:022}"} if newest else {}
            yield Record(record.target, structs.replace(event, seq=first + event.seq, tags=tags))


def start(directory: Path) -> tuple[float, float, float]:
    """Start the server, and kill it once it has answered.

    Return the seconds to a welcome and to a page, and those that the server used of a core till then.
    """
    port = free_port()
    command = [OURS, "--host", HOST, "--port", str(port), "--data", str(directory)]
    began = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        peer = _connect(port, began + PATIENCE)
        with peer:
            peer.settimeout(PATIENCE)
            peer.sendall(_OPENING.encode())
            received = b""
            welcomed = paged = 0.0
            while not paged:
                received += (data := peer.recv(1 << 16))
                if not data:
                    raise SystemExit(f"the server closed the connection: {received[-200:]!r}")
                if not welcomed and b" 001 " in received:
                    welcomed = time.perf_counter() - began
                if _END_OF_PAGE.search(received):
                    paged = time.perf_counter() - began
            used = cpu_ticks(Path(f"/proc/{server.pid}/stat").read_text()) / _TICKS_PER_SECOND
            peer.sendall(b"".join(b"PRIVMSG %b :line\r\n" % ROOM.encode() for _ in range(SAID)))
    finally:
        server.kill()
        _, told = server.communicate()
    if "damaged" in told:
        raise SystemExit(told)
    return welcomed, paged, used


def _connect(port: int, deadline: float) -> socket.socket:
    while time.perf_counter() < deadline:
        try:
            return socket.create_connection((HOST, port))
        except ConnectionRefusedError:
            time.sleep(0.002)
    raise SystemExit("the server does not start")


def main() -> None:
    """Fill, start and kill as the command line says, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.restart", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--fill", action="store_true", help="make the file and die")
    asked = parser.parse_args()
    if asked.fill:
        fill(asked.data, asked.messages)
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        data = asked.data or Path(made) / "data"
        if not (data / FILE_NAME).exists():
            filling = [sys.executable, "-m", "benchmarks.restart", "--fill", "--data", str(data)]
            subprocess.run([*filling, "--messages", str(asked.messages)], check=False)
        sizes = [(data / f"{FILE_NAME}{end}").stat().st_size >> 20 for end in ("", "-wal")]
        print("file {} MiB, write-ahead log {} MiB".format(*sizes))
        times = [start(data) for _ in range(asked.starts)]
    print(f"first start, with that log: {times[0][1]:.2f} s, {times[0][2]:.2f} s of a core")
    names = ("welcomed", "page of history", "of a core")
    for name, seconds in zip(names, zip(*times, strict=True), strict=True):
        print(f"{name}: median {median(seconds):.2f} s, slowest {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
