"""No input from the network crashes the server: noise from many peers, seeded."""

import random
import select
import socket
import struct
from pathlib import Path

from tests.e2e.server import Server

PIECES = [
    *(b"\n", b"\r\n", b"\r", b" ", b":", b"\0", b"\xff", b"\xff\xfa", b"\xff\xf0", b"\x1b[2J"),
    *(
        b"x" * 600,
        b"y" * 9000,
        b"@label=1 ",
        b"@a;b;=c ",
        b"#lobby",
        b"nick",
        b"\xc3",
        "é".encode(),
    ),
    *(b"CAP LS 302\r\n", b"CAP REQ :batch labeled-response message-tags\r\n", b"CAP END\r\n"),
    *(b"NICK bob\r\n", b"NICK :\r\n", b"USER a 0 * :b\r\n", b"PASS x\r\n", b"PING x\r\n"),
    *(b"JOIN #lobby\r\n", b"JOIN #a,#b,0 k\r\n", b"PART #a :\r\n", b"PRIVMSG #lobby :hi\r\n"),
    *(b"MODE #a +ovbklimnst x y z\r\n", b"MODE #a -k\r\n", b"WHO * %tcuihsnfdlar,1\r\n"),
    *(b"TOPIC #a :\r\n", b"NAMES\r\n", b"LIST >1\r\n", b"WHOIS bob bob\r\n", b"KICK #a bob\r\n"),
    *(b"AWAY :x\r\n", b"OPER a b\r\n", b"TAGMSG #a\r\n", b"BATCH +1 x\r\n", b"QUIT :x\r\n"),
    *(b"/help\n", b"/nick bob\n", b"/nick\n", b"/join #c\n", b"/msg bob hi\n", b"/reply x\n"),
    *(b"/me waves\n", b"/topic\n", b"/whois bob\n", b"/away\n", b"/history 5\n", b"/search x\n"),
    *(b"/ignore bob\n", b"/login x y\n", b"/rooms\n", b"/part\n", b"//x\n", b"/\n", b"hello\n"),
]


def make_noise(chance: random.Random, sock: socket.socket) -> None:
    """Send noise in any cut, then leave in one of the ways that there are."""
    noise = b"".join(chance.choices(PIECES, k=chance.randrange(1, 60)))
    if chance.random() < 0.3:
        noise += chance.randbytes(chance.randrange(300))
    while noise:
        cut = chance.choice([1, 3, 100, 5000, 100_000])
        try:
            sock.sendall(noise[:cut])
        except OSError:  # it was closed for good reason
            break
        noise = noise[cut:]
    match chance.randrange(3):
        case 0:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        case 1:
            select.select([sock], [], [], 0.01)
        case _:
            pass


def test_noise_crashes_nothing(tmp_path: Path) -> None:
    """Who is there hears nothing that a terminal could take for a command, and can go on talking."""
    chance = random.Random(9000)
    log = tmp_path / "log"
    with Server("--port", "0", "--data", tmp_path / "data", log=log) as server:
        with server.join() as alice, server.join("::1") as bob:
            for _ in range(300):
                with socket.create_connection(("127.0.0.1", server.port), 10) as sock:
                    make_noise(chance, sock)
            alice.send("still here")
            bob.read_until(f"[{alice.nick}] still here")
            assert all(line.isprintable() for line in bob.seen)
            with server.connect() as late:
                late.send("hello")
                late.read_until("welcome")
        assert server.stop() == 0
    assert "Traceback" not in log.read_text()
    assert "ERROR" not in log.read_text()
