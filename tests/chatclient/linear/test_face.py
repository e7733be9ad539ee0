"""The linear face on pipes, with a server in the same process."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chatclient.client import Client
from chatclient.config import build
from chatclient.linear.face import ORDERS, Face
from chatclient.linear.writer import MOST, LineWriter
from tests.chatclient.clients import Hasty
from tests.chatclient.fake_server import FakeServer, Visitor, until
from tests.waiting import eventually


class Run:
    """A face that reads a pipe and writes a file."""

    def __init__(self, server: FakeServer, path: Path, **more: object) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT)
        reading, self.keys = os.pipe()
        settings = {"rooms": ["#ops"]} | more
        config = build(["127.0.0.1", str(server.port)], nick="anna", **settings)  # type: ignore[arg-type]
        self.client = Client(config, Hasty())
        self.face = Face(self.client, reading=reading, writing=self._file, wait=2.0)
        self.task = asyncio.create_task(self.face.run())

    def type(self, *lines: str) -> None:
        """Type lines."""
        os.write(self.keys, "".join(f"{line}\n" for line in lines).encode())

    async def says(self, text: str) -> None:
        """Wait until it has said something."""
        await until(lambda: text in self.said)

    @property
    def said(self) -> str:
        """All that was said."""
        return self.path.read_text()


@asynccontextmanager
async def running(path: Path, caps: str = "echo-message") -> AsyncIterator[tuple[Run, Visitor]]:
    """Run a face in #ops, and end its input at the end."""
    async with FakeServer(caps) as server:
        run = Run(server, path)
        yield run, await server.visitor(0)
        os.close(run.keys)
        async with asyncio.timeout(10):
            await run.task


@pytest.mark.asyncio
async def test_talking(tmp_path: Path) -> None:
    """What is typed is said in the room and not repeated; what is heard is a line each."""
    async with running(tmp_path / "out") as (run, visitor):
        await run.says("now in #ops, you alone\n")
        run.type("hello")
        await visitor.heard("PRIVMSG #ops hello")
        visitor.tell(":bob!b@h PRIVMSG #ops :hello \x1b[2J anna\x07")
        await run.says("bob mentions you: hello ")
    assert "anna: hello" not in run.said
    assert all(each.isprintable() for each in run.said.split("\n"))
    assert run.task.result() is True


@pytest.mark.asyncio
async def test_the_end_of_the_input(tmp_path: Path) -> None:
    """At the end of the input it waits until the server has everything, and says good-bye."""
    async with FakeServer() as server:
        run = Run(server, tmp_path / "out")
        run.type("one", "two")
        os.close(run.keys)
        assert await run.task is True
        assert [line for line in server.visitors[0].lines if not line.startswith("PING")][-3:] == [
            "PRIVMSG #ops one",
            "PRIVMSG #ops two",
            "QUIT",
        ]


@pytest.mark.asyncio
async def test_what_the_server_does_not_take(tmp_path: Path) -> None:
    """When the server does not answer, the end of the input is not taken for success."""
    async with FakeServer() as server:
        server.refusals["PRIVMSG"] = "NOTICE anna :thinking"
        run = Run(server, tmp_path / "out")
        run.face._wait = 0.2
        run.type("one")
        os.close(run.keys)
        assert await run.task is False


@pytest.mark.asyncio
async def test_moving_around(tmp_path: Path) -> None:
    """One goes to rooms by name and number, and to what is unread; each says where one is."""
    async with running(tmp_path / "out") as (run, visitor):
        await run.says("now in #ops")
        run.type("/join #dev")
        await run.says("now in #dev, you alone")
        visitor.tell(":bob!b@h PRIVMSG #ops :look at this")
        await run.says("something is unread in #ops")
        run.type("/status")
        await run.says("2: #ops, 1 unread\n3: #dev, here\n")
        run.type("/next")
        await run.says("now in #ops, you alone\n1 message unread in #ops:\n")
        run.type("/go 3", "/go op", "/go nowhere", "/next")
        await run.says("there is no nowhere open")
        await run.says("nothing is unread\n")
        run.type("/read 1")
        await run.says("1 message in #ops:")
        run.type("/read #dev")
        await run.says("nothing is unread in #dev")
        run.type("/read lala", "/go", "/help")
        await run.says("there is no lala open; /status")
        await run.says("name a room, a person or a number")
        await run.says("/quit [reason]: leave the chat")
        assert all(f"\n{name}" in run.said for name in ORDERS if name != "/help")
        run.type("/help leave", "/clear")
        await run.says("/part [room] [reason]: leave a room\n/leave is the same\n")
        await run.says("there is nothing to clear")


@pytest.mark.asyncio
async def test_questions(tmp_path: Path) -> None:
    """A question is asked in words, and the next line answers it."""
    async with running(tmp_path / "out", "sasl=PLAIN") as (run, visitor):
        await run.says("now in #ops")
        run.type("/login alice")
        await run.says("type the password of alice (it is not shown)")
        run.type("sesame")
        await visitor.heard("AUTHENTICATE PLAIN")
        visitor.tell("AUTHENTICATE +")
        await visitor.heard("AUTHENTICATE AGFsaWNlAHNlc2FtZQ==")
    assert "sesame" not in run.said


@pytest.mark.asyncio
async def test_a_cut(tmp_path: Path) -> None:
    """A cut is said, what is typed then waits and says so, and being back is said."""
    async with running(tmp_path / "out") as (run, visitor):
        await run.says("now in #ops")
        visitor.reset()
        await run.says("connection reset by the server")
        await run.says("connected again to 127.0.0.1")


def test_a_terminal_that_takes_nothing() -> None:
    """Who says something never waits; what is too much is left out, oldest first, and counted."""
    reading, writing = os.pipe()
    filled = 0
    os.set_blocking(writing, False)
    try:
        while True:
            filled += os.write(writing, b"x" * 4096)
    except BlockingIOError:
        pass
    os.set_blocking(writing, True)
    writer = LineWriter(writing, "ascii", lambda: None)
    writer.say(["first, which the thread holds"])
    eventually(lambda: not writer._queue)
    writer.say(str(number) for number in range(MOST + 7))
    while filled:
        filled -= len(os.read(reading, min(filled, 65536)))
    writer.say(["größer\ta"])
    writer.close(5.0)
    os.close(writing)
    with os.fdopen(reading) as rest:
        lines = rest.read().splitlines()
    assert lines[0] == "first, which the thread holds"
    assert lines[1].split(" ", 1)[1] == "lines were left out, as the terminal did not take them"
    assert lines[-2:] == [str(MOST + 6), "gr??er a"]


def test_a_terminal_that_is_gone() -> None:
    """That nobody is there any more is told, once."""
    reading, writing = os.pipe()
    os.close(reading)
    gone: list[None] = []
    writer = LineWriter(writing, "utf-8", lambda: gone.append(None))
    writer.say(["hello"])
    writer.close(5.0)
    os.close(writing)
    assert gone == [None]
