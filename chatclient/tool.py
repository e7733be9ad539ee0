"""The client as a tool: says things and leaves, or prints what it hears.

Rules: what is heard goes to standard output, everything else to standard error, one
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
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from io import TextIOWrapper
from typing import TextIO

from chatclient import stdin
from chatclient.client import Client
from chatclient.config import Config
from chatclient.hearing import Forgetting, Heard, Hearing
from chatclient.known import KnownServers, default_path
from chatclient.model import Buffer, Change, ConnectionState, Delivery, Kind, StatusChanged
from chatclient.printing import Printer
from chatclient.session import MAYBE_LOST
from chatclient.signals import on_reader_gone, on_signals
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
    if isinstance(sys.stdout, TextIOWrapper):  # what its encoding has no sign for ends nothing
        sys.stdout.reconfigure(errors="replace")
    try:
        known = KnownServers(default_path())
        asyncio.run(Tool(config, sys.stdout, sys.stdin.fileno(), known).run())
    except ToolError as error:
        complain(str(error))
        _shut_output()
        return error.status
    except BrokenPipeError:
        _shut_output()
    return Status.DONE


def _shut_output() -> None:
    """Write nothing more: what nobody takes would be complained of once more at the exit."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


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
        self._addressed = [*self._rooms]
        """Where to say what is to be said."""
        self._hearing = Hearing(lambda: self._client.session.online)
        self._forgetting = Forgetting(self._client.world)
        tool = config.tool
        self._printer = None
        if tool.listens:
            self._printer = Printer(output, self._rooms, as_json=tool.as_json, tail=tool.tail)
        self._step = asyncio.Event()
        self._listening = True
        self._welcomed = False
        self._lost = ""
        """Why the last connection ended."""
        self._end: Exception | None = None

    async def run(self) -> None:
        """Do what was asked for. Raises `ToolError`, or `BrokenPipeError` of the output."""
        self._client.listen(self._follow)
        network = asyncio.create_task(self._client.run())
        try:
            with (
                on_signals(self._interrupt, signal.SIGINT, signal.SIGTERM, signal.SIGHUP),
                on_reader_gone(self._output.fileno(), self._lose_reader),
            ):
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
        self._addressed += [self._client.session.converse(nick) for nick in tool.to]
        if self._printer is not None and tool.tail is not None:
            await self._find_tails(self._printer)
        for text in tool.messages:
            await self._say(text)
        if tool.from_stdin:
            await self._say_input()
        if tool.sends:
            await self._acknowledged(0)
        elif tool.follows:
            await self._until(lambda: False)

    # --- the past ----------------------------------------------------------------------------

    async def _find_tails(self, printer: Printer) -> None:
        """Have the last messages of each room found and printed."""
        for room in self._rooms:
            await self._until(partial(_is_complete, room), "for what was said before")
            count = 0
            while (missing := printer.missing(room)) > 0 and missing != count:
                count = missing
                if not self._client.session.find_older(room):
                    break
                self._client.flush()
                there = len(room.lines)
                await self._until(partial(_is_longer, room, there), "for what was said before")
        self._put_out(printer.open)
        self._put_out(printer.flush)
        self._check()

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
        for room in self._addressed:
            reply_to = self._config.tool.reply_to
            self._client.session.say(room, text, time.time(), reply_to=reply_to)
            self._client.flush()
            await self._acknowledged(WINDOW)

    async def _acknowledged(self, rest: int) -> None:
        """Wait until no more than `rest` messages are unacknowledged."""
        while (waiting := self._waiting()) > rest:
            await self._until(partial(self._fewer_than, waiting), "for an acknowledgement")
        self._check()

    def _waiting(self) -> int:
        return sum(room.pending for room in self._addressed)

    def _fewer_than(self, count: int) -> bool:
        return self._waiting() < count

    def _settled_in(self) -> bool:
        """Say whether we are in all rooms. Raises `ToolError` when one does not let us in."""
        for room in self._rooms:
            if not room.wanted:
                errors = [line.text for line in room.lines if line.kind is Kind.ERROR]
                raise ToolError(Status.REFUSED, errors[-1] if errors else f"{room.name}: refused")
        return self._client.session.online and all(room.joined for room in self._rooms)

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
            if isinstance(change, StatusChanged):
                self._follow_status()
            self._forgetting.note(change)
            for heard in self._hearing.take(change):
                if isinstance(heard, Heard):
                    self._heard(heard)
        if self._printer is not None:
            self._put_out(self._printer.flush)
        if self._printer is None or self._printer.is_open:
            self._forgetting.let_go()
        self._step.set()

    def _heard(self, heard: Heard) -> None:
        buffer, line = heard.buffer, heard.line
        if line.delivery is Delivery.FAILED and self._client.session.online:
            status = Status.LOST if line.reason == MAYBE_LOST else Status.REFUSED
            self._finish(ToolError(status, f"{buffer.name}: {line.reason}: {line.text}"))
        if self._printer is not None:
            self._put_out(partial(self._printer.hear, heard))

    def _put_out(self, what: Callable[[], None]) -> None:
        """Print something; that nobody reads it any more ends the tool."""
        try:
            what()
        except BrokenPipeError as error:
            self._finish(error)
        except OSError as error:
            text = f"cannot write what is heard: {error.strerror or error}"
            self._finish(ToolError(Status.USAGE, text))

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


def _is_complete(room: Buffer) -> bool:
    return not room.behind


def _is_longer(room: Buffer, count: int) -> bool:
    return len(room.lines) != count
