"""The world: the status, the buffers, and every way to change them.

Rules: each method that changes something records it in `changes`. Text from outside is made safe
here, on its way in. Own pending lines stay after all other lines of their buffer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatclient.model.buffers import Buffer, BufferKind, Level, Topic
from chatclient.model.changes import (
    BufferChanged,
    BufferClosed,
    BufferOpened,
    Change,
    MembersChanged,
    NetworkRenamed,
    PongHeard,
    QuestionChanged,
    StatusChanged,
    Wish,
)
from chatclient.model.chronicle import Chronicle
from chatclient.model.folding import CASEMAPPINGS, Fold
from chatclient.model.formatting import read
from chatclient.model.ignores import Ignores
from chatclient.model.members import Members
from chatclient.model.question import Question
from chatclient.model.status import Status
from chatwire.text import plain

_LISTED_MOST = 2000
"""Rooms that are remembered from lists, for completion."""

_TYPING_MOST = 100
"""People who are known to be typing in a buffer."""

_TYPING_LONGEST = 60.0
"""Seconds for which anybody can be typing: where it would be longer, the clock has been set back."""


class World(Chronicle):
    """One server as the user sees it: `status`, `buffers`, the `active` one, and what changed."""

    def __init__(self, status: Status, *, asks: bool = True, name: str = "") -> None:
        """`asks` says whether there is a user who can answer questions; `name` is the network's."""
        super().__init__()
        self.status = status
        self.name = name or status.server
        """The name of the network, which tells it from the user's other networks."""
        self._is_named = bool(name)
        self.asks = asks
        self.ignores = Ignores()
        """Whom the user does not want to hear."""
        self._questions: list[Question] = []
        self.fold: Fold = CASEMAPPINGS["rfc1459"]
        self.ranks = "~&@%+"
        """The prefixes of members that the server knows, highest first."""
        self.server = Buffer(
            BufferKind.SERVER, "", status.server, Members(self.fold), network=self.name
        )
        self._buffers: dict[str, Buffer] = {"": self.server}
        self.active = self.server
        """The buffer that the user looks at: what is said in it is not unread."""
        self._listed: dict[str, str] = {}
        self._typed: set[Buffer] = set()

    # --- reading -----------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """What the network is called: as the user does, or else as it does itself."""
        return self.name if self._is_named else self.status.network or self.server.name

    @property
    def buffers(self) -> Sequence[Buffer]:
        """All buffers in the order in which they were opened, the server's first."""
        return tuple(self._buffers.values())

    def find(self, target: str) -> Buffer | None:
        """Return the open room or conversation of that name, in any spelling, or None."""
        return self._buffers.get(self.fold(target)) if target else None

    def rooms(self) -> Iterator[Buffer]:
        """Iterate over the rooms that are open, joined or not."""
        return (each for each in self._buffers.values() if each.kind is BufferKind.ROOM)

    @property
    def listed(self) -> Sequence[str]:
        """The names of rooms that the server has listed, in the order of the alphabet."""
        return sorted(self._listed.values(), key=self.fold)

    def take_changes(self) -> Sequence[Change]:
        """Return what changed since the last call, oldest first."""
        taken, self.changes = self.changes, []
        return taken

    # --- the user's side ---------------------------------------------------------------------

    def activate(self, buffer: Buffer) -> None:
        """Make `buffer` the one that the user looks at: it has nothing unread any more."""
        if buffer is not self.active:
            left = self.active
            left.read_id = left.lines[-1].id if left.lines else 0
            self.active = buffer
        if buffer.unread or buffer.mentions:
            buffer.unread = buffer.mentions = 0
            self.changes.append(BufferChanged(buffer))

    def watch(self, *, watched: bool) -> None:
        """Take note whether the user looks at this network: else its active buffer is not seen."""
        self.watched = watched
        active = self.active
        if watched:
            self.activate(active)
        else:
            active.read_id = active.lines[-1].id if active.lines else 0

    @property
    def question(self) -> Question | None:
        """What the user is asked now; what only has them wait comes last."""
        return min(self._questions, key=lambda question: question.closed, default=None)

    @property
    def held(self) -> bool:
        """Whether there is no use in a connection before a question is answered."""
        return any(question.holds for question in self._questions)

    def ask(self, question: Question) -> None:
        """Ask the user something, after what was asked before; without a user it is given up."""
        if self.asks:
            self._questions.append(question)
            self.changes.append(QuestionChanged())
        else:
            question.answer(None)

    def answer(self, written: str | None) -> None:
        """Take what the user wrote as the answer, None to give the question up.

        What is no answer changes nothing.
        """
        question = self.question
        meant = question.choose(written) if question and written is not None else None
        if question is None or (written is not None and meant is None):
            return
        self.withdraw(question)
        question.answer(meant)

    def withdraw(self, question: Question) -> None:
        """Ask something no longer: it does not matter any more."""
        if question in self._questions:
            self._questions.remove(question)
            self.changes.append(QuestionChanged())

    # --- buffers -----------------------------------------------------------------------------

    def open_room(self, name: str) -> Buffer:
        """Return the buffer of a room; open it if it is not there."""
        return self._open(BufferKind.ROOM, name)

    def open_direct(self, nick: str) -> Buffer:
        """Return the buffer of a conversation with one person; open it if it is not there."""
        return self._open(BufferKind.DIRECT, nick)

    def want(self, wish: Wish) -> None:
        """Record a wish that is for whoever shows the world, or owns the connection."""
        self.changes.append(wish)

    def _open(self, kind: BufferKind, target: str) -> Buffer:
        key = self.fold(target)
        buffer = self._buffers.get(key)
        if buffer is None:
            members = Members(self.fold, self.ranks)
            buffer = self._buffers[key] = Buffer(
                kind, target, plain(target), members, network=self.name
            )
            self.changes.append(BufferOpened(buffer))
        return buffer

    def close(self, buffer: Buffer) -> None:
        """Forget a room or conversation; if it was active, its neighbour above becomes so."""
        order = [*self._buffers]
        key = self.fold(buffer.target)
        if not key or self._buffers.get(key) is not buffer:
            return
        if buffer is self.active:
            self.activate(self._buffers[order[order.index(key) - 1]])
        del self._buffers[key]
        self._reactions.forget(buffer)
        self._typed.discard(buffer)
        self.changes.append(BufferClosed(buffer))

    def rename(self, buffer: Buffer, new: str) -> None:
        """Give a room, or who a conversation is with, another name, unless that has one already."""
        taken = self.find(new)
        if taken is not None and taken is not buffer:
            return
        keys = {self.fold(buffer.target): self.fold(new)}
        buffer.target, buffer.name = new, plain(new)
        self._buffers = {keys.get(key, key): each for key, each in self._buffers.items()}
        self.changes.append(BufferChanged(buffer))

    def rename_network(self, name: str) -> None:
        """Give the network another name, which no other network has."""
        before, self.name, self._is_named = self.name, name, True
        for buffer in self._buffers.values():
            buffer.network = name
        self.changes += [NetworkRenamed(before, name), StatusChanged()]

    def note_listed(self, name: str) -> None:
        """Remember that the server has a room of that name."""
        self._listed[self.fold(name)] = plain(name)
        if len(self._listed) > _LISTED_MOST:
            del self._listed[next(iter(self._listed))]

    def set_casemapping(self, fold: Fold, ranks: str) -> None:
        """Compare names as this server does, and rank members as it does."""
        self.fold, self.ranks = fold, ranks
        before = self.buffers
        self._buffers = {fold(each.target): each for each in reversed(before)}
        self._buffers = dict(reversed(self._buffers.items()))
        for buffer in before:
            kept = self._buffers[fold(buffer.target)]
            if kept is not buffer:  # two names have become one
                if buffer is self.active:
                    self.activate(kept)
                self._reactions.forget(buffer)
                self._typed.discard(buffer)
                self.changes.append(BufferClosed(buffer))
        for buffer in self._buffers.values():
            members = Members(fold, ranks)
            members.replace(buffer.members.ordered())
            buffer.members = members

    def set_topic(self, buffer: Buffer, text: str, by: str = "", time: float | None = None) -> None:
        """Set the topic of a room."""
        shown, spans = read(text.replace("\n", " "))
        buffer.topic = Topic(shown, plain(by), time, spans)
        self.changes.append(BufferChanged(buffer))

    def set_topic_origin(self, buffer: Buffer, by: str, time: float | None) -> None:
        """Say who set the topic that a room has, and when."""
        buffer.topic = replace(buffer.topic, by=plain(by), time=time)
        self.changes.append(BufferChanged(buffer))

    def set_modes(self, buffer: Buffer, letters: str) -> None:
        """Set the modes of a room, by their letters."""
        buffer.modes = f"+{plain(letters)}" if letters else ""
        self.changes.append(BufferChanged(buffer))

    def members_changed(self, buffer: Buffer) -> None:
        """Record that `buffer.members` is not what it was (who changes it calls this)."""
        if not self.changes or self.changes[-1] != MembersChanged(buffer):
            self.changes.append(MembersChanged(buffer))

    def set_joined(self, buffer: Buffer, *, joined: bool) -> None:
        """Say that the user is in the room, or no longer; nobody is known to be in it then."""
        buffer.joined = joined
        buffer.members.replace(())
        buffer.typing.clear()
        self.changes.append(BufferChanged(buffer))
        self.changes.append(MembersChanged(buffer))

    def set_behind(self, buffer: Buffer, *, behind: bool) -> None:
        """Say whether something may be missing that is going to be filled in."""
        if buffer.behind != behind:
            buffer.behind = behind
            self.changes.append(BufferChanged(buffer))

    def set_level(self, buffer: Buffer, level: Level | None) -> None:
        """Say what the user wants to be called for in a buffer, None for what is usual."""
        buffer.level = level
        self.changes.append(BufferChanged(buffer))

    def set_seeking(self, buffer: Buffer, *, seeking: bool) -> None:
        """Say whether the server is asked for what is older."""
        if buffer.seeking != seeking:
            buffer.seeking = seeking
            self.changes.append(BufferChanged(buffer))

    def set_typing(self, buffer: Buffer, nick: str, until: float | None) -> None:
        """Say until when somebody is taken to be typing, None if they are no longer."""
        nick = plain(nick)
        started = until is not None and nick not in buffer.typing
        if started and len(buffer.typing) >= _TYPING_MOST:
            return
        if until is not None:
            buffer.typing[nick] = until
            self._typed.add(buffer)
        if started or (until is None and buffer.typing.pop(nick, None) is not None):
            self.changes.append(BufferChanged(buffer))

    def expire(self, now: float) -> float | None:
        """Let who was not heard of any more be typing no longer; return when to look again.

        That is in seconds since 1970; None when nobody is typing.
        """
        for buffer in [*self._typed]:
            lasts = buffer.typing.items()
            over = [nick for nick, until in lasts if not 0 < until - now <= _TYPING_LONGEST]
            for nick in over:
                del buffer.typing[nick]
            if over:
                self.changes.append(BufferChanged(buffer))
            if not buffer.typing:
                self._typed.discard(buffer)
        return min((until for each in self._typed for until in each.typing.values()), default=None)

    def pong(self, token: str) -> None:
        """Record that the server answered an own PING."""
        self.changes.append(PongHeard(token))

    # --- status ------------------------------------------------------------------------------

    def set_status(self, status: Status) -> None:
        """Put another status in the place of the one there is."""
        if status != self.status:
            self.status = replace(
                status,
                account=plain(status.account),
                network=plain(status.network),
                nick=plain(status.nick),
                reason=plain(status.reason),
            )
            self.changes.append(StatusChanged())

    def set_presence(self, buffer: Buffer, *, online: bool | None, away: bool = False) -> None:
        """Say whether who a conversation is with is there, and away."""
        if (buffer.online, buffer.away) != (online, away):
            buffer.online, buffer.away = online, away
            self.changes.append(BufferChanged(buffer))
