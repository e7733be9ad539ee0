"""Scripted peers: what all have in common, people with netcat, and those who talk garbage.

Rules: a peer connects again when its connection is gone, reads unless it is stalled, and checks what it
sees. It has no event loop: what it does takes no time.
"""

import re
from collections.abc import Callable
from random import Random

from chatwire.names import fold
from tests.simulation.ledger import WORD, Ledger
from tests.simulation.network import Endpoint, Link, Network
from tests.simulation.seats import Seat
from tests.simulation.universe import Universe

_CONNECT_TIME = 10.0
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069]")
"""What must not reach a terminal; LF ends the lines before they are looked at."""


class Peer:
    """Somebody on the network."""

    prompt = False
    """Whether it always reads at once, so that what it sees must come at once."""
    decoding = "strict"
    """What happens when it is sent what is no text."""

    def __init__(self, universe: Universe, network: Network, ledger: Ledger, name: str) -> None:
        self.universe = universe
        self.ledger = ledger
        self.name = name
        self.random: Random = universe.random(name)
        self.link: Link | None = None
        self.stalled = False
        self.leaving = False
        """Whether it does not come back."""
        self.count = 0
        """Words said so far."""
        self._network = network
        self._endpoint: Endpoint | None = None
        self._unsent = bytearray()
        self._unread = bytearray()
        self._attempt = 0

    # --- connection --------------------------------------------------------------------------

    def connect(self) -> None:
        """Connect, and try again until it works."""
        if self.leaving or self._endpoint is not None:
            return
        self._attempt += 1
        attempt = self._attempt

        def reached(link: Link) -> None:
            if attempt == self._attempt and self._endpoint is None:
                self._begin(link)
            else:
                link.client.close(reset=True)

        def again(_error: OSError | None = None) -> None:
            if attempt == self._attempt and self._endpoint is None:
                self.universe.after(self.random.uniform(0.2, 2), self.connect)

        self._network.connect(self, reached, again)
        self.universe.after(_CONNECT_TIME, again)

    def _begin(self, link: Link) -> None:
        self.link = link
        self._endpoint = link.client
        self._endpoint.notice = self._notice
        self._unsent.clear()
        self._unread.clear()
        self.begin()

    def begin(self) -> None:
        """Say the first words on a new connection."""

    def drop(self, *, reset: bool = False) -> None:
        """End the connection."""
        endpoint, self._endpoint = self._endpoint, None
        if endpoint is not None:
            endpoint.close(reset=reset)
            self.end()
            self.universe.after(self.random.uniform(0.05, 3), self.connect)

    def end(self) -> None:
        """Know that the connection is gone."""

    def half_close(self) -> None:
        """Send FIN, and go on reading."""
        if self._endpoint is not None and not self._unsent:
            self._endpoint.finish()

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._endpoint is not None

    # --- bytes -------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send as fast as the network takes it."""
        if self._endpoint is not None and not self._endpoint.finished:
            self._unsent += data
            self._notice()

    def stall(self, seconds: float) -> None:
        """Read nothing for a while."""
        self.stalled = True
        self.universe.after(seconds, self.go_on)

    def go_on(self) -> None:
        """Read again."""
        self.stalled = False
        self._notice()

    def _notice(self) -> None:
        endpoint = self._endpoint
        if endpoint is None:
            return
        try:
            if self._unsent:
                del self._unsent[: endpoint.send(self._unsent)]
            while not self.stalled and self._endpoint is endpoint:
                data = endpoint.receive(65_536)
                if data is None:
                    return
                if not data:
                    self.drop()
                    return
                self._read(data)
        except OSError:
            self.drop()

    def _read(self, data: bytes) -> None:
        self._unread += data
        *lines, rest = self._unread.split(b"\n")
        self._unread = bytearray(rest)
        for line in lines:
            text = bytes(line).removesuffix(b"\r").decode(errors=self.decoding)
            self.universe.note(self.name, "hears", text)
            self.hear(text)
            if self._endpoint is None:
                return

    def hear(self, line: str) -> None:
        """Take a line from the server."""

    def new_word(self) -> str:
        """Return a word that nobody has said before."""
        self.count += 1
        return f"~{self.name}.{self.count}~"

    # --- what the end asks for ---------------------------------------------------------------

    @property
    def seats(self) -> dict[str, Seat]:
        """The rooms that it is in."""
        return {}

    def lacks(self) -> str:
        """Return what it has not got yet, "" if nothing."""
        return ""


class PlainPeer(Peer):
    """Somebody with netcat."""

    def __init__(self, universe: Universe, network: Network, ledger: Ledger, name: str) -> None:
        super().__init__(universe, network, ledger, name)
        self._seats: dict[str, Seat] = {}
        self._here = "#lobby"
        self._entering = ""
        self._recalled: list[str] = []
        self.joined = False

    @property
    def seats(self) -> dict[str, Seat]:
        """The rooms that it is in."""
        return self._seats

    def begin(self) -> None:
        """Come in."""
        self._here = "#lobby"
        self.send(f"/nick {self.name}x{self._attempt}\n".encode())

    def end(self) -> None:
        """Be in no room any more."""
        self._seats = {}
        self._recalled = []
        self._entering = ""
        self.joined = False

    def say(self, text: str) -> None:
        """Say it."""
        self.send(text.encode() + b"\n")

    def hear(self, line: str) -> None:
        """Check a line, and take it."""
        if found := _CONTROL.search(line):
            self.universe.fail(f"promise 6: {self.name} is sent {found[0]!r} in {line!r}")
        words = WORD.findall(line)
        if re.match(r"\d\d:\d\d ", line):
            self._recalled += words
            return
        if line.startswith("-> said on "):
            return
        if self._recalled and self._entering in self._seats:
            self._seats[self._entering].recall(self._recalled)
            self._recalled = []
        if found := re.match(r"-> you are in (#\S+) with ", line):
            self._enter(fold(found[1]))
        elif found := re.match(r"-> you are in (#\S+) already;", line):
            self._here = fold(found[1])
        elif found := re.match(r"\[(\S+)(?: (-> you|[@+]?#\S+))?\] |\*\* \S+( #\S+)? ", line):
            self._hear_words(fold((found[2] or found[3] or self._here).strip()), words)

    def _hear_words(self, where: str, words: list[str]) -> None:
        for word in words:
            said = self.ledger.words.get(word)
            if said is not None and where.startswith("#") and said.target != where:
                text = f"{word}, said in {said.target}, as if it were said in {where}"
                self.universe.fail(f"promise 2: {self.name} is shown {text}")
            if where in self._seats:
                self._seats[where].hear(word)

    def _enter(self, room: str) -> None:
        self.joined = True
        self._here = self._entering = room
        self._recalled = []
        self._seats[room] = Seat(self.ledger, self.name, room, echoes=False)

    def lacks(self) -> str:
        """Say what it lacks to be in the lobby, with all that was said there."""
        if not self.joined:
            return "to be let in"
        for seat in self._seats.values():
            if not seat.check_caught_up():
                return f"{seat.missing} in {seat.room}"
        return ""


class Stranger(Peer):
    """Somebody who talks garbage, and never comes back."""

    decoding = "replace"  # telnet's answers are no text

    def begin(self) -> None:
        """Talk."""
        kinds: list[Callable[[], bytes]] = [
            lambda: self.random.randbytes(self.random.randrange(1, 3000)),
            lambda: b"x" * self.random.randrange(1, 30_000) + b"\n",
            lambda: "".join(
                self.random.choice("\x00\x07\x1b[31m\x7f\x9b\u202e\u200b~ab: /@#\r\n\t")
                for _ in range(self.random.randrange(300))
            ).encode(),
            lambda: b"NICK " + self.name.encode() + b"\r\nUSER a b c :d\r\n",
            lambda: b"JOIN #lobby,#r1\r\nPRIVMSG #lobby :\x1b[2J\x9b\xc2\x9b\r\n",
            lambda: b"hello \x1b]0;owned\x07 \xe2\x80\xae there\n",
            lambda: b"@label=1;+a=b CHATHISTORY LATEST #lobby * 50\r\n",
            lambda: b"BATCH +1 draft/multiline #lobby\r\n",
            lambda: self.random.choice(
                [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"SSH-2.0-x\n"]
            ),
        ]
        if self.random.random() < 0.6:
            self.send(self.random.choice(kinds[3:6])())
        for _ in range(self.random.randrange(6)):
            self.send(self.random.choice(kinds)())
        ends = [lambda: self.drop(reset=True), self.drop, self.half_close]
        self.universe.after(self.random.uniform(0.1, 20), self.random.choice(ends))

    def end(self) -> None:
        """Stay away."""
        self.leaving = True
