"""Own messages on their way: which line waits for which sign that the server has it.

Rules: every entry leaves exactly once, confirmed or failed. What confirms it: an answer with its
label (labeled-response), its echo (echo-message), or the PONG to a PING that was sent after it, if
the server offers neither. What fails it: an error with its label, an error about its target, or the
end of the connection. No more than `WINDOW` bytes are on their way at a time, where we are sure to
get an answer for each: a paste is sent as fast as the server takes it, and never as a flood.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chatclient.model import Buffer, Delivery, Line, World

WINDOW = 4096
"""The most bytes of own messages that are unanswered; servers cut who sends 8 KiB too much."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A pending line, and by what its fate will be known."""

    buffer: Buffer
    line: Line
    command: str
    target: str
    wire: str
    """The text as it was sent."""
    mark: str
    """The label, or the token of a PING after it; unique on the connection."""
    data: bytes
    """The line for the server."""


class Outbox:
    """The entries of one connection, oldest first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.entries: dict[str, Entry] = {}
        """Those that were sent, by their marks, oldest first."""
        self._queue: deque[Entry] = deque()
        self._unanswered = 0
        self._count = 0
        self._barrier = ""

    def new_mark(self) -> str:
        """Return a label or token that was not used before on this connection."""
        self._count += 1
        return f"m{self._count}"

    def put(self, entry: Entry) -> None:
        """Let an entry wait for its turn to be sent."""
        self._queue.append(entry)

    def to_send(self, *, limited: bool) -> Iterator[Entry]:
        """Iterate over the entries whose turn it is, all of them if it is not `limited`."""
        while self._queue:
            size = len(self._queue[0].data)
            if limited and self._unanswered and self._unanswered + size > WINDOW:
                return
            entry = self._queue.popleft()
            self.entries[entry.mark] = entry
            self._unanswered += size
            yield entry

    def marked(self, mark: str) -> Entry | None:
        """Return the entry with that label or token."""
        return self.entries.get(mark)

    def echoed(self, command: str, target: str, wire: str) -> Entry | None:
        """Return the oldest entry that an echo without label can be of.

        A server may have cut the text, so an echo that is its beginning counts too.
        """
        fold = self._world.fold
        return self._first(
            lambda entry: (
                entry.command == command
                and fold(entry.target) == fold(target)
                and (entry.wire == wire or (len(wire) > 64 and entry.wire.startswith(wire)))
            )
        )

    def about(self, target: str) -> Entry | None:
        """Return the oldest entry to that target, "" for any."""
        fold = self._world.fold
        return self._first(lambda entry: not target or fold(entry.target) == fold(target))

    def confirm(self, entry: Entry, *, time: float | None = None, msgid: str = "") -> None:
        """Take an entry out: the server has the message."""
        if self._remove(entry):
            when = entry.line.time if time is None else time
            done = replace(entry.line, delivery=Delivery.CONFIRMED, time=when, msgid=msgid)
            self._world.settle(entry.buffer, done)

    def new_barrier(self) -> str:
        """Return the token of a PING to send after the newest entry, "" if one is on its way.

        There is one at a time: a server that counts commands should not count twice as many.
        """
        if self._barrier or not self.entries:
            return ""
        self._barrier = next(reversed(self.entries))
        return self._barrier

    def pass_barrier(self, token: str) -> bool:
        """Confirm all entries before a PING that was answered; say whether it was such a PING."""
        if not token or token != self._barrier:
            return False
        self._barrier = ""
        while self.entries:
            mark, entry = next(iter(self.entries.items()))
            if int(mark[1:]) > int(token[1:]):
                break
            self.confirm(entry)
        return True

    def fail(self, entry: Entry, reason: str) -> None:
        """Take an entry out: the server does not have the message, or may not."""
        if self._remove(entry):
            self._world.settle(entry.buffer, failed(entry.line, reason))

    def fail_all(self, reason: str) -> None:
        """Take all entries out: nothing more will come."""
        self.entries |= {entry.mark: entry for entry in self._queue}
        self._queue.clear()
        for entry in [*self.entries.values()]:
            self.fail(entry, reason)

    def _remove(self, entry: Entry) -> bool:
        if self.entries.pop(entry.mark, None) is None:
            return False
        self._unanswered -= len(entry.data)
        return True

    def _first(self, test: Callable[[Entry], bool]) -> Entry | None:
        return next(filter(test, self.entries.values()), None)


def failed(line: Line, reason: str) -> Line:
    """Return `line` as failed, with the reason."""
    return replace(line, delivery=Delivery.FAILED, reason=reason)
