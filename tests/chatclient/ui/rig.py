"""A client screen on a terminal in memory: keys go in, pyte shows what came out."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pyte
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.base import PipeInput
from prompt_toolkit.output.color_depth import ColorDepth

from chatclient.model import (
    Buffer,
    BufferClosed,
    Change,
    ConnectionState,
    Kind,
    Line,
    Member,
    Question,
    Status,
    World,
)
from chatclient.model.archive import Archive
from chatclient.settings import Settings
from chatclient.ui.output import FrameOutput
from chatclient.ui.screen import ChatScreen

DEADLINE = 5.0  # seconds; a condition that is not met by then never is
NOON = 1_700_049_600.0  # 2023-11-15 12:00 UTC, a Wednesday

ENTER, TAB, BACK_TAB, ESC = "\r", "\t", "\x1b[Z", "\x1b"
UP, DOWN, RIGHT, LEFT, PAGE_UP, PAGE_DOWN = (
    "\x1b[A",
    "\x1b[B",
    "\x1b[C",
    "\x1b[D",
    "\x1b[5~",
    "\x1b[6~",
)
CTRL_UP, CTRL_DOWN, CTRL_HOME, CTRL_END = "\x1b[1;5A", "\x1b[1;5B", "\x1b[1;5H", "\x1b[1;5F"
F1, F2 = "\x1bOP", "\x1bOQ"
CTRL_C, CTRL_D, CTRL_L, CTRL_N, CTRL_P = "\x03", "\x04", "\x0c", "\x0e", "\x10"


class ScriptedClient:
    """A client without a server: it notes what the screen asks for; a test plays the network."""

    def __init__(self, world: World, *more: World) -> None:
        """Have these worlds, the first one in view."""
        self.worlds: tuple[World, ...] = (world, *more)
        self.world = world
        self.settings = Settings()
        for other in more:
            other.watched = False
        self.entered: list[tuple[str, str]] = []
        self.replies: list[tuple[str, str]] = []  # what was answered, and what was said
        self.reactions: list[tuple[str, str]] = []  # to what, and by what
        self.redacted: list[str] = []
        self.typed: list[tuple[str, bool]] = []  # where somebody types, or no longer does
        self.lacking: set[str] = set()  # features of the server
        self.sought: list[str] = []  # beginnings of names of rooms
        self.older_sought: list[tuple[Line, Line | None]] = []  # before what, filling which gap
        self.has_history = False  # whether the server can be asked for that
        self.quits = 0
        self.seen = 0
        self.over = asyncio.Event()
        self.lingers = False  # whether the server takes its time to say good-bye
        self.problem: Exception | None = None
        self._listener: Callable[[Sequence[Change]], None] = lambda _: None

    def listen(self, listener: Callable[[Sequence[Change]], None]) -> None:
        """Keep the one listener."""
        self._listener = listener

    def enter(self, buffer: Buffer, text: str) -> None:
        """Note what was typed."""
        self.entered.append((buffer.name, text))

    def say(
        self, buffer: Buffer, text: str, reply_to: Line | str = "", kind: Kind = Kind.MESSAGE
    ) -> None:
        """Note what was answered."""
        text = f"* {text}" if kind is Kind.ACTION else text
        self.replies.append((reply_to if isinstance(reply_to, str) else reply_to.text, text))

    def react(self, buffer: Buffer, line: Line, text: str) -> None:
        """Note it."""
        self.reactions.append((line.text, text))

    def redact(self, buffer: Buffer, line: Line) -> None:
        """Note it."""
        self.redacted.append(line.text)

    def typing(self, buffer: Buffer, active: bool) -> None:  # noqa: FBT001 -- as the real one
        """Note it."""
        self.typed.append((buffer.name, active))

    def can(self, buffer: Buffer, feature: str) -> bool:
        """Say whether it is not lacking."""
        return feature not in self.lacking

    def answer(self, written: str | None) -> None:
        """Do it, as the real one does."""
        asking = next(world for world in self.worlds if world.question)
        asking.answer(written)
        self.flush()

    @property
    def buffers(self) -> list[Buffer]:
        """Those of all worlds."""
        return [buffer for world in self.worlds for buffer in world.buffers]

    def world_of(self, buffer: Buffer) -> World:
        """Find it."""
        return next(world for world in self.worlds if buffer in world.buffers)

    @property
    def question(self) -> Question | None:
        """What any world asks."""
        return next((world.question for world in self.worlds if world.question), None)

    def is_secret(self, buffer: Buffer, text: str) -> bool:
        """Take what begins so for one."""
        return text.startswith("secret")

    def activate(self, buffer: Buffer) -> None:
        """Do it, as the real one does."""
        self.world.watched = False
        self.world = self.world_of(buffer)
        self.world.watched = True
        self.world.activate(buffer)
        self.flush()

    def remove(self, world: World) -> None:
        """Do it, as the hub does."""
        self.worlds = tuple(each for each in self.worlds if each is not world)
        if self.world is world:
            self.activate(self.worlds[0].active)
        self._listener([BufferClosed(buffer) for buffer in world.buffers])

    def see(self) -> None:
        """Count it."""
        self.seen += 1

    def find_older(self, buffer: Buffer, line: Line, gap: Line | None = None) -> bool:
        """Note it; a test plays the answer."""
        self.older_sought.append((line, gap))
        self.world.set_seeking(buffer, seeking=self.has_history)
        return self.has_history

    def find_rooms(self, beginning: str) -> None:
        """Note it."""
        self.sought.append(beginning)

    def quit(self, reason: str = "") -> None:
        """Note it, and be over."""
        self.quits += 1
        if not self.lingers:
            self.over.set()

    async def run(self) -> None:
        """Wait for the end."""
        await self.over.wait()
        if self.problem is not None:
            raise self.problem

    def flush(self) -> None:
        """Tell the screen what changed."""
        self._listener([change for world in self.worlds for change in world.take_changes()])


class _Paper:
    """Standard output that a terminal reads: pyte, and a transcript."""

    encoding = "utf-8"

    def __init__(self, columns: int, rows: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self.transcript: list[str] = []

    def write(self, data: str) -> None:
        self.transcript.append(data)
        self._stream.feed(data)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


class Rig:
    """A running screen, the hands at its keys and the eyes on its terminal."""

    def __init__(
        self,
        client: ScriptedClient,
        keys: PipeInput,
        columns: int,
        rows: int,
        depth: ColorDepth = ColorDepth.DEPTH_8_BIT,
        *,
        archive: Archive | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.client = client
        self.world = client.world
        self.paper = _Paper(columns, rows)
        self._keys = keys
        self._size = Size(rows=rows, columns=columns)
        self.output = FrameOutput(
            self.paper,  # type: ignore[arg-type]  # it asks for no more than this of a TextIO
            lambda: self._size,
            term="xterm-256color",
            default_color_depth=depth,
        )
        self.screen = ChatScreen(
            client,
            archive=archive,
            input=keys,
            output=self.output,
            now=lambda: NOON,
            environment=environment or {},
            open_url=self._open,
        )
        self.opened: list[str] = []  # links
        self.has_desktop = True  # to open them on
        self.failing = False  # whether the test is about a screen that ends with an error
        self.task = asyncio.create_task(self.screen.run())
        self._drawn = asyncio.Event()
        self.screen.app.after_render += lambda _: self._drawn.set()

    def _open(self, url: str) -> bool:
        if self.has_desktop:
            self.opened.append(url)
        return self.has_desktop

    @property
    def rows(self) -> list[str]:
        """The screen's rows, without the blanks at their ends."""
        return [row.rstrip() for row in self.paper.screen.display]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.rows)

    @property
    def raw(self) -> str:
        """Everything that went to the terminal."""
        return "".join(self.paper.transcript)

    def cell(self, text: str) -> pyte.screens.Char:
        """Return the first cell of `text`, with its colours and attributes."""
        for y, row in enumerate(self.paper.screen.display):
            if text in row:
                return self.paper.screen.buffer[y][row.index(text)]
        raise AssertionError(f"{text!r} is not on the screen:\n{self.text}")

    def press(self, keys: str) -> None:
        """Press keys, as a terminal sends them."""
        self._keys.send_text(keys)

    def paste(self, text: str) -> None:
        """Paste, as a terminal with bracketed paste does."""
        self.press(f"\x1b[200~{text}\x1b[201~")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal."""
        self._size = Size(rows=rows, columns=columns)
        self.paper.screen.resize(rows, columns)
        self.screen.app._on_resize()

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until a frame is drawn that meets the condition."""
        try:
            async with asyncio.timeout(DEADLINE):
                while not condition():
                    if self.task.done():
                        self.task.result()
                    self._drawn.clear()
                    await self._drawn.wait()
        except TimeoutError:
            raise AssertionError(f"it never came to that; the screen:\n{self.text}") from None

    async def shows(self, text: str) -> None:
        """Wait until `text` is on the screen."""
        await self.until(lambda: text in self.text)

    async def hides(self, text: str) -> None:
        """Wait until `text` is not on the screen."""
        await self.until(lambda: text not in self.text)

    def say(self, room: Buffer, nick: str, text: str, *, mention: bool = False) -> Line:
        """Let somebody say something."""
        line = self.world.make_line(Kind.MESSAGE, text, time=NOON, source=nick)
        self.world.add(room, replace(line, mention=mention))
        self.client.flush()
        return line


def make_world(name: str = "", server: str = "chat.example:9000") -> World:
    """Return the world of anna, who is online and in #lobby with bob and an operator."""
    status = Status(
        server,
        state=ConnectionState.ONLINE,
        nick="anna",
        family="IPv6",
        remote="[2001:db8::1]:9000",
        round_trip=0.0034,
    )
    world = World(status, name=name)
    join(world, "#lobby", "anna", "bob", "@oper")
    world.activate(world.buffers[1])
    world.take_changes()
    return world


def join(world: World, name: str, *people: str) -> Buffer:
    """Return a room that the user is in, with these people (and their prefixes)."""
    room = world.open_room(name)
    world.set_joined(room, joined=True)
    members = [re.fullmatch(r"([@+]?)(.+)", each) for each in people]
    room.members.replace([Member(each[2], each[1]) for each in members if each])
    return room


@asynccontextmanager
async def rig(
    columns: int = 80,
    rows: int = 24,
    world: World | None = None,
    depth: ColorDepth = ColorDepth.DEPTH_8_BIT,
    *,
    more: Sequence[World] = (),
    settings: Settings = Settings(),
    archive: Archive | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Rig]:
    """Run a screen of that size, of `world` and `more` worlds, and leave it at the end."""
    with create_pipe_input() as keys:
        client = ScriptedClient(world or make_world(), *more)
        client.settings = settings
        made = Rig(client, keys, columns, rows, depth, archive=archive, environment=environment)
        try:
            await made.until(lambda: any(made.rows))
            yield made
        finally:
            client.over.set()
            await asyncio.gather(made.task, return_exceptions=True)
    if not made.failing:
        made.task.result()
