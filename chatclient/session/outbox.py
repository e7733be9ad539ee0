"""Own messages on their way: which line waits for which sign that the server has it.

Rules: an entry lives from when a line is typed until the server has it, over any number of
connections, and leaves exactly once, confirmed or failed. What confirms it: its nonce in what the
server tells (live or as history), an answer with its label (labeled-response), its echo
(echo-message), or the PONG to a PING that was sent after it, if the server offers neither. What
fails it: an error with its label, an error about its target, or that it may have been lost with a
connection, on a server where sending it again might say it twice. The lines of a buffer are sent in
the order in which they were typed, and only while the buffer is open: its room is joined, and what
was missed is filled in. No more than `WINDOW` bytes are on their way at a time, where we are sure to
get an answer for each: a paste is sent as fast as the server takes it, and never as a flood.
"""

from base64 import urlsafe_b64encode
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from chatclient.model import Buffer, BufferKind, Delivery, Line, World

NONCE = "chatserver.dev/nonce"
"""The capability of servers that say a message once, however often it is sent with its nonce."""

NONCE_TAG = f"+{NONCE}"
"""The tag that carries the nonce, also on servers that make nothing of it."""

WINDOW = 4096
"""The most bytes of own messages that are unanswered; servers cut who sends 8 KiB too much."""

MOST = 10_000
"""The most lines that wait."""

_FAILED_MOST = 1000
"""The most failed lines that can be sent again."""


@dataclass(slots=True, eq=False)
class Entry:
    """A line that the server may not have yet, and by what its fate will be known."""

    buffer: Buffer
    line: Line
    command: str
    wire: str
    """The text as it is sent."""
    nonce: str
    """By which the server, and we, know the message again."""
    reply_to: str = ""
    """The id of the message that it answers."""
    mark: str = ""
    """The label, or the token of a PING after it; "" while it is not on its way."""
    target: str = ""
    """To whom it was sent last."""
    nick: str = ""
    """Under which nick."""
    size: int = 0
    """The bytes of the line that was sent."""
    tried: bool = False
    """Whether it was sent on a connection that has ended, so that the server may have it."""


def new_nonce(random: Random) -> str:
    """Return 128 random bits as 22 characters."""
    return urlsafe_b64encode(random.getrandbits(128).to_bytes(16, "big")).decode().rstrip("=")


class Outbox:
    """All entries, oldest first, and the failed ones that can be sent again."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._held: dict[Buffer, deque[Entry]] = {}
        """Those whose buffer is not open."""
        self._queue: deque[Entry] = deque()
        """Those that wait for their turn."""
        self._sent: dict[str, Entry] = {}
        """Those that are on their way, by their marks."""
        self._nonces: dict[str, Entry] = {}
        """All that the server may have or get, failed ones too, by their nonces."""
        self._failed: dict[int, Entry] = {}
        """Failed ones by the ids of their lines."""
        self._open: set[Buffer] = set()
        self._unanswered = 0
        self._count = 0
        self._barrier = ""

    def __len__(self) -> int:
        return len(self._nonces) - len(self._failed)

    # --- on the way out ----------------------------------------------------------------------

    def put(self, entry: Entry) -> None:
        """Let an entry wait for its turn to be sent."""
        self._nonces[entry.nonce] = entry
        if entry.buffer in self._open:
            self._queue.append(entry)
        else:
            self._held.setdefault(entry.buffer, deque()).append(entry)

    def open(self, buffer: Buffer) -> None:
        """Let what is said in a buffer be sent from now on."""
        self._open.add(buffer)
        self._queue.extend(self._held.pop(buffer, ()))

    def shut(self, buffer: Buffer) -> None:
        """Let what was not sent yet to a buffer wait until it is open."""
        self._open.discard(buffer)
        waiting = [entry for entry in self._queue if entry.buffer is buffer]
        if waiting:
            self._queue = deque(entry for entry in self._queue if entry.buffer is not buffer)
            self._held[buffer] = deque(waiting)

    def shut_all(self) -> None:
        """Let everything wait: the connection has ended, and the server may have what was sent."""
        for entry in self._sent.values():
            entry.mark, entry.tried = "", True
        for entry in reversed([*self._sent.values(), *self._queue]):
            self._held.setdefault(entry.buffer, deque()).appendleft(entry)
        self._sent.clear()
        self._queue.clear()
        self._open.clear()
        self._unanswered = self._count = 0
        self._barrier = ""

    def postpone(self, entry: Entry) -> None:
        """Let an entry that was sent wait: the server has the message, and cannot tell more of it now."""
        self._recall(entry)
        entry.tried = True
        self._held.setdefault(entry.buffer, deque()).append(entry)

    def redirect(self, entry: Entry) -> bool:
        """Let an entry that was sent go to who it is for by their present nick, if that is another.

        It was not said to the former one: nobody has that. Say whether it goes.
        """
        fold = self._world.fold
        if fold(entry.target) == fold(entry.buffer.target):
            return False
        self._recall(entry)
        entry.tried = False
        same = (at for at, each in enumerate(self._queue) if each.buffer is entry.buffer)
        later = (at for at in same if self._queue[at].line.id > entry.line.id)
        self._queue.insert(next(later, len(self._queue)), entry)
        return True

    def to_send(self, encode: Callable[[Entry], bytes], *, limited: bool) -> Iterator[bytes]:
        """Iterate over the lines whose turn it is, all of them if it is not `limited`."""
        while self._queue:
            entry = self._queue[0]
            entry.mark = f"m{self._count + 1}"
            if not entry.tried or entry.buffer.kind is BufferKind.ROOM:
                entry.target = entry.buffer.target
            entry.nick = self._world.status.nick
            data = encode(entry)
            entry.size = len(data)
            if limited and self._unanswered and self._unanswered + entry.size > WINDOW:
                entry.mark = ""
                return
            self._count += 1
            self._queue.popleft()
            self._sent[entry.mark] = entry
            self._unanswered += entry.size
            yield data

    def waiting(self) -> Sequence[Buffer]:
        """Return the buffers whose lines wait for them to be open."""
        return [*self._held]

    def take_back(self, buffer: Buffer) -> Sequence[Entry]:
        """Take out what was never sent to a buffer, oldest first; its lines are gone."""
        waiting = [*self._queue, *self._held.get(buffer, ())]
        taken = [entry for entry in waiting if entry.buffer is buffer and not entry.tried]
        gone = {entry.nonce for entry in taken}
        self._queue = deque(each for each in self._queue if each.nonce not in gone)
        if held := self._held.pop(buffer, None):
            self._hold(buffer, (each for each in held if each.nonce not in gone))
        for entry in reversed(taken):
            del self._nonces[entry.nonce]
            self._world.remove(buffer, entry.line)
        return taken

    # --- finding -----------------------------------------------------------------------------

    def entries(self) -> Iterator[Entry]:
        """Iterate over all that wait, in the order of each buffer, and over those that failed."""
        yield from self._sent.values()
        yield from self._queue
        for held in self._held.values():
            yield from held
        yield from self._failed.values()

    def marked(self, mark: str) -> Entry | None:
        """Return the entry with that label or token."""
        return self._sent.get(mark)

    def with_nonce(self, nonce: str, target: str, wire: str) -> Entry | None:
        """Return the entry that a message is, wherever the server tells it.

        A nonce is no secret once it was told to others: target and text have to be those that we
        know, too.
        """
        entry = self._nonces.get(nonce)
        if entry is None or not _may_be(wire, entry.wire):
            return None
        fold = self._world.fold
        return entry if fold(target) in {fold(entry.buffer.target), fold(entry.target)} else None

    def echoed(self, command: str, target: str, wire: str) -> Entry | None:
        """Return the oldest entry that an echo without label can be of."""
        fold = self._world.fold
        return self._first(
            lambda entry: (
                entry.command == command
                and fold(entry.target) == fold(target)
                and _may_be(wire, entry.wire)
            )
        )

    def about(self, target: str) -> Entry | None:
        """Return the oldest entry to that target, "" for any."""
        fold = self._world.fold
        return self._first(lambda entry: not target or fold(entry.target) == fold(target))

    # --- fates -------------------------------------------------------------------------------

    def take(
        self, entry: Entry, *, time: float | None = None, msgid: str = "", source: str = ""
    ) -> Line:
        """Take an entry out, and return its line as confirmed, for who puts it in its place.

        It bears the nick that others read, which may be another than when it was typed.
        """
        self._remove(entry)
        when = entry.line.time if time is None else time
        line = replace(entry.line, source=source or entry.nick or entry.line.source)
        return replace(line, delivery=Delivery.CONFIRMED, reason="", time=when, msgid=msgid)

    def confirm(
        self, entry: Entry, *, time: float | None = None, msgid: str = "", source: str = ""
    ) -> None:
        """Take an entry out: the server has the message."""
        # What was sent on an earlier connection, or had failed, may have been said long ago.
        late = entry.tried or not entry.mark
        line = self.take(entry, time=time, msgid=msgid, source=source)
        self._world.settle(entry.buffer, line, by_time=late)

    def new_barrier(self) -> str:
        """Return the token of a PING to send after the newest entry, "" if one is on its way.

        There is one at a time: a server that counts commands should not count twice as many.
        """
        if self._barrier or not self._sent:
            return ""
        self._barrier = next(reversed(self._sent))
        return self._barrier

    def pass_barrier(self, token: str) -> bool:
        """Confirm all entries before a PING that was answered; say whether it was such a PING."""
        if not token or token != self._barrier:
            return False
        self._barrier = ""
        while self._sent:
            mark, entry = next(iter(self._sent.items()))
            if int(mark[1:]) > int(token[1:]):
                break
            self.confirm(entry)
        return True

    def fail(self, entry: Entry, reason: str) -> None:
        """Take an entry out: the server does not have the message, or may not."""
        self._remove(entry)
        entry.line = failed(entry.line, reason)
        entry.tried = False
        self._failed[entry.line.id] = entry
        self._nonces[entry.nonce] = entry
        if len(self._failed) > _FAILED_MOST:
            oldest = self._failed.pop(next(iter(self._failed)))
            self._nonces.pop(oldest.nonce, None)
        self._world.settle(entry.buffer, entry.line)

    def fail_tried(self, buffer: Buffer, reason: str) -> None:
        """Fail what may have been lost with a connection, and may not."""
        for entry in [*self._held.get(buffer, ())]:
            if entry.tried:
                self.fail(entry, reason)

    def fail_all(self, reason: str) -> None:
        """Fail everything: nothing more will come."""
        self.shut_all()
        for entry in [entry for held in self._held.values() for entry in held]:
            self.fail(entry, reason)

    def retry(self, line_id: int, now: float) -> bool:
        """Let a failed line wait for its turn again; say whether there was one of that id."""
        entry = self._failed.pop(line_id, None)
        if entry is None:
            return False
        entry.line = replace(entry.line, delivery=Delivery.PENDING, reason="", time=now)
        self._world.reopen(entry.buffer, entry.line)
        self.put(entry)
        return True

    def drop(self, buffer: Buffer) -> None:
        """Forget a buffer that is closed, and what waits for it."""
        self.shut(buffer)
        for entry in [*self._nonces.values()]:
            if entry.buffer is buffer:
                self._remove(entry)
        self._held.pop(buffer, None)

    def _remove(self, entry: Entry) -> None:
        self._nonces.pop(entry.nonce, None)
        self._failed.pop(entry.line.id, None)
        if self._recall(entry):
            return
        if entry in self._queue:
            self._queue.remove(entry)
        elif held := self._held.pop(entry.buffer, None):
            self._hold(entry.buffer, (each for each in held if each is not entry))

    def _hold(self, buffer: Buffer, entries: Iterable[Entry]) -> None:
        """Let those wait for a buffer, and nobody if there are none."""
        if held := deque(entries):
            self._held[buffer] = held

    def _recall(self, entry: Entry) -> bool:
        """Take an entry from those that are on their way; say whether it was."""
        if self._sent.pop(entry.mark, None) is None:
            return False
        self._unanswered -= entry.size
        entry.mark = ""
        return True

    def _first(self, test: Callable[[Entry], bool]) -> Entry | None:
        return next(filter(test, self._sent.values()), None)


def _may_be(heard: str, sent: str) -> bool:
    """Say whether an echo can be of a text; a server may have cut it."""
    return heard == sent or (len(heard) > 64 and sent.startswith(heard))


def failed(line: Line, reason: str) -> Line:
    """Return `line` as failed, with the reason."""
    return replace(line, delivery=Delivery.FAILED, reason=reason)
