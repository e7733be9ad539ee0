"""The linear face: lines come in from standard input, lines go out, and nothing is drawn.

Rules: the terminal edits what is typed, and is as before however this ends. What is typed is a
command of the table below, or goes to the client as it would from the screen. The end of the input
is a good-bye, once the server has everything.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from chatclient import stdin
from chatclient.commands.table import help_lines
from chatclient.farewell import farewell
from chatclient.linear import wording
from chatclient.linear.echo import Echo
from chatclient.linear.speech import Speech
from chatclient.linear.writer import LineWriter
from chatclient.model import (
    Buffer,
    BufferKind,
    Change,
    CommandWanted,
    ConnectionState,
    FocusWanted,
    PongHeard,
    QuestionChanged,
)
from chatclient.signals import on_signals
from chatclient.ui.ports import Client

_LAST_WORDS = 1.0  # seconds that the terminal has to take what is left to say
_LAST = "end-of-input"
_READ = 10


class Face:
    """A client on standard input and output, a line at a time."""

    def __init__(
        self,
        client: Client,
        *,
        reading: int,
        writing: int,
        encoding: str = "utf-8",
        wait: float = 10.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Take two file descriptors; `wait` bounds, in seconds, waiting for the server."""
        self._client = client
        self._reading = reading
        self._writing = writing
        self._encoding = encoding
        self._wait = wait
        self._speech = Speech(client, now)
        self._echo = Echo(reading)
        self._writer: LineWriter | None = None
        self._step = asyncio.Event()
        self._leaving = False
        self._answered = False
        self._network: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def run(self) -> bool:
        """Run the client until the user has left; say whether the server has all that was said."""
        loop = asyncio.get_running_loop()

        def gone() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                loop.call_soon_threadsafe(self._leave)

        self._writer = LineWriter(self._writing, self._encoding, gone)
        self._client.listen(self._changed)
        self._say(self._greeting())
        self._network = network = asyncio.create_task(self._client.run())
        network.add_done_callback(lambda _: self._step.set())
        typing = asyncio.create_task(self._read())
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        try:
            with on_signals(lambda _: self._leave(), *numbers):
                await asyncio.wait([network])
            if not network.cancelled():
                network.result()
        finally:
            network.cancel()
            typing.cancel()
            self._echo.show()
            self._writer.close(_LAST_WORDS)
        return not any(line for world in self._client.worlds for line in farewell(world))

    # --- what happens ------------------------------------------------------------------------

    def _changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            match change:
                case FocusWanted(buffer):
                    self._go(buffer)
                case CommandWanted(_, "help", name):
                    self._say(help_lines(name))
                case CommandWanted(_, "clear", _):
                    self._say(["there is nothing to clear: nothing is drawn here"])
                case PongHeard(token):
                    self._answered |= token == _LAST
                case _:
                    pass
        self._say(self._speech.take(changes))
        if any(isinstance(change, QuestionChanged) for change in changes):
            self._ask()
        self._watch()
        self._step.set()

    def _watch(self) -> None:
        """Look again in a second, if something waits that is to be told of."""
        if self._timer is None and self._speech.is_waiting:
            self._timer = asyncio.get_running_loop().call_later(1, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._say(self._speech.tick())
        self._watch()

    def _ask(self) -> None:
        question = self._client.question
        self._echo.show()
        if question is not None:
            self._say(wording.asked(question))
            if question.hidden:
                self._echo.hide()

    def _say(self, lines: Iterable[str]) -> None:
        if self._writer is not None:
            self._writer.say(lines)

    def _leave(self) -> None:
        """Say good-bye; when asked again, end at once."""
        if self._leaving and self._network is not None:
            self._network.cancel()
        self._leaving = True
        self._client.quit()

    def _pending(self) -> int:
        return sum(buffer.pending for buffer in self._client.buffers)

    # --- what is typed -----------------------------------------------------------------------

    async def _read(self) -> None:
        piped = not os.isatty(self._reading)
        if piped:
            await self._settle()
        with contextlib.suppress(stdin.LineTooLong):
            async for line in stdin.lines(self._reading):
                self._heed(line)
                if piped and line.startswith("/"):
                    await self._settle()
        if piped:
            await self._settle()
        elif self._pending():
            self._say(["leaving when the server has all that you said; Ctrl+C leaves at once"])
        await self._within(lambda: not self._pending())
        if self._client.world.status.state is ConnectionState.ONLINE:
            self._client.enter(self._client.world.server, f"/raw PING {_LAST}")
            await self._within(lambda: self._answered)  # all that was asked before, too
        self._leave()

    async def _settle(self) -> None:
        """Wait until the rooms are entered: what comes from a pipe is not typed after looking."""
        await self._within(self._is_settled)

    async def _within(self, done: Callable[[], bool]) -> None:
        """Wait until something is so, but for no longer than one is to wait for the server."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._wait):
                while not done():
                    self._step.clear()
                    await self._step.wait()

    def _is_settled(self) -> bool:
        rooms = [each for each in self._client.buffers if each.kind is BufferKind.ROOM]
        online = self._client.world.status.state is ConnectionState.ONLINE
        return online and all(
            (room.joined and not room.behind) or not room.wanted for room in rooms
        )

    def _heed(self, line: str) -> None:
        """Do what was typed."""
        line = line.rstrip("\r\n")
        if self._client.question is not None:
            self._client.answer(line or None)
            return
        name, _, argument = line.partition(" ")
        order = ORDERS.get(name.lower())
        self._client.see()
        if order is not None and not (name == "/help" and argument):
            order.do(self, argument.strip())
        if order is None or name == "/help":
            self._speech.answers_wanted |= line.startswith("/")
            self._client.enter(self._client.world.active, line)

    def _greeting(self) -> Iterator[str]:
        for world in self._client.worlds:
            yield f"connecting to {world.status.server}"
        yield "what you type is said in the room; /help lists the commands, /quit leaves"

    # --- the commands of this face -----------------------------------------------------------

    def _go(self, buffer: Buffer) -> None:
        lines = [*self._speech.enter(buffer)]
        self._client.activate(buffer)
        if buffer.kind is not BufferKind.ROOM or buffer.joined:
            self._say(lines)

    def _find(self, name: str) -> Buffer | None:
        """Return the buffer of that number or name, or whose name alone has that in it."""
        buffers = self._client.buffers
        if name.isdigit() and 0 < int(name) <= len(buffers):
            return buffers[int(name) - 1]
        wanted = name.casefold()
        named = [each for each in buffers if each.name.casefold() in (wanted, f"#{wanted}")]
        like = [each for each in buffers if wanted in each.name.casefold()]
        return named[0] if named else like[0] if len(like) == 1 else None

    def go(self, name: str) -> None:
        """Go to the room or conversation of that name or number."""
        buffer = self._find(name) if name else None
        if buffer is None:
            told = f"there is no {name} open" if name else "name a room, a person or a number"
            self._say([f"{told}; /status lists what is open, /join opens a room"])
        else:
            self._go(buffer)

    def go_next(self, _: str) -> None:
        """Go to the most important thing that is unread."""
        unread = [each for each in self._client.buffers if each.unread]
        if unread:
            self._go(max(unread, key=lambda each: (each.mentions > 0, each.mentions)))
        else:
            self._say(["nothing is unread"])

    def read(self, argument: str) -> None:
        """Say what is unread, or the last messages again, here or elsewhere."""
        name, _, number = argument.rpartition(" ")
        if argument and not number.isdigit():
            name, number = argument, ""
        buffer = self._find(name) if name else self._client.world.active
        if buffer is None:
            self._say([f"there is no {name} open; /status lists what is open"])
            return
        count = int(number) if number else 0 if buffer.unread else _READ
        self._say([*self._speech.read(buffer, count)])

    def tell_status(self, _: str) -> None:
        """Say how the connection is, and what is open."""
        self._say([wording.connection(world.status) for world in self._client.worlds])
        active = self._client.world.active
        self._say(
            wording.listed(
                number,
                buffer,
                active=buffer is active,
                network=self._speech.network_of(buffer),
            )
            for number, buffer in enumerate(self._client.buffers, 1)
        )

    def tell_help(self, _: str) -> None:
        """List the commands of this face; those of the client follow."""
        self._say(
            f"{f'{name} {order.usage}'.rstrip()}: {order.summary}"
            for name, order in ORDERS.items()
            if order.summary
        )


@dataclass(frozen=True, slots=True)
class Order:
    """A command of this face."""

    usage: str
    summary: str
    """In one line, "" to list it nowhere."""
    do: Callable[[Face, str], None]


ORDERS: Final[Mapping[str, Order]] = MappingProxyType(
    {
        "/status": Order("", "say how the connection is, and list what is open", Face.tell_status),
        "/go": Order("<name or number>", "go to a room or conversation", Face.go),
        "/next": Order("", "go to the most important thing that is unread", Face.go_next),
        "/read": Order("[name] [count]", "say what is unread, or said last, again", Face.read),
        "/help": Order("", "", Face.tell_help),
    }
)
"""What can be typed here, beside the commands of the client."""


async def run(client: Client, wait: float) -> bool:
    """Run a client on this process's standard input and output.

    `wait` is for how many seconds the server may take, at the end, to have everything; say whether
    it has.
    """
    face = Face(
        client,
        reading=sys.stdin.fileno(),
        writing=sys.stdout.fileno(),
        encoding=sys.stdout.encoding or "utf-8",
        wait=wait,
    )
    return await face.run()
