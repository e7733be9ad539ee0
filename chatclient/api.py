"""The client as a library: `async with connect("localhost") as chat`, for bots and scripts.

Rules:
- What is heard is handed out once and in the server's order, over any number of connections.
- What is said is acknowledged by the server when `say` returns.
- A program that handles messages slowly is waited for: then nothing more is read from the server,
  which keeps the rest (see intake.py).
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from time import time

from chatclient.client import Client
from chatclient.config import ArgumentError, Config, Login, Security, build
from chatclient.connection import ConnectError
from chatclient.events import (
    Connected,
    Disconnected,
    Event,
    Message,
    event,
    is_event,
    message,
)
from chatclient.hearing import Forgetting, Hearing
from chatclient.intake import Intake
from chatclient.model import (
    CONVERSATION,
    Buffer,
    Change,
    ConnectionState,
    Delivery,
    Kind,
    Line,
    LineAdded,
    LineChanged,
    LineRemoved,
    Member,
    PongHeard,
    StatusChanged,
)
from chatclient.session import MAYBE_LOST

_GOODBYE_TIME = 3.0


class Refused(Exception):
    """The server does not let us do that; the text says why."""


class NotSaid(Exception):
    """A message was not said, or may not have been; the text says why."""

    def __init__(self, reason: str, *, maybe: bool = False) -> None:
        super().__init__(reason)
        self.maybe = maybe
        """Whether it may have been said all the same."""


@asynccontextmanager
async def connect(  # noqa: PLR0913 -- a library's caller names them
    host: str = "localhost",
    port: int | None = None,
    *,
    nick: str | None = None,
    rooms: Sequence[str] = ("#lobby",),
    account: str = "",
    password: str = "",
    tls: bool = False,
    tls_ca: str | None = None,
    fingerprint: str = "",
    timeout: float = 10.0,  # noqa: ASYNC109 -- of each connection that is made, not of the block
) -> AsyncIterator["Chat"]:
    """Connect, join the rooms, and give a `Chat`; at the end of the block, say good-bye.

    `host` may be a URL (`ircs://irc.example.org`); the port is 9000, with TLS 6697, if none is
    given. `password` is that of `account`, or without one, of the server. `fingerprint` is that of
    a certificate which nobody vouches for (`sha256:…`). `timeout`, in seconds, bounds making a
    connection, and being let into a room.

    Raises `ValueError` for arguments that make no sense, `ConnectError` if there is no connection,
    and `Refused` if the server does not let us in, or not into a room.
    """
    try:
        config = build(
            [host] if port is None else [host, str(port)],
            nick=nick,
            login=Login(account, password),
            rooms=rooms,
            security=Security(tls=tls, ca=tls_ca, fingerprint=fingerprint),
            timeout=timeout,
        )
    except ArgumentError as error:
        raise ValueError(str(error)) from error
    chat = Chat(config if rooms else replace(config, rooms=()))
    try:
        await chat.start()
        yield chat
    finally:
        await chat.close()


class Chat:
    """One server, and the rooms that one is in there.

    `async for message in chat` gives what others say from now on, and what they said while the
    connection was away, but not what they said before; `events` gives everything else, too. What is
    heard is given once: to one loop at a time.
    """

    def __init__(self, config: Config, client: Client | None = None) -> None:
        self._config = config
        self._client = client or Client(config, asks=False)
        self._hearing = Hearing(lambda: self._client.session.online)
        self._forgetting = Forgetting(self._client.world)
        self._intake = Intake(lambda held: self._client.hold(held=held))
        self._waiters: list[asyncio.Future[None]] = []
        self._network: asyncio.Task[None] | None = None
        self._fates: dict[int, Line | None] = {}
        """What became of own lines that somebody waits for, by their ids; None: nothing yet."""
        self._added: list[Line] = []
        """Lines that were added in the present step."""
        self._looking_back = 0
        self._errors: list[str] = []
        """What went wrong since something was asked for last."""
        self._pongs = 0
        self._ponged = 0
        self._welcomed = False
        self._cut = False
        self._end: Exception | None = None

    # --- its life ----------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect and join the rooms. Raises `ConnectError` or `Refused`."""
        self._client.listen(self._follow)
        self._network = asyncio.create_task(self._client.run())
        self._network.add_done_callback(lambda _: self._step())
        await self._answer(lambda: self._client.world.status.remote != "")
        try:
            async with asyncio.timeout(self._config.timeout):
                await self._answer(lambda: self._client.session.online)
                for room in [*self._client.world.rooms()]:
                    await self._enter(room)
        except TimeoutError:
            text = f"{self._config.address} did not let us in within {self._config.timeout:g} s"
            raise ConnectError(text) from None

    async def close(self) -> None:
        """Say good-bye, and end what iterates. A second call does nothing."""
        if self._network is None:
            return
        network, self._network = self._network, None
        self._client.hold(held=False)
        self._client.quit()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE_TIME):
                    await network
        finally:
            network.cancel()
            self._step()

    # --- what there is -----------------------------------------------------------------------

    @property
    def nick(self) -> str:
        """What we are called now."""
        return self._client.world.status.nick

    @property
    def online(self) -> bool:
        """Whether there is a connection now."""
        return self._client.session.online

    @property
    def rooms(self) -> Sequence[str]:
        """The rooms that we are in."""
        return tuple(room.target for room in self._client.world.rooms() if room.joined)

    def members(self, room: str) -> Sequence[Member]:
        """Return who is in a room that we are in. Raises `Refused` if we are not."""
        return tuple(self._room(room).members.ordered())

    # --- what is heard -----------------------------------------------------------------------

    async def __aiter__(self) -> AsyncGenerator[Message, None]:
        """Iterate over what others say from now on, until the end of the block."""
        async with aclosing(self.events()) as events:
            async for each in events:
                if isinstance(each, Message) and not each.own:
                    yield each

    async def events(self) -> AsyncGenerator[Event, None]:
        """Iterate over all that happens from now on, also what we do, until the end of the block.

        Raises `Refused` when it is no use to connect again (a ban, another password).
        """
        with self._intake.reading():
            while True:
                while (found := self._intake.take()) is not None:
                    yield found
                if self._network is None:
                    return
                await self._until(lambda: len(self._intake) > 0 or self._network is None)

    # --- what is done ------------------------------------------------------------------------

    async def say(
        self, place: str, text: str, *, reply_to: str = "", kind: Kind = Kind.MESSAGE
    ) -> Message:
        """Say `text` in a room or to a person, and return the message when the server has it.

        It waits as long as it takes, over a new connection too: `asyncio.timeout` bounds it, and
        then it may be said later. A text that is too long for one message becomes several, the
        first of which is returned. `reply_to` is the msgid of what is answered; `kind` may be
        ACTION (/me) or NOTICE. Raises `NotSaid`.
        """
        buffer = self._place(place)
        self._added.clear()
        self._client.session.say(buffer, text, time(), kind, reply_to=reply_to)
        self._client.flush()
        added, self._added = self._added, []
        said = [line for line in added if line.id in self._fates]
        if not said:
            return message(buffer, _said_in_confidence(added))
        try:
            fates = [await self._fate(line) for line in said]
            return message(buffer, fates[0])
        finally:
            for line in said:
                self._fates.pop(line.id, None)

    async def reply(self, to: Message, text: str) -> Message:
        """Answer a message where it was said. Raises `NotSaid`."""
        return await self.say(to.place, text, reply_to=to.msgid)

    async def react(self, to: Message, sign: str) -> None:
        """React to a message by an emoji or so; the same again takes it back.

        Raises `Refused` when the server does not carry that.
        """
        buffer = self._place(to.place)
        line = self._line(buffer, to)

        def done(now: Line) -> bool:
            return now.reactions != line.reactions

        await self._act(buffer, line, lambda: self._client.react(buffer, line, sign), done)

    async def redact(self, what: Message, reason: str = "") -> None:
        """Have a message removed for all. Raises `Refused`."""
        buffer = self._place(what.place)
        line = self._line(buffer, what)

        def done(now: Line) -> bool:
            return now.kind is Kind.DELETED

        await self._act(buffer, line, lambda: self._client.redact(buffer, line, reason), done)

    async def join(self, room: str, key: str = "") -> None:
        """Go into a room. Raises `Refused` when that is not possible, `TimeoutError`."""
        buffer = self._client.session.join(room, key)
        self._client.flush()
        async with asyncio.timeout(self._config.timeout):
            await self._enter(buffer)

    async def part(self, room: str, reason: str = "") -> None:
        """Leave a room. Raises `TimeoutError`."""
        buffer = self._room(room)
        self._client.session.part(buffer, reason)
        self._client.flush()
        async with asyncio.timeout(self._config.timeout):
            await self._answer(lambda: not buffer.joined)

    async def history(self, room: str, limit: int = 100) -> Sequence[Message]:
        """Return the last messages of a room that we are in, oldest first, at most `limit`.

        Raises `Refused` if we are not in that room, `TimeoutError`.
        """
        buffer = self._room(room)
        self._looking_back += 1
        try:
            async with asyncio.timeout(self._config.timeout):
                return await self._last_messages(buffer, limit)
        finally:
            self._looking_back -= 1

    async def _last_messages(self, buffer: Buffer, limit: int) -> Sequence[Message]:
        await self._answer(lambda: not buffer.behind)
        found, before = _said(buffer), -1
        while before < len(found) < limit and self._client.session.find_older(buffer):
            self._client.flush()
            count, before = len(buffer.lines), len(found)
            await self._answer(partial(_differs, buffer, count))
            found = _said(buffer)
        return [message(buffer, line) for line in found[-limit:]]

    # --- underneath --------------------------------------------------------------------------

    def _place(self, name: str) -> Buffer:
        if not self._client.session.is_room(name):
            return self._client.session.converse(name)
        try:
            return self._room(name)
        except Refused as error:
            raise NotSaid(str(error)) from None

    def _room(self, name: str) -> Buffer:
        room = self._client.world.find(name)
        if room is None or not room.wanted:
            raise Refused(f"not in {name}; join it first")
        return room

    def _line(self, buffer: Buffer, named: Message) -> Line:
        """Return the line of a message; of one that is not at hand any more, what names it."""
        found = self._client.world.line_with(buffer, named.msgid)
        made = self._client.world.make_line(named.kind, named.text, time=0.0, source=named.sender)
        return found or replace(made, msgid=named.msgid)

    async def _enter(self, room: Buffer) -> None:
        await self._answer(lambda: (room.joined and not room.behind) or not room.wanted)
        if not room.wanted:
            errors = [line.text for line in room.lines if line.kind is Kind.ERROR]
            raise Refused(errors[-1] if errors else f"{room.name} does not let us in")

    async def _fate(self, line: Line) -> Line:
        """Wait until the server has a line of ours, and return it as it is then."""
        try:
            await self._answer(lambda: self._fates[line.id] is not None)
        except (ConnectError, Refused) as error:
            raise NotSaid(str(error), maybe=True) from error
        fate = self._fates[line.id] or line
        if fate.delivery is Delivery.FAILED:
            raise NotSaid(fate.reason, maybe=fate.reason == MAYBE_LOST)
        return fate

    async def _act(
        self, buffer: Buffer, line: Line, act: Callable[[], None], done: Callable[[Line], bool]
    ) -> None:
        """Do something with a message, and see that it is done when the server has gone on.

        Of a message that is not at hand any more, only an error can be seen. Raises `Refused`.
        """
        if not self.online:
            raise Refused("not connected; try again when you are")
        errors = self._errors = []
        act()
        self._pongs += 1
        wanted = self._pongs
        self._client.session.ping(f"done-{wanted}")
        self._client.flush()
        await self._answer(lambda: self._ponged >= wanted or not self.online)
        now = self._client.world.line_with(buffer, line.msgid)
        if errors if now is None else not done(now):
            raise Refused(errors[-1] if errors else "the server does not do that")

    async def _answer(self, done: Callable[[], bool]) -> None:
        """Wait until what the server says has made something so. Raises why it will not."""
        with self._intake.asking():
            await self._until(done)

    async def _until(self, done: Callable[[], bool]) -> None:
        while not done():
            if self._end is not None:
                raise self._end
            if self._network is None:
                raise Refused("the chat is closed")
            if self._network.done():
                self._network.result()
                raise Refused("the connection is over")
            if self._intake.is_full:
                raise NotSaid("too much is waiting to be handled first", maybe=True)
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await waiter

    def _step(self) -> None:
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _follow(self, changes: Sequence[Change]) -> None:
        self._added.clear()
        for change in changes:
            self._note(change)
            self._forgetting.note(change)
            for heard in self._hearing.take(change):
                if is_event(heard):
                    self._intake.put(event(heard))
        if not self._looking_back:
            self._forgetting.let_go()
        self._step()

    def _note(self, change: Change) -> None:
        match change:
            case LineAdded(_, line):
                self._added.append(line)
                if line.kind is Kind.ERROR:
                    self._errors.append(line.text)
                if line.delivery is Delivery.PENDING:
                    self._fates[line.id] = None
            case LineChanged(_, line) | LineRemoved(_, line) if line.id in self._fates:
                self._fates[line.id] = line
            case PongHeard(token) if token.startswith("done-"):
                self._ponged = int(token.removeprefix("done-"))
            case StatusChanged():
                self._follow_status()
            case _:
                pass

    def _follow_status(self) -> None:
        """Know when there is no connection; only who was in waits for another one."""
        status = self._client.world.status
        stuck = self._client.stuck
        if status.state is ConnectionState.ONLINE:
            if self._cut:
                self._intake.put(Connected())
            self._welcomed, self._cut = True, False
        elif status.state is ConnectionState.WAITING or stuck:
            if stuck:
                self._end = Refused(stuck)
            elif not self._welcomed:
                self._end = ConnectError(status.reason)
            elif not self._cut:
                self._cut = True
                self._intake.put(Disconnected(status.reason))


def _said(buffer: Buffer) -> Sequence[Line]:
    confirmed = (line for line in buffer.lines if line.delivery is Delivery.CONFIRMED)
    return [line for line in confirmed if line.kind in CONVERSATION]


def _differs(buffer: Buffer, count: int) -> bool:
    return len(buffer.lines) != count


def _said_in_confidence(told: Sequence[Line]) -> Line:
    """Return what stands for a message with a password in it, of which there is no echo.

    Raises `NotSaid` if it was not sent.
    """
    if not told or told[-1].kind is Kind.ERROR:
        raise NotSaid(told[-1].text if told else "there is nothing to say")
    return told[-1]
