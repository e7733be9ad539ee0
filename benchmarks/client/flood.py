"""An IRC server for one client, which it greets, and then talks to as fast or as steadily as it is told.

`python -m benchmarks.client.flood` is a process of its own, so that it disturbs nobody: it prints its
port, and then reads one JSON object a line and answers each with one. Rules: it offers no capability,
so that all clients hear the same bytes; times are those of `time.monotonic`.

    {"do": "connected"}                             when the client came
    {"do": "joined"}                                when it asked to enter the room
    {"do": "talk", "seconds": 8, "burst": 10}       1,000 messages a second, so many together; answers at once
    {"do": "hush"}                                  ends the talk; answers then
    {"do": "think", "lines": 100000}                answers when it knows what to say
    {"do": "backlog"}                               says that; answers when the client has taken all of it
    {"do": "pongs"}                                 how long each PING took; those without answer, until now

Ten times a second of the talk it asks for a PONG.
"""

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from random import Random
from typing import Any

ROOM = "#lobby"
PEOPLE = [f"person{number}" for number in range(40)]
JOINED = f"joined {ROOM}"
"""What every client shows when it is in the room."""

LAST = "zzlastzz"
"""The word that the last line of a backlog begins with."""

RATE = 1_000
"""Messages a second of the talk."""

PING_EVERY = 0.1
WAIT_SECONDS = 400.0
_TEXT = (
    "the a of to and in is it was that for on are as with they at be this from have or by one had not but "
    "what all were when we there can an your which their said if do will each about how up out them then she "
    "many some so these would other into has more her two like him see time could no make than first been "
    "its who now people my made over did down only way find use may water long little very after words"
)


class Talk:
    """What people say: the same in every run."""

    def __init__(self) -> None:
        self._random = Random(1)
        self._words = _TEXT.split()
        self._said = 0

    def line(self, first: str = "") -> bytes:
        """Return the next message, of some 66 letters."""
        self._said += 1
        text = " ".join([first or f"{self._said:06}", *self._random.choices(self._words, k=13)])
        who = self._random.choice(PEOPLE)
        return f":{who}!user@host.example PRIVMSG {ROOM} :{text}\r\n".encode()


class Server:
    """The one listener, and the one client."""

    def __init__(self) -> None:
        self._listener = socket.create_server(
            ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True
        )
        self.port: int = self._listener.getsockname()[1]
        self._talk = Talk()
        self._thought = b""
        self._peer: socket.socket
        self._nick = "*"
        self._writing = threading.Lock()
        self._connected, self._joined = threading.Event(), threading.Event()
        self._connected_at = self._joined_at = 0.0
        self._asked: dict[str, float] = {}
        self._pongs: list[float] = []
        self._talking: threading.Thread | None = None
        self._hushed = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    # --- what it is told -----------------------------------------------------------------------

    def do(self, order: Mapping[str, Any]) -> object:
        """Do as told, and return what to answer."""
        match order["do"]:
            case "connected":
                self._connected.wait(WAIT_SECONDS)
                return self._connected_at
            case "joined":
                self._joined.wait(WAIT_SECONDS)
                return self._joined_at
            case "talk":
                self._hushed.clear()
                self._talking = threading.Thread(
                    target=self._say, args=(order["seconds"], int(order["burst"])), daemon=True
                )
                self._talking.start()
            case "hush":
                self._hushed.set()
                if self._talking:
                    self._talking.join()
            case "think":
                some = [self._talk.line() for _ in range(order["lines"] - 1)]
                self._thought = b"".join([*some, self._talk.line(LAST)])
            case "backlog":
                self._send(self._thought)
            case "pongs":
                now = time.monotonic()
                return self._pongs + [now - asked for asked in self._asked.values()]
        return time.monotonic()

    def _say(self, seconds: float, burst: int) -> None:
        """Say `burst` messages together, each time they are due; what comes late is made up for."""
        begin = time.monotonic()
        pings = 0
        for number in range(0, int(RATE * seconds), burst):
            due = begin + number / RATE
            if self._hushed.wait(max(0.0, due - time.monotonic())):
                return
            said = b"".join(self._talk.line() for _ in range(burst))
            if due - begin >= pings * PING_EVERY:
                pings += 1
                token = f"p{pings}"
                self._asked[token] = due
                said = f"PING :{token}\r\n".encode() + said
            with suppress(OSError):
                self._send(said)

    # --- the client ----------------------------------------------------------------------------

    def _serve(self) -> None:
        self._peer, _ = self._listener.accept()
        self._connected_at = time.monotonic()
        self._connected.set()
        self._peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for line in self._lines():
            self._answer(*line.split(" ", 2))

    def _lines(self) -> Iterator[str]:
        rest = b""
        while True:
            try:
                read = self._peer.recv(65_536)
            except OSError:
                return
            if not read:
                return
            *whole, rest = (rest + read).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace").strip()

    def _answer(self, verb: str, first: str = "", rest: str = "") -> None:
        """Answer what clients say until they are in the room, and their questions later on."""
        match verb.upper(), first:
            case "CAP", "LS":
                self._send(b":bench CAP * LS :\r\n")
            case "NICK", _:
                self._nick = first.lstrip(":")
            case "USER", _:
                self._welcome()
            case "JOIN", _:
                self._let_in()
            case "MODE", _ if first == ROOM:
                self._send(f":bench 324 {self._nick} {ROOM} +nt\r\n".encode())
            case "WHO", _:
                self._send(f":bench 315 {self._nick} {ROOM} :End of WHO\r\n".encode())
            case "PING", _:
                self._send(f":bench PONG bench {first} {rest}".strip().encode() + b"\r\n")
            case "PONG", _:
                token = f"{first} {rest}".split(":")[-1].strip()
                if token in self._asked:
                    self._pongs.append(time.monotonic() - self._asked.pop(token))

    def _welcome(self) -> None:
        lines = (
            f"001 {self._nick} :Welcome",
            f"002 {self._nick} :Your host is bench",
            f"003 {self._nick} :This server was created just now",
            f"004 {self._nick} bench 1 io nt",
            f"005 {self._nick} CHANTYPES=# PREFIX=(ov)@+ NETWORK=Bench CASEMAPPING=ascii :are supported",
            f"422 {self._nick} :no message of the day",
        )
        self._send("".join(f":bench {line}\r\n" for line in lines).encode())

    def _let_in(self) -> None:
        self._joined_at = time.monotonic()
        nick = self._nick
        names = " ".join([nick, *PEOPLE])
        self._send(
            f":{nick}!user@host.example JOIN {ROOM}\r\n"
            f":bench 332 {nick} {ROOM} :Where the benchmark is talked about\r\n"
            f":bench 353 {nick} = {ROOM} :{names}\r\n"
            f":bench 366 {nick} {ROOM} :End of NAMES\r\n".encode()
        )
        self._joined.set()

    def _send(self, data: bytes) -> None:
        with self._writing:
            self._peer.sendall(data)


def main() -> None:
    """Serve until standard input ends."""
    server = Server()
    print(server.port, flush=True)
    for line in sys.stdin:
        try:
            answer = server.do(json.loads(line))
        except OSError as error:
            answer = str(error)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
