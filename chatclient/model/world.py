"""The world: the status, the buffers, and every way to change them.

Rules: each method that changes something records it in `changes`. Text from outside is made safe
here, on its way in. Own pending lines stay after all other lines of their buffer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from chatclient.model.buffers import Buffer, BufferKind, Topic
from chatclient.model.changes import (
    BufferChanged,
    BufferClosed,
    BufferOpened,
    Change,
    LineAdded,
    LineChanged,
    LineRemoved,
    LinesInserted,
    MembersChanged,
    PastChanged,
    PastFound,
    PongHeard,
    QuestionChanged,
    StatusChanged,
    Wish,
)
from chatclient.model.folding import CASEMAPPINGS, Fold
from chatclient.model.formatting import read
from chatclient.model.lines import CONVERSATION, Delivery, Kind, Line
from chatclient.model.members import Members
from chatclient.model.places import place
from chatclient.model.question import Question
from chatclient.model.reactions import Reactions, Sign
from chatclient.model.status import Status
from chatwire.text import plain

_UNSETTLED = (Delivery.PENDING, Delivery.FAILED)
_LISTED_MOST = 2000
"""Rooms that are remembered from lists, for completion."""


class World:
    """One server as the user sees it: `status`, `buffers`, the `active` one, and what changed."""

    def __init__(self, status: Status, *, asks: bool = True, name: str = "") -> None:
        """`asks` says whether there is a user who can answer questions; `name` is the network's."""
        self.status = status
        self.name = name or status.server
        """The name of the network, which tells it from the user's other networks."""
        self._is_named = bool(name)
        self.watched = True
        """Whether the user looks at this network now, and not at another one."""
        self.asks = asks
        self._questions: list[Question] = []
        self.fold: Fold = CASEMAPPINGS["rfc1459"]
        self.ranks = "~&@%+"
        """The prefixes of members that the server knows, highest first."""
        self.changes: list[Change] = []
        """What changed since somebody took it; `take_changes` empties it."""
        self.server = Buffer(
            BufferKind.SERVER, "", status.server, Members(self.fold), network=self.name
        )
        self._buffers: dict[str, Buffer] = {"": self.server}
        self.active = self.server
        """The buffer that the user looks at: what is said in it is not unread."""
        self._newest_id = 0
        self._listed: dict[str, str] = {}
        self._reactions = Reactions()
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

    def mark_read(self, buffer: Buffer, time: float) -> None:
        """Take note that all up to that time is read, on some device; it never goes back."""
        if buffer.read_time is None or time > buffer.read_time:
            buffer.read_time = time
            self._recount(buffer)

    def restore_read(self, buffer: Buffer, read_id: int) -> None:
        """Count what is unread after the line up to which the user has read in an earlier life."""
        lines = buffer.lines
        start = next((at + 1 for at, line in enumerate(lines) if line.id == read_id), 0)
        looks = self.watched and buffer is self.active
        news = [line for line in lines[start:] if _is_news(line)]
        buffer.read_id = read_id
        buffer.unread = 0 if looks else len(news)
        buffer.mentions = 0 if looks else sum(line.mention for line in news)

    def _recount(self, buffer: Buffer) -> None:
        """Count what is unread by the time up to which the user has read, and place the mark."""
        lines, read = buffer.lines, buffer.read_time
        if read is None:
            return
        end = len(lines)
        while end and (lines[end - 1].time > read or lines[end - 1].delivery in _UNSETTLED):
            end -= 1
        first = next((at for at in range(end, len(lines)) if _is_news(lines[at])), 0)
        looks = self.watched and buffer is self.active
        last = 0 if looks or not lines else len(lines)
        buffer.read_id = lines[(first or last) - 1].id if first or last else 0
        unread = [] if looks else [*filter(_is_news, lines[end:])]
        buffer.unread, buffer.mentions = len(unread), sum(line.mention for line in unread)
        self.changes.append(BufferChanged(buffer))

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

    def note_listed(self, name: str) -> None:
        """Remember that the server has a room of that name."""
        self._listed[self.fold(name)] = plain(name)
        if len(self._listed) > _LISTED_MOST:
            del self._listed[next(iter(self._listed))]

    def set_casemapping(self, fold: Fold, ranks: str) -> None:
        """Compare names as this server does, and rank members as it does."""
        self.fold, self.ranks = fold, ranks
        self._buffers = {fold(each.target): each for each in reversed(self._buffers.values())}
        self._buffers = dict(reversed(self._buffers.items()))
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

    def set_seeking(self, buffer: Buffer, *, seeking: bool) -> None:
        """Say whether the server is asked for what is older."""
        if buffer.seeking != seeking:
            buffer.seeking = seeking
            self.changes.append(BufferChanged(buffer))

    def set_typing(self, buffer: Buffer, nick: str, until: float | None) -> None:
        """Say until when somebody is taken to be typing, None if they are no longer."""
        nick = plain(nick)
        started = until is not None and nick not in buffer.typing
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
            over = [nick for nick, until in buffer.typing.items() if until <= now]
            for nick in over:
                del buffer.typing[nick]
            if over:
                self.changes.append(BufferChanged(buffer))
            if not buffer.typing:
                self._typed.discard(buffer)
        return min((until for each in self._typed for until in each.typing.values()), default=None)

    # --- lines -------------------------------------------------------------------------------

    def make_line(  # noqa: PLR0913 -- what a line is made of
        self,
        kind: Kind,
        text: str,
        *,
        time: float,
        source: str = "",
        msgid: str = "",
        own: bool = False,
        mention: bool = False,
        history: bool = False,
        account: str = "",
        bot: bool = False,
        delivery: Delivery = Delivery.CONFIRMED,
        reply_to: str = "",
    ) -> Line:
        """Return a new line that is in no buffer yet, with its text made safe."""
        self._newest_id += 1
        safe, spans = read(text)
        return Line(
            self._newest_id,
            kind,
            time,
            plain(source),
            safe,
            msgid=msgid,
            own=own,
            mention=mention,
            history=history,
            account=account,
            bot=bot,
            delivery=delivery,
            reply_to=reply_to,
            spans=spans,
        )

    def add(self, buffer: Buffer, line: Line) -> None:
        """Append a line, counting it as unread if somebody else said it and nobody looks."""
        line = self._with_reactions(buffer, line)
        self._put(buffer, line)
        self.changes.append(LineAdded(buffer, line))
        self._count(buffer, line)

    def tell(self, buffer: Buffer, text: str, *, time: float, kind: Kind = Kind.INFO) -> None:
        """Append a word of this client (or an answer of the server) to a buffer."""
        self.add(buffer, self.make_line(kind, text, time=time))

    def settle(self, buffer: Buffer, line: Line, *, by_time: bool = False) -> None:
        """Put an own line in the place of the one with its id, which is pending or has failed.

        It stands after all that the server told so far; with `by_time`, before what was said later
        (the server had it long ago). One that is there under its msgid already is removed.
        """
        found = self._take_out(buffer, line.id)
        if found is None:
            return
        if line.msgid and line.msgid in buffer.msgids:
            self.changes.append(LineRemoved(buffer, found))
            return
        line = self._with_reactions(buffer, line)
        self._put(buffer, line, by_time=by_time)
        self.changes.append(LineChanged(buffer, line))

    def insert(
        self, buffer: Buffer, lines: Sequence[Line], *, after: str = "", missed: bool = False
    ) -> Sequence[Line]:
        """Put lines of the past, in the order of the server, in their places; return those new.

        Those that are there already, by msgid or else by time and text, are left out. Nothing is
        put before the line with the msgid `after`. Lines with the id of an own line that waits or
        has failed take its place. What was `missed` is unread.
        """
        lines = [self._with_reactions(buffer, line) for line in lines]
        there = {line.id for line in buffer.lines if line.delivery is not Delivery.CONFIRMED}
        own = there & {line.id for line in lines}
        moved = {each: found for each in own if (found := self._take_out(buffer, each))}
        end = len(buffer.lines) - buffer.pending
        settled, waiting = buffer.lines[:end], buffer.lines[end:]
        start = next((at + 1 for at in range(end - 1, -1, -1) if settled[at].msgid == after), 0)
        placed, fresh = place(settled, lines, buffer.msgids, start if after else 0)
        buffer.lines[:] = [*placed, *waiting]
        buffer.msgids.update(line.msgid for line in fresh if line.msgid)
        self.changes.extend(LineChanged(buffer, line) for line in fresh if moved.pop(line.id, None))
        self.changes.extend(LineRemoved(buffer, line) for line in moved.values())
        if inserted := [line for line in fresh if line.id not in own]:
            self.changes.append(LinesInserted(buffer, inserted))
        for line in inserted if missed and buffer.read_time is None else ():
            self._count(buffer, line)
        if inserted:
            self._recount(buffer)
        return fresh

    def find_past(
        self, buffer: Buffer, lines: Sequence[Line], before: Line, gap: Line | None
    ) -> None:
        """Hand over lines that the server has from directly before one that is known.

        A gap before it that is in `Buffer.lines` is filled there.
        """
        if gap is None or gap not in buffer.lines:
            buffer.older = True
            self.changes.append(PastFound(buffer, lines, before, gap))
            return
        at = buffer.lines.index(gap)
        fresh = [line for line in lines if not line.msgid or line.msgid not in buffer.msgids]
        buffer.lines[at + 1 : at + 1] = fresh
        buffer.msgids.update(line.msgid for line in fresh if line.msgid)
        if len(fresh) < len(lines):
            del buffer.lines[at]
            self.changes.append(LineRemoved(buffer, gap))
        if fresh:
            self.changes.append(LinesInserted(buffer, fresh))

    def redact(self, buffer: Buffer, msgid: str, text: str) -> None:
        """Put a word on its being removed in the place of a message, if it is there."""
        if line := self.line_with(buffer, msgid):
            text = plain(text)
            gone = replace(line, kind=Kind.DELETED, text=text, mention=False, spans=())
            self._exchange(buffer, line, replace(gone, reactions=(), reply_to=""))
        elif msgid and buffer.older:
            self.changes.append(PastChanged(buffer, msgid, removed=plain(text)))

    def react(self, buffer: Buffer, sign: Sign) -> None:
        """Take note of a reaction to a message, which need not be there yet; or of its end."""
        sign = replace(sign, text=plain(sign.text), nick=plain(sign.nick))
        line = self.line_with(buffer, sign.msgid)
        self._reactions.note(buffer, sign, line.reactions if line else ())
        if line is None and buffer.older:
            self.changes.append(PastChanged(buffer, sign.msgid, sign=sign))
        if line and line.kind in CONVERSATION:
            told = self._with_reactions(buffer, line)
            if told.reactions != line.reactions:
                self._exchange(buffer, line, told)

    def line_with(self, buffer: Buffer, msgid: str) -> Line | None:
        """Return the line of a message by its id, None if it is not there."""
        if not msgid or msgid not in buffer.msgids:
            return None
        return next((line for line in reversed(buffer.lines) if line.msgid == msgid), None)

    def _exchange(self, buffer: Buffer, line: Line, new: Line) -> None:
        buffer.lines[next(at for at, each in enumerate(buffer.lines) if each is line)] = new
        self.changes.append(LineChanged(buffer, new))

    def _with_reactions(self, buffer: Buffer, line: Line) -> Line:
        told = self._reactions.of(buffer, line.msgid) if line.msgid else None
        return line if told is None or told == line.reactions else replace(line, reactions=told)

    def remove(self, buffer: Buffer, line: Line) -> None:
        """Let an own line be gone that is not confirmed."""
        if found := self._take_out(buffer, line.id):
            self.changes.append(LineRemoved(buffer, found))

    def reopen(self, buffer: Buffer, line: Line) -> None:
        """Let a failed line, of the same id as `line`, be pending again: it goes to the end."""
        if self._take_out(buffer, line.id):
            self._put(buffer, line)
            self.changes.append(LineChanged(buffer, line))

    def _put(self, buffer: Buffer, line: Line, *, by_time: bool = False) -> None:
        index = len(buffer.lines)
        if line.delivery is Delivery.PENDING:
            buffer.pending += 1
        else:
            index -= buffer.pending
            while by_time and index and _is_later(buffer.lines[index - 1], line):
                index -= 1
        buffer.lines.insert(index, line)
        if line.msgid:
            buffer.msgids.add(line.msgid)

    def _take_out(self, buffer: Buffer, line_id: int) -> Line | None:
        """Remove an own line that is not confirmed and return it, None if there is none."""
        for index in range(len(buffer.lines) - 1, -1, -1):
            line = buffer.lines[index]
            if line.id == line_id and line.delivery is not Delivery.CONFIRMED:
                buffer.pending -= line.delivery is Delivery.PENDING
                return buffer.lines.pop(index)
        return None

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

    def _count(self, buffer: Buffer, line: Line) -> None:
        seen = self.watched and buffer is self.active
        if not _is_news(line) or seen or buffer.kind is BufferKind.SERVER:
            return
        if buffer.read_time is not None and line.time <= buffer.read_time:
            return
        buffer.unread += 1
        buffer.mentions += line.mention
        self.changes.append(BufferChanged(buffer))


def _is_news(line: Line) -> bool:
    """Say whether a line can be unread."""
    return line.kind in CONVERSATION and not line.own


def _is_later(line: Line, other: Line) -> bool:
    """Say whether `line` was said after `other`.

    Where times are equal the ids tell it, if they are numbers that rise, as those of servers that
    answer with the first of two messages are; any order is as good with others.
    """
    if line.time != other.time or not (line.msgid and other.msgid):
        return line.time > other.time
    return (len(line.msgid), line.msgid) > (len(other.msgid), other.msgid)
