"""The client as a tool, on a server in the same process."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import pytest

from chatclient.config import Login, Security, build
from chatclient.config import Tool as Wishes
from chatclient.tool import WINDOW, Status, Tool, ToolError
from tests.chatclient.fake_server import MODERN, FakeServer, Visitor, until


class Run:
    """A tool with a file as output and a pipe as input."""

    def __init__(self, port: int, path: Path, wishes: Wishes, **more: Any) -> None:
        self.path = path
        self._reading, self.writing = os.pipe()
        settings: dict[str, Any] = {"rooms": ["#ops"], "timeout": 5.0} | more
        self._config = build(["127.0.0.1", str(port)], nick="bot", tool=wishes, **settings)

    async def run(self, output: TextIO | None = None) -> None:
        """Run it to its end."""
        if output is not None:
            await Tool(self._config, output, self._reading).run()
            return
        with self.path.open("w") as file:
            await Tool(self._config, file, self._reading).run()

    def heard(self) -> list[dict[str, object]]:
        """Return what it printed so far."""
        return [json.loads(line) for line in self.path.read_text().splitlines()]


@contextmanager
def failing(status: int, *says: str) -> Iterator[None]:
    """Expect the tool to fail with that status, and to say so."""
    with pytest.raises(ToolError) as caught:
        yield
    assert caught.value.status == status
    assert all(each in str(caught.value) for each in says), str(caught.value)


def _messages(server: FakeServer, visitor: int = 0) -> list[str]:
    lines = server.visitors[visitor].lines
    return [line.removeprefix("PRIVMSG ") for line in lines if line.startswith("PRIVMSG")]


@pytest.mark.parametrize("caps", ["", "echo-message", "echo-message labeled-response batch"])
@pytest.mark.asyncio
async def test_send(tmp_path: Path, caps: str) -> None:
    """It says each message in each room, waits until all are acknowledged, and says good-bye."""
    async with FakeServer(caps) as server:
        wishes = Wishes(messages=("deployed", "/not a command"))
        await Run(server.port, tmp_path / "out", wishes, rooms=["#ops", "#dev"]).run()
        assert _messages(server) == [
            "#ops deployed",
            "#dev deployed",
            "#ops /not a command",
            "#dev /not a command",
        ]
        assert server.visitors[0].lines[-1] == "QUIT"
        assert (tmp_path / "out").read_text() == ""


@pytest.mark.asyncio
async def test_lines_of_stdin(tmp_path: Path) -> None:
    """Every line is said as it comes, however many there are; its end ends the tool."""
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(from_stdin=True))
        task = asyncio.create_task(run.run())
        os.write(run.writing, b"first\n")
        visitor = await server.visitor(0)
        await visitor.heard("PRIVMSG #ops first")
        os.write(run.writing, b"".join(b"%d\n" % each for each in range(10 * WINDOW)))
        os.close(run.writing)
        await task
        assert _messages(server) == ["#ops first", *(f"#ops {each}" for each in range(10 * WINDOW))]


@pytest.mark.asyncio
async def test_json(tmp_path: Path) -> None:
    """What is heard is printed as it is heard, until a signal asks to end."""
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(as_json=True))
        task = asyncio.create_task(run.run())
        visitor = await server.visitor(0)
        await visitor.heard("JOIN #ops")
        visitor.tell("@msgid=x :bob!b@h PRIVMSG #ops :hello")
        await until(lambda: len(run.heard()) == 2)
        assert [(each["kind"], each["text"]) for each in run.heard()] == [
            ("join", "you joined #ops"),
            ("message", "hello"),
        ]
        os.kill(os.getpid(), signal.SIGTERM)
        await task
        assert visitor.lines[-1] == "QUIT"
        assert len(run.heard()) == 2


@pytest.mark.asyncio
async def test_listening_goes_on_after_a_cut(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who listens is connected again when the connection ends, and told on standard error."""
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(as_json=True))
        task = asyncio.create_task(run.run())
        await (await server.visitor(0)).heard("JOIN #ops")
        await until(lambda: len(run.heard()) == 1)
        server.visitors[0].reset()
        visitor = await server.visitor(1)
        await visitor.heard("JOIN #ops")
        visitor.tell(":bob!b@h PRIVMSG #ops :still here?")
        await until(lambda: run.heard()[-1]["text"] == "still here?")
        os.kill(os.getpid(), signal.SIGINT)
        await task
    assert capsys.readouterr().err == "chatclient: connection reset by the server; trying again\n"


@pytest.mark.parametrize("caps", ["", "echo-message", "labeled-response echo-message batch"])
@pytest.mark.parametrize("said", [Wishes(messages=("a", "b")), Wishes(from_stdin=True)])
@pytest.mark.asyncio
async def test_a_refused_message(tmp_path: Path, caps: str, said: Wishes) -> None:
    """A refusal ends it, with the server's reason; standard input need not end for that."""
    async with FakeServer(caps) as server:
        server.refusals["PRIVMSG"] = "404 bot #ops :Cannot send to channel"
        run = Run(server.port, tmp_path / "out", said)
        os.write(run.writing, b"a\n")
        with failing(Status.REFUSED, "#ops: Cannot send to channel: a"):
            await run.run()


@pytest.mark.parametrize("wishes", [Wishes(messages=("x",)), Wishes(as_json=True)])
@pytest.mark.asyncio
async def test_a_room_that_refuses(tmp_path: Path, wishes: Wishes) -> None:
    """A room that does not let us in ends it, with the server's reason; nothing is said."""
    async with FakeServer() as server:
        server.refusals["JOIN #ops"] = "474 bot #ops :Cannot join channel (+b)"
        with failing(Status.REFUSED, "#ops: Cannot join channel (+b)"):
            await Run(server.port, tmp_path / "out", wishes).run()
        assert _messages(server) == []


@pytest.mark.parametrize("wishes", [Wishes(messages=("x",)), Wishes(as_json=True)])
@pytest.mark.asyncio
async def test_no_server(tmp_path: Path, wishes: Wishes) -> None:
    """Without a server it fails at once, and says what to check."""
    async with FakeServer() as server:
        port = server.port
    with failing(Status.LOST, "nothing listens on 127.0.0.1", "check the port"):
        await Run(port, tmp_path / "out", wishes).run()


@pytest.mark.parametrize("wishes", [Wishes(messages=("x",)), Wishes(from_stdin=True)])
@pytest.mark.asyncio
async def test_a_cut_before_the_acknowledgement(tmp_path: Path, wishes: Wishes) -> None:
    """What was sent before a cut may have arrived or not: that is no success, and is not repeated."""
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", wishes)
        server.refusals["PRIVMSG"] = "NOTICE * :thinking"
        task = asyncio.create_task(run.run())
        await server.visitor(0)
        os.write(run.writing, b"x\n")
        await server.visitors[0].heard("PRIVMSG #ops x")
        server.visitors[0].reset()
        with failing(Status.LOST, "#ops: it may not have arrived", "was lost: x"):
            await task
        assert _messages(server, 1) == []


@pytest.mark.asyncio
async def test_no_way_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When the server does not come back in time, nothing is known of what was said.

    That it is tried again is told once, however often it is.
    """
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(messages=("x",)), timeout=2.0)
        server.refusals["PRIVMSG"] = "NOTICE * :thinking"
        task = asyncio.create_task(run.run())
        await (await server.visitor(0)).heard("PRIVMSG #ops x")
    with failing(Status.LOST, "no way back within 2 s"):
        await task
    assert capsys.readouterr().err.count("trying again") == 1


@pytest.mark.asyncio
async def test_a_wrong_password(tmp_path: Path) -> None:
    """A server that refuses us altogether is a refusal, not a lost connection."""
    async with FakeServer() as server:
        server.refusals["CAP END"] = "464 * :Password incorrect"
        task = asyncio.create_task(
            Run(server.port, tmp_path / "out", Wishes(messages=("x",))).run()
        )
        visitor = await server.visitor(0)
        await visitor.heard("CAP END")
        visitor.hang_up()
        with failing(Status.REFUSED, "Password incorrect"):
            await task


@pytest.mark.parametrize("silent", ["CAP LS", "JOIN #ops", "PRIVMSG #ops"])
@pytest.mark.asyncio
async def test_no_answer(tmp_path: Path, silent: str) -> None:
    """A server that does not answer in time ends it, whatever it was that was asked."""
    async with FakeServer() as server:
        server.refusals[silent] = "NOTICE * :thinking"
        run = Run(server.port, tmp_path / "out", Wishes(messages=("x",)), timeout=0.2)
        with failing(Status.TIMEOUT, "did not answer within 0.2 s"):
            await run.run()


@pytest.mark.asyncio
async def test_interrupted_while_sending(tmp_path: Path) -> None:
    """A signal before all was acknowledged is no success."""
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(from_stdin=True))
        task = asyncio.create_task(run.run())
        await (await server.visitor(0)).heard("JOIN #ops")
        os.kill(os.getpid(), signal.SIGINT)
        with failing(Status.SIGNAL + signal.SIGINT, "not everything was acknowledged"):
            await task


@pytest.mark.asyncio
async def test_nobody_reads(tmp_path: Path) -> None:
    """When the reader of its output goes away, it ends, even if there is nothing to print."""
    async with FakeServer() as server:
        reading, writing = os.pipe()
        with os.fdopen(writing, "w") as output:
            run = Run(server.port, tmp_path / "out", Wishes(as_json=True))
            task = asyncio.create_task(run.run(output))
            await (await server.visitor(0)).heard("JOIN #ops")
            await asyncio.to_thread(os.read, reading, 4096)
            os.close(reading)
            with pytest.raises(BrokenPipeError):
                await task
        assert server.visitors[0].lines[-1] == "QUIT"


@pytest.mark.asyncio
async def test_a_line_that_is_too_long(tmp_path: Path) -> None:
    """An input line without end is refused, rather than sent in thousands of messages."""
    path = tmp_path / "in"
    path.write_bytes(b"x" * 200_000)
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(from_stdin=True))
        with path.open("rb") as file:
            os.dup2(file.fileno(), run._reading)
        with failing(Status.REFUSED, "longer than 65536 bytes"):
            await run.run()


def test_the_statuses_are_those_of_the_help() -> None:
    """The help and docs/tool.md tell every exit status."""
    from chatclient.cli import EPILOG  # noqa: PLC0415 - for this test alone

    listed: Sequence[str] = [line.split()[0] for line in EPILOG.splitlines() if line[2:3].isdigit()]
    assert listed == [str(int(each)) for each in Status if each is not Status.SIGNAL]
    page = (Path(__file__).parents[2] / "docs" / "tool.md").read_text(encoding="utf-8")
    assert all(f"\n| {each} | " in page for each in [*listed, "128 + N"])


@pytest.mark.asyncio
async def test_an_unknown_certificate(tmp_path: Path) -> None:
    """Nobody is asked: it says what it would have to be told, and that it did not connect."""
    async with FakeServer(tls=True) as server:
        run = Run(server.port, tmp_path / "out", Wishes(("x",)), security=Security(tls=True))
        with failing(Status.LOST, "self-signed certificate", "--fingerprint sha256:"):
            await run.run()


@pytest.mark.asyncio
async def test_no_login(tmp_path: Path) -> None:
    """A server that takes no login, or refuses it, is no server to say it on."""
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(("x",)), login=Login("alice", "sesame"))
        with failing(Status.REFUSED, "no login"):
            await run.run()
        assert _messages(server) == []
    async with FakeServer("sasl=PLAIN") as server:
        server.refusals["AUTHENTICATE"] = "904 * :wrong"
        run = Run(server.port, tmp_path / "out", Wishes(("x",)), login=Login("alice", "sesame"))
        with failing(Status.REFUSED, "refuses the login as alice: wrong"):
            await run.run()


_HISTORY = f"{MODERN} draft/chathistory"


def _page(visitor: Visitor, asked: int, *lines: str) -> None:
    """Answer the question for history of that number, the first being 1."""
    visitor.tell(f"@label=h{asked} :srv BATCH +{asked} chathistory #ops")
    for line in lines:
        when, said = line.split(" ", 1)
        tags = f"@batch={asked};msgid=m{when};time=2026-11-22T12:00:{when}.000Z"
        visitor.tell(f"{tags} :bob!b@h PRIVMSG #ops :{said}")
    visitor.tell(f":srv BATCH -{asked}")


def _texts(run: Run) -> list[str]:
    """Return what it printed so far, without the days and times."""
    return [line.split(" ", 2)[2] for line in run.path.read_text().splitlines()]


@pytest.mark.asyncio
async def test_tail(tmp_path: Path) -> None:
    """It prints the last N messages, as text, asking for as many as it takes, and goes on."""
    async with FakeServer(_HISTORY) as server:
        run = Run(server.port, tmp_path / "out", Wishes(tail=3))
        task = asyncio.create_task(run.run())
        visitor = await server.visitor(0)
        await visitor.heard("CHATHISTORY LATEST #ops")
        visitor.tell(":bob!b@h PRIVMSG #ops :five")
        _page(visitor, 1, "03 three", "04 four")
        await visitor.heard("CHATHISTORY BEFORE #ops")
        assert run.path.read_text() == ""
        _page(visitor, 2, "01 one", "02 two")
        await until(lambda: "five" in run.path.read_text())
        visitor.tell(":carol!c@h JOIN #ops")
        visitor.tell(":carol!c@h PRIVMSG #ops :\x01ACTION waves\x01")
        await until(lambda: "waves" in run.path.read_text())
        assert _texts(run) == [
            "#ops bob: two",
            "#ops bob: three",
            "#ops bob: four",
            "#ops bob: five",
            "#ops * carol waves",
        ]
        os.kill(os.getpid(), signal.SIGTERM)
        await task


@pytest.mark.asyncio
async def test_tail_without_following(tmp_path: Path) -> None:
    """With --no-follow it ends after the last messages, of which there may be fewer."""
    async with FakeServer(_HISTORY) as server:
        run = Run(server.port, tmp_path / "out", Wishes(tail=3, follows=False))
        task = asyncio.create_task(run.run())
        visitor = await server.visitor(0)
        await visitor.heard("CHATHISTORY LATEST #ops")
        _page(visitor, 1, "03 three")
        await visitor.heard("CHATHISTORY BEFORE #ops")
        _page(visitor, 2)
        await task
        assert _texts(run) == ["#ops bob: three"]


@pytest.mark.asyncio
async def test_tail_where_there_is_no_history(tmp_path: Path) -> None:
    """A server that keeps nothing has no last messages: what follows is printed."""
    async with FakeServer() as server:
        run = Run(server.port, tmp_path / "out", Wishes(tail=3))
        task = asyncio.create_task(run.run())
        visitor = await server.visitor(0)
        await visitor.heard("JOIN #ops")
        visitor.tell(":bob!b@h PRIVMSG #ops :hello")
        await until(lambda: "hello" in run.path.read_text())
        os.kill(os.getpid(), signal.SIGHUP)
        await task


@pytest.mark.asyncio
async def test_to_one_person(tmp_path: Path) -> None:
    """--to says it to a person, in no room; one who is not there is a refusal."""
    async with FakeServer() as server:
        wishes = Wishes(messages=("hi",), to=("bob",))
        await Run(server.port, tmp_path / "out", wishes, rooms=[]).run()
        assert _messages(server) == ["bob hi"]
        assert not any(line.startswith("JOIN") for line in server.visitors[0].lines)
        server.refusals["PRIVMSG bob"] = "401 bot bob :No such nick"
        with failing(Status.REFUSED, "bob: No such nick"):
            await Run(server.port, tmp_path / "out", wishes, rooms=[]).run()
