"""IRC faces on a state, without a node: what they ask for is done, and shown, at once."""

from collections.abc import Sequence

from chatserver.core.commands import Command
from chatserver.core.effects import Emission, Reply, Welcomed
from chatserver.core.execute import Stamp, execute
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Lookup, Moment, Request
from chatserver.faces.irc.face import IrcFace
from chatserver.faces.irc.facts import ServerFacts
from chatwire.framing import Overlong
from chatwire.message import Message, parse

FACTS = ServerFacts(
    name="irc.example.org",
    network="Example",
    description="a server to test with",
    version="chatserver-test",
    motd=("Be kind.",),
    operators={"operuser": lambda password: password == "operpassword"},
)
START = 1_700_000_000_000


class Chair:
    """One client: its face, its user once there is one, and what it was sent."""

    def __init__(self, number: int, facts: ServerFacts) -> None:
        self.number = number
        self.face = IrcFace(lambda: facts, "127.0.0.1", "127.0.0.1:50000")
        self.user: User | None = None
        self.sent = b""

    def take(self) -> list[Message]:
        """Return the messages that it was sent since the last time."""
        lines = self.sent.split(b"\r\n")
        self.sent = b""
        assert lines.pop() == b"", "an unfinished line"
        return [parse(line) for line in lines]


class Desk:
    """A state and the clients at it."""

    def __init__(self, facts: ServerFacts = FACTS) -> None:
        self.facts = facts
        self.state = State(facts.limits)
        self.chairs: list[Chair] = []
        self.seq = 0

    def sit(self, nick: str = "", *capabilities: str) -> Chair:
        """Return a new client; with a nick it has registered and read its welcome."""
        chair = Chair(len(self.chairs) + 1, self.facts)
        self.chairs.append(chair)
        if nick:
            wanted = [f"CAP REQ :{' '.join(capabilities)}", "CAP END"] if capabilities else []
            self.ask(chair, *wanted, f"NICK {nick}", f"USER {nick} 0 * :Real {nick}")
        return chair

    def ask(self, chair: Chair, *lines: str | bytes | Overlong) -> list[Message]:
        """Let a client send lines, and return what it is sent."""
        for line in lines:
            request = chair.face.receive(line.encode() if isinstance(line, str) else line)
            if request is not None:
                self._do(chair, request)
        return chair.take()

    def _do(self, chair: Chair, request: Request) -> None:
        before = len(chair.sent)
        found = request.work() if request.work is not None else request
        for item in found.items:
            self.seq += 1
            if isinstance(item, Command):
                self._execute(chair, item)
            elif isinstance(item, Ask):
                answer = item.answer(self.state, chair.user, Moment(START + self.seq))
                assert isinstance(answer, Sequence)
                chair.sent += b"".join(answer)
            else:
                chair.sent += b"".join(item.lines)
        if request.label:
            answered = chair.sent[before:].splitlines(keepends=True)
            labelled = chair.face.dialect.label(answered, request.label, START + self.seq)
            chair.sent = chair.sent[:before] + labelled

    def _execute(self, chair: Chair, command: Command) -> None:
        for effect in execute(self.state, Stamp(self.seq, START + self.seq), chair.number, command):
            if isinstance(effect, Welcomed):
                chair.user = self.state.users[chair.number]
            if isinstance(effect, Reply):
                reply = chair.face.reply(effect, chair.user, self.state)
                chair.sent += b"".join(reply.show(None) if isinstance(reply, Lookup) else reply)
            elif isinstance(effect, Emission):
                self._show(effect)

    def _show(self, emission: Emission) -> None:
        for chair in self.chairs:
            echoed = emission.origin is not chair.user or chair.face.dialect.echo
            if chair.user in emission.audience and echoed:
                chair.sent += chair.face.dialect.render(emission.event)
