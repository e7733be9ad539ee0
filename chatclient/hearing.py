"""What is heard, each line once and in the server's order: for who prints or handles it as it comes.

Rules: own lines are heard when the server has them, or when they have failed; what is said in a
buffer that is being caught up with is held back until what was missed stands before it. That a line
is different now (removed, reacted to) is heard apart from the line itself.
"""

import enum
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chatclient.model import (
    Buffer,
    BufferChanged,
    BufferClosed,
    BufferKind,
    Change,
    Delivery,
    Line,
    LineAdded,
    LineChanged,
    LineRemoved,
    LinesInserted,
    StatusChanged,
    World,
)
from chatclient.model.window import MOST, Weights, trim, weight

_SLACK = 500  # lines more than `MOST` that may be there before some are let go


class When(enum.Enum):
    """When what a line tells happened, as seen from here."""

    NOW = enum.auto()
    MISSED = enum.auto()
    """While we were not connected, or since we were in that room last."""
    BEFORE = enum.auto()
    """Before we came, or further up than what was there."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A line that is heard."""

    buffer: Buffer
    line: Line
    when: When = When.NOW


@dataclass(frozen=True, slots=True)
class Altered:
    """A line that was heard is not what it was: it was removed, or reactions came or went."""

    buffer: Buffer
    line: Line


class Hearing:
    """Makes what is heard of what changes."""

    def __init__(self, is_online: Callable[[], bool]) -> None:
        """`is_online` says whether the server has let us in."""
        self._is_online = is_online
        self._unsettled: set[int] = set()
        """Own lines that the server may not have, by their ids."""
        self._behind: set[Buffer] = set()
        self._known: set[Buffer] = set()
        """Buffers whose lines were complete once, so that what is filled in later was missed."""
        self._late: dict[Buffer, dict[int, Heard]] = {}
        """What was heard of buffers that are behind, by the ids of the lines."""
        self._online = False
        self._welcomes = 0

    def take(self, change: Change) -> Iterator[Heard | Altered]:
        """Iterate over what is heard by a change; to be called for each, in their order."""
        match change:
            case StatusChanged():
                before, self._online = self._online, self._is_online()
                self._welcomes += self._online and not before
            case LineAdded(buffer, line):
                yield from self._add(buffer, line)
            case LineChanged(buffer, line):
                yield from self._change(buffer, line)
            case LineRemoved(_, line):
                self._unsettled.discard(line.id)
            case LinesInserted(buffer, lines):
                when = self._when(buffer)
                for line in lines:
                    yield from self._hear(Heard(buffer, line, when))
            case BufferChanged(buffer):
                yield from self._follow(buffer)
            case BufferClosed(buffer):
                self._forget(buffer)
            case _:
                pass

    def _add(self, buffer: Buffer, line: Line) -> Iterator[Heard]:
        if line.delivery is Delivery.PENDING:
            self._unsettled.add(line.id)
        else:
            yield from self._hear(Heard(buffer, line))

    def _when(self, buffer: Buffer) -> When:
        """Say when lines that are inserted now happened."""
        known = buffer in self._known or (self._welcomes > 1 and buffer.kind is BufferKind.DIRECT)
        return When.MISSED if buffer in self._behind and known else When.BEFORE

    def _hear(self, heard: Heard) -> Iterator[Heard]:
        buffer, line = heard.buffer, heard.line
        late = buffer in self._late or (buffer in self._behind and self._is_online())
        if late and line.delivery is not Delivery.FAILED:
            self._late.setdefault(buffer, {})[line.id] = heard
        else:
            yield heard

    def _change(self, buffer: Buffer, line: Line) -> Iterator[Heard | Altered]:
        late = self._late.get(buffer, {})
        if line.delivery is Delivery.PENDING:  # to be sent again
            self._unsettled.add(line.id)
        elif line.id in self._unsettled:
            self._unsettled.discard(line.id)
            yield from self._hear(Heard(buffer, line))
        elif line.id in late:
            late[line.id] = Heard(buffer, line, late[line.id].when)
        else:
            yield Altered(buffer, line)

    def _follow(self, buffer: Buffer) -> Iterator[Heard]:
        """Iterate over what was held back, in its order, if what was missed stands among it now."""
        if buffer.behind:
            self._behind.add(buffer)
        elif buffer in self._behind:
            self._behind.discard(buffer)
            self._known.add(buffer)
            late = self._late.pop(buffer, {})
            for line in [line for line in buffer.lines if line.id in late]:
                yield late.pop(line.id)
            yield from late.values()  # what is no longer there, if there is too much to be kept

    def _forget(self, buffer: Buffer) -> None:
        self._behind.discard(buffer)
        self._known.discard(buffer)
        self._late.pop(buffer, None)


class Forgetting:
    """Forgets the oldest of what was heard, where nothing keeps it: a bot may run for months."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._weights = Weights()

    def note(self, change: Change) -> None:
        """Take note of a change; to be called for each."""
        match change:
            case LineAdded(buffer, line):
                self._weights.add(buffer, weight(line))
            case LinesInserted(buffer, lines):
                self._weights.add(buffer, sum(map(weight, lines)))
            case BufferClosed(buffer):
                self._weights.forget(buffer)
            case _:
                pass

    def let_go(self) -> None:
        """Let go what is too much."""
        for buffer in self._world.buffers:
            most = self._weights.fitting(buffer, MOST)
            if most < MOST or len(buffer.lines) > MOST + _SLACK:
                self._trim(buffer, most)
        for buffer, most in self._weights.excess():
            self._trim(buffer, most)

    def _trim(self, buffer: Buffer, most: int) -> None:
        if not buffer.behind:
            gone = trim(buffer, most, lambda _: True)
            self._weights.add(buffer, -sum(map(weight, gone)))
