"""What is said on a connection: first line, line after line, the end. With real sockets."""

import asyncio
import itertools

import pytest

from chatserver.faces.detection import Refused, Speaks, judge
from chatserver.net.deadlines import Times
from chatserver.net.dialogue import OUTSTANDING_MOST
from chatwire.framing import OVERLONG
from tests.chatserver.fakes import until
from tests.chatserver.net.service import serving


@pytest.mark.asyncio
async def test_lines_are_answered() -> None:
    """The first one decides, and is taken as the first."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        assert await caller.ask(b"again") == b"again\n"
        assert service.face.heard == [b"hello", b"again"]
        assert service.face.speaks is Speaks.PLAIN
        assert service.face.origin.host == "127.0.0.1"
        assert service.face.origin.private
        await caller.close()


@pytest.mark.asyncio
async def test_byte_by_byte_is_the_same() -> None:
    """The kernel may cut a stream anywhere."""
    async with serving() as service:
        caller = await service.connect()
        for byte in b"NICK bob\r\nhow are you\n":
            caller.send(bytes((byte,)))
            await until(lambda: caller.writer.transport.get_write_buffer_size() == 0)
        assert await caller.line() == b"NICK bob\n"
        assert await caller.line() == b"how are you\n"
        assert service.face.speaks is Speaks.IRC
        await caller.close()


@pytest.mark.asyncio
async def test_a_thousand_lines_in_one_read_are_answered_in_order() -> None:
    """None is lost and none overtakes another."""
    lines = [b"%d\n" % number for number in range(1000)]
    async with serving() as service:
        caller = await service.connect()
        caller.send(b"".join(lines))
        assert [await caller.line() for _ in lines] == lines
        await caller.close()


@pytest.mark.asyncio
async def test_many_lines_at_once_leave_others_their_turn() -> None:
    """Also if none of them needs the journal or an answer: nobody else waits for the last one."""
    async with serving() as service:
        caller = await service.connect()
        await caller.ask(b"hello")
        caller.send(b"spin\n" * 100)
        await until(lambda: len(service.face.heard) > 1)
        turns = [len(service.face.heard)]
        while turns[-1] < 101:
            await asyncio.sleep(0)
            turns.append(len(service.face.heard))
        assert max(later - before for before, later in itertools.pairwise(turns)) < 50
        await caller.close()


@pytest.mark.asyncio
async def test_nobody_is_there_before_the_first_line_is_judged() -> None:
    """Half a line opens no session."""
    async with serving() as service:
        caller = await service.connect()
        caller.send(b"hel")
        await until(lambda: service.connections)
        assert not service.faces.opened
        assert await caller.ask(b"lo") == b"hello\n"
        await caller.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("stream", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01", b"\0"])
async def test_other_protocols_are_answered_and_closed(stream: bytes) -> None:
    """They get all of the answer, then the end, and no session."""
    verdict = judge(stream.partition(b"\r\n")[0])
    assert isinstance(verdict, Refused)
    async with serving() as service:
        caller = await service.connect()
        caller.send(stream)
        assert await caller.rest() == verdict.answer
        await caller.close()
        assert not service.faces.opened
        assert service.terms.counters.refused == 1
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_whom_the_faces_refuse_is_told() -> None:
    """As plain peers of a server that has a password."""
    async with serving() as service:
        service.faces.refuses = True
        caller = await service.connect()
        caller.send(b"hello\n")
        assert await caller.rest() == b"no\n"
        await caller.close()


@pytest.mark.asyncio
async def test_silence_is_greeted_and_decides_nothing() -> None:
    """The first line still does."""
    async with serving(times=Times(greeting=0.02)) as service:
        caller = await service.connect()
        assert await caller.line() == b"welcome\n"
        assert not service.faces.opened
        assert await caller.ask(b"NICK bob") == b"NICK bob\n"
        assert service.face.speaks is Speaks.IRC
        await caller.close()


@pytest.mark.asyncio
async def test_an_empty_line_is_greeted_at_once() -> None:
    """Somebody pressed Enter; the greeting comes once."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"\r") == b"welcome\n"
        caller.send(b"\n\n")
        assert await caller.ask(b"hello") == b"hello\n"
        assert not service.face.crlf
        await caller.close()


@pytest.mark.asyncio
async def test_the_face_knows_how_the_first_line_ended() -> None:
    """CR LF in, CR LF out."""
    async with serving() as service:
        caller = await service.connect()
        assert await caller.ask(b"hello\r") == b"hello\n"
        assert service.face.crlf
        await caller.close()


@pytest.mark.asyncio
async def test_telnet_is_answered_and_swallowed() -> None:
    """Before the first line and after it, in any cut; a command is answered by a wish for BINARY."""
    async with serving() as service:
        caller = await service.connect()
        caller.send(b"\xff\xfb\x1f\xff")
        assert await asyncio.wait_for(caller.reader.readexactly(3), 10) == b"\xff\xfe\x1f"
        caller.send(b"\xfahel")
        caller.send(b"\xff\xf0lo\r\n")
        assert await caller.line() == b"lo\n"
        caller.send(b"a\xff\xf1b\xff\xfd\x06\n")
        answer = b"\xff\xfd\0\xff\xfc\x06"
        assert await asyncio.wait_for(caller.reader.readexactly(6), 10) == answer
        assert await caller.line() == b"ab\n"
        caller.send(b"\xff\xf1")
        assert await caller.ask(b"c") == b"c\n"
        await caller.close()


@pytest.mark.asyncio
async def test_a_line_that_is_too_long_is_reported_in_its_place() -> None:
    """The connection goes on."""
    async with serving(line_limit=20) as service:
        caller = await service.connect()
        caller.send(b"x" * 21 + b"\n" + b"y" * 20 + b"\n")
        assert await caller.line() == b"y" * 20 + b"\n"
        assert service.face.heard == [OVERLONG, b"y" * 20]
        await caller.close()


@pytest.mark.asyncio
async def test_who_half_closes_gets_everything_that_was_on_its_way() -> None:
    r"""`printf 'one\ntwo' | nc -N`: the second line has no LF, and counts; then comes the end."""
    async with serving() as service:
        caller = await service.connect()
        caller.send(b"one\ntwo")
        caller.writer.write_eof()
        assert await caller.rest() == b"one\ntwo\nbye: connection closed\n"
        assert service.face.reason == "connection closed"
        await caller.close()
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_half_a_line_of_irc_is_no_line() -> None:
    """A client that died in the middle of a line may have meant anything."""
    async with serving() as service:
        caller = await service.connect()
        caller.send(b"NICK bob\nPRIVMSG #a :I do not")
        caller.writer.write_eof()
        assert await caller.rest() == b"NICK bob\nbye: connection closed\n"
        await caller.close()


@pytest.mark.asyncio
async def test_who_says_nothing_and_ends_gets_nothing() -> None:
    """`nc -N </dev/null`, and those who look whether a port is open."""
    async with serving() as service:
        caller = await service.connect()
        caller.writer.write_eof()
        assert await caller.rest() == b""
        assert not service.faces.opened
        await caller.close()
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_a_line_that_must_wait_waits_for_the_answers_before_it() -> None:
    """The face says which one."""
    async with serving() as service:
        journal = service.hold()
        caller = await service.connect()
        caller.send(b"hello\nagain\nafter\nmore\n")
        await until(lambda: len(journal.held) == 2)
        await asyncio.sleep(0)
        assert service.face.heard == [b"hello", b"again"]
        journal.let_go()
        assert [await caller.line() for _ in range(4)] == [
            b"hello\n",
            b"again\n",
            b"after\n",
            b"more\n",
        ]
        await caller.close()


@pytest.mark.asyncio
async def test_requests_on_their_way_are_bounded() -> None:
    """Who sends faster than the journal takes is not read any further."""
    lines = [b"%d\n" % number for number in range(1000)]
    async with serving() as service:
        journal = service.hold()
        caller = await service.connect()
        caller.send(b"".join(lines))
        await until(lambda: len(journal.held) == OUTSTANDING_MOST)
        await asyncio.sleep(0)
        assert len(service.face.heard) == OUTSTANDING_MOST
        journal.let_go()
        assert [await caller.line() for _ in lines] == lines
        await caller.close()


@pytest.mark.asyncio
async def test_a_full_journal_pushes_back_on_readers() -> None:
    """Nothing more is taken until it has room."""
    async with serving() as service:
        journal = service.hold()
        journal.full = True
        caller = await service.connect()
        caller.send(b"one\ntwo\n")
        await until(lambda: journal.held)
        await asyncio.sleep(0)
        assert service.face.heard == [b"one"]
        journal.let_go()
        assert await caller.line() == b"one\n"
        assert await caller.line() == b"two\n"
        await caller.close()


@pytest.mark.asyncio
async def test_a_bug_ends_one_connection_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """It is counted and logged, and its peer is told."""
    async with serving() as service:
        caller, other = await service.connect(), await service.connect()
        assert await other.ask(b"hello") == b"hello\n"
        caller.send(b"bug\n")
        assert await caller.rest() == b"bye: internal error\n"
        assert await other.ask(b"still here") == b"still here\n"
        assert service.terms.counters.bugs == 1
        assert "AssertionError" in caplog.text
        await caller.close()
        await other.close()


@pytest.mark.asyncio
async def test_nobody_waits_for_ever_for_a_first_line() -> None:
    """The peer is told why."""
    async with serving(times=Times(greeting=9, first_line=0.02)) as service:
        caller = await service.connect()
        assert await caller.rest() == b"gone: nothing said for 0.02 s\n"
        await caller.close()


@pytest.mark.asyncio
async def test_dribbling_is_no_registration() -> None:
    """Half a line, and an IRC client that never registers, have a time limit."""
    async with serving(times=Times(registration=0.05)) as service:
        caller, other = await service.connect(), await service.connect()
        caller.send(b"h")
        assert await other.ask(b"NICK bob") == b"NICK bob\n"
        assert await caller.rest() == b"gone: not registered within 0.05 s\n"
        assert await other.rest() == b"bye: not registered within 0.05 s\n"
        await caller.close()
        await other.close()


@pytest.mark.asyncio
async def test_a_silent_client_is_pinged_and_then_given_up() -> None:
    """Whoever answers stays."""
    times = Times(registration=0.02, ping_interval=0.05, ping_timeout=1)
    async with serving(times=times) as service:
        caller = await service.connect()
        caller.send(b"NICK bob\nregister\n")
        assert await caller.line() == b"NICK bob\n"
        assert await caller.line() == b"register\n"
        assert await caller.line() == b"PING\n"
        assert await caller.ask(b"PONG") == b"PONG\n"
        assert await caller.line() == b"PING\n"
        assert await caller.rest() == b"bye: ping timeout: 1.05 s\n"
        await caller.close()


@pytest.mark.asyncio
async def test_a_person_may_be_silent() -> None:
    """Once a plain peer is registered, nothing is due for it, and no timer wakes anybody."""
    times = Times(registration=0.02, ping_interval=0.02, ping_timeout=0.02)
    async with serving(times=times) as service:
        caller = await service.connect()
        assert await caller.ask(b"hello") == b"hello\n"
        await until(lambda: not len(service.deadlines))
        assert await caller.ask(b"hello") == b"hello\n"
        await caller.close()
