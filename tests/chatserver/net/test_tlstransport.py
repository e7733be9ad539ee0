"""Connections over TLS, with real sockets: bounds, endings and handshakes, as without TLS."""

import asyncio
import contextlib
import logging
import re
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatserver.faces.detection import Speaks
from chatserver.net.deadlines import Times
from chatserver.net.dialogue import OUTSTANDING_MOST
from chatserver.net.terms import Keys, WebSocketTerms
from chatserver.net.tls import load
from chatserver.net.tlstransport import HELD_MOST, IN_CLEAR
from tests.chatserver.fakes import until
from tests.chatserver.net.certificates import client_context, fingerprint, shared_pair
from tests.chatserver.net.service import Service, serving
from tests.chatserver.net.test_connection import connect_slow, read_all, small_buffers, steps
from tests.chatserver.net.tlsclient import TlsCaller

MIB = 1_048_576


def keys() -> Keys:
    """Return what a listener does TLS with."""
    return Keys(load(*shared_pair()))


@contextlib.asynccontextmanager
async def calling(
    service: Service, pair: tuple[Path, Path] | None = None
) -> AsyncIterator[TlsCaller]:
    """Connect, and be through with the handshake."""
    caller = await call(service, client_context(pair))
    await caller.shake()
    yield caller


async def call(service: Service, context: ssl.SSLContext | None = None) -> TlsCaller:
    """Connect, and say nothing yet."""
    return TlsCaller(await connect_slow(service), context or client_context())


@pytest.mark.asyncio
async def test_it_is_a_connection_like_any_other() -> None:
    """Its face is told that it is secure, and with which certificate."""
    pair = shared_pair("ann")
    async with serving(keys=keys()) as service, calling(service, pair) as caller:
        assert await caller.ask(b"hello") == b"hello\n"
        origin = service.face.origin
        assert (origin.secure, origin.private) == (True, True)
        assert origin.certificate == fingerprint(pair[0])
        assert origin.host == "127.0.0.1"


@pytest.mark.asyncio
async def test_without_a_certificate_there_is_none() -> None:
    """Nobody needs one."""
    async with serving(keys=keys()) as service, calling(service) as caller:
        assert await caller.ask(b"hello") == b"hello\n"
        assert service.face.origin.certificate == ""


@pytest.mark.asyncio
async def test_silence_is_greeted_after_the_handshake() -> None:
    """As in clear text: the first to wait may be a person."""
    times = Times(greeting=0.01)
    async with serving(keys=keys(), times=times) as service, calling(service) as caller:
        assert await caller.line() == b"welcome\n"


@pytest.mark.asyncio
async def test_irc_comes_over_websocket_and_tls(caplog: pytest.LogCaptureFixture) -> None:
    """The three are layers: each is there or not."""
    caplog.set_level(logging.DEBUG)
    request = (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: text.ircv3.net\r\n\r\n"
    )
    async with serving(keys=keys(), spoken=WebSocketTerms()) as service, calling(service) as caller:
        assert await caller.ask(request[:-1]) == b"HTTP/1.1 101 Switching Protocols\r\n"
        await until(lambda: service.faces.opened)
        assert service.face.origin.secure
        assert service.face.speaks is Speaks.IRC


@pytest.mark.asyncio
async def test_who_ends_in_order_gets_all_that_is_on_its_way() -> None:
    """close_notify ends one direction: a line without an end counts, and is answered."""
    async with serving(keys=keys()) as service, calling(service) as caller:
        await caller.send(b"big 300000\nlast")
        caller.client.end()
        await caller.flush()
        rest = await caller.rest()
        assert rest == b"x" * 300_000 + b"\nlast\nbye: connection closed\n"
        assert caller.client.has_ended


@pytest.mark.asyncio
async def test_what_was_cut_off_is_not_said() -> None:
    """A FIN without close_notify may be anybody's: half a line is none then."""
    async with serving(keys=keys()) as service, calling(service) as caller:
        await caller.send(b"hello\npay 1")
        assert await caller.line() == b"hello\n"
        caller.sock.shutdown(socket.SHUT_WR)
        assert await caller.rest() == b"bye: connection closed\n"
        assert service.face.heard == [b"hello"]


@pytest.mark.asyncio
async def test_a_farewell_is_followed_by_both_ends() -> None:
    """close_notify, then FIN; then the peer's own end closes the socket."""
    async with serving(keys=keys()) as service, calling(service) as caller:
        assert await caller.ask(b"hello") == b"hello\n"
        session = service.connection.session
        assert session is not None
        service.world.node.leave(session, "enough")
        assert await caller.rest() == b"bye: enough\n"
        assert caller.client.has_ended
        assert not await caller.take()
        caller.sock.close()
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_a_reset_is_told_as_such() -> None:
    """As without TLS."""
    async with serving(keys=keys()) as service, calling(service) as caller:
        assert await caller.ask(b"hello") == b"hello\n"
        caller.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        caller.sock.close()
        assert await service.connections.closed(within=10)
        assert service.face.reason == "connection reset"


@pytest.mark.asyncio
async def test_who_reads_slowly_pushes_back_on_own_input() -> None:
    """Nothing piles up behind TLS either: what waits has the bounds of any connection."""
    asked = [b"big 30000\n"] * 100
    async with serving(keys=keys(), sock=small_buffers()) as service, calling(service) as caller:
        await caller.send(b"".join(asked))
        await until(lambda: service.connection.full)
        await service.world.journal.idle()
        before = 10  # at most: by a slow machine, some were answered into the buffers one by one
        assert len(service.face.heard) <= before + OUTSTANDING_MOST
        assert [await caller.line() for _ in asked] == [b"x" * 30_000 + b"\n"] * 100


@pytest.mark.asyncio
async def test_input_that_nobody_takes_is_bounded() -> None:
    """TCP pushes back on the sender: we read no records that nobody wants to see."""
    lines = [b"%07d" % number + b"x" * 8000 + b"\n" for number in range(1000)]
    async with serving(keys=keys(), line_limit=9000) as service, calling(service) as caller:
        journal = service.hold()
        journal.full = True
        sending = asyncio.create_task(caller.send(b"".join(lines)))
        await until(lambda: service.connections and not service.connection._reading)
        assert service.connection._size < MIB
        assert not sending.done()
        journal.let_go()
        assert [await caller.line() for _ in lines] == lines
        await sending


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"NICK ann\r\n", IN_CLEAR),
        (b"hello\n", IN_CLEAR),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"HTTP/1.1 400 Bad Request\r\n"),
    ],
)
async def test_clear_text_gets_a_clear_answer(said: bytes, answer: bytes) -> None:
    """Whoever is at the wrong port reads what to do."""
    async with serving(keys=keys()) as service:
        sock = await connect_slow(service)
        await asyncio.get_running_loop().sock_sendall(sock, said)
        assert (await read_all(sock)).startswith(answer)
        sock.close()
        assert await service.connections.closed(within=10)
        assert not service.faces.opened
        assert service.terms.counters.handshakes_failed == 1


@pytest.mark.asyncio
async def test_silence_is_not_waited_for() -> None:
    """A peer that never begins is told what is missing; one that begins and stops is not."""
    async with serving(keys=keys(), times=Times(handshake=0.02, linger=0.02)) as service:
        silent, slow = await connect_slow(service), await connect_slow(service)
        await asyncio.get_running_loop().sock_sendall(slow, b"\x16\x03\x01")
        assert await read_all(silent) == IN_CLEAR
        assert await read_all(slow) == b""
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_a_slow_handshake_keeps_nobody_waiting() -> None:
    """Others come in while it goes on, byte by byte."""
    async with serving(keys=keys()) as service:
        slow = await call(service)
        slow.client.shake()
        hello = slow.client.output()
        for start in range(0, len(hello), 100):
            await asyncio.get_running_loop().sock_sendall(slow.sock, hello[start : start + 100])
            async with calling(service) as other:
                assert await other.ask(b"hello") == b"hello\n"
        await slow.take()
        await slow.shake()
        assert await slow.ask(b"at last") == b"at last\n"


@pytest.mark.asyncio
async def test_many_handshakes_take_turns_with_everybody() -> None:
    """However many come at once, the loop goes round between any two of their steps."""
    async with serving(keys=keys()) as service:
        turns = service.terms.turns
        rounds = 0
        async with turns:
            callers = [await call(service) for _ in range(20)]
            tasks = [asyncio.create_task(caller.shake()) for caller in callers]
            await until(lambda: len(turns._lock._waiters or ()) == 20)
        while not all(task.done() for task in tasks):
            rounds += 1
            await asyncio.sleep(0)
        assert rounds >= 40
        for task in tasks:
            await task


@pytest.mark.asyncio
async def test_what_a_handshake_may_send_ahead_is_bounded() -> None:
    """It is not read until its turn has come."""
    async with serving(keys=keys()) as service:
        async with service.terms.turns:
            caller = await call(service)
            caller.client.shake()
            await caller.flush()
            junk = b"\x16\x03\x03\x40\x00" + b"x" * 16_384
            sending = asyncio.create_task(
                asyncio.get_running_loop().sock_sendall(caller.sock, junk * 500)
            )
            await until(lambda: service.connections)
            transport = service.connection._tls
            assert transport is not None
            await until(lambda: transport._size > HELD_MOST)
            assert transport._size < MIB
            assert not sending.done()
        with contextlib.suppress(OSError):
            await sending
        await until(lambda: service.terms.counters.handshakes_failed == 1)


@pytest.mark.asyncio
async def test_broken_records_end_the_connection() -> None:
    """Whoever tampers with them has no say."""
    async with serving(keys=keys()) as service, calling(service) as caller:
        assert await caller.ask(b"hello") == b"hello\n"
        record = b"\x17\x03\x03\x00\x20" + b"x" * 32
        await asyncio.get_running_loop().sock_sendall(caller.sock, record)
        await until(lambda: service.face.reason)
        assert service.face.reason == "TLS error"
        caller.sock.close()
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_new_handshakes_use_what_has_replaced_the_certificate() -> None:
    """Who is there notices nothing."""
    pair = keys()
    async with serving(keys=pair) as service, calling(service) as caller:
        other = shared_pair("other")
        pair.context = load(*other)
        async with calling(service) as newer:
            shown = [one.client.tls.getpeercert(binary_form=True) for one in (caller, newer)]
            assert None not in shown
            expected = [shared_pair()[0], other[0]]
            assert shown == [ssl.PEM_cert_to_DER_cert(path.read_text()) for path in expected]
            assert await caller.ask(b"still here") == b"still here\n"


@pytest.mark.asyncio
@pytest.mark.parametrize("said", [b"", b"\x16\x03\x01"])
async def test_who_leaves_in_the_handshake_leaves_nothing_behind(said: bytes) -> None:
    """No deadline, no face, no error."""
    async with serving(keys=keys()) as service:
        sock = await connect_slow(service)
        await asyncio.get_running_loop().sock_sendall(sock, said)
        sock.close()
        await until(lambda: service.terms.counters.handshakes_failed == 1)
        assert await service.connections.closed(within=10)
        assert len(service.deadlines) == 0
        assert service.terms.counters.bugs == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("ending", ["close", "abort"])
async def test_a_handshake_that_is_under_way_does_not_hold_up_the_end(ending: str) -> None:
    """Nothing can be said to that peer."""
    async with serving(keys=keys(), times=Times(linger=0.02)) as service:
        sock = await connect_slow(service)
        await until(lambda: service.connections and not service.connection._closed)
        if ending == "close":
            service.connection.close(b"bye\n")
        else:
            service.connection.abort()
        with contextlib.suppress(ConnectionResetError):
            assert await read_all(sock) == b""
        assert await service.connections.closed(within=10)


@pytest.mark.asyncio
async def test_the_log_tells_the_steps_of_tls(caplog: pytest.LogCaptureFixture) -> None:
    """From the handshake to close_notify."""
    caplog.set_level(logging.DEBUG)
    async with serving(keys=keys()) as service, calling(service, shared_pair("ann")) as caller:
        assert await caller.ask(b"hello") == b"hello\n"
        caller.client.end()
        await caller.flush()
        await caller.rest()
        caller.sock.close()
        assert await service.connections.closed(within=10)
    text = "\n".join(steps(caplog))
    digest = fingerprint(shared_pair("ann")[0])
    for step in (
        "tls: the handshake has begun",
        "tls: the handshake is done: TLSv1.3, TLS_AES_256_GCM_SHA384",
        f"tls: client certificate: {digest}",
        "send: 6 bytes, as records of TLS",
        "recv: 0 bytes, the peer's close_notify; it may still listen (half close)",
        "tls: close_notify",
    ):
        assert re.search(rf"^{re.escape(step)}$", text, re.MULTILINE), step
