"""An IRC client that loses nothing, in as few lines as it takes: the reference for what clients can do.

Rules: every line has a nonce and a label, and is sent again with the same nonce until its echo came, also
when history has shown it already. What was missed is read after the newest message seen, and what is
said meanwhile waits for it.
"""

import asyncio
import base64
from collections.abc import Sequence
from contextlib import suppress
from random import Random

from chatwire.message import Message, parse

CAPABILITIES = (
    "batch", "draft/chathistory", "echo-message", "labeled-response", "message-tags", "server-time",
    "standard-replies", "chatserver.dev/nonce",
)  # fmt: skip
NONCE = "+chatserver.dev/nonce"
PAGE = 100
OPEN_MOST = 40
"""Lines that may be unconfirmed before it says more."""
BURST = 8
"""Lines that are said at once, now and then."""
RETRY_AFTER = 0.02
_BEGINNING = "timestamp=1970-01-01T00:00:00.000Z"


class IrcPeer:
    """One person, over any number of connections."""

    def __init__(
        self, name: str, address: tuple[str, int], *, room: str, pause: float, random: Random
    ) -> None:
        """Say a line every `pause` seconds, about; 0 says nothing."""
        self.name = name
        self.shown: list[str] = []
        """What it saw in the room, in order."""
        self.confirmed: set[str] = set()
        self.refused: list[str] = []
        self.said = 0
        self.resent = 0
        self.repeated = 0
        """Lines sent again that were answered with the echo of the first."""
        self.connections = 0
        self.hushed = False
        """Whether it says nothing new any more."""
        self._address, self._room, self._pause, self._random = address, room, pause, random
        self._open: dict[str, str] = {}  # nonce -> text, in the order said
        self._seen: set[str] = set()  # msgids
        self._last = ""
        self._labels: dict[str, str] = {}  # label -> nonce, of this connection
        self._posted = 0
        self._writer: asyncio.StreamWriter
        self._live = False
        self._waiting: list[Message] = []
        self._page: list[Message] = []
        self._offered: set[str] = set()
        self._nick = name

    @property
    def settled(self) -> bool:
        """Whether it is connected, has caught up, and all it said is confirmed."""
        return self._live and not self._open

    async def run(self) -> None:
        """Connect, and connect again, until cancelled."""
        while True:
            with suppress(OSError, EOFError):
                reader, self._writer = await asyncio.open_connection(*self._address)
                await self._live_through(reader)
            await asyncio.sleep(RETRY_AFTER)

    async def _live_through(self, reader: asyncio.StreamReader) -> None:
        self.connections += 1
        self._live, self._nick = False, self.name
        self._labels, self._waiting, self._page, self._offered = {}, [], [], set()
        talking = asyncio.create_task(self._talk())
        try:
            self._send("CAP LS 302", f"NICK {self._nick}", f"USER {self.name} 0 * :{self.name}")
            while line := await reader.readline():
                if not line.endswith(b"\n"):
                    return  # torn by the end of the server
                self._take(parse(line.rstrip(b"\r\n")))
        finally:
            talking.cancel()
            self._live = False
            self._writer.transport.abort()

    async def _talk(self) -> None:
        while self._pause:
            await asyncio.sleep(self._random.uniform(0, 2 * self._pause))
            able = self._live and not self._writer.is_closing() and len(self._open) < OPEN_MOST
            if able and not self.hushed:
                for _ in range(BURST if self._random.random() < 1 / BURST else 1):
                    self._say()

    def _say(self) -> None:
        self.said += 1
        nonce = base64.urlsafe_b64encode(self._random.randbytes(16)).decode().rstrip("=")
        self._open[nonce] = f"{self.name} {self.said:06}"
        self._post(nonce)

    def _post(self, nonce: str) -> None:
        self._posted += 1
        label = str(self._posted)
        self._labels[label] = nonce
        self._send(f"@label={label};{NONCE}={nonce} PRIVMSG {self._room} :{self._open[nonce]}")

    def _send(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    # --- what comes --------------------------------------------------------------------------

    def _take(self, message: Message) -> None:
        match message.command:
            case "PING":
                self._send(f"PONG :{message.param(0)}")
            case "CAP":
                self._negotiate(message)
            case "433":
                self._nick += "_"
                self._send(f"NICK {self._nick}")
            case "001":
                self._send(f"JOIN {self._room}")
            case "366":
                self._ask_history()
            case "BATCH" if message.param(0).startswith("-"):
                self._end_page()
            case "PRIVMSG" if message.param(0) == self._room:
                self._hear(message)
            case "FAIL" if message.tags.get("label", "") in self._labels:
                nonce = self._labels.pop(message.tags["label"])
                self.refused.append(self._open.pop(nonce))
            case _:
                pass

    def _negotiate(self, message: Message) -> None:
        match message.param(1):
            case "LS":
                self._offered |= {word.partition("=")[0] for word in message.params[-1].split()}
                if message.param(2) != "*":
                    wanted = [name for name in CAPABILITIES if name in self._offered]
                    self._send(f"CAP REQ :{' '.join(wanted)}")
            case "ACK" | "NAK":
                self._send("CAP END")
            case _:
                pass

    def _ask_history(self) -> None:
        after = f"msgid={self._last}" if self._last else _BEGINNING
        self._send(f"CHATHISTORY AFTER {self._room} {after} {PAGE}")

    def _end_page(self) -> None:
        """Take a page of what was missed; after the last one, be live."""
        page, self._page = self._page, []
        self._show_missed(page)
        if len(page) >= PAGE:
            self._ask_history()
            return
        self._show_missed(self._waiting)
        self._waiting, self._live = [], True
        for nonce in self._open:
            self.resent += 1
            self._post(nonce)

    def _show_missed(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if message.tags["msgid"] not in self._seen:
                self._show(message)

    def _hear(self, message: Message) -> None:
        if "batch" in message.tags:
            self._page.append(message)
            return
        label = message.tags.get("label", "")
        nonce = self._labels.pop(label, "")
        if nonce:
            self.confirmed.add(self._open.pop(nonce))
        if not self._live:
            self._waiting.append(message)
        elif nonce and message.tags["msgid"] in self._seen:
            self.repeated += 1
        else:
            self._show(message)

    def _show(self, message: Message) -> None:
        self._last = message.tags["msgid"]
        self._seen.add(self._last)
        self.shown.append(message.param(1))
