"""The lines of all buffers of a world, and what of them is unread.

Rules: lines are in the order of the server; own pending ones stay after all others of their buffer.
Text from outside is made safe here, on its way in.
"""

from collections.abc import Sequence
from dataclasses import replace

from chatclient.model.buffers import Buffer, BufferKind
from chatclient.model.changes import (
    BufferChanged,
    Change,
    LineAdded,
    LineChanged,
    LineRemoved,
    LinesInserted,
    PastChanged,
    PastFound,
)
from chatclient.model.formatting import read
from chatclient.model.lines import CONVERSATION, Delivery, Kind, Line
from chatclient.model.places import place
from chatclient.model.reactions import Reactions, Sign
from chatwire.text import plain

_UNSETTLED = (Delivery.PENDING, Delivery.FAILED)


class Chronicle:
    """Every way to change lines (a part of `World`)."""

    active: Buffer
    """The buffer that the user looks at: what is said in it is not unread."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        """What changed since somebody took it; `take_changes` empties it."""
        self.watched = True
        """Whether the user looks at this network now, and not at another one."""
        self._newest_id = 0
        self._counted: BufferChanged | None = None
        """What told last that more is unread."""
        self._reactions = Reactions()

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
        if line.own:
            self._pass_own(buffer)

    def hear(
        self,
        buffer: Buffer,
        source: str,
        text: str,
        time: float,
        *,
        mention: bool,
        msgid: str,
        account: str,
    ) -> None:
        """Append what somebody else says now: one line that is safe to show, without formatting."""
        self._newest_id += 1
        line = Line(
            self._newest_id,
            Kind.MESSAGE,
            time,
            source,
            text,
            msgid,
            mention=mention,
            account=account,
        )
        if msgid or buffer.pending:
            self.add(buffer, line)
            return
        buffer.lines.append(line)
        self.changes.append(LineAdded(buffer, line))
        if buffer is not self.active or not self.watched:
            self._count(buffer, line)

    def tell(self, buffer: Buffer, text: str, *, time: float, kind: Kind = Kind.INFO) -> None:
        """Append a word of this client (or an answer of the server) to a buffer.

        To who looks at all that there is, it is no news.
        """
        line = self.make_line(kind, text, time=time)
        last = buffer.lines[-1].id if buffer.lines else 0
        is_seen = buffer is self.active and self.watched and 0 != buffer.read_id == last
        self.add(buffer, line)
        if is_seen and buffer.lines[-1] is line:
            buffer.read_id = line.id

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
        self,
        buffer: Buffer,
        lines: Sequence[Line],
        *,
        after: str = "",
        beyond: int = 0,
        missed: bool = False,
    ) -> Sequence[Line]:
        """Put lines of the past, in the order of the server, in their places; return those new.

        Those that are there already, by msgid or else by time and text, are left out. Nothing is
        put before the line with the msgid `after`, or the one with the id `beyond`. Lines with the
        id of an own line that waits or has failed take its place. What was `missed` is unread.
        """
        lines = [self._with_reactions(buffer, line) for line in lines]
        there = {line.id for line in buffer.lines if line.delivery is not Delivery.CONFIRMED}
        own = there & {line.id for line in lines}
        moved = {each: found for each in own if (found := self._take_out(buffer, each))}
        end = len(buffer.lines) - buffer.pending
        settled, waiting = buffer.lines[:end], buffer.lines[end:]
        start = _end_of(settled, after, beyond)
        placed, fresh = place(settled, lines, buffer.msgids, start)
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
            self._pass_own(buffer)
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

    def forget(self, buffer: Buffer) -> None:
        """Forget what was said in a buffer, but for own lines that the server may not have."""
        buffer.lines[:] = [line for line in buffer.lines if line.delivery in _UNSETTLED]
        buffer.msgids.clear()
        buffer.older = buffer.exhausted = False
        self.changes.append(PastChanged(buffer, ""))

    def redact(self, buffer: Buffer, msgid: str, text: str) -> None:
        """Put a word on its being removed in the place of a message, if it is there; or end a reaction."""
        if line := self.line_with(buffer, msgid):
            text = plain(text)
            gone = replace(line, kind=Kind.DELETED, text=text, mention=False, spans=())
            self._exchange(buffer, line, replace(gone, reactions=(), reply_to=""))
        elif msgid and (sign := self._reactions.with_id(buffer, msgid)):
            self.react(buffer, replace(sign, given=False))
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

    # --- what is unread ------------------------------------------------------------------------

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
        self._pass_own(buffer)

    def _pass_own(self, buffer: Buffer) -> None:
        """Have nothing new begin with what the user did themselves: came, left, took a nick."""
        lines, read = buffer.lines, buffer.read_id
        end = len(lines) - buffer.pending
        at = next((at for at in range(end - 1, -1, -1) if read and lines[at].id == read), end) + 1
        while at < end and lines[at].own and lines[at].kind not in CONVERSATION:
            buffer.read_id = lines[at].id
            at += 1

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

    def _count(self, buffer: Buffer, line: Line) -> None:
        if self.watched and buffer is self.active:
            return
        if not _is_news(line) or buffer.kind is BufferKind.SERVER:
            return
        if buffer.read_time is not None and line.time <= buffer.read_time:
            return
        buffer.unread += 1
        buffer.mentions += line.mention
        told, changes = self._counted, self.changes
        if told and told.buffer is buffer and len(changes) > 1 and changes[-2] is told:
            changes[-2:] = changes[-1], told  # once for lines that follow one another
        else:
            self._counted = BufferChanged(buffer)
            changes.append(self._counted)


def _end_of(lines: Sequence[Line], msgid: str, line_id: int) -> int:
    """Return the index after the line with that msgid or that id, 0 if there is none."""
    for at in range(len(lines) if msgid or line_id else 0, 0, -1):
        line = lines[at - 1]
        if line.id == line_id or (msgid and line.msgid == msgid):
            return at
    return 0


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
