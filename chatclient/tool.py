"""The client as a tool: says things and leaves, or prints what it hears.

Rules: what is heard goes to standard output as JSON lines, everything else to standard error, one
line each, made safe for a terminal. The exit status says whether the server acknowledged all that
was to be said (`Status`); the first refusal ends it. A cut does not: what was not acknowledged is
sent again where that is harmless, within `--timeout`. What was said meanwhile is printed in its
order, once all of it has come. At most `WINDOW` messages wait for their
acknowledgement at a time, so that a long input is read as fast as the server takes it.
"""

import asyncio
import contextlib
import enum
import logging
import os
import signal
import stat
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from functools import partial
from typing import TextIO

from chatclient import stdin
from chatclient.client import Client
from chatclient.config import Config
from chatclient.jsonlines import json_line
from chatclient.known import KnownServers, default_path
from chatclient.model import (
    Buffer,
    BufferChanged,
    BufferKind,
    Change,
    ConnectionState,
    Delivery,
    Kind,
    Line,
    LineAdded,
    LineChanged,
    LinesInserted,
    StatusChanged,
)
from chatclient.session import MAYBE_LOST
from chatwire.text import visible

WINDOW = 64
"""How many messages may wait for their acknowledgement."""

_GOODBYE_TIME = 3.0


class Status(enum.IntEnum):
    """The exit status."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    LOST = 3
    TIMEOUT = 4
    SIGNAL = 128
    """Plus the number of the signal that ended it before all was said."""


class ToolError(Exception):
    """The tool cannot do what it was asked for; the text says why, and what to do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class Interrupted(Exception):
    """The user, or whoever manages our process, asks it to end."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number = number


def run(config: Config) -> int:
    """Do what `config.tool` asks for and return the exit status."""
    logging.basicConfig(
        level=config.tool.log_level.upper(), stream=sys.stderr, format="chatclient: %(message)s"
    )
    try:
        known = KnownServers(default_path())
        asyncio.run(Tool(config, sys.stdout, sys.stdin.fileno(), known).run())
    except ToolError as error:
        complain(str(error))
        return error.status
    except BrokenPipeError:
        # Whoever read our output has gone. Closing it at exit must not complain again.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return Status.DONE


def complain(text: str) -> None:
    """Say on standard error, in one line, what is wrong."""
    print(f"chatclient: {visible(text)}", file=sys.stderr)  # noqa: T201 - as a command does


class Tool:
    """One run of the tool on one server."""

    def __init__(
        self,
        config: Config,
        output: TextIO,
        descriptor: int,
        known: KnownServers | None = None,
    ) -> None:
        self._config = config
        self._output = output
        self._descriptor = descriptor
        self._client = Client(config, known=known, asks=False)
        self._rooms = [each for each in self._client.world.rooms() if each.wanted]
        self._step = asyncio.Event()
        self._listening = True
        self._welcomed = False
        self._lost = ""
        """Why the last connection ended."""
        self._end: Exception | None = None
        self._late: dict[Buffer, dict[int, Line]] = {}
        """What was heard of buffers that are being caught up with, by the ids of the lines."""

    async def run(self) -> None:
        """Do what was asked for. Raises `ToolError`, or `BrokenPipeError` of the output."""
        self._client.listen(self._follow)
        network = asyncio.create_task(self._client.run())
        try:
            with _on_signals(self._interrupt), _on_reader_gone(self._output, self._lose_reader):
                await self._work()
        except Interrupted as error:
            if self._config.tool.sends:
                text = "interrupted; not everything was acknowledged"
                raise ToolError(Status.SIGNAL + error.number, text) from error
        finally:
            self._listening = False
            self._client.quit()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_TIME):
                    await network

    async def _work(self) -> None:
        # Connecting has its own limit, and tells better why it failed.
        await self._until(lambda: self._client.world.status.remote != "")
        await self._until(self._settled_in, "to be let in")
        tool = self._config.tool
        for text in tool.messages:
            await self._say(text)
        if tool.from_stdin:
            await self._say_input()
        if tool.sends:
            await self._acknowledged(0)
        else:
            await self._until(lambda: False)

    # --- saying ------------------------------------------------------------------------------

    async def _say_input(self) -> None:
        lines = stdin.lines(self._descriptor)
        try:
            while (line := await self._next(lines)) is not None:
                await self._say(line)
        except stdin.LineTooLong as error:
            raise ToolError(Status.REFUSED, str(error)) from error

    async def _next(self, lines: AsyncIterator[str]) -> str | None:
        """Return the next line of the input, None at its end; the connection may end before."""
        coming = asyncio.ensure_future(anext(lines, None))
        coming.add_done_callback(lambda _: self._step.set())
        try:
            await self._until(coming.done)
            return coming.result()
        finally:
            coming.cancel()

    async def _say(self, text: str) -> None:
        for room in self._rooms:
            self._client.session.say(room, text, time.time())
            self._client.flush()
            await self._acknowledged(WINDOW)

    async def _acknowledged(self, rest: int) -> None:
        """Wait until no more than `rest` messages are unacknowledged."""
        while (waiting := self._waiting()) > rest:
            await self._until(partial(self._fewer_than, waiting), "for an acknowledgement")
        self._check()

    def _waiting(self) -> int:
        return sum(room.pending for room in self._rooms)

    def _fewer_than(self, count: int) -> bool:
        return self._waiting() < count

    def _settled_in(self) -> bool:
        """Say whether we are in all rooms. Raises `ToolError` when one does not let us in."""
        for room in self._rooms:
            if not room.wanted:
                errors = [line.text for line in room.lines if line.kind is Kind.ERROR]
                raise ToolError(Status.REFUSED, errors[-1] if errors else f"{room.name}: refused")
        return all(room.joined for room in self._rooms)

    # --- waiting -----------------------------------------------------------------------------

    async def _until(self, done: Callable[[], bool], what: str = "") -> None:
        """Wait until something is so, at most `timeout` if it is named. Raises why it will not."""
        within = self._config.timeout if what else None
        try:
            async with asyncio.timeout(within):
                while not done():
                    self._check()
                    self._step.clear()
                    await self._step.wait()
        except TimeoutError:
            raise self._too_late(what) from None
        self._check()

    def _too_late(self, what: str) -> ToolError:
        within, status = self._config.timeout, self._client.world.status
        if self._welcomed and status.state is not ConnectionState.ONLINE:
            text = f"{self._lost or status.reason}, and no way back within {within:g} s"
            return ToolError(Status.LOST, text)
        text = f"{self._config.address} did not answer within {within:g} s (waited {what})"
        return ToolError(Status.TIMEOUT, text)

    def _check(self) -> None:
        if self._end is not None:
            raise self._end

    def _finish(self, end: Exception) -> None:
        """Have `end` raised by whatever waits, unless something else was before."""
        self._end = self._end or end
        self._step.set()

    def _lose_reader(self) -> None:
        self._finish(BrokenPipeError())

    def _interrupt(self, number: signal.Signals) -> None:
        self._finish(Interrupted(number))

    # --- what is heard -----------------------------------------------------------------------

    def _follow(self, changes: Sequence[Change]) -> None:
        if not self._listening:
            return
        for change in changes:
            match change:
                case LineAdded(buffer, line) | LineChanged(buffer, line):
                    self._heard(buffer, line)
                case LinesInserted(buffer, lines):
                    for line in lines:
                        self._heard(buffer, line)
                case BufferChanged(buffer) if not buffer.behind:
                    self._print_late(buffer)
                case StatusChanged():
                    self._follow_status()
                case _:
                    pass
        try:
            self._output.flush()
        except BrokenPipeError as error:
            self._finish(error)
        self._step.set()

    def _heard(self, buffer: Buffer, line: Line) -> None:
        if line.delivery is Delivery.FAILED and self._client.session.online:
            status = Status.LOST if line.reason == MAYBE_LOST else Status.REFUSED
            self._finish(ToolError(status, f"{buffer.name}: {line.reason}: {line.text}"))
        if buffer in self._late or (buffer.behind and self._client.session.online):
            self._late.setdefault(buffer, {})[line.id] = line
        else:
            self._print(buffer, line)

    def _print_late(self, buffer: Buffer) -> None:
        """Print what was heard of a buffer that is complete now, in its order."""
        late = self._late.pop(buffer, {})
        for line in [line for line in buffer.lines if line.id in late]:
            self._print(buffer, line)

    def _print(self, buffer: Buffer, line: Line) -> None:
        told = line.delivery is Delivery.CONFIRMED and not (
            buffer.kind is BufferKind.SERVER and line.kind is Kind.INFO
        )
        if told and self._config.tool.as_json:
            try:
                self._output.write(json_line(buffer, line) + "\n")
            except BrokenPipeError as error:
                self._finish(error)

    def _follow_status(self) -> None:
        """End when there is no connection; only who was in waits for another one."""
        status = self._client.world.status
        if status.state is ConnectionState.ONLINE:
            self._welcomed, self._lost = True, ""
        elif status.state is ConnectionState.WAITING or (
            status.state is ConnectionState.OFFLINE and self._client.stuck
        ):
            stuck = self._client.stuck
            if stuck or not self._welcomed:
                refused = self._client.session.fatal
                error = ToolError(
                    Status.REFUSED if refused else Status.LOST, stuck or status.reason
                )
                self._finish(error)
            elif not self._lost:  # told once, however often it is tried
                self._lost = status.reason
                complain(f"{status.reason}; trying again")


@contextlib.contextmanager
def _on_signals(handle: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Have `handle` called for the signals that ask a program to end, while the block runs."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    try:
        for number in numbers:
            loop.add_signal_handler(number, handle, number)
    except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt there
        yield
        return
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def _on_reader_gone(output: TextIO, handle: Callable[[], None]) -> Iterator[None]:
    """Have `handle` called when nobody reads the pipe that is our output, while the block runs.

    Otherwise `chatclient --json | head -1` would stay until there is something more to print.
    """
    descriptor = output.fileno()
    loop = asyncio.get_running_loop()
    if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        yield
        return
    try:
        # The writing end of a pipe is "readable" when the other end is closed.
        loop.add_reader(descriptor, handle)
    except (NotImplementedError, OSError):  # Windows
        yield
        return
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
