"""The library, and the server: real processes."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import chatclient
from tests.e2e.server import Server

_PAGES = Path(__file__).parents[2]


@contextmanager
def _running(script: str) -> Iterator[subprocess.Popen[str]]:
    """Run a script in Python while the block runs."""
    with subprocess.Popen([sys.executable, "-c", script], text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("page", ["README.md", "docs/library.md"])
def test_the_bot_of_the_pages(page: str) -> None:
    """The ten lines that the pages show are a bot that works."""
    text = (_PAGES / page).read_text(encoding="utf-8")
    [script, *_] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len([line for line in script.splitlines() if line]) <= 10
    with (
        Server("--port", "0", "--ephemeral") as server,
        server.join() as ann,
        _running(script.replace("9000", str(server.port))),
    ):
        ann.read_until("* pong joined")
        ann.send("!ping")
        assert ann.read_until("[pong]") == "[pong] pong"


async def _hear(chat: chatclient.Chat, count: int) -> list[str]:
    heard: list[str] = []
    async for message in chat:
        heard.append(message.text)
        if len(heard) == count:
            break
    return heard


@pytest.mark.asyncio
async def test_over_a_kill(tmp_path: Path) -> None:
    """Two programs talk while the server is killed: all that was said is heard once, in order."""
    server = Server("--port", "0", "--data", tmp_path)
    port, room, count = server.port, "#ops", 200
    async with (
        asyncio.timeout(40),
        chatclient.connect("127.0.0.1", port, nick="ear", rooms=[room]) as ear,
        chatclient.connect("::1", port, nick="mouth", rooms=[room]) as mouth,
    ):
        hearing = asyncio.create_task(_hear(ear, count))
        for number in range(count):
            saying = asyncio.create_task(mouth.say(room, str(number)))
            if number == count // 2:
                await asyncio.to_thread(server.close)  # kill -9
                server = await asyncio.to_thread(Server, "--port", str(port), "--data", tmp_path)
            await saying
        assert await hearing == [*map(str, range(count))]
        history = await ear.history(room, 150)
        assert [message.text for message in history] == [*map(str, range(50, count))]
    server.close()


@pytest.mark.asyncio
async def test_what_one_does_with_a_message() -> None:
    """Answers, reactions and removals reach the others; what is not there cannot be removed."""
    with Server("--port", "0", "--ephemeral") as server:
        async with (
            asyncio.timeout(20),
            chatclient.connect("localhost", server.port, nick="ann", rooms=["#ops"]) as ann,
            chatclient.connect("localhost", server.port, nick="ben", rooms=["#ops"]) as ben,
        ):
            said = await ann.say("#ops", "shall we?")
            heard = await _next(ben)
            await ben.react(heard, "👍")
            answer = await ben.reply(heard, "yes")
            assert (await _next(ann)).reply_to == said.msgid == answer.reply_to
            await ann.redact(said, "changed my mind")
            with pytest.raises(chatclient.Refused):
                await ben.redact(await ann.say("#ops", "mine"))
            told = []
            async for event in ben.events():
                told.append(type(event).__name__)
                if told[-1] == "Removed":
                    break
            assert "Reacted" in told


async def _next(chat: chatclient.Chat) -> chatclient.Message:
    return await anext(aiter(chat))
