"""A store that keeps the newest messages in memory, for a server that keeps nothing on disk.

Rules: it answers like the store on disk, and forgets the oldest messages where that one would grow.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from chatserver.core.events import KeptEvent, Said
from chatserver.ports import SEARCHED, Page, Restored, Writing

if TYPE_CHECKING:
    from chatserver.core.state import RoomRecord

MESSAGES_MOST: Final = 20_000


class MemoryStore:
    """Keeps at most `most` messages, all targets together."""

    blocking = False

    def __init__(self, epoch: int = 1, most: int = MESSAGES_MOST) -> None:
        """Make an empty store. `epoch` is to be higher at each start of the server."""
        self._epoch = epoch
        self._most = most
        self._said: dict[str, deque[Said]] = {}
        """By target, oldest first."""
        self._order: deque[str] = deque()
        """The targets of all messages, oldest first."""
        self._rooms: dict[str, RoomRecord] = {}

    def open(self) -> Restored:
        """Count the start; there is nothing to restore."""
        return Restored(self._epoch, 0, ())

    def keep(self, writing: Writing) -> Mapping[Page, Sequence[KeptEvent]]:
        """Keep all of `writing`, forget what is too old, return the pages."""
        for record in writing.records:
            if isinstance(record.event, Said):
                self._said.setdefault(record.target, deque()).append(record.event)
                self._order.append(record.target)
        for room in writing.rooms:
            self._rooms[room.key] = room
        for key in writing.forgotten:
            self._rooms.pop(key, None)
        while len(self._order) > self._most:
            self._forget_oldest()
        return {page: self._read(page) for page in writing.pages}

    def probe(self) -> None:
        """It always works."""

    def close(self) -> None:
        """Forget everything."""
        self._said.clear()
        self._order.clear()
        self._rooms.clear()

    def _forget_oldest(self) -> None:
        target = self._order.popleft()
        said = self._said[target]
        said.popleft()
        if not said:
            del self._said[target]

    def _read(self, page: Page) -> Sequence[Said]:
        found: list[Said] = []
        newest = islice(reversed(self._said.get(page.target, ())), SEARCHED if page.words else None)
        for event in newest:
            if event.seq <= page.after or len(found) == page.limit:
                break
            if event.seq < page.before and page.fits(event):
                found.append(event)
        return found[::-1]
