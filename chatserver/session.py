"""One connection as the middle of the server sees it: face, peer, user, open requests."""

import asyncio
import logging

from chatserver.core.state import User
from chatserver.faces.contract import Dialect, Face
from chatserver.ports import Peer

_log = logging.getLogger(__name__)


class Session:
    """A session from the moment its face is known until it is closed."""

    __slots__ = (
        "_settled",
        "closed",
        "ended",
        "face",
        "leaving",
        "number",
        "outstanding",
        "peer",
        "planned",
        "user",
    )

    def __init__(self, number: int, face: Face, peer: Peer) -> None:
        self.number = number
        """Never used twice in the life of the process."""
        self.face = face
        self.peer = peer
        self.user: User | None = None
        self.planned = face.dialect
        """The dialect that delivery's plans know."""
        self.outstanding = 0
        """Requests that were submitted and are not answered yet."""
        self.leaving = False
        """Whether its end was submitted: it can ask nothing more."""
        self.ended = False
        """Whether its end was executed: what it asked after that has no effect."""
        self.closed = False
        self._settled: asyncio.Future[None] | None = None

    @property
    def dialect(self) -> Dialect:
        """How events are written for it now."""
        return self.face.dialect

    def write(self, data: bytes) -> None:
        """Send `data` to its peer."""
        self.peer.write(data)

    async def settled(self) -> None:
        """Return when every request so far was answered, or the session is closed."""
        if self.outstanding and not self.closed:
            if self._settled is None or self._settled.done():
                self._settled = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._settled)

    def answered(self) -> None:
        """Count one request as answered."""
        self.outstanding -= 1
        if not self.outstanding:
            self._wake()

    def close(self, reason: str) -> None:
        """Say farewell and end the connection; a second call does nothing."""
        if not self.closed:
            self.closed = self.leaving = True
            self.user = None
            self.peer.close(self._farewell(reason))
            self._wake()

    def _farewell(self, reason: str) -> bytes:
        try:
            return self.face.farewell(reason)
        except Exception:  # noqa: BLE001 - a bug must not stop who closes this session, and maybe others
            _log.exception("no farewell for session %d", self.number)
            return b""

    def _wake(self) -> None:
        if self._settled is not None and not self._settled.done():
            self._settled.set_result(None)
