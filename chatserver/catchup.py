"""Catching up: who was behind is shown what they missed, from memory or from the store, and is live again.

Rules: each event once, in the order of all, and what a session alone is told at its place among them.
A step writes about one slice, and only to who has taken all that was written before; there is one
step in each turn of the event loop, so that nobody is stalled by those who catch up. From the
store comes what is older than the slices in memory, and never anything that was not released. What
many have missed of a room is read and rendered once for those who are at the same place.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, Protocol

from msgspec import Struct

from chatserver.backlog import WHOLE, Backlog, Item, Place
from chatserver.batch import Found
from chatserver.core.events import Departed, Joined, KeptEvent, Said
from chatserver.core.history import Page, Question
from chatserver.delivery import CHUNK_MOST, OVERHEAD, Delivery
from chatserver.faces.contract import Dialect
from chatserver.session import Session
from chatserver.tail import render, render_own
from chatwire.names import fold

_log = logging.getLogger(__name__)

SPAN: Final = 2048
"""Numbers of events that are read about at once, at most: all who are behind meet at its multiples."""

SHELVED: Final = 100_000
"""Bytes of pages that are kept for each who is behind, about: they go from page to page together."""

SHELVED_MOST: Final = 2_000_000
"""For all of them, at most."""

_EVENT: Final = 500
"""Bytes that an event takes beside what was said, about."""

_EMPTY: Final = 500
"""Bytes that a page takes beside its events, about: of many rooms, most have none."""

RETRY_AFTER: Final = 1.0
"""Seconds from a failed reading to the next try."""


class Read(Protocol):
    """What reads pages of the log; see `node.Journal.read`."""

    def __call__(
        self, questions: Sequence[Question], done: Callable[[Found], None], *, patient: bool
    ) -> None:
        """Ask `questions`, and call `done`."""
        ...


class Shelf:
    """A page that was read, and the bytes that its events were in each dialect."""

    __slots__ = ("_chunks", "_lines", "events", "said", "size")

    def __init__(self, events: Sequence[KeptEvent]) -> None:
        self.events = events
        self.said = sum(len(event.text) for event in events if isinstance(event, Said))
        self.size = _EMPTY + _EVENT * len(events) + 2 * self.said
        """Bytes that it takes, about."""
        self._lines: dict[tuple[Dialect, int], bytes] = {}
        self._chunks: dict[tuple[Dialect, int], bytes] = {}

    def render(self, dialect: Dialect, event: KeptEvent) -> bytes:
        """Return one of its events in `dialect`, made once."""
        key = dialect, id(event)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = render(dialect, event)
        return line

    def join(self, dialect: Dialect, ending: int) -> bytes:
        """Return all of its events up to the number `ending`, made once."""
        key = dialect, ending
        chunk = self._chunks.get(key)
        if chunk is None:
            shown = (event for event in self.events if event.seq <= ending)
            chunk = b"".join(render(dialect, event) for event in shown)
            self._chunks[key] = chunk
        return chunk


class Block(Struct, frozen=True):
    """What was read of the store for a session."""

    found: Mapping[Page, Shelf]
    before: int
    """All that happened before this was asked for."""
    resume: int | None
    """The number of the slice that comes after that, None if there is more to be read."""
    far: int
    """What was said to the session alone was asked for up to this."""


class CatchUp:
    """Brings sessions that are behind back to what happens now."""

    def __init__(self, delivery: Delivery, read: Read, give_up: Callable[[Session], None]) -> None:
        """`give_up` ends a session that an error of ours was met with, and logs the error."""
        self._delivery = delivery
        self._read = read
        self._give_up = give_up
        self._ready: dict[Session, None] = {}
        """Those who may get more, each once, in their turn."""
        self._running = False
        self._shelves: dict[Page, Shelf] = {}
        """The newest pages of rooms that were read: who missed the same asks for the same."""
        self._shelved = 0
        """Bytes that these take, about."""
        self._under_way: dict[Page, list[Session]] = {}
        """Pages of rooms that are being read, and who waits for them too."""

    def advance(self, session: Session) -> None:
        """Go on with a session that is behind, if it is: something changed."""
        if session.backlog is None or session in self._ready:
            return
        self._ready[session] = None
        if not self._running:
            self._running = True
            asyncio.get_running_loop().call_soon(self._run)

    def _run(self) -> None:
        """Go one step with one session."""
        session = next(iter(self._ready))
        del self._ready[session]
        try:
            again = self._step(session)
        except Exception:  # noqa: BLE001 - a bug: it ends this one session, never the server
            again = False
            self._give_up(session)
        if again:
            self._ready[session] = None
        self._running = bool(self._ready)
        if self._running:
            asyncio.get_running_loop().call_soon(self._run)

    def _step(self, session: Session) -> bool:
        """Write about a slice; say whether to go on at once."""
        backlog = session.backlog
        if backlog is None or session.closed or session.full or backlog.reading:
            return False
        if (dialect := backlog.turns) is not None:
            backlog.drop(backlog.items[0])
            self._delivery.turn(session, dialect)
            return True
        if isinstance(backlog.found, Block):
            return self._show_block(session, backlog, backlog.found)
        if backlog.slice < self._delivery.tail.start:
            return self._ask(session, backlog)
        return self._show_slice(session, backlog)

    # --- from memory ---------------------------------------------------------------------------

    def _show_slice(self, session: Session, backlog: Backlog) -> bool:
        """Show the next slice that is kept in memory, with what the session alone is told in between."""
        missed = self._delivery.tail.find(backlog.slice)
        if backlog.from_store:
            backlog.from_store = False
            session.peer.note("catching up from memory, from %x", backlog.place[0])
        end = missed.last_ordinal if missed is not None else self._delivery.ordinal
        items = [item for item in backlog.items if item.ordinal <= end]
        waiting = next(filter(_halts, items), None)
        if waiting is not None:
            end = waiting.ordinal - 1
            items = items[: items.index(waiting)]
        parts = [(item.ordinal, item.data or b"") for item in items]
        if missed is not None:
            whole = waiting is None and not items
            found = missed.missed_by(session, backlog, whole=whole)
            parts.extend(part for part in found if part[0] <= end)
            parts.sort()
        data = b"".join(part for _, part in parts)
        if waiting is not None:
            backlog.ordinal = end
            backlog.come_to(waiting.place)
        elif missed is not None:
            backlog.ordinal, backlog.slice = end, backlog.slice + 1
            backlog.come_to(missed.place)
        _write(session, backlog, data, items)
        if missed is None and waiting is None and not session.full:
            session.be_live()
            if not self._delivery.those_behind():
                self.forget()
        return not session.full and (waiting is None or waiting.data is not None)

    # --- from the store ------------------------------------------------------------------------

    def _ask(self, session: Session, backlog: Backlog) -> bool:
        """Have read what is no longer in memory."""
        tail = self._delivery.tail
        first = tail.first_seq
        before = self._delivery.place[0] + 1 if first is None else first
        resume: int | None = tail.start
        far, span = before, ((backlog.place[0] + 1) // SPAN + 1) * SPAN
        if span < before:  # there they meet who have come to different places
            before, resume = span, None
        pages = backlog.pages(before, far)
        if not backlog.from_store:
            backlog.from_store = True
            session.peer.note("catching up from the store, from %x", backlog.place[0])
        known = {page: self._shelves[page] for page in pages if page in self._shelves}
        missing = [page for page in pages if page not in known]
        block = Block(known, before, resume, far)
        if not missing:
            backlog.found = block
            return True
        for page in missing:
            if page in self._under_way:
                self._under_way[page].append(session)
                return False
        self._under_way.update((page, []) for page in missing if not page.direct)
        backlog.reading = True
        self._read(missing, partial(self._take, session, backlog, missing, block), patient=True)
        return False

    def _take(
        self,
        session: Session,
        backlog: Backlog,
        missing: Sequence[Page],
        block: Block,
        found: Found,
    ) -> None:
        """Take what was read; what could not be read is asked for again, later."""
        backlog.reading = False
        others = [other for page in missing for other in self._under_way.pop(page, ())]
        for other in others:
            self.advance(other)
        if found is None:
            asyncio.get_running_loop().call_later(RETRY_AFTER, self.advance, session)
            return
        read = {page: Shelf(found[page]) for page in missing}
        backlog.found = Block({**block.found, **read}, block.before, block.resume, block.far)
        self._keep(read)
        alone = [shelf for page, shelf in read.items() if page.direct]
        if alone and not any(shelf.events for shelf in alone):
            backlog.quiet_until = block.far
        if session.backlog is backlog:
            self.advance(session)

    def _keep(self, read: Mapping[Page, Shelf]) -> None:
        """Keep pages of rooms for a while: others may need them too."""
        shelves = self._shelves
        for page, shelf in read.items():
            if not page.direct:
                self._shelved += shelf.size
                if known := shelves.get(page):
                    self._shelved -= known.size
                shelves[page] = shelf
        most = min(SHELVED * len(self._delivery.those_behind()), SHELVED_MOST)
        while self._shelved > most and shelves:
            self._shelved -= shelves.pop(next(iter(shelves))).size

    def forget(self) -> None:
        """Read anew from now on: something is no longer kept."""
        self._shelves.clear()
        self._shelved = 0

    def _show_block(self, session: Session, backlog: Backlog, block: Block) -> bool:
        """Show what was read, as far as all of it is known and it is not too much for one step."""
        backlog.found = None
        parts: list[bytes] = []
        items: list[Item] = []
        seen = {event.seq for shelf in block.found.values() for event in shelf.events}
        if lost := backlog.take_lost(seen):
            parts.append(session.face.lost(lost))
        ending = _end_of(block)
        if whole := _find_whole(session, backlog, block, ending):
            parts.append(whole.join(session.dialect, ending))
            end, waiting = (ending, WHOLE), False
        else:
            end, waiting = self._merge(session, backlog, block, parts, items)
        backlog.come_to(end)
        if block.resume is not None and end >= (block.before - 1, WHOLE):
            backlog.slice, backlog.ordinal = block.resume, 0
        _write(session, backlog, b"".join(parts), items)
        return not session.full and not (waiting and backlog.items[0].data is None)

    def _merge(
        self,
        session: Session,
        backlog: Backlog,
        block: Block,
        parts: list[bytes],
        items: list[Item],
    ) -> tuple[Place, bool]:
        """Put together what to write; return up to where, and whether it waits there for an answer."""
        ending = _end_of(block)
        told = deque(backlog.items)
        size = 0
        shown = backlog.place
        for place, event, pages in _in_order(block.found, ending):
            if place <= backlog.place:
                continue
            if size >= CHUNK_MOST and place[1] == 1:
                ending = place[0] - 1
                break
            # The store does not know the order of those of one number in several rooms: what is told
            # among them is told after all of them.
            if not _take_items(told, (place[0], 1), parts, items):
                return max(told[0].place, shown), True
            shown = place
            if any(_is_shown(session, backlog, event, page) for page in pages):
                if _is_own(event, pages[0]):
                    line = render_own(session.dialect, event)
                else:
                    line = block.found[pages[0]].render(session.dialect, event)
                parts.append(line)
                size += OVERHEAD + len(line)
        if not _take_items(told, (ending, WHOLE + 1), parts, items):
            return max(told[0].place, shown), True
        return (ending, WHOLE), False


def _end_of(block: Block) -> int:
    """Return up to which number all is there: a page that is full may lack what has its last one."""
    full = (
        shelf.events[-1].seq - 1
        for page, shelf in block.found.items()
        if len(shelf.events) >= page.limit
    )
    return min((*full, block.before - 1))


def _find_whole(session: Session, backlog: Backlog, block: Block, ending: int) -> Shelf | None:
    """Return the only page with anything in it, if the session sees all of that, and nothing in between."""
    filled = [(page, shelf) for page, shelf in block.found.items() if shelf.events]
    if len(filled) != 1 or backlog.skipped:
        return None
    ((page, shelf),) = filled
    fits = shelf.said <= CHUNK_MOST and shelf.events[0].seq > backlog.place[0]
    if page.direct or not fits or not backlog.stays_in(page.target):
        return None
    if backlog.items and backlog.items[0].place <= (ending, WHOLE):
        return None
    return shelf


def _is_own(event: KeptEvent, page: Page) -> bool:
    """Say whether an event of a page of conversations is what its reader said, and not to themselves."""
    if not page.direct or not isinstance(event, Said) or event.who.party != page.target:
        return False
    return fold(event.target) != fold(event.who.nick)


def _in_order(
    found: Mapping[Page, Shelf], ending: int
) -> Iterator[tuple[Place, KeptEvent, Sequence[Page]]]:
    """Yield each event up to `ending` once, with its place and the pages that have it."""
    numbered: dict[int, list[tuple[KeptEvent, list[Page]]]] = {}
    for page, shelf in found.items():
        for event in shelf.events:
            if event.seq > ending:
                break
            alike = numbered.setdefault(event.seq, [])
            for known, pages in alike:
                if known == event and page not in pages:
                    pages.append(page)
                    break
            else:
                alike.append((event, [page]))
    for seq in sorted(numbered):
        for count, (event, pages) in enumerate(numbered[seq], 1):
            yield (seq, count), event, pages


def _take_items(told: deque[Item], place: Place, parts: list[bytes], items: list[Item]) -> bool:
    """Take what is told before `place`; say whether all of it is known."""
    while told and told[0].place < place:
        if _halts(told[0]):
            return False
        parts.append(told[0].data or b"")
        items.append(told.popleft())
    return True


def _halts(item: Item) -> bool:
    """Say whether what comes after an item cannot be written together with what comes before it."""
    return item.data is None or item.dialect is not None


def _is_shown(session: Session, backlog: Backlog, event: KeptEvent, page: Page) -> bool:
    """Say whether a session sees an event that was found on a page, and is not told of it otherwise."""
    if (event.seq, type(event)) in backlog.skipped:
        return False
    if page.direct:
        return True
    if not backlog.is_inside(page.target, event.seq):
        return False
    if not backlog.enters(page.target, event.seq):
        return True
    if isinstance(event, Departed):  # who comes in their place
        return False
    return session.dialect.shows_own_entry or not isinstance(event, Joined)


def _write(session: Session, backlog: Backlog, data: bytes, items: Iterable[Item]) -> None:
    """Write what was missed, and forget what of it waited."""
    if data:
        backlog.sent += len(data)
        backlog.lines += data.count(b"\n")
        session.peer.write(data)
    for item in items:
        backlog.drop(item)
