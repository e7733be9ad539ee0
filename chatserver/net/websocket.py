"""WebSocket (RFC 6455) with the subprotocols of IRCv3, without I/O: bytes of a peer, lines of IRC.

Rules: a message is a line without its end, and goes out as one frame. What is kept of a message that
is not whole is bounded; one that is too long is an overlong line in its place. Text that is not UTF-8
ends the connection (RFC 6455, 8.1); what is binary is judged by the face, as any line. Our last frame
is the close frame: who closes first is still sent all that was under way.
"""

import codecs
import logging
from collections.abc import Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Origin, Subprotocol

from chatwire.framing import OVERLONG, Framer, Overlong
from chatwire.text import visible

TEXT: Final = Subprotocol("text.ircv3.net")
BINARY: Final = Subprotocol("binary.ircv3.net")
OPCODES: Final = {TEXT: Opcode.TEXT, BINARY: Opcode.BINARY}
ANY_ORIGIN: Final = "*"

REQUEST_MOST: Final = 16_384
"""Bytes of a request with its header."""
SUMMARY_MOST: Final = 200
"""Characters of a summary."""
MESSAGE_MOST: Final = 65_536
"""Bytes of a message over which it is not even read to its end."""

_library_log = logging.getLogger(f"{__name__}.library")
_library_log.setLevel(logging.WARNING)  # each step is told by us, and what people say is not logged


class WebSocket:
    """One connection: first a request, then messages, both ways, until either side closes."""

    def __init__(self, origins: Sequence[str], line_limit: int) -> None:
        """Let in who names no origin (no browser does that), or one of `origins`; "*" is any."""
        allowed = None if ANY_ORIGIN in origins else [None, *map(Origin, origins)]
        self._protocol = ServerProtocol(
            origins=allowed,
            select_subprotocol=_agree,
            max_size=MESSAGE_MOST,
            logger=_library_log,
        )
        self._framer = Framer(line_limit)
        self._held = b""
        """What came with the request, and is taken after it."""
        self._requested = 0
        """Bytes of the request so far."""
        self._decoder: codecs.IncrementalDecoder | None = None
        """Checks the message that is not whole yet, if it is text."""
        self._opcode = Opcode.TEXT
        """What we send; until the first message of a peer who agreed on nothing."""
        self.is_open = False
        """Whether the request was granted."""
        self._is_closed = False
        """Whether our close frame, or the refusal of the request, was given out."""
        self._last = b""
        """Our close frame, as soon as it is known."""
        self.to_send = b""
        """What is to be sent now, beside lines: taken by whoever sends it."""
        self.refusal = ""
        """Why there is no connection, "" as long as there may be one."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is taken: the peer has closed, or has done what it may not."""
        return bool(self.refusal or self._last)

    @property
    def pending(self) -> int:
        """How many bytes wait for the end of their message."""
        return self._framer.pending

    @property
    def summary(self) -> str:
        """What was agreed on, or how it ended, for the log: short, and harmless whatever the peer said."""
        return visible(self._summary())[:SUMMARY_MOST]

    def _summary(self) -> str:
        if self.refusal:
            return f"refused: {self.refusal}"
        closed = self._protocol.close_rcvd or self._protocol.close_sent
        if closed is not None:
            who = "the peer" if self._protocol.close_rcvd is not None else "we"
            return f"{who} closed: {closed}"
        agreed = self._protocol.subprotocol or "no subprotocol"
        return f"{agreed}, origin {self._protocol.origin or 'not given'}"

    def feed_request(self, data: bytes) -> None:
        """Take the next bytes, until `is_open` or `refusal` says what came of the request."""
        while data and not self.is_open and not self.refusal:
            end = data.find(b"\n") + 1 or len(data)
            line, data = data[:end], data[end:]
            self._requested += len(line)
            if self._requested > REQUEST_MOST:
                status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
                self._refuse(self._protocol.reject(status, "The request is too long.\n"))
                break
            self._protocol.receive_data(line)
            for request in self._protocol.events_received():
                if isinstance(request, Request):
                    self._answer(request)
            if not self.has_ended and self._protocol.handshake_exc is not None:
                self._refuse_unread()
        self._held = data

    def feed(self, data: bytes) -> list[bytes | Overlong]:
        """Take the next bytes after the request; return the lines that they complete.

        What came with the request is taken first.
        """
        data, self._held = self._held + data, b""
        if not data or self.has_ended:
            return []
        self._protocol.receive_data(data)
        lines: list[bytes | Overlong] = []
        for frame in self._protocol.events_received():
            if isinstance(frame, Frame) and not self._last:
                lines.extend(self._take(frame))
        sent = self._protocol.close_sent
        if sent is not None and sent.code == CloseCode.MESSAGE_TOO_BIG:
            lines.append(OVERLONG)
        self._collect()
        return lines

    def encode(self, lines: bytes) -> bytes:
        """Return whole lines as messages; b"" when nothing can be sent any more."""
        if self._is_closed or not self.is_open:
            return b""
        return _messages(lines, self._opcode)

    def close(self, farewell: bytes, status: HTTPStatus) -> bytes:
        """Return the last bytes: the lines `farewell`, or an answer with `status` to a request."""
        if self._is_closed:
            return b""
        if not self.is_open:
            self._is_closed = True
            return self._protocol.reject(status, f"{status.phrase}.\n").serialize()
        last = self.encode(farewell)
        if not self._last and self._protocol.state is State.OPEN:
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
            self._collect()
        self._is_closed = True
        return last + self._last

    def _answer(self, request: Request) -> None:
        """Grant a request, or refuse it."""
        response = self._protocol.accept(request)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._refuse(response)
            return
        self._protocol.send_response(response)
        self.is_open = True
        self._opcode = OPCODES.get(self._protocol.subprotocol or TEXT, Opcode.TEXT)
        self._collect()

    def _refuse_unread(self) -> None:
        """Refuse what the library could not read, with its answer if it has one."""
        answer = b"".join(self._protocol.data_to_send())
        if answer:
            self.to_send, self._is_closed = answer, True
            self.refusal = str(self._protocol.handshake_exc)
        else:
            text = "This is a WebSocket address, and that was no request of HTTP.\n"
            self._refuse(self._protocol.reject(HTTPStatus.BAD_REQUEST, text))

    def _refuse(self, response: Response) -> None:
        """Answer that there is no connection."""
        self.to_send, self._is_closed = response.serialize(), True
        reason = str(self._protocol.handshake_exc or "").partition("\n")[0]
        self.refusal = f"{response.status_code} {response.reason_phrase} {reason}".rstrip()

    def _take(self, frame: Frame) -> Sequence[bytes | Overlong]:
        """Return the lines that `frame` completes."""
        if frame.opcode not in {Opcode.TEXT, Opcode.BINARY, Opcode.CONT}:
            return ()
        if frame.opcode is not Opcode.CONT:
            is_text = frame.opcode is Opcode.TEXT
            self._decoder = codecs.getincrementaldecoder("utf-8")() if is_text else None
            if self._protocol.subprotocol is None:
                self._opcode = frame.opcode
        try:
            if self._decoder is not None:
                self._decoder.decode(frame.data, frame.fin)
        except UnicodeDecodeError:
            if self._protocol.state is State.OPEN:
                self._protocol.fail(CloseCode.INVALID_DATA, "text that is not UTF-8")
            self._collect()
            return ()
        return self._framer.feed(bytes(frame.data) + b"\n" if frame.fin else bytes(frame.data))

    def _collect(self) -> None:
        """Take what the library wants to send; the close frame waits for its time."""
        writes = [data for data in self._protocol.data_to_send() if data]
        if writes and not self._last and self._protocol.close_sent is not None:
            self._last = writes.pop()
        self.to_send += b"".join(writes)


def _agree(_protocol: ServerProtocol, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """Return the first subprotocol offered that we speak; without one we go on all the same."""
    return next((one for one in offered if one in OPCODES), None)


@lru_cache(maxsize=8)
def _messages(lines: bytes, opcode: Opcode) -> bytes:
    """Return `lines` as a frame each; kept, as all members of a room are sent the same chunk."""
    if opcode is Opcode.TEXT:  # else a browser would close the connection
        lines = lines.decode(errors="replace").encode()
    whole = (line.removesuffix(b"\r") for line in lines.split(b"\n"))
    return b"".join(Frame(opcode, line).serialize(mask=False) for line in whole if line)
