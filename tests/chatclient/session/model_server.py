"""A chat server small enough to be right: one order of messages, history, nonces, one room.

Beside the client's user there is one other, who may change nick, and never back to a former one.

It is driven by hand: bytes move only when a test moves them, answers to CHATHISTORY wait until a
test lets them out, and a connection that was cut may still be read for a while, as real ones are.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chatwire.framing import Framer, Overlong
from chatwire.message import Message, parse

ROOM = "#ops"
START = 1_700_000_000_000

CAPS = "batch message-tags server-time echo-message labeled-response standard-replies"


@dataclass(frozen=True, slots=True)
class Said:
    """A message that is kept; its id rises with its place in the order."""

    seq: int
    at: int
    by: str
    to: str
    text: str
    nonce: str = ""

    def line(self, tags: str = "") -> str:
        """Return it as it is told."""
        time = datetime.fromtimestamp(self.at / 1000, UTC).isoformat(timespec="milliseconds")
        told = f"msgid={self.seq:08x};time={time.removesuffix('+00:00')}Z"
        nonce = f";+chatserver.dev/nonce={self.nonce}" if self.nonce else ""
        return f"@{tags}{told}{nonce} :{self.by}!u@h PRIVMSG {self.to} :{self.text}"


class Server:
    """All that is kept, and who is connected."""

    def __init__(self, *, safe: bool = True, page: int = 4) -> None:
        self.caps = f"{CAPS} draft/chathistory draft/event-playback"
        self.safe = safe
        if safe:
            self.caps += " chatserver.dev/nonce"
        self.page = page
        self.kept: list[Said] = []
        self.peers: list[Peer] = []
        self.at = START
        self.other = "bob"
        """What the other one is called now."""

    def rename_other(self) -> None:
        """Let the other one be called by a new name."""
        old, self.other = self.other, f"bob{self.at}{len(self.kept)}"
        for peer in self.peers:
            if peer.joined:
                peer.tell(f":{old}!u@h NICK {self.other}")

    def say(self, by: str, to: str, text: str, nonce: str = "") -> Said:
        """Keep a message; say it to all who should hear it."""
        said = Said(len(self.kept) + 1, self.at, by, to, text, nonce)
        self.kept.append(said)
        for peer in self.peers:
            here = peer.joined and peer.nick != by if to == ROOM else to == peer.nick
            if here and peer.registered:
                peer.tell(said.line())
        return said

    def first(self, nonce: str, to: str) -> Said | None:
        """Return the message that was said there with a nonce before."""
        found = (said for said in self.kept if nonce and (said.nonce, said.to) == (nonce, to))
        return next(found, None) if self.safe else None

    def about(self, target: str) -> list[Said]:
        """Return all that was said in the room, or between somebody and the client's user."""
        if target == ROOM:
            return [said for said in self.kept if said.to == ROOM]
        return [said for said in self.kept if said.to != ROOM and target in {said.by, said.to}]


class Peer:
    """The server's end of one connection, with the bytes that are on their way."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.nick = "*"
        self.joined = False
        self.registered = False
        self.coming = bytearray()
        """What the client has sent, and is not read yet."""
        self.going = bytearray()
        """What it is told, and has not got yet."""
        self.late: deque[list[str]] = deque()
        """Answers that wait."""
        self._framer = Framer(64 * 1024)
        self._batches = 0
        server.peers.append(self)

    def tell(self, line: str) -> None:
        """Write a line."""
        self.going += f"{line}\r\n".encode()

    def read(self, count: int) -> None:
        """Read some bytes of what was sent, and do what they ask."""
        data = bytes(self.coming[:count])
        del self.coming[:count]
        for line in self._framer.feed(data):
            if line and not isinstance(line, Overlong):
                self._hear(parse(line))

    def answer(self) -> None:
        """Give the oldest answer that waits."""
        for line in self.late.popleft() if self.late else ():
            self.tell(line)

    def close(self) -> None:
        """Be gone; what was not read yet never will be."""
        self.server.peers.remove(self)

    def _hear(self, message: Message) -> None:
        match message.command, message.params:
            case "CAP" | "NICK", _:
                self._register(message)
            case "JOIN", (room,):
                self.joined = True
                self.tell(f":{self.nick}!u@h JOIN {room}")
            case "PING", (token,):
                self.tell(f":srv PONG srv :{token}")
            case "PRIVMSG", (target, text):
                self._say(message, target, text)
            case "CHATHISTORY", ("TARGETS", *_):
                pass
            case "CHATHISTORY", (how, target, *points):
                self.late.append(self._page(message.tags["label"], how, target, points))
            case _:
                pass

    def _register(self, message: Message) -> None:
        match message.command, message.params:
            case "CAP", ("LS", *_):
                self.tell(f":srv CAP * LS :{self.server.caps}")
            case "CAP", ("REQ", names):
                self.tell(f":srv CAP * ACK :{names}")
            case "NICK", (nick,) if any(peer.nick == nick for peer in self.server.peers):
                self.tell(f":srv 433 {self.nick} {nick} :taken")
            case "NICK", (nick,):
                if self.registered:
                    self.tell(f":{self.nick}!u@h NICK {nick}")
                self.nick = nick
            case "CAP", ("END",):
                self.registered = True
                self.tell(f":srv 001 {self.nick} :Welcome")
                self.tell(f":srv 005 {self.nick} CHATHISTORY={self.server.page} :are supported")
                self.tell(f":srv 422 {self.nick} :no MOTD")
            case _:
                pass

    def _say(self, message: Message, target: str, text: str) -> None:
        nonce = message.tags.get("+chatserver.dev/nonce", "")
        label = message.tags["label"]
        said = self.server.first(nonce, target)
        if said is None and target in {ROOM, self.server.other}:
            said = self.server.say(self.nick, target, text, nonce)
        if said is None:
            self.tell(f"@label={label} :srv 401 {self.nick} {target} :nobody is called that")
        else:
            self.tell(said.line(f"label={label};"))

    def _page(self, label: str, how: str, target: str, points: Sequence[str]) -> list[str]:
        all_ = self.server.about(target)
        limit = min(int(points[-1]), self.server.page)
        if how == "LATEST":
            found = [said for said in all_ if points[0] == "*" or _after(said, points[0])]
        else:
            found = [s for s in all_ if _after(s, points[1]) and _before(s, points[0])]
        self._batches += 1
        name = f"b{self._batches}"
        return [*self._in_batch(name, label, target, found[-limit:])]

    def _in_batch(self, name: str, label: str, target: str, found: Sequence[Said]) -> Iterator[str]:
        yield f"@label={label} :srv BATCH +{name} chathistory {target}"
        yield from (said.line(f"batch={name};") for said in found)
        yield f":srv BATCH -{name}"


def _after(said: Said, point: str) -> bool:
    kind, _, value = point.partition("=")
    return said.seq > int(value, 16) if kind == "msgid" else said.at > _parse(value)


def _before(said: Said, point: str) -> bool:
    kind, _, value = point.partition("=")
    return said.seq < int(value, 16) if kind == "msgid" else said.at < _parse(value)


def _parse(value: str) -> int:
    return round(datetime.fromisoformat(value).timestamp() * 1000)
