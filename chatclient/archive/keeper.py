"""The keeper: what happens in a world goes into the archive, and what is there comes back at start.

Rules: all that is told in rooms and conversations is kept, but for words of this client and what is
for the moment; the server's own page is not. What is kept may leave the memory. Up to where a
buffer is complete is kept with it: what was missed after that, or a hole in it, is asked for at the
next start.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

import chatclient.archive.tasks as t
from chatclient.archive.rows import is_kept
from chatclient.archive.sqlite import SqliteArchive
from chatclient.model import (
    CONVERSATION,
    Buffer,
    BufferChanged,
    BufferClosed,
    BufferKind,
    BufferOpened,
    Change,
    CommandWanted,
    Kind,
    Level,
    Line,
    LineAdded,
    LineChanged,
    LineRemoved,
    LinesInserted,
    NetworkRenamed,
    PastChanged,
    PastFound,
    World,
)
from chatclient.model.reactions import with_sign
from chatclient.model.window import MOST, Weights, restore, trim, weight
from chatclient.session import Session

_SLACK = 1.25  # so many times as many lines may be there before some are let go
_AHEAD = 5  # or so many before the writer is waited for: they come too fast
_RESTORED = 50  # lines of each buffer that are there at start; the view reads more as it needs them
_RESTORED_SIZE = 64 * 1024  # bytes of them, where they are long
_PATIENCE = 1.0  # seconds to wait for the writer, when something is to be shown that it has


class Client(Protocol):
    """Whose world is kept (`chatclient.client.Client` is one)."""

    world: World

    @property
    def session(self) -> Session:
        """What is said with the server."""

    def listen(self, listener: Callable[[Sequence[Change]], None], /) -> None:
        """Have `listener` called with what changed."""


class Keeper:
    """Keeps the world of one client."""

    def __init__(self, archive: SqliteArchive, client: Client, most: int = MOST) -> None:
        """Keep what happens from now on; `restore` first, before the client runs.

        Of each buffer, `most` lines stay in memory, or some more.
        """
        self._most = most
        self._archive = archive
        self._world = client.world
        self._session = client.session
        self._outbox = _outbox(self._world.name)
        """The name of what waits: other clients on this machine may have some of their own."""
        self._behind: set[Buffer] = set()
        self._later: set[int] = set()
        """The lines that are told of after the change that is looked at, and are in the window."""
        self._full: set[Buffer] = set()
        """Which may have more lines than need be in memory."""
        self._weights = Weights()
        client.listen(self._changed)

    # --- at start ----------------------------------------------------------------------------

    def restore(self) -> None:
        """Bring back what was there last time: lines, conversations, and what waits to be said."""
        archive, world = self._archive, self._world
        for target in filter(None, archive.recall("open", world.name).split("\n")):
            world.open_direct(target)
        for buffer in world.buffers:
            self._bring_back(buffer)
        self._take_outboxes()

    def _take_outboxes(self) -> None:
        """Take what waits to be said from clients that are no more, for this one to say it."""
        for name, written in self._archive.remembered("outbox").items():
            network, _, owner = name.rpartition("\n")
            if network == self._world.name and not _runs_elsewhere(owner):
                self._session.restore(written, time.time())
                self._archive.remember("outbox", self._outbox, self._session.snapshot())
                if name != self._outbox:
                    self._archive.do(t.Remember("outbox", name, ""))

    def _bring_back(self, buffer: Buffer) -> None:
        if buffer.kind is BufferKind.SERVER:
            return
        with suppress(ValueError):  # there is none, or one of another version
            buffer.level = Level(self._archive.recall("level", _name(buffer)))
        if buffer.lines:
            return
        lines = [kept.line for kept in self._archive.older(buffer, None, _RESTORED)]
        if not lines:
            return
        while len(lines) > 1 and sum(map(weight, lines)) > _RESTORED_SIZE:
            del lines[0]
        restore(buffer, lines)
        self._weights.add(buffer, sum(map(weight, lines)))
        name = _name(buffer)
        moment, _, msgid = self._archive.recall("hole", name).partition(" ")
        if (since := _number(moment)) is not None:
            self._session.know(buffer, msgid, since)
        else:
            said = (line for line in reversed(lines) if line.kind in CONVERSATION)
            last = next(said, None)
            self._session.know(buffer, last.msgid if last else "", (last or lines[-1]).time)
        read = self._archive.recall("read", name)
        self._world.restore_read(buffer, -int(read) if read.isdecimal() else lines[-1].id)

    # --- while it runs -----------------------------------------------------------------------

    def _changed(self, changes: Sequence[Change]) -> None:
        own = False
        self._later = _told(changes)
        added: list[tuple[Buffer, Line]] = []
        for change in changes:
            if isinstance(change, LineAdded):
                buffer, line = change.buffer, change.line
                own = own or line.own
                self._weights.add(buffer, weight(line))
                if self._later:
                    self._later.discard(line.id)
                if self._keeps(buffer, line):
                    added.append((buffer, line))
                else:
                    self._full.add(buffer)
            else:
                self._add_all(added)
                own = isinstance(change, LineChanged | LineRemoved) or own
                self._note(change)
        self._add_all(added)
        if self._full:
            self._let_go()
        if own:
            self._archive.remember("outbox", self._outbox, self._session.snapshot())
        world = self._world
        if world.watched and (news := self._archive.take_news()):
            kind = Kind.ERROR if self._archive.problem else Kind.INFO
            world.tell(world.active, news, time=time.time(), kind=kind)

    def _add_all(self, added: list[tuple[Buffer, Line]]) -> None:
        """Keep lines at the ends of their buffers, and forget that they are to be."""
        if added:
            self._archive.add_all(added)
            self._full.update({buffer for buffer, _ in added})
            added.clear()

    def _note(self, change: Change) -> None:  # noqa: C901, PLR0912 -- one case for each change
        match change:
            case LineChanged(buffer, line) if self._keeps(buffer, line):
                self._archive.do(self._update(buffer, line))
            case LineRemoved(buffer, line):
                position = self._archive.position(buffer, line.id)
                if position is not None:
                    self._archive.do(t.Drop(self._archive.shelf(buffer), position))
            case LinesInserted(buffer, lines) if buffer.kind is not BufferKind.SERVER:
                self._weights.add(buffer, sum(map(weight, lines)))
                for task in self._runs(buffer, lines):
                    self._archive.do(task)
                self._full.add(buffer)
            case PastFound():
                self._file(change)
            case PastChanged():
                self._change_past(change)
            case CommandWanted(buffer, "forget", argument):
                self._forget(buffer, argument.strip().lower())
            case BufferOpened(buffer):
                self._bring_back(buffer)
                self._note_open(buffer)
            case BufferClosed(buffer):
                self._archive.leave(buffer)
                self._weights.forget(buffer)
                self._note_open(buffer)
            case NetworkRenamed(before, now):
                self._rename(before, now)
            case BufferChanged(buffer) if buffer.kind is not BufferKind.SERVER:
                self._note_buffer(buffer)
            case _:
                pass

    def _keeps(self, buffer: Buffer, line: Line) -> bool:
        return buffer.kind is not BufferKind.SERVER and is_kept(line)

    def _update(self, buffer: Buffer, line: Line) -> t.Update:
        shelf, lines = self._archive.shelf(buffer), buffer.lines
        if line.id in shelf.positions or line.id < 0:
            return t.Update(shelf, line, 0, 0)
        self._later.discard(line.id)
        where = (at for at in range(len(lines) - 1, -1, -1) if lines[at].id == line.id)
        at = next(where, len(lines))
        return t.Update(shelf, line, self._before(lines, at), self._after(lines, at))

    def _runs(self, buffer: Buffer, lines: Sequence[Line]) -> Iterator[t.Insert]:
        """Yield what stands together in the window, with what it stands between."""
        shelf, window = self._archive.shelf(buffer), buffer.lines
        fresh = {line.id for line in lines}
        self._later -= fresh
        run: list[Line] = []
        start = 0
        for at, line in enumerate(window):
            if line.id in fresh:
                start = start if run else at
                if is_kept(line):
                    run.append(line)
            elif run and self._stands(line):
                yield t.Insert(shelf, run, self._before(window, start), line.id)
                run = []
        if run:
            yield t.Insert(shelf, run, self._before(window, start), 0)

    def _stands(self, line: Line) -> bool:
        """Say whether a line has its place in the archive, or gets it before what is told now."""
        return is_kept(line) and line.id not in self._later

    def _before(self, lines: Sequence[Line], at: int) -> int:
        return next((line.id for line in reversed(lines[:at]) if self._stands(line)), 0)

    def _after(self, lines: Sequence[Line], at: int) -> int:
        return next((line.id for line in lines[at + 1 :] if self._stands(line)), 0)

    def _let_go(self) -> None:
        """Let lines go, now that all has been told, and each line stands where it belongs."""
        weights = self._weights
        while self._full:
            buffer = self._full.pop()
            most = weights.fitting(buffer, self._most)
            if len(buffer.lines) > most * _AHEAD and not buffer.behind:
                self._archive.flush(_PATIENCE)
            if most < self._most or len(buffer.lines) > most * _SLACK:
                self._trim(buffer, most)
        for buffer, most in weights.excess():
            self._trim(buffer, most)

    def _trim(self, buffer: Buffer, most: int) -> None:
        """Let lines go that are written; not while others may have to be put between them."""
        if buffer.behind:
            return
        shelf = self._archive.shelf(buffer)
        positions = shelf.positions

        def may_go(line: Line) -> bool:
            lost = line.id <= shelf.lost or line.id in positions
            return lost or not self._keeps(buffer, line)

        if not (gone := trim(buffer, most, may_go)):
            return
        self._weights.add(buffer, -sum(map(weight, gone)))
        ids = [line.id for line in gone]
        if buffer.read_id in ids:
            buffer.read_id = -shelf.position(buffer.read_id)
        self._archive.do(t.Release(shelf, ids))

    def _file(self, found: PastFound) -> None:
        """Put lines before one that the archive has, or will have at once."""
        archive, buffer = self._archive, found.buffer
        high = archive.position(buffer, found.before.id)
        if high is None:
            archive.flush(_PATIENCE)
            high = archive.position(buffer, found.before.id) or 0
        gap = (archive.position(buffer, found.gap.id) or 0) if found.gap else 0
        kept = [line for line in found.lines if is_kept(line)]
        shelf = archive.shelf(buffer)
        archive.do(t.Insert(shelf, kept, high=high, gap=gap))
        archive.do(t.Release(shelf, [line.id for line in kept]))  # they are in no window
        archive.flush(_PATIENCE)

    def _change_past(self, change: PastChanged) -> None:
        kept = self._archive.find(change.buffer, change.msgid)
        if kept is None:
            return
        line = kept.line
        if change.sign:
            line = with_sign(line, change.sign)
        elif change.removed:
            line = replace(line, kind=Kind.DELETED, text=change.removed, mention=False)
            line = replace(line, spans=(), reactions=(), reply_to="")
        if line != kept.line:
            shelf = self._archive.shelf(change.buffer)
            self._archive.do(t.Replace(shelf, kept.position, line), soon=True)
            self._archive.flush(_PATIENCE)

    def _forget(self, buffer: Buffer, what: str) -> None:
        """Delete what is kept of a buffer, or of all."""
        world = self._world
        if what not in {"", "all"} or (not what and buffer.kind is BufferKind.SERVER):
            text = "/forget in a room deletes what is kept of it; /forget all, what is kept at all"
            world.tell(buffer, text, time=time.time(), kind=Kind.ERROR)
            return
        if what:
            self._archive.forget_all()
        else:
            self._archive.forget(buffer)
        for each in world.buffers if what else [buffer]:
            world.forget(each)
        self._archive.flush(_PATIENCE)
        where = "" if what else f"in {buffer.name} "
        text = f"nothing that was said {where}is on this machine any more; the server may have it"
        world.tell(buffer, text, time=time.time())

    def _note_buffer(self, buffer: Buffer) -> None:
        shelf = self._archive.shelf(buffer)
        self._archive.remember("level", _name(buffer), buffer.level or "")
        if shelf.target != buffer.target:
            self._archive.do(t.Rename(shelf, buffer.target))
            self._note_open(buffer)
        if buffer.behind == (buffer in self._behind):
            return
        if buffer.behind:
            self._behind.add(buffer)
            known = self._session.known(buffer)
            hole = f"{known.time!r} {known.msgid}" if known else ""
        else:
            self._behind.discard(buffer)
            hole = ""
            self._full.add(buffer)
        self._archive.remember("hole", _name(buffer), hole)
        self._archive.do(t.Hold(shelf, buffer.behind))

    def _rename(self, before: str, now: str) -> None:
        """Take all that is kept along to the new name of the network."""
        archive, outbox = self._archive, self._outbox
        archive.rename_network(before, now)
        archive.flush(_PATIENCE)
        self._outbox = _outbox(now)
        archive.remember("outbox", self._outbox, self._session.snapshot())
        archive.remember("outbox", outbox, "")

    def _note_open(self, buffer: Buffer) -> None:
        """Remember which conversations are open."""
        if buffer.kind is BufferKind.DIRECT:
            each = (b.target for b in self._world.buffers if b.kind is BufferKind.DIRECT)
            self._archive.remember("open", self._world.name, "\n".join(each))

    def close(self) -> None:
        """Remember up to where the user has read."""
        world = self._world
        for buffer in world.buffers:
            looks = world.watched and buffer is world.active
            newest = next((line for line in reversed(buffer.lines) if is_kept(line)), None)
            read = newest.id if newest and (looks or not buffer.unread) else buffer.read_id
            position = -read if read < 0 else self._archive.shelf(buffer).positions.get(read)
            if position:
                self._archive.remember("read", _name(buffer), str(position))


def _runs_elsewhere(owner: str) -> bool:
    """Say whether a process, by its number, is there, and is not this one."""
    if sys.platform == "win32" or not owner.isdigit() or int(owner) == os.getpid():
        return False
    try:
        os.kill(int(owner), 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _number(written: str) -> float | None:
    try:
        return float(written)
    except ValueError:
        return None


def _outbox(network: str) -> str:
    return f"{network}\n{os.getpid()}"


def _name(buffer: Buffer) -> str:
    return f"{buffer.network}\n{buffer.target.lower()}"


def _told(changes: Sequence[Change]) -> set[int]:
    """Return the ids of all lines that are told of, if more than additions at the end are told."""
    if all(isinstance(change, LineAdded) for change in changes):
        return set()
    told: set[int] = set()
    for change in changes:
        if isinstance(change, LineAdded | LineChanged):
            told.add(change.line.id)
        elif isinstance(change, LinesInserted):
            told.update(line.id for line in change.lines)
    return told
