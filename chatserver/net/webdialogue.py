"""A connection that speaks WebSocket: the request, then IRC in messages, then the close frames.

Rules: all lines go out as messages, whoever writes them. Who closes in order gets all that is on its
way. A request that is refused is answered as HTTP does it.
"""

import socket
from http import HTTPStatus

from chatserver.faces.contract import Face
from chatserver.faces.detection import Refused, Speaks
from chatserver.net.address import Address
from chatserver.net.connection import CLOSED, Connection
from chatserver.net.dialogue import IRC_LINE, take
from chatserver.net.terms import Entrance, Terms, WebSocketTerms
from chatserver.net.websocket import WebSocket


class WebConnection(Connection):
    """A connection whose bytes are those of WebSocket, while the node writes lines to it."""

    __slots__ = ("_websocket",)

    def __init__(
        self,
        terms: Terms,
        peer: Address,
        number: int,
        entrance: Entrance,
        offered: WebSocketTerms,
    ) -> None:
        super().__init__(terms, peer, number, entrance)
        self._websocket = WebSocket(offered.origins, IRC_LINE)

    async def serve(self, sock: socket.socket) -> None:
        """Own the accepted `sock` until it is closed, and talk with its peer."""
        await self.run(sock, lambda _connection: self._converse())

    async def _converse(self) -> None:
        """Take the request, then message after message, until one of the two ends it."""
        if not await self._grant() or self.session is None:
            return
        websocket, session, data = self._websocket, self.session, b""
        while True:
            lines = websocket.feed(data)
            self._send_output()
            count, pending = len(lines), websocket.pending
            self.steps.tell("messages: %d whole, %d bytes of the next", count, pending)
            await take(self, session, lines)
            if websocket.has_ended:
                self.steps.tell("websocket: %s", websocket.summary)
                self.reason = self.reason or CLOSED
                break
            await self.drained()  # pongs are output too
            data = await self.receive()
            if not data:
                break
        if self.at_end or websocket.has_ended:
            await self.terms.node.caught_up(session)
            await self.flushed()

    async def _grant(self) -> bool:
        """Answer the request, and say whether it was granted; what came with it waits."""
        websocket = self._websocket
        while not (websocket.is_open or websocket.refusal):
            data = await self.receive()
            if not data:
                return False
            self.begin()
            websocket.feed_request(data)
        self.steps.tell("websocket: %s", websocket.summary)
        self._send_output()
        face: Face | Refused = Refused(websocket.refusal)
        if websocket.is_open:
            face = self.terms.faces.open(Speaks.IRC, self.origin, crlf=True)
        if isinstance(face, Refused):
            self.terms.counters.refused += 1
            self.close(face.answer)
            return False
        self.attach(self.terms.node.open(face, self))
        return True

    def write(self, data: bytes) -> None:
        """Send `data`, whole lines, as messages."""
        if messages := self._websocket.encode(data):
            super().write(messages)

    def close(self, farewell: bytes) -> None:
        """Send `farewell` and the close frame, then end it as any connection."""
        status = HTTPStatus.REQUEST_TIMEOUT if self.reason else HTTPStatus.SERVICE_UNAVAILABLE
        super().close(self._websocket.close(farewell, status))

    def _see_waiting(self) -> None:
        """Have all go through `write`: what others send to the socket themselves is no message."""

    def _send_output(self) -> None:
        """Send what the protocol itself wants to be sent."""
        output, self._websocket.to_send = self._websocket.to_send, b""
        if output:
            super().write(output)
