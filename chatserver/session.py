"""One connection as the middle of the server sees it: face, peer, user, open requests, what it has missed."""

import asyncio
import logging
from collections.abc import Callable

from chatserver.backlog import Backlog, Item
from chatserver.core.members import User
from chatserver.faces.contract import Dialect, Face
from chatserver.ports import Peer

_log = logging.getLogger(__name__)


class Session:
    """A session from the moment its face is known until it is closed."""

    __slots__ = (
        "_settled",
        "backlog",
        "closed",
        "cut",
        "dialect",
        "ended",
        "face",
        "leaving",
        "number",
        "outstanding",
        "party",
        "peer",
        "planned",
        "rooms",
        "user",
        "viewer",
        "write",
    )

    def __init__(self, number: int, face: Face, peer: Peer) -> None:
        self.number = number
        """Never used twice in the life of the process."""
        self.face = face
        self.peer = peer
        self.user: User | None = None
        """Whose device it is, as far as its requests were executed."""
        self.viewer: User | None = None
        """The same, as far as it was shown what happened, or will be when it has caught up."""
        self.dialect: Dialect = face.dialect
        """How events are written for it, at the place up to which it was shown what happened."""
        self.planned = face.dialect
        """How they are written at the place of what is released now."""
        self.rooms: tuple[str, ...] = ()
        self.party = ""
        self.write: Callable[[bytes], None] = peer.write
        """Send something to its peer, unless it is behind."""
        self.backlog: Backlog | None = None
        """What waits for it when it is behind, None while it is live."""
        self.outstanding = 0
        """Requests that were submitted and are not answered yet, each by its `Entry.weight`."""
        self.leaving = False
        """Whether its end was submitted: it can ask nothing more."""
        self.ended = False
        """Whether its end was executed: what it asked after that has no effect."""
        self.closed = False
        self.cut = False
        """Whether there is no connection any more: nothing can be shown."""
        self._settled: asyncio.Future[None] | None = None

    @property
    def full(self) -> bool:
        """Whether so much waits to be sent to its peer that it should get nothing more."""
        return self.peer.full and not self.closed

    @property
    def owes_much(self) -> bool:
        """Whether it is behind, and so much waits that it alone is told, that its input should wait."""
        return self.backlog is not None and self.backlog.owes_much

    def fall_behind(self, backlog: Backlog) -> None:
        """Get nothing more, until all of `backlog` was caught up with."""
        self.backlog = backlog
        self.write = _withhold
        self.peer.note("fell behind at %x", backlog.place[0])

    def be_live(self) -> None:
        """Get what happens from now on: all was caught up with."""
        if self.backlog is not None:
            lines, sent = self.backlog.lines, self.backlog.sent
            self.peer.note("live again, %d lines (%d bytes) later", lines, sent)
        self.backlog = None
        self.write = self.peer.write

    async def settled(self) -> None:
        """Return when every request so far was answered, or the session is closed."""
        if self.outstanding and not self.closed:
            if self._settled is None:
                self._settled = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._settled)

    async def reached(self, item: Item) -> None:
        """Return when all up to `item` of its backlog was written, or it is over."""
        if item.reached is None:
            item.reached = asyncio.get_running_loop().create_future()
        await asyncio.shield(item.reached)

    def answered(self, weight: int = 1) -> None:
        """Count a request as answered."""
        self.outstanding -= weight
        if not self.outstanding:
            self._wake()

    def lose_peer(self) -> None:
        """Know that its connection has ended: nothing reaches it any more."""
        self.cut = True
        self._drop_backlog()

    def close(self, reason: str) -> None:
        """Say farewell and end the connection; a second call does nothing."""
        if not self.closed:
            self.closed = self.leaving = True
            self.user = None
            self._drop_backlog()
            self.peer.close(self._farewell(reason))
            self._wake()

    def _drop_backlog(self) -> None:
        if self.backlog is not None:
            self.backlog.forget()
            self.backlog = None

    def _farewell(self, reason: str) -> bytes:
        try:
            return self.face.farewell(reason)
        except Exception:  # noqa: BLE001 - a bug must not stop who closes this session, and maybe others
            _log.exception("no farewell for session %d", self.number)
            return b""

    def _wake(self) -> None:
        settled, self._settled = self._settled, None
        if settled is not None and not settled.done():
            settled.set_result(None)


def _withhold(_data: bytes) -> None:
    """Send nothing."""
