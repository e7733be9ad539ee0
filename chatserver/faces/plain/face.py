"""One plain connection: lines in, requests out; replies in, lines out.

Rules: the first line makes a user of it and brings them into the lobby; then it is said or done as any
other line. Lines go to the room in front of the reader. After a command that may change that room, the
next line waits until it is known.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from chatserver.core import commands
from chatserver.core.effects import Entered, Reason, Refused, Reply, Welcomed
from chatserver.core.events import KeptEvent, Said
from chatserver.core.limits import Limits
from chatserver.core.state import State, User
from chatserver.faces.contract import Answer, Ask, Item, Moment, Request
from chatserver.faces.plain.commands import ASKED, BY_NAME, NO_ROOM, Items
from chatserver.faces.plain.dialect import PlainDialect, intern_dialect
from chatserver.faces.plain.replies import brief, recalled, refusal, reply_lines
from chatwire.framing import OVERLONG, Overlong
from chatwire.names import fold, is_nick
from chatwire.text import plain


class PlainFacts(Struct, frozen=True):
    """What a plain connection is told of the server."""

    network: str = "chat"
    motd: tuple[str, ...] = ()
    limits: Limits = Limits()
    line_limit: int = 8192
    """Bytes of a line, its end left out."""
    operators: Mapping[str, Callable[[str], bool]] = field(default_factory=dict)
    """By operator name: says whether a password is theirs. May take long."""


class PlainFace:
    """The face of one connection that speaks plain text."""

    def __init__(
        self,
        facts: PlainFacts,
        nicks: tuple[str, ...],
        host: str,
        address: str = "",
        *,
        private: bool = False,
    ) -> None:
        """Make the face of a connection from `host` (as others see it; `address` is for operators).

        It becomes the first of `nicks` that is free. `private`: nobody can listen in on it.
        """
        self._facts = facts
        self._nicks = nicks
        self._host = host
        self._address = address
        self.private = private
        """Whether nobody can listen in: encrypted, or from this machine."""
        self.operators = facts.operators
        self._nick = ""
        self.here = fold(facts.limits.lobby)
        """The folded name of the room in front, "" for none."""
        self.nick_limit = facts.limits.nick
        self.entered = False
        """Whether a room was entered since this was set to False."""
        self.ignored: frozenset[str] = frozenset()
        self.moving = False
        """Whether the next line must wait until this one is answered: it may change `here`."""
        self._nothing = ""
        """What is said when what was asked for from before is nothing."""
        self._end = b"\n"
        self._dialect = intern_dialect(self._end, self.here, self.ignored)

    @staticmethod
    def greeting(facts: PlainFacts) -> bytes:
        """Return what a connection sees that says nothing: it has not joined yet."""
        lobby = facts.limits.lobby
        text = (
            f"-> welcome to {plain(facts.network)}. Type something to join {plain(lobby)}, or /help"
        )
        return text.encode() + b"\n"

    @property
    def dialect(self) -> PlainDialect:
        """How events are written for it now."""
        return self._dialect

    @property
    def registered(self) -> bool:
        """Whether it is a user."""
        return bool(self._nick)

    def speak_crlf(self) -> None:
        """End lines with CRLF from now on: the peer does."""
        self._end = b"\r\n"
        self.go(self.here)

    def go(self, room: str) -> None:
        """Have `room` (folded) in front from now on."""
        self.here = room
        self._dialect = intern_dialect(self._end, room, self.ignored)

    def must_settle(self, line: bytes | Overlong) -> bool:
        """Say whether the next line must wait for the answers to those before."""
        return self.moving or not self._nick

    def receive(self, line: bytes | Overlong) -> Request | None:
        """Take a line. Every one, also an empty one, makes a user of who was none."""
        self.moving = False
        arrival: tuple[Item, ...] = ()
        text = "" if isinstance(line, Overlong) else line.decode(errors="replace").rstrip(" \t")
        if text.lstrip(" \t").startswith("/"):
            text = text.lstrip(" \t")
        if not self._nick:
            wanted = text[6:].strip() if text.startswith("/nick ") else ""
            if wanted:
                text = ""
            if text == "/quit" or text.startswith("/quit "):  # nobody need hear of who never came
                return Request((commands.Quit(text[6:].strip()),))
            arrival = self._arrive(wanted)
        understood = self._understand(line, text)
        if isinstance(understood, Request) and not arrival:
            return understood
        if isinstance(understood, Request):  # a password is no first line
            understood = (self.say("you have joined; now say that again"),)
        items = arrival + understood
        return Request(items) if items else None

    def _arrive(self, wanted: str) -> tuple[Item, ...]:
        """Return what makes a user of it, called `wanted` if that may be."""
        nicks = (wanted, *self._nicks) if wanted else self._nicks
        connect = commands.Connect(
            nicks, "plain", "", self._host, self._address, secure=self.private, face="plain"
        )
        join = commands.Join(self._facts.limits.lobby)
        return (connect, Ask(self._called(wanted)), join) if wanted else (connect, join)

    def _called(self, wanted: str) -> Callable[[State, User | None, Moment], Sequence[bytes]]:
        """Say why somebody did not get the nick that they came with."""

        def answer(_state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
            if user is None or user.nick == wanted:
                return ()
            valid = is_nick(wanted, self.nick_limit)
            reason = Reason.NICK_IN_USE if valid else Reason.NICK_INVALID
            return self.lines(refusal(Refused(reason, wanted)))

        return answer

    def _understand(self, line: bytes | Overlong, text: str) -> tuple[Item, ...] | Request:
        if line is OVERLONG:
            return (
                self.say(f"line too long, {self._facts.line_limit} bytes at most; it was not sent"),
            )
        if not _is_utf8(line):
            return (self.say("not UTF-8 text; it was not sent"),)
        if not text:
            return ()
        if not text.startswith("/"):
            return self._items(self.speak(text))
        if text.startswith("//"):
            return self._items(self.speak(text[1:]))
        name, _, rest = text[1:].partition(" ")
        command = BY_NAME.get(name.lower())
        if command is None:
            return (
                self.say(
                    f"there is no /{brief(name)}; /help lists what there is, //text says /text"
                ),
            )
        return self._items(command.handle(self, rest.strip()))

    def _items(self, understood: Items) -> tuple[Item, ...] | Request:
        return (self.say(understood),) if isinstance(understood, str) else understood

    def speak(self, text: str) -> Items:
        """Return what says `text` in the room in front."""
        if not self.here:
            return f"not sent: {NO_ROOM}"
        return (commands.Say(self.here, text),)

    def lines(self, *texts: str) -> list[bytes]:
        """Return `texts`, which are safe to show, as lines that only this reader sees."""
        return [f"-> {text}".encode() + self._end for text in texts]

    def say(self, *texts: str) -> Answer:
        """Return `lines` as an item of a request."""
        return Answer(tuple(self.lines(*texts)))

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes]:
        """Return what only this reader sees of what came of their command."""
        if isinstance(reply, Welcomed):
            self._nick = reply.identity.nick
        if isinstance(reply, Entered):
            self.entered = True
            self.go(fold(reply.room))
        if isinstance(reply, Refused) and reply.reason is Reason.CANNOT_SEND:
            room = state.find_room(reply.subject)
            if room is not None and user not in room.members:
                inside = plain(room.name)
                return self.lines(f"not sent: you are not in {inside}; /join {inside} enters it")
        nick = user.nick if user is not None else ""
        return self.lines(*reply_lines(reply, nick, self._facts.network, self._facts.motd))

    def wait_for(self, nothing: str) -> None:
        """Wait with the next line for messages of before; say `nothing` when there are none."""
        self.moving, self._nothing = True, nothing

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Return messages of before, oldest first, each with its time."""
        shown = [event for event in events if fold(event_nick(event)) not in self.ignored]
        lines = recalled(shown)
        if not lines and room == ASKED:
            return b"".join(self.lines(self._nothing))
        return b"".join(line.encode() + self._end for line in lines)

    def farewell(self, reason: str) -> bytes:
        """Return the last line."""
        return f"-> goodbye: {plain(reason)}".encode() + self._end if reason else b""

    def ping(self) -> bytes:
        """Return nothing: a person with netcat can't answer a ping."""
        return b""


def event_nick(event: KeptEvent) -> str:
    """Return the nick of who caused a kept event."""
    return event.who.nick if isinstance(event, Said) else event.by.nick


def _is_utf8(line: bytes | Overlong) -> bool:
    try:
        return isinstance(line, bytes) and line.decode() is not None
    except UnicodeDecodeError:
        return False
