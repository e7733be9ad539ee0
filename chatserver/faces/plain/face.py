"""One plain connection: lines in, requests out; replies in, lines out.

Rules: the first line makes a user of it and brings them into the lobby; then it is said or done as any
other line. Lines go to the room in front of the reader. After a command that may change that room, the
next line waits until it is known.
"""

from collections.abc import Callable, Sequence
from itertools import islice

from msgspec.structs import replace

from chatserver.core import commands
from chatserver.core.effects import (
    Entered,
    Gathered,
    LoggedIn,
    Reason,
    Refused,
    Relocated,
    Reply,
    Welcomed,
)
from chatserver.core.events import KeptEvent, Said
from chatserver.core.members import User
from chatserver.core.naming import refuse_nick
from chatserver.core.state import State
from chatserver.faces.contract import HEARD_MOST, Ask, Item, Moment, Request
from chatserver.faces.plain.commands import BY_NAME
from chatserver.faces.plain.reader import NO_ROOM, REALNAME, Items, PlainFacts, Reader, shown_lines
from chatserver.faces.plain.replies import brief, listing, recalled, refusal, reply_lines
from chatwire.framing import OVERLONG, Overlong
from chatwire.names import fold, looks_like_room, tidy
from chatwire.text import plain

_NONE: frozenset[str] = frozenset()
_BLANK = frozenset(b" \t")
_SPECIAL = _BLANK | frozenset(b"/")
"""What a line that is said as it is does not end with, and does not begin with."""


class PlainFace(Reader):
    """The face of one connection that speaks plain text."""

    __slots__ = ("_address", "_gathered", "_nicks")

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
        super().__init__(facts, host, private=private)
        self._nicks = nicks
        self._address = address
        self._gathered = _NONE
        """Rooms it came to by being one more device, none of them in front: their past is named."""

    @staticmethod
    def greeting(facts: PlainFacts) -> bytes:
        """Return what a connection sees that says nothing: it has not joined yet."""
        lobby = facts.limits.lobby
        text = (
            f"-> welcome to {plain(facts.network)}. Type something to join {plain(lobby)}, or /help"
        )
        return text.encode() + b"\n"

    @property
    def registered(self) -> bool:
        """Whether it is a user."""
        return self.joined

    def must_settle(self, line: bytes | Overlong) -> bool:
        """Say whether the next line must wait for the answers to those before."""
        if self.moving or not self.joined:
            return True
        if isinstance(line, Overlong) or not (line := line.lstrip(b" \t")).startswith(b"/"):
            return False
        command = BY_NAME.get(line[1:].partition(b" ")[0].decode(errors="replace").lower())
        return command is not None and not command.pipelined

    @property
    def recalls(self) -> bool:
        """Whether it is shown what was said before it entered a room: always."""
        return True

    def hear(self, lines: Sequence[bytes | Overlong], start: int) -> tuple[Request, int] | None:
        """Take lines that go to the room in front as they are: neither commands nor empty."""
        if self.moving or not (self.joined and self.here):
            return None
        said: list[bytes] = []
        for line in islice(lines, start, start + HEARD_MOST):
            if line is OVERLONG or not line or line[0] in _SPECIAL or line[-1] in _BLANK:
                break
            said.append(line)
        if not said:
            return None
        try:
            texts = b"\n".join(said).decode().split("\n")  # there is none in a line
        except UnicodeDecodeError:
            return None
        return Request((commands.Speak(self.here, (*texts,)),)), len(said)

    def receive(self, line: bytes | Overlong) -> Request | None:
        """Take a line. Every one, also an empty one, makes a user of who was none."""
        self.moving = False
        arrival: tuple[Item, ...] = ()
        text = "" if isinstance(line, Overlong) else line.decode(errors="replace").rstrip(" \t")
        if text.lstrip(" \t").startswith("/"):
            text = text.lstrip(" \t")
        if not self.joined:
            wanted = tidy(text[6:].strip()) if text.startswith("/nick ") else ""
            if wanted:
                text = ""
            if text == "/quit" or text.startswith("/quit "):  # nobody need hear of who never came
                return Request((commands.Quit(text[6:].strip()),))
            arrival = self._arrive(wanted)
        understood = self._understand(line, text)
        if isinstance(understood, Request):
            return self._arrive_by(understood) if arrival else understood
        items = arrival + understood
        return Request(items) if items else None

    def _arrive(self, wanted: str) -> tuple[Item, ...]:
        """Return what makes a user of it, called `wanted` if that may be."""
        nicks = (wanted, *self._nicks) if wanted else self._nicks
        join = commands.Join(self.facts.limits.lobby)
        connect = self._connect(nicks)
        return (connect, Ask(self._called(wanted)), join) if wanted else (connect, join)

    def _connect(self, nicks: tuple[str, ...], account: str = "", version: int = 0) -> Item:
        return commands.Connect(
            nicks, "plain", REALNAME, self.host, self._address, face="plain",
            account=account, version=version,
        )  # fmt: skip

    def _arrive_by(self, request: Request) -> Request:
        """Return `request`, asked for by the first line, with what makes a user of who asks for it.

        It is known only after its work whose account they have.
        """
        if (work := request.work) is not None:
            return Request((), work=lambda: self._arrive_by(work()))
        match request.items:
            case (commands.Login(account=account, version=version),):
                connect = self._connect((account, *self._nicks), account, version)
                join = commands.Join(self.facts.limits.lobby)
                return replace(request, items=(connect, Ask(self._has_account), join))
            case (commands.Register(account=account),):
                return replace(request, items=(*self._arrive(account), *request.items))
            case _:
                return replace(request, items=(*self._arrive(""), *request.items))

    def _has_account(self, _state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        """Say which account somebody has since they came."""
        if user is None:
            return ()
        return self.lines(*reply_lines(LoggedIn(user.identity), user.nick, "", ()))

    def _called(self, wanted: str) -> Callable[[State, User | None, Moment], Sequence[bytes]]:
        """Say why somebody did not get the nick that they came with."""

        def answer(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
            if user is None or user.nick == wanted:
                return ()
            refused = refuse_nick(state, wanted, user.identity.account, user)
            return self.lines(refusal(refused or Refused(Reason.NICK_IN_USE, wanted)))

        return answer

    def _understand(self, line: bytes | Overlong, text: str) -> tuple[Item, ...] | Request:
        if line is OVERLONG:
            return (
                self.say(f"line too long, {self.facts.line_limit} bytes at most; it was not sent"),
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

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes]:
        """Return what only this reader sees of what came of their command."""
        if isinstance(reply, Welcomed):
            self.joined = True
            self._nicks = ()  # one of them was taken, or the name that was asked for
        if isinstance(reply, Entered) and not (reply.elsewhere or reply.gathered):
            self.entered = True
            self.go(fold(reply.room))
            if self._gathered:
                self._gathered -= {fold(reply.room)}
        if isinstance(reply, Relocated) and self.here == fold(reply.before):
            self.go(fold(reply.entered.room))
        if isinstance(reply, Gathered):
            return self._gather(reply)
        if isinstance(reply, Refused) and reply.reason is Reason.CANNOT_SEND:
            room = state.find_room(reply.subject)
            if room is not None and user not in room.members:
                inside = plain(room.name)
                return self.lines(f"not sent: you are not in {inside}; /join {inside} enters it")
        nick = user.nick if user is not None else ""
        return self.lines(*reply_lines(reply, nick, self.facts.network, self.facts.motd))

    def _gather(self, reply: Gathered) -> Sequence[bytes]:
        """Say where one is, as one is there by other devices; the room in front is one of these."""
        rooms = {fold(room): room for room in reply.rooms}
        lobby = fold(self.facts.limits.lobby)
        if self.here not in rooms:
            self.go(lobby if lobby in rooms else next(reversed(rooms), ""))
        self._gathered = frozenset(rooms) - {self.here}
        if not rooms:
            return self.lines(NO_ROOM)
        where = listing([*map(plain, reply.rooms)])
        return self.lines(f"you are in {where}; what you type goes to {plain(rooms[self.here])}")

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Return messages of before, oldest first, each with its time.

        They can come late: by then another room may be in front than when they were asked for.
        """
        said = [event for event in events if isinstance(event, Said)]
        lines = recalled([event for event in said if fold(event.who.nick) not in self.ignored])
        if lines and not looks_like_room(room):
            lines.insert(0, f"-> to you, by {plain(room)}:")
        elif lines and fold(room) in self._gathered:
            lines.insert(0, f"-> in {plain(room)}:")
        return shown_lines(lines, self.end)

    def lost(self, count: int) -> bytes:
        """Return a line that says how much is missing here."""
        what = "1 line is" if count == 1 else f"{count} lines are"
        return self.lines(f"{what} missing here: too old to be kept when you read on")[0]

    def farewell(self, reason: str) -> bytes:
        """Return the last line."""
        return self.lines(f"goodbye: {plain(reason)}" if reason else "goodbye")[0]

    def ping(self) -> bytes:
        """Return nothing: a person with netcat can't answer a ping."""
        return b""


def _is_utf8(line: bytes | Overlong) -> bool:
    try:
        return isinstance(line, bytes) and line.decode() is not None
    except UnicodeDecodeError:
        return False
