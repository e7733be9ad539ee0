"""The hub: the clients of several networks as one, of which one is in view.

Rules: there is always a network; names of networks differ. What is done in a buffer goes to the
client of its network. All changes of all clients go to the same listeners, in the order in which
they happen. Leaving leaves all networks at once, and takes as long as the slowest of them.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from chatclient.client import Client, Listener
from chatclient.model import (
    Buffer,
    BufferClosed,
    BufferOpened,
    Change,
    Kind,
    Line,
    Question,
    QuestionChanged,
    QuitWanted,
    SettingsChanged,
    StatusChanged,
    World,
)
from chatclient.settings import Settings


class Hub:
    """What a screen needs (`ui.ports.Client`), of several networks."""

    def __init__(
        self,
        clients: Sequence[Client],
        settings: Settings = Settings(),
        *,
        prepare: Callable[[Client], None] = lambda _: None,
    ) -> None:
        """Take clients that do not run yet, at least one; the first one is in view.

        `prepare` is called with each before it runs.
        """
        self._prepare = prepare
        self.settings = settings
        """What the user likes; `change_settings` changes it."""
        self._clients: list[Client] = []
        self._listeners: list[Listener] = []
        self._tasks: asyncio.TaskGroup | None = None
        self._running: dict[Client, asyncio.Task[None]] = {}
        self._leaving = asyncio.Event()
        self._asked: tuple[Question, Question] | None = None
        self._shown = clients[0]
        for client in clients:
            self._take(client)

    # --- which networks there are ------------------------------------------------------------

    @property
    def clients(self) -> Sequence[Client]:
        """The clients of all networks, in order."""
        return tuple(self._clients)

    @property
    def client(self) -> Client:
        """The client of the network in view."""
        return self._shown

    def find(self, name: str) -> Client | None:
        """Return the client of the network of that name, in any case of letters, or None."""
        wanted = name.casefold()
        return next((each for each in self._clients if each.world.name.casefold() == wanted), None)

    def add(self, client: Client) -> None:
        """Have another network, and connect to it. Raises `ValueError` if there is one so named.

        Who is leaving has no use for another one.
        """
        if self._leaving.is_set():
            return
        if self.find(client.world.name):
            raise ValueError(f"there is a network called {client.world.name} already")
        self._take(client)
        if self._tasks is not None:
            self._start(client)
        self.tell([*map(BufferOpened, client.buffers), StatusChanged()])

    def remove(self, client: Client) -> None:
        """Leave a network, and forget it. Raises `ValueError` for the last one."""
        if len(self._clients) == 1:
            raise ValueError("this is your only network; /quit ends the program")
        at = self._clients.index(client)
        if client is self._shown:
            beside = self._clients[at - 1 if at else 1]
            self.activate(beside.world.active)
        gone = client.buffers
        self._clients.remove(client)
        client.quit()
        self.tell([*map(BufferClosed, gone), QuestionChanged(), StatusChanged()])

    def _take(self, client: Client) -> None:
        self._clients.append(client)
        client.settings = self.settings
        client.world.watched = client is self._shown
        client.listen(lambda changes: self._heed(client, changes))

    def _start(self, client: Client) -> None:
        if self._tasks is not None:
            self._prepare(client)
            self._running[client] = task = self._tasks.create_task(client.run())
            task.add_done_callback(lambda _: self._running.pop(client, None))

    def client_of(self, buffer: Buffer) -> Client:
        """Return the client of the network that a buffer is of; of one that is gone, any."""
        if buffer.network == self._shown.world.name:
            return self._shown
        found = (each for each in self._clients if each.world.name == buffer.network)
        return next(found, self._shown)

    def change_settings(self, settings: Settings) -> None:
        """Have other settings, from now on (`SettingsChanged` follows)."""
        self.settings = settings
        for client in self._clients:
            client.settings = settings
        self.tell([SettingsChanged()])

    # --- for the screen ----------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The world of the network in view."""
        return self._shown.world

    @property
    def worlds(self) -> Sequence[World]:
        """The worlds of all networks, in order."""
        return tuple(client.world for client in self._clients)

    @property
    def buffers(self) -> Sequence[Buffer]:
        """The buffers of all networks, network by network."""
        return tuple(buffer for client in self._clients for buffer in client.buffers)

    def world_of(self, buffer: Buffer) -> World:
        """Return the world that a buffer is of."""
        return self.client_of(buffer).world

    @property
    def question(self) -> Question | None:
        """What the user is asked: by the network in view first; others say who asks."""
        asking = self._asking()
        question = asking.question if asking else None
        if question is None or asking is self._shown or asking is None:
            return question
        if self._asked is None or self._asked[0] is not question:
            label = f"{asking.world.title}: {question.label}"
            self._asked = question, replace(question, label=label)
        return self._asked[1]

    def _asking(self) -> Client | None:
        """Return whose question is shown: one that can be answered, before one that only waits."""
        asking = [each for each in (self._shown, *self._clients) if each.question]
        return min(
            asking, key=lambda each: each.question is None or each.question.closed, default=None
        )

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with what changes in any network."""
        self._listeners.append(listener)

    def enter(self, buffer: Buffer, text: str) -> None:
        """Do what the user typed in `buffer`."""
        self.client_of(buffer).enter(buffer, text)

    def say(
        self, buffer: Buffer, text: str, reply_to: Line | str = "", kind: Kind = Kind.MESSAGE
    ) -> None:
        """Say `text` as it stands (see `Client.say`)."""
        self.client_of(buffer).say(buffer, text, reply_to, kind)

    def react(self, buffer: Buffer, line: Line, text: str) -> None:
        """React to a message, or take it back (see `Client.react`)."""
        self.client_of(buffer).react(buffer, line, text)

    def redact(self, buffer: Buffer, line: Line, reason: str = "") -> None:
        """Have a message removed for all."""
        self.client_of(buffer).redact(buffer, line, reason)

    def typing(self, buffer: Buffer, active: bool) -> None:  # noqa: FBT001 -- its one meaning
        """Take note that the user types in `buffer`, or no longer."""
        self.client_of(buffer).typing(buffer, active)

    def can(self, buffer: Buffer, feature: str) -> bool:
        """Say whether something is possible in a buffer now (see `Client.can`)."""
        return self.client_of(buffer).can(buffer, feature)

    def answer(self, written: str | None) -> None:
        """Take what the user wrote as the answer to `question`; None gives it up."""
        asking = self._asking()
        if asking is not None:
            asking.answer(written)

    def is_secret(self, buffer: Buffer, text: str) -> bool:
        """Say whether what was typed in `buffer` has a password in it."""
        return self.client_of(buffer).is_secret(buffer, text)

    def activate(self, buffer: Buffer) -> None:
        """Make `buffer` the one that the user looks at, and its network the one in view."""
        client = self.client_of(buffer)
        if client is not self._shown:
            left, self._shown = self._shown, client
            left.watch(watched=False)
            client.watch(watched=True)
            self.tell([StatusChanged(), QuestionChanged()])
        client.activate(buffer)

    def see(self) -> None:
        """Take note that the user does something, and so sees the active buffer."""
        self._shown.see()

    def find_older(self, buffer: Buffer, line: Line, gap: Line | None = None) -> bool:
        """Ask for what was said before a line; say whether that can be asked (`PastFound` follows).

        A `gap` stands before the line, if what is missing there is what is wanted.
        """
        return self.client_of(buffer).find_older(buffer, line, gap)

    def find_rooms(self, beginning: str) -> None:
        """Have the world in view learn which rooms have names that begin so."""
        self._shown.find_rooms(beginning)

    def reconnect(self) -> None:
        """Connect to all networks anew."""
        for client in self._clients:
            client.reconnect()

    def quit(self, reason: str = "") -> None:
        """Say good-bye to all servers and let `run` return (within 2 s)."""
        self._leaving.set()
        for client in self._clients:
            client.quit(reason)

    def halt(self) -> None:
        """Let `run` return at once, without a word to the servers: somebody takes our place."""
        self._leaving.set()
        for task in self._running.values():
            task.cancel()

    async def run(self) -> None:
        """Be connected to all networks until the user quits; what fails in one ends all."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                for client in self._clients:
                    self._start(client)
                await self._leaving.wait()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        finally:
            self._tasks = None

    # --- what happens ------------------------------------------------------------------------

    def _heed(self, client: Client, changes: Sequence[Change]) -> None:
        if client not in self._clients:  # it is on its way out
            return
        if not self._leaving.is_set() and any(isinstance(each, QuitWanted) for each in changes):
            self._leaving.set()
            for other in self._clients:
                if other is not client:
                    other.quit()
        self.tell(changes)

    def tell(self, changes: Sequence[Change]) -> None:
        """Tell all listeners of changes that are no network's own."""
        for listener in self._listeners:
            listener(changes)
