"""What is said of what happens: each thing once, and no more than one can listen to.

Rules: what people say in the buffer that the user is in is said in full, and so is what calls them
elsewhere; of the rest of other rooms, that something is unread. Own lines are not repeated, but what
becomes of them is said if it is not what one expects. The past is bounded, and called so.
"""

from collections.abc import Callable, Iterator, Sequence

from chatclient.hearing import Altered, Heard, Hearing, When
from chatclient.linear import wording
from chatclient.model import (
    CONVERSATION,
    Buffer,
    BufferChanged,
    BufferClosed,
    BufferKind,
    Change,
    ConnectionState,
    Delivery,
    Kind,
    Level,
    Line,
    LineAdded,
    Reaction,
    StatusChanged,
    World,
)
from chatclient.ui.ports import Client

EARLIER = 10
"""How many messages of the past are said of a room that one comes into."""

MISSED = 50
"""How many of those that were missed."""

SMALL = 20
"""In rooms of up to so many people, who comes and goes is said."""

PATIENCE = 3.0
"""Seconds after which it is said that an own line is still waiting."""

_COMING_AND_GOING = frozenset({Kind.JOIN, Kind.PART, Kind.QUIT})
_SAID_MOST = 1000


class Speech:
    """Makes sentences of changes."""

    def __init__(self, client: Client, now: Callable[[], float]) -> None:
        self._client = client
        self._now = now
        self._hearings: dict[World, Hearing] = {}
        self._waiting: dict[int, tuple[Buffer, Line, float]] = {}
        """Own lines whose fate is open, by their ids, and since when."""
        self._told_waiting: set[int] = set()
        self._announced: set[Buffer] = set()
        """Buffers of which was said that something is unread there."""
        self._reactions: dict[int, tuple[Reaction, ...]] = {}
        self._states: dict[World, tuple[ConnectionState, str]] = {}
        self._welcomed: set[World] = set()
        self._lost: dict[World, str] = {}
        """Why there is no connection, as it was told, by network."""
        self._error = ""
        """What went wrong last."""
        self.answers_wanted = False
        """Whether the user has asked the server something, so that its own words are of interest."""

    def take(self, changes: Sequence[Change]) -> Iterator[str]:
        """Iterate over what to say of changes."""
        past: dict[Buffer, list[Heard]] = {}
        for change in changes:
            yield from self._note(change)
            heard = [*self._hear(change)]
            for each in filter(_is_entry, heard):
                if self._is_here(each.buffer):
                    yield wording.introduced(each.buffer, self.network_of(each.buffer))
            for each in heard:
                if isinstance(each, Altered):
                    yield from self._tell_alteration(each)
                elif each.when is not When.NOW:
                    past.setdefault(each.buffer, []).append(each)
                elif not _is_entry(each):
                    yield from self._tell_past(past.pop(each.buffer, ()))
                    yield from self._tell(each.buffer, each.line)
        for batch in past.values():
            yield from self._tell_past(batch)

    def _note(self, change: Change) -> Iterator[str]:
        match change:
            case StatusChanged():
                yield from self._tell_states()
            case LineAdded(buffer, line) if line.delivery is Delivery.PENDING:
                yield from self._note_own(buffer, line)
            case BufferChanged(buffer) if not buffer.unread:
                self._announced.discard(buffer)
            case BufferClosed(buffer):
                yield f"{self._title(buffer)} is closed"
            case _:
                pass

    def _hear(self, change: Change) -> Iterator[Heard | Altered]:
        buffer = getattr(change, "buffer", None)
        for world in self._client.worlds:
            hearing = self._hearing(world)
            if isinstance(change, StatusChanged) or (
                isinstance(buffer, Buffer) and buffer.network == world.name
            ):
                yield from hearing.take(change)

    def tick(self) -> Iterator[str]:
        """Iterate over what to say as time passes: which own lines still wait."""
        for key, (buffer, line, since) in self._waiting.items():
            if key not in self._told_waiting and self._now() >= since + PATIENCE:
                self._told_waiting.add(key)
                yield self._still_waiting(buffer, line)

    @property
    def is_waiting(self) -> bool:
        """Whether `tick` will have something to say."""
        return any(key not in self._told_waiting for key in self._waiting)

    def enter(self, buffer: Buffer) -> Iterator[str]:
        """Iterate over what to say on coming into a buffer; before it is made the active one."""
        yield wording.introduced(buffer, self.network_of(buffer))
        if buffer.unread:
            yield from self.read(buffer)

    def read(self, buffer: Buffer, count: int = 0) -> Iterator[str]:
        """Iterate over what is unread in a buffer, or over its last `count` messages."""
        said = [line for line in buffer.lines if line.kind in CONVERSATION]
        fresh = [line for line in said if not line.own][-buffer.unread :] if buffer.unread else []
        lines = said[-count:] if count else fresh[-MISSED:]
        if not lines:
            yield f"nothing is unread in {self._title(buffer)}"
            return
        left_out = 0 if count else buffer.unread - len(lines)
        what = wording.messages(len(lines)) + ("" if count else " unread")
        more = f", and {left_out} before them" if left_out else ""
        yield f"{what}{more} in {self._title(buffer)}:"
        for line in lines:
            yield from self._spoken(buffer, line, elsewhere=False)
        yield "end of messages"

    # --- the connection ----------------------------------------------------------------------

    def _tell_states(self) -> Iterator[str]:
        for world in self._client.worlds:
            state, nick = world.status.state, world.status.nick
            known = self._states.get(world)
            if known == (state, nick):
                continue
            self._states[world] = state, nick
            before = known[0] if known else ConnectionState.OFFLINE
            if state is ConnectionState.ONLINE and before is not ConnectionState.ONLINE:
                again = " again" if world in self._welcomed else ""
                self._welcomed.add(world)
                yield f"connected{again} to {world.status.server} as {nick}"
                self._lost.pop(world, None)
            elif state is ConnectionState.WAITING and before is not ConnectionState.WAITING:
                why = world.status.reason
                if self._lost.get(world) != why:  # told once, however often it is tried
                    told = why == self._error
                    yield "it is tried again" if told else wording.connection(world.status)
                self._lost[world] = why

    # --- own lines ---------------------------------------------------------------------------

    def _note_own(self, buffer: Buffer, line: Line) -> Iterator[str]:
        self._waiting[line.id] = buffer, line, self._now()
        if self._client.world_of(buffer).status.state is not ConnectionState.ONLINE:
            self._told_waiting.add(line.id)
            yield self._still_waiting(buffer, line)

    def _still_waiting(self, buffer: Buffer, line: Line) -> str:
        online = self._client.world_of(buffer).status.state is ConnectionState.ONLINE
        when = "when the server answers" if online else "when there is a connection"
        return f"waiting to be sent {when}: {wording.quoted(line)}"

    def _tell_fate(self, buffer: Buffer, line: Line) -> Iterator[str]:
        self._waiting.pop(line.id)
        told = line.id in self._told_waiting
        self._told_waiting.discard(line.id)
        if line.delivery is Delivery.FAILED:
            yield f"not sent: {wording.quoted(line)}: {line.reason}; /resend sends it again"
        elif told:
            yield f"sent: {wording.quoted(line)}"

    # --- what is heard -----------------------------------------------------------------------

    def _hearing(self, world: World) -> Hearing:
        if world not in self._hearings:
            self._hearings[world] = Hearing(lambda: world.status.state is ConnectionState.ONLINE)
        return self._hearings[world]

    def _tell(self, buffer: Buffer, line: Line) -> Iterator[str]:
        if line.id in self._waiting:
            yield from self._tell_fate(buffer, line)
        elif line.kind in CONVERSATION and buffer.kind is not BufferKind.SERVER:
            yield from self._tell_message(buffer, line)
        elif self._is_of_interest(buffer, line):
            yield from self._tell_event(buffer, line)

    def _is_of_interest(self, buffer: Buffer, line: Line) -> bool:
        if buffer.kind is BufferKind.SERVER and line.kind is Kind.INFO:
            return self.answers_wanted
        return self._is_here(buffer) or line.kind in (Kind.INVITE, Kind.ERROR)

    def _tell_message(self, buffer: Buffer, line: Line) -> Iterator[str]:
        if self._is_here(buffer) or self._is_called(buffer, line):
            yield from self._spoken(buffer, line, elsewhere=not self._is_here(buffer))
        elif buffer.level is not Level.NOTHING and buffer not in self._announced:
            self._announced.add(buffer)
            yield f"something is unread in {self._title(buffer)}"

    def _is_called(self, buffer: Buffer, line: Line) -> bool:
        """Say whether a message is said in full although the user is elsewhere."""
        match buffer.level:
            case Level.NOTHING:
                return False
            case Level.ALL:
                return True
            case _:
                return line.mention or line.own

    def _tell_event(self, buffer: Buffer, line: Line) -> Iterator[str]:
        if line.kind in _COMING_AND_GOING and len(buffer.members) > SMALL:
            return
        if line.kind is Kind.ERROR and line.text.startswith("disconnected: "):
            return  # it is said of the server
        else:
            if line.kind is Kind.ERROR:
                self._error = line.text
            where = "" if self._is_here(buffer) else f"{self._title(buffer)}: "
            yield from (f"{where}{part}" for part in line.text.split("\n"))

    def _tell_past(self, batch: Sequence[Heard]) -> Iterator[str]:
        """Say what was said before, of the buffer that the user is in; and what is missing."""
        for each in batch:
            if each.line.kind is Kind.GAP:
                here = self._is_here(each.buffer)
                yield ("" if here else f"{self._title(each.buffer)}: ") + each.line.text
        batch = [each for each in batch if each.line.kind in CONVERSATION]
        if not batch:
            return
        buffer, when = batch[0].buffer, batch[0].when
        if not self._is_here(buffer):
            for heard in batch:
                if when is When.MISSED:
                    yield from self._tell_message(buffer, heard.line)
            return
        shown = batch[-(EARLIER if when is When.BEFORE else MISSED) :]
        what = "earlier" if when is When.BEFORE else "missed"
        more = "; /history tells more" if len(shown) < len(batch) else ""
        yield f"{what} in {self._title(buffer)}, {wording.messages(len(shown))}{more}:"
        for heard in shown:
            yield from self._spoken(buffer, heard.line, elsewhere=False)
        yield f"end of what was said {'before' if when is When.BEFORE else 'meanwhile'}"

    def _tell_alteration(self, altered: Altered) -> Iterator[str]:
        buffer, line = altered.buffer, altered.line
        before = self._reactions.pop(line.id, ())
        self._reactions[line.id] = line.reactions
        if len(self._reactions) > _SAID_MOST:
            del self._reactions[next(iter(self._reactions))]
        if not self._is_here(buffer):
            return
        if line.kind is Kind.DELETED:
            yield f"a message of {line.source} was {line.text}"
        world = self._client.world_of(buffer)
        own = world.fold(world.status.nick)
        yield from wording.reacted(before, line, lambda nick: world.fold(nick) == own)

    def _spoken(self, buffer: Buffer, line: Line, *, elsewhere: bool) -> Iterator[str]:
        self._reactions[line.id] = line.reactions
        where = ""
        if elsewhere:
            direct = buffer.kind is BufferKind.DIRECT
            network = self.network_of(buffer)
            on = f" on {network}" if network else ""
            where = f"private message{on}, " if direct else f"in {self._title(buffer)}, "
        world = self._client.world_of(buffer)
        answered = world.line_with(buffer, line.reply_to) if line.reply_to else None
        whom = "" if answered is None else "you" if answered.own else answered.source
        calls = line.mention and buffer.kind is BufferKind.ROOM and whom != "you"
        yield from wording.spoken(line, self._now(), where=where, answered=whom, calls=calls)

    def network_of(self, buffer: Buffer) -> str:
        """Return the network of a buffer if another one has a buffer of that name, or else ""."""
        name, worlds = buffer.name.casefold(), self._client.worlds
        if len(worlds) == 1 or buffer.kind is BufferKind.SERVER:
            return ""
        others = (each for each in self._client.buffers if each.network != buffer.network)
        twice = any(each.name.casefold() == name for each in others)
        return self._client.world_of(buffer).title if twice else ""

    def _title(self, buffer: Buffer) -> str:
        return wording.title(buffer, self.network_of(buffer))

    def _is_here(self, buffer: Buffer) -> bool:
        return buffer is self._client.world.active


def _is_entry(heard: Heard | Altered) -> bool:
    """Say whether the user comes into a room, first or again."""
    if not isinstance(heard, Heard) or heard.when is not When.NOW:
        return False
    return heard.line.kind is Kind.JOIN and heard.line.own
