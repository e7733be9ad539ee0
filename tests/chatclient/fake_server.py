"""A server for tests: speaks just enough IRC, and can be told to misbehave.

It listens on a free port of 127.0.0.1. What a client sends can be waited for, so that no test
sleeps; every wait has a deadline.
"""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from chatwire.message import GrammarError, Message, format_tags, parse
from tests.closing import AsyncClosing

DEADLINE = 10.0

MODERN = "batch echo-message labeled-response message-tags server-time"

_TLS = Path(__file__).parent / "tls"
CERTIFICATE = _TLS / "cert.pem"
"""The server's certificate, which is its own authority."""


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so. Raises `TimeoutError` when it is not by the deadline."""
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await asyncio.sleep(0.002)


class Visitor:
    """One connection, from the server's side."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.lines: list[str] = []
        self.nick = "*"
        self.echoes = False

    def tell(self, line: str) -> None:
        """Send a line."""
        self.writer.write(f"{line}\r\n".encode())

    def hang_up(self) -> None:
        """End the connection in order."""
        if not self.writer.is_closing():  # early versions of 3.11 fail to abort what closed twice
            self.writer.close()

    def reset(self) -> None:
        """End the connection with a RST, as a server that died does."""
        connected: socket.socket = self.writer.get_extra_info("socket")
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def heard(self, start: str) -> str:
        """Wait until the client has sent a line that starts so (tags left out), and return it."""
        await until(lambda: any(line.startswith(start) for line in self.lines))
        return next(line for line in self.lines if line.startswith(start))


class FakeServer(AsyncClosing):
    """`async with FakeServer() as server`, then connect to `server.port`."""

    def __init__(self, caps: str = MODERN, *, tls: bool = False) -> None:
        self.caps = caps
        self.visitors: list[Visitor] = []
        self.taken: set[str] = set()
        """Nicks that are in use."""
        self.refusals: dict[str, str] = {}
        """What is answered to a command or to "COMMAND target" in the place of doing it."""
        self.mute = False
        """Whether to answer nothing at all."""
        self.port = 0
        self._context = None
        if tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(CERTIFICATE, _TLS / "key.pem")

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._context
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def close(self) -> None:
        """Listen no more, and wait until all have gone."""
        self._server.close()
        for visitor in self.visitors:
            visitor.writer.transport.abort()
        await until(lambda: not self._busy)

    async def visitor(self, number: int) -> Visitor:
        """Wait for the connection of that number, the first being 0."""
        await until(lambda: len(self.visitors) > number)
        return self.visitors[number]

    _busy = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visitor = Visitor(reader, writer)
        self.visitors.append(visitor)
        self._busy += 1
        try:
            async for line in reader:
                with contextlib.suppress(GrammarError):  # a TLS hello is none
                    self._hear(visitor, parse(line.rstrip(b"\r\n")))
        except OSError:
            pass
        finally:
            self._busy -= 1
            visitor.hang_up()

    def _hear(self, visitor: Visitor, message: Message) -> None:
        visitor.lines.append(" ".join([message.command, *message.params]))
        if not self.mute:
            self._answer(visitor, message)

    def _answer(self, visitor: Visitor, message: Message) -> None:
        label = message.tags.get("label", "")
        tags = format_tags({"label": label} if label else {})
        refusal = self.refusals.get(f"{message.command} {message.param(0)}")
        if refusal := refusal or self.refusals.get(message.command):
            visitor.tell(f"{tags}:srv {refusal}")
            return
        match message.command:
            case "CAP":
                self._negotiate(visitor, message)
            case "NICK" if message.params[0] in self.taken:
                visitor.tell(f":srv 433 * {message.params[0]} :Nickname is already in use")
            case "NICK":
                visitor.nick = message.params[0]
            case "JOIN":
                self._let_in(visitor, message.params[0].split(","))
            case "PING":
                visitor.tell(f":srv PONG srv :{message.params[0]}")
            case "PRIVMSG" if visitor.echoes:
                target, text = message.params
                visitor.tell(f"{tags}:{visitor.nick}!u@h PRIVMSG {target} :{text}")
            case "QUIT":
                visitor.tell("ERROR :Closing link: bye")
                visitor.hang_up()
            case _:
                pass

    def _negotiate(self, visitor: Visitor, message: Message) -> None:
        match message.params:
            case ("LS", *_):
                visitor.tell(f":srv CAP * LS :{self.caps}")
            case ("REQ", wanted):
                visitor.echoes = "echo-message" in wanted
                visitor.tell(f":srv CAP * ACK :{wanted}")
            case _:
                visitor.tell(f":srv 001 {visitor.nick} :Welcome")
                visitor.tell(f":srv 422 {visitor.nick} :no MOTD")

    def _let_in(self, visitor: Visitor, rooms: Sequence[str]) -> None:
        for room in rooms:
            visitor.tell(f":{visitor.nick}!u@h JOIN {room}")
            visitor.tell(f":srv 353 {visitor.nick} = {room} :{visitor.nick}")
            visitor.tell(f":srv 366 {visitor.nick} {room} :End")
