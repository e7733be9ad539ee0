"""Scripted IRC clients: with capabilities or without, with nonces and history or without."""

from dataclasses import dataclass, field

from chatclient.session.outbox import new_nonce
from chatserver.core.nonces import TAG
from chatwire import caps
from chatwire.message import GrammarError, Message, parse_text
from chatwire.names import fold
from tests.simulation.ledger import WORD, Ledger
from tests.simulation.network import Network
from tests.simulation.peers import Peer
from tests.simulation.seats import Seat
from tests.simulation.universe import Universe

LATEST = "latest"
"""The label of a request for the newest page of a room."""


@dataclass(slots=True)
class _Batch:
    """A batch that is open."""

    kind: str
    room: str
    newest: bool
    """Whether it ends where live begins."""
    words: list[str] = field(default_factory=list)


class IrcPeer(Peer):
    """Somebody with an IRC client."""

    def __init__(
        self,
        universe: Universe,
        network: Network,
        ledger: Ledger,
        name: str,
        rooms: list[str],
        capabilities: frozenset[str],
    ) -> None:
        super().__init__(universe, network, ledger, name)
        self.rooms = rooms
        self.capabilities = capabilities & caps.NAMES
        self.registered = False
        self.nick = name
        self._seats: dict[str, Seat] = {}
        self._batches: dict[str, _Batch] = {}
        self._unseen: dict[str, bytes] = {}
        """What was sent with a nonce and not seen yet, by its word: it is sent again."""
        self._sent_again: set[str] = set()

    @property
    def seats(self) -> dict[str, Seat]:
        """The rooms that it is in."""
        return self._seats

    def has(self, capability: str) -> bool:
        """Say whether it asked for a capability."""
        return capability in self.capabilities

    def begin(self) -> None:
        """Register."""
        self.nick = f"{self.name}{'_' * (self._attempt % 3)}"
        wanted = " ".join(sorted(self.capabilities))
        opening = f"CAP REQ :{wanted}\r\nCAP END\r\n" if wanted else ""
        self.send(f"{opening}NICK {self.nick}\r\nUSER {self.name} 0 * :{self.name}\r\n".encode())

    def end(self) -> None:
        """Be in no room any more."""
        self.registered = False
        self._seats = {}
        self._batches = {}

    def tell(self, line: str) -> None:
        """Send a line."""
        if self.registered:
            self.send(line.encode() + b"\r\n")

    def say(self, target: str, text: str) -> None:
        """Say something, at times with a nonce, and then at times twice."""
        line = f"PRIVMSG {target} :{text}\r\n"
        if not self.registered:
            return
        if self.has(caps.MESSAGE_TAGS) and not self.prompt and self.random.random() < 0.3:
            line = f"@{TAG}={new_nonce(self.random)} {line}"
            word = WORD.findall(text)[0]
            self._unseen[word] = line.encode()
            if self.random.random() < 0.3:
                self._sent_again.add(word)
                line *= 2
        self.send(line.encode())

    def hear(self, line: str) -> None:
        """Take a line."""
        try:
            message = parse_text(line)
        except GrammarError:
            return  # who is slow to say anything is greeted in plain text
        handler = getattr(self, f"_on_{message.command.lower()}", None)
        if handler is not None:
            handler(message)

    def _is_me(self, message: Message) -> bool:
        return fold(message.nick) == fold(self.nick)

    def _on_001(self, message: Message) -> None:
        self.registered = True
        self.nick = message.param(0)
        self.tell("JOIN " + ",".join(self.rooms))
        for room in self.rooms:
            self.tell(f"MODE {room} -t")  # so that all may set the topic
        for word, line in self._unseen.items():
            self._sent_again.add(word)
            self.send(line)

    def _on_433(self, _message: Message) -> None:
        if not self.registered:
            self.nick = f"{self.name}{self.random.randrange(1000)}"
            self.send(f"NICK {self.nick}\r\n".encode())

    def _on_ping(self, message: Message) -> None:
        self.send(f"PONG :{message.param(0)}\r\n".encode())

    def _on_nick(self, message: Message) -> None:
        if self._is_me(message) and "batch" not in message.tags:
            self.nick = message.param(0)

    def _on_join(self, message: Message) -> None:
        if not self._is_me(message) or "batch" in message.tags:
            return
        room = fold(message.param(0))
        seat = self._seats[room] = Seat(
            self.ledger, self.name, room, echoes=self.has(caps.ECHO_MESSAGE)
        )
        if "msgid" in message.tags:
            seat.begin(int(message.tags["msgid"], 16))

    def _on_part(self, message: Message) -> None:
        if self._is_me(message) and "batch" not in message.tags:
            self._seats.pop(fold(message.param(0)), None)

    def _on_kick(self, message: Message) -> None:
        if fold(message.param(1)) == fold(self.nick) and "batch" not in message.tags:
            self._seats.pop(fold(message.param(0)), None)

    def _on_batch(self, message: Message) -> None:
        name = message.param(0)
        if name.startswith("+"):
            room, newest = fold(message.param(2)), message.tags.get("label") == LATEST
            newest = newest or not self.has(caps.CHATHISTORY)  # then it comes by itself
            self._batches[name[1:]] = _Batch(message.param(1), room, newest)
            return
        batch = self._batches.pop(name[1:], None)
        seat = self._seats.get(batch.room) if batch else None
        if batch is None or seat is None or batch.kind != "chathistory":
            return
        if batch.newest:
            seat.recall(batch.words)
        else:
            seat.page(batch.words)

    def _on_privmsg(self, message: Message) -> None:
        words = WORD.findall(message.param(1))
        batch = self._batches.get(message.tags.get("batch", ""))
        if batch is not None and batch.kind == "chathistory":
            batch.words += words
            return
        for word in words:
            self._unseen.pop(word, None)
        seat = self._seats.get(fold(message.param(0)))
        if seat is not None:
            for word in words:
                seat.hear(word, again=word in self._sent_again)

    def lacks(self) -> str:
        """Say what it lacks to be in its rooms, with all that was said there."""
        if not self.registered:
            return "to be let in"
        for seat in self._seats.values():
            if not seat.check_caught_up():
                return f"{seat.missing} in {seat.room}"
        return ""
