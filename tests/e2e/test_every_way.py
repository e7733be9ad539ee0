"""Every kind of connection in one room: each gets all whole, once, in one order, framed as it should be."""

import codecs
import contextlib
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import OPEN
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from tests.chatserver.net.certificates import client_context, shared_pair
from tests.closing import Closing
from tests.e2e.server import SECONDS, Server

MESSAGES = 1500
"""How many each of those who speak says at once: more than the kernel takes for one who does not read."""
SLOW = 4096
"""Bytes that the kernel takes for those."""

CONFIGURATION = """
port = 0
unix = "{unix}"
tls_port = 0
tls_cert = "{certificate}"
tls_key = "{key}"
data = "{data}"

[[listen]]
host = ["127.0.0.1"]
port = 0
proxy = true

[[listen]]
host = ["127.0.0.1"]
port = 0
websocket = true

[[listen]]
host = ["127.0.0.1"]
port = 0
tls = true
websocket = true
"""

ROOMS = ("#lobby", "#other")
CLIENT = "client"
PLAIN_LINE = re.compile(r"\[(?P<who>\S+)\] (?P<text>~\d+ .*)")
IRC_LINE = re.compile(r"(@\S+ )?:(?P<who>\S+?)!\S+ PRIVMSG (?P<room>#\w+) :(?P<text>~\d+ .*)")
ANY_IRC_LINE = re.compile(r"(@\S+ )?(:\S+ )?([A-Z]+|\d{3})( .*)?")

Heard = tuple[str, str, str]
"""In which room, from whom, and what."""


def text_of(number: int) -> str:
    """Return the text of a message: each is another, and long enough to be cut somewhere."""
    return f"~{number} {'grüße ' * (number % 40)}."


class Listener(Closing):
    """Somebody who types, and takes nothing but what is right on their kind of connection."""

    rooms: Sequence[str] = ROOMS[:1]
    ending = b"\n"

    def __init__(self, sock: socket.socket, nick: str) -> None:
        self.sock, self.nick = sock, nick
        sock.settimeout(SECONDS)
        self._messages = self._take()

    def send(self, *lines: str) -> None:
        """Send lines."""
        self.sock.sendall("".join(f"{line}\n" for line in lines).encode())

    def enter(self) -> "Listener":
        """Come into the lobby."""
        self.send("/names")
        self._wait_for("#lobby (")
        return self

    def hear(self, count: int) -> list[Heard]:
        """Return the next messages, when each of two has said so many: see `Talk`."""
        heard = filter(None, map(self.understand, self._messages))
        return [*islice(heard, count * (len(self.rooms) + 2) // 2)]

    def understand(self, line: str) -> Heard | None:
        """Return what was said, None if it is another line."""
        assert not line.startswith((":", "@"))
        found = PLAIN_LINE.search(line)
        return ("#lobby", found["who"], found["text"]) if found else None

    def close(self) -> None:
        """Leave."""
        self.sock.close()

    def _take(self) -> Iterator[str]:
        """Yield what comes, line by line."""
        rest = b""
        while data := self.sock.recv(65_536):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                assert (line + b"\n").endswith(self.ending)
                text = (line + b"\n").removesuffix(self.ending).decode()
                assert "\r" not in text
                yield text

    def _wait_for(self, text: str) -> None:
        assert any(text in message for message in self._messages)


class Telnet(Listener):
    """Somebody who types in telnet: their lines end with CR LF, and so do those they get."""

    ending = b"\r\n"

    def send(self, *lines: str) -> None:
        """Send lines."""
        self.sock.sendall("".join(f"{line}\r\n" for line in lines).encode())


class Proxied(Listener):
    """Somebody behind a proxy."""

    def enter(self) -> Listener:
        """Come into the lobby."""
        self.sock.sendall(b"PROXY TCP4 198.51.100.7 127.0.0.1 4711 9000\r\n")
        return super().enter()


class Irc(Listener):
    """An IRC client, in two rooms."""

    rooms = ROOMS
    ending = b"\r\n"
    caps = ""
    tagged = False

    def enter(self) -> Listener:
        """Come into the rooms."""
        if self.caps:
            self.send(f"CAP REQ :{self.caps}")
        self.send(f"NICK {self.nick}", "USER u 0 * :u", *(["CAP END"] if self.caps else []))
        for room in self.rooms:
            self.send(f"JOIN {room}")
            self._wait_for(" 366 ")
        return self

    def understand(self, line: str) -> Heard | None:
        """Return what was said."""
        assert ANY_IRC_LINE.fullmatch(line)
        found = IRC_LINE.fullmatch(line)
        if found is None:
            return None
        assert line.startswith("@") == self.tagged
        return found["room"], found["who"], found["text"]


class Tagged(Irc):
    """An IRC client that wants tags."""

    caps = "message-tags server-time"
    tagged = True


class Web(Irc):
    """A web client: a line is a message, text or binary, as was agreed on."""

    kind = "text.ircv3.net"
    opcode = Opcode.TEXT

    def __init__(self, sock: socket.socket, nick: str) -> None:
        super().__init__(sock, nick)
        uri = parse_uri("ws://127.0.0.1/")
        self._protocol = ClientProtocol(uri, subprotocols=[Subprotocol(self.kind)])

    def enter(self) -> Listener:
        """Come into the rooms."""
        self._protocol.send_request(self._protocol.connect())
        self._flush()
        return super().enter()

    def send(self, *lines: str) -> None:
        """Send lines; those that come before the connection is open wait until it is."""
        while self._protocol.state is not OPEN:
            self._receive()
        for line in lines:
            self._protocol.send_text(line.encode())
        self._flush()

    def _take(self) -> Iterator[str]:
        while True:
            for event in self._protocol.events_received():
                if isinstance(event, Response):
                    continue
                assert isinstance(event, Frame)
                assert (event.opcode, event.fin) == (self.opcode, True)
                yield codecs.decode(event.data)
            self._receive()

    def _receive(self) -> None:
        data = self.sock.recv(65_536)
        assert data, "it ended"
        self._protocol.receive_data(data)
        assert self._protocol.parser_exc is None
        self._flush()

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self.sock.sendall(data)


class Binary(Web):
    """A web client that wants bytes."""

    kind = "binary.ircv3.net"
    opcode = Opcode.BINARY


KINDS: Mapping[str, type[Listener]] = {
    "typed": Listener,
    "telnet": Telnet,
    "irc": Irc,
    "tagged": Tagged,
    "tls": Listener,
    "tlsirc": Tagged,
    "web": Web,
    "binary": Binary,
    "websecure": Web,
    "proxied": Proxied,
    "unix": Irc,
}

SECURE = ("tls", "tlsirc", "websecure")


def ports(server: Server) -> Mapping[str, int]:
    """Return where each kind of connection goes, but for the Unix socket."""
    found: dict[str, list[int]] = {}
    for line in server.announcement:
        what, _, where = line.strip().partition(":")
        found[what] = [*map(int, re.findall(r"127\.0\.0\.1:(\d+)", where))]
    (plain, proxied), (tls,) = found["listening"], found["tls"]
    web, secure = found["websocket"]
    others = {"tls": tls, "tlsirc": tls, "web": web, "binary": web, "websecure": secure}
    return {**dict.fromkeys(KINDS, plain), **others, "proxied": proxied}


def connect(name: str, where: str | int, nick: str = "", *, slow: bool = False) -> Listener:
    """Return somebody who has come into the rooms that way."""
    sock = socket.socket(socket.AF_UNIX if isinstance(where, str) else socket.AF_INET)
    sock.settimeout(SECONDS)
    if slow:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SLOW)
    sock.connect(where if isinstance(where, str) else ("127.0.0.1", where))
    if name in SECURE:
        sock = client_context().wrap_socket(sock)
    return KINDS[name](sock, nick or f"{name}-{'slow' if slow else 'quick'}").enter()


class Talk:
    """Two who speak, one of them in two rooms; what they themselves get, they throw away."""

    def __init__(self, where: str | int) -> None:
        self.said = 0
        self._typist, self._client = connect("typed", where), connect("irc", where, CLIENT)
        for speaker in (self._typist, self._client):
            threading.Thread(target=_throw_away, args=(speaker.sock,), daemon=True).start()

    def go_on(self, count: int) -> range:
        """Have both say so many more: one in the first room, one in each in turn. Return the numbers."""
        numbers = range(self.said, self.said + count)
        self.said += count
        rooms = [ROOMS[number % 2] for number in numbers]
        self._typist.send(*map(text_of, numbers))
        said = zip(rooms, map(text_of, numbers), strict=True)
        self._client.send(*(f"PRIVMSG {room} :{text}" for room, text in said))
        return numbers

    def close(self) -> None:
        """Leave."""
        for speaker in (self._typist, self._client):
            speaker.sock.shutdown(socket.SHUT_RDWR)
            speaker.close()


def _throw_away(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while sock.recv(1_000_000):
            """Nobody looks at it."""


@contextlib.contextmanager
def serving(directory: Path) -> Iterator[Mapping[str, str | int]]:
    """Start a server, and yield where each kind of connection goes."""
    path, unix = directory / "chat.toml", directory / "socket"
    certificate, key = shared_pair()
    settings = {"unix": unix, "certificate": certificate, "key": key, "data": directory / "data"}
    path.write_text(CONFIGURATION.format(**settings))
    with Server("--config", path) as server:
        yield {**ports(server), "unix": str(unix)}


def check(said: range, heard: Mapping[str, Sequence[Heard]]) -> None:
    """Check that all who are called so heard all that was said, in one order for each room."""
    for number, room in enumerate(ROOMS):
        (known, *others) = (
            [(who, text) for where, who, text in heard[name] if where == room]
            for name in heard
            if room in KINDS[name].rooms
        )
        assert all(other == known for other in others)
        assert [text for who, text in known if who == CLIENT] == [
            text_of(one) for one in said if one % 2 == number
        ]
        assert [text for who, text in known if who != CLIENT] == [
            text_of(one) for one in said if not number
        ]


def hear(
    pool: ThreadPoolExecutor, listeners: Mapping[str, Listener], count: int
) -> Callable[[], Mapping[str, Sequence[Heard]]]:
    """Have all listen at once, while others speak; return what waits for what they heard."""
    hearing = {name: pool.submit(one.hear, count) for name, one in listeners.items()}
    return lambda: {name: one.result() for name, one in hearing.items()}


def test_everybody_gets_everything_whatever_they_came_by(tmp_path: Path) -> None:
    """One message after the other, or many at once; also who reads them only when they are far behind."""
    with serving(tmp_path) as places, contextlib.ExitStack() as leaving:
        talk = leaving.enter_context(contextlib.closing(Talk(places["irc"])))
        quick, slow = (
            {
                name: leaving.enter_context(connect(name, place, slow=slow))
                for name, place in places.items()
            }
            for slow in (False, True)
        )
        pool = leaving.enter_context(ThreadPoolExecutor(2 * len(places)))
        for count in (*[2] * 5, MESSAGES):
            heard = hear(pool, quick, count)
            said = talk.go_on(count)
            check(said, heard())
        check(range(talk.said), hear(pool, slow, talk.said)())
        for count in [2] * 5:
            heard, later = hear(pool, quick, count), hear(pool, slow, count)
            said = talk.go_on(count)
            check(said, heard())
            check(said, later())
