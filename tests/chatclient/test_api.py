"""The library, on a server in the same process."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
import uvloop

import chatclient
from chatclient import (
    Chat,
    Connected,
    ConnectError,
    Disconnected,
    Event,
    Joined,
    Kind,
    Left,
    Message,
    News,
    NotSaid,
    Refused,
    Removed,
    connect,
)
from chatclient.intake import AHEAD
from tests.chatclient.fake_server import MODERN, FakeServer, Visitor, until

_HISTORY = f"{MODERN} draft/chathistory draft/event-playback"


@asynccontextmanager
async def chatting(
    server: FakeServer, number: int = 0, **more: object
) -> AsyncIterator[tuple[Chat, Visitor]]:
    """Give a chat in #ops, and its connection seen from the server."""
    arguments = {"nick": "bot", "rooms": ["#ops"], "timeout": 5.0} | more
    async with asyncio.timeout(20):
        async with connect("127.0.0.1", server.port, **arguments) as chat:  # type: ignore[arg-type]
            yield chat, await server.visitor(number)


async def first(chat: Chat, count: int = 1) -> list[Message]:
    """Return the first messages that are heard."""
    found: list[Message] = []
    async for message in chat:
        found.append(message)
        if len(found) == count:
            break
    return found


@pytest.mark.asyncio
async def test_messages() -> None:
    """A message says who said what, where, and where an answer goes."""
    async with FakeServer() as server, chatting(server) as (chat, visitor):
        visitor.tell("@msgid=x;time=2026-11-22T12:00:00.000Z :bob!b@h PRIVMSG #ops :hello bot")
        visitor.tell(":bob!b@h PRIVMSG bot :psst")
        public, private = await first(chat, 2)
        assert (public.room, public.place, public.sender, public.text, public.msgid) == (
            "#ops",
            "#ops",
            "bob",
            "hello bot",
            "x",
        )
        assert public.time.isoformat() == "2026-11-22T12:00:00+00:00"
        assert (public.mention, public.own, public.kind) == (True, False, Kind.MESSAGE)
        assert (private.room, private.place, private.mention) == ("", "bob", True)


@pytest.mark.asyncio
async def test_saying() -> None:
    """`say` returns the message when the server has it; the loop over others' never sees it."""
    async with FakeServer() as server, chatting(server) as (chat, visitor):
        said = await chat.say("#ops", "deployed")
        assert (said.text, said.own, said.sender) == ("deployed", True, "bot")
        assert (await chat.say("bob", "waves", kind=Kind.ACTION)).kind is Kind.ACTION
        assert visitor.lines[-2:] == [
            "PRIVMSG #ops deployed",
            "PRIVMSG bob \x01ACTION waves\x01",
        ]
        visitor.tell(":bob!b@h PRIVMSG #ops :hello")
        [heard] = await first(chat)
        assert heard.text == "hello"
        await chat.reply(heard, "hi")
        assert visitor.lines[-1] == "PRIVMSG #ops hi"


@pytest.mark.asyncio
async def test_not_said() -> None:
    """What is refused, impossible or nothing raises, with the reason."""
    async with FakeServer() as server, chatting(server) as (chat, _):
        server.refusals["PRIVMSG #ops"] = "404 bot #ops :Cannot send to channel"
        with pytest.raises(NotSaid, match="Cannot send"):
            await chat.say("#ops", "x")
        with pytest.raises(NotSaid, match="join it first"):
            await chat.say("#dev", "x")
        with pytest.raises(NotSaid, match="nothing to say"):
            await chat.say("#ops", "\n")


@pytest.mark.asyncio
async def test_said_in_confidence() -> None:
    """A password to a service is sent, though it is shown nowhere and never echoed."""
    async with FakeServer() as server, chatting(server) as (chat, visitor):
        said = await chat.say("NickServ", "IDENTIFY sesame")
        await visitor.heard("PRIVMSG NickServ :IDENTIFY sesame".replace(" :", " "))
        assert "sesame" not in said.text


@pytest.mark.asyncio
async def test_what_was_missed_is_heard_once() -> None:
    """After a cut the loop goes on: with what was missed, in order, and nothing twice."""
    async with FakeServer(_HISTORY) as server:
        task = asyncio.create_task(_answer_history(server))
        async with chatting(server) as (chat, visitor):
            visitor.tell("@msgid=m1 :bob!b@h PRIVMSG #ops :one")
            assert [each.text for each in await first(chat)] == ["one"]
            visitor.reset()
            assert [each.text for each in await first(chat, 2)] == ["two", "three"]
        await task


async def _answer_history(server: FakeServer) -> None:
    """Have nothing from before the first connection; before the second, something was missed."""
    visitor = await server.visitor(0)
    await visitor.heard("CHATHISTORY")
    visitor.tell("@label=h1 :srv BATCH +1 chathistory #ops")
    visitor.tell("@batch=1;msgid=m0;time=2026-11-22T12:00:00.000Z :bob!b@h PRIVMSG #ops :old")
    visitor.tell(":srv BATCH -1")
    visitor = await server.visitor(1)
    await visitor.heard("CHATHISTORY LATEST #ops")
    visitor.tell("@msgid=m3 :bob!b@h PRIVMSG #ops :three")
    visitor.tell("@label=h1 :srv BATCH +2 chathistory #ops")
    visitor.tell("@batch=2;msgid=m1 :bob!b@h PRIVMSG #ops :one")
    visitor.tell("@batch=2;msgid=m2 :bob!b@h PRIVMSG #ops :two")
    visitor.tell(":srv BATCH -2")


@pytest.mark.asyncio
async def test_events() -> None:
    """Everything else that happens comes as an event of its own type."""
    async with (
        FakeServer(f"{MODERN} draft/message-redaction") as server,
        chatting(server) as (chat, visitor),
    ):
        visitor.tell("@msgid=m1 :bob!b@h PRIVMSG #ops :one")
        visitor.tell(":carol!c@h JOIN #ops")
        visitor.tell(":carol!c@h TOPIC #ops :new")
        visitor.tell(":carol!c@h PART #ops :bye")
        visitor.tell(":bob!b@h REDACT #ops m1 :typo")
        visitor.tell(":srv NOTICE bot :we close soon")
        visitor.reset()
        heard: list[Event] = []
        async with aclosing(chat.events()) as events:
            async for each in events:
                heard.append(each)
                if isinstance(each, Connected):
                    break
        news = [each.text for each in heard if isinstance(each, News)]
        rest = [each for each in heard if not isinstance(each, News)]
        assert news == [
            "carol set the topic to: new",
            "we close soon",
            "disconnected: connection reset by the server",
        ]
        match rest:
            case [
                Joined(nick="bot", own=True),
                Message(text="one"),
                Joined(nick="carol", own=False),
                Left(nick="carol", text="carol left: bye"),
                Removed(msgid="m1", text="deleted by bob: typo"),
                Disconnected(),
                Connected(),
            ]:
                pass
            case _:
                raise AssertionError(rest)


@pytest.mark.asyncio
async def test_saying_while_there_is_no_connection() -> None:
    """What is said while the server is away is said once it is back; `say` waits for that."""
    async with FakeServer() as server, chatting(server) as (chat, visitor):
        visitor.reset()
        await until(lambda: not chat.online)
        said = await chat.say("#ops", "still here")
        assert said.text == "still here"
        assert "PRIVMSG #ops still here" in server.visitors[1].lines


@pytest.mark.asyncio
async def test_a_slow_program_is_waited_for() -> None:
    """Beyond what waits to be handled, the rest waits on the server's side; none of it is lost."""
    async with FakeServer() as server, chatting(server) as (chat, visitor):
        count = 60_000
        async with aclosing(aiter(chat)) as messages:
            visitor.tell(":bob!b@h PRIVMSG #ops :begin")
            assert (await anext(messages)).text == "begin"
            for number in range(count):
                visitor.tell(f":bob!b@h PRIVMSG #ops :{number:0>100}")
            transport = visitor.writer.transport
            left = transport.get_write_buffer_size() + 1
            while left != (left := transport.get_write_buffer_size()):
                for _ in range(200):
                    await asyncio.sleep(0)
            assert left > 0
            assert AHEAD <= len(chat._intake) < 10 * AHEAD
            for number in range(count):
                assert int((await anext(messages)).text) == number


@pytest.mark.asyncio
async def test_rooms() -> None:
    """Rooms are joined and left; one that does not let us in is a refusal."""
    async with FakeServer() as server, chatting(server) as (chat, _):
        await chat.join("#dev")
        assert chat.rooms == ("#ops", "#dev")
        assert [member.nick for member in chat.members("#dev")] == ["bot"]
        server.refusals["JOIN #vip"] = "473 bot #vip :Cannot join channel (+i)"
        with pytest.raises(Refused, match="Cannot join"):
            await chat.join("#vip")
        with pytest.raises(Refused, match="join it first"):
            chat.members("#vip")
        assert chat.nick == "bot"


@pytest.mark.asyncio
async def test_no_way_in() -> None:
    """No server, a room that does not let us in, arguments that make no sense: each its error."""
    async with FakeServer() as server:
        server.refusals["JOIN"] = "471 bot #ops :Cannot join channel (+l)"
        with pytest.raises(Refused, match=r"\+l"):
            async with chatting(server):
                pass
        port = server.port
    with pytest.raises(ConnectError, match="nothing listens"):
        async with connect("127.0.0.1", port, nick="bot"):
            pass
    with pytest.raises(ValueError, match="no nick"):
        async with connect("127.0.0.1", port, nick="7up"):
            pass


@pytest.mark.asyncio
async def test_a_silent_server() -> None:
    """A server that does not let us in within the time is no server."""
    async with FakeServer() as server:
        server.mute = True
        with pytest.raises(ConnectError, match=r"within 0.1 s"):
            async with chatting(server, timeout=0.1):
                pass


@pytest.mark.asyncio
async def test_the_end_of_the_block() -> None:
    """Leaving the block says good-bye, and ends loops that still run."""
    async with FakeServer() as server:
        async with chatting(server) as (chat, visitor):
            loop = asyncio.create_task(first(chat))
            await asyncio.sleep(0)
        assert await loop == []
        assert visitor.lines[-1] == "QUIT"


@pytest.mark.asyncio
async def test_cancelling() -> None:
    """A cancelled loop, and a cancelled `say`, leave a chat that goes on."""
    async with FakeServer() as server, chatting(server) as (chat, visitor):
        server.refusals["PRIVMSG"] = "NOTICE bot :thinking"
        for task in (asyncio.create_task(first(chat)), asyncio.create_task(chat.say("#ops", "x"))):
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        visitor.tell(":bob!b@h PRIVMSG #ops :hello")
        assert [each.text for each in await first(chat)] == ["hello"]


@pytest.mark.asyncio
async def test_no_rooms() -> None:
    """A bot for people alone is in no room."""
    async with FakeServer() as server, chatting(server, rooms=()) as (chat, visitor):
        assert chat.rooms == ()
        assert not any(line.startswith("JOIN") for line in visitor.lines)


def test_uvloop() -> None:
    """It works on uvloop as well."""

    async def main() -> str:
        async with FakeServer() as server, chatting(server) as (chat, _):
            return (await chat.say("#ops", "fast")).text

    assert uvloop.run(main()) == "fast"


def test_importing_costs_nothing() -> None:
    """`import chatclient` imports nothing of the client; its names are all there all the same."""
    script = "import sys, chatclient; print(*(m for m in sys.modules if 'chatclient.' in m))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == ""
    assert all(hasattr(chatclient, name) for name in chatclient.__all__)
    assert not hasattr(chatclient, "nothing")
