"""What the task of a connection does: judge the first line, then take line after line to the end.

Rules: nobody is announced before the first line is judged. A line is taken when those before it
allow that, and when neither the peer's own answers nor the journal push back. However many lines
come at once and whatever they cost, others have their turn after a moment. Who ends its side in
order gets all that is on its way; what it sent without an LF counts as a line of plain text.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from chatserver.faces.contract import Face
from chatserver.faces.detection import Opening, Refused, Speaks, Verdict
from chatserver.net.connection import Connection
from chatserver.net.telnet import TelnetFilter
from chatserver.session import Session
from chatwire.framing import Framer, Overlong

IRC_LINE: Final = 8192
"""Bytes at which an IRC line is cut: more than the face allows, which answers the rest itself."""

OUTSTANDING_MOST: Final = 64
"""Requests of one session from which on no more lines are taken until all are answered.

What it says in a row is one request that counts as its messages (`Entry.weight`).
"""

TURN: Final = 0.001
"""Seconds for which lines of one peer are taken before others have their turn."""


async def converse(connection: Connection) -> None:
    """Talk with the peer of `connection` until one of the two ends it.

    What is spoken at its listener is known, or its first line decides.
    """
    begun = await _begin(connection)
    if begun is None:
        return
    session, text, telnet = begun
    del begun  # as long as the connection lasts, it would keep what came first
    framer = Framer(connection.terms.line_limit if telnet else IRC_LINE)
    while True:
        lines = framer.feed(text)
        connection.steps.tell("lines: %d whole, %d bytes of the next", len(lines), framer.pending)
        await take(connection, session, lines)
        del text, lines  # as long as nothing comes, they would be kept
        while not connection.has_news:  # here: a coroutine more would be 4 % of an idle connection
            await connection.change()
        text = await connection.receive()
        if not text:
            break
        if telnet is not None:
            text = _text_of(text, telnet, connection)
    if connection.at_end:
        whole = telnet is not None and not connection.was_cut
        await take(connection, session, framer.end() if whole else ())
        await connection.terms.node.caught_up(session)
        await connection.flushed()


async def _begin(
    connection: Connection,
) -> tuple[Session, bytes, TelnetFilter | None] | None:
    """Return the session that the first line led to, what came with it, and the filter of telnet.

    None if there is no session. The filter is for plain text alone.
    """
    telnet = TelnetFilter()
    opening = Opening()
    verdict = await _judge(connection, telnet, opening)
    if verdict is None:
        return None
    spoken = connection.entrance.spoken
    speaks = spoken if isinstance(verdict, Speaks) and isinstance(spoken, Speaks) else verdict
    face = _open(connection, speaks, crlf=opening.crlf)
    if isinstance(face, Refused):
        connection.terms.counters.refused += 1
        connection.steps.tell("refused: %s", face.reason)
        connection.close(face.answer)
        return None
    session = connection.terms.node.open(face, connection)
    connection.attach(session)
    return session, opening.held, telnet if speaks is Speaks.PLAIN else None


def _open(connection: Connection, verdict: Verdict, *, crlf: bool) -> Face | Refused:
    """Return the face of a connection whose first line was judged, or why it has none."""
    if isinstance(verdict, Refused):
        return verdict
    connection.steps.tell("the first line decides: %s", verdict.value)
    return connection.terms.faces.open(verdict, connection.origin, crlf=crlf)


async def _judge(connection: Connection, telnet: TelnetFilter, opening: Opening) -> Verdict | None:
    """Return what the first line says, or None if there was none."""
    while data := await connection.receive():
        verdict = opening.feed(_text_of(data, telnet, connection))
        if verdict is not None:
            return verdict
        if opening.begun:
            connection.begin()
        elif opening.empty_lines:
            connection.greet()
    return opening.end() if connection.at_end else None


def _text_of(data: bytes, telnet: TelnetFilter, connection: Connection) -> bytes:
    """Return the text in `data`, and answer what telnet asks for in it."""
    text = telnet.feed(data)
    if telnet.answers:
        connection.write(telnet.answers)
    return text


async def take(connection: Connection, session: Session, lines: Sequence[bytes | Overlong]) -> None:
    """Take `lines` in their turn, until the session has been left."""
    face, node, watch = session.face, connection.terms.node, connection.terms.watch
    turn_ends = watch() + TURN
    place, end = 0, len(lines)
    while place < end:
        line = lines[place]
        if watch() > turn_ends:
            await asyncio.sleep(0)
            turn_ends = watch() + TURN
        if session.outstanding >= OUTSTANDING_MOST:  # not after the last line: none may follow it
            await session.settled()
        if (session.outstanding or session.backlog) and face.must_settle(line):
            await node.caught_up(session)
        if session.owes_much:
            await node.caught_up(session)
        if connection.full:  # seen last: whatever was waited for may have filled it
            await connection.drained()
        if session.leaving:
            return
        request, count = face.hear(lines, place) or (face.receive(line), 1)
        place += count
        if request is not None:
            await node.take(session, request)
