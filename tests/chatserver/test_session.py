"""A session: how its open requests are counted, and that it is closed once."""

import asyncio

import pytest

from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.session import Session
from tests.chatserver.fakes import FakePeer


@pytest.fixture
def peer() -> FakePeer:
    """Return the peer of the session."""
    return FakePeer()


@pytest.fixture
def session(peer: FakePeer) -> Session:
    """Return a session that has asked nothing yet."""
    return Session(1, PlainFace(PlainFacts(), ("ann",), "h"), peer)


@pytest.mark.asyncio
async def test_who_asked_nothing_is_settled(session: Session) -> None:
    """There is nothing to wait for."""
    await session.settled()


@pytest.mark.asyncio
async def test_all_who_wait_are_woken_by_the_last_answer(session: Session) -> None:
    """Not by the one before it."""
    session.outstanding = 2
    waiting = [asyncio.ensure_future(session.settled()) for _ in range(2)]
    await asyncio.sleep(0)
    session.answered()
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    session.answered()
    await asyncio.gather(*waiting)


@pytest.mark.asyncio
async def test_who_waits_is_woken_when_the_session_is_closed(session: Session) -> None:
    """Nobody would answer any more."""
    session.outstanding = 1
    waiting = asyncio.ensure_future(session.settled())
    await asyncio.sleep(0)
    session.close("over")
    await waiting
    await session.settled()


@pytest.mark.asyncio
async def test_giving_up_waiting_spoils_nothing(session: Session) -> None:
    """A connection that ends while it waits leaves the others waiting, and the count right."""
    session.outstanding = 1
    quitter, patient = (asyncio.ensure_future(session.settled()) for _ in range(2))
    await asyncio.sleep(0)
    quitter.cancel()
    await asyncio.sleep(0)
    assert not patient.done()
    session.answered()
    await patient


def test_a_farewell_is_said_once(session: Session, peer: FakePeer) -> None:
    """Closing again does nothing."""
    session.close("over")
    session.close("again")
    assert peer.sent == b"-> goodbye: over\n"
    assert peer.closed
    assert session.closed
    assert session.leaving
    assert session.user is None


class SpeechlessFace(PlainFace):
    """A face with a bug: it finds no last words."""

    def farewell(self, reason: str) -> bytes:
        """Fail."""
        raise RuntimeError(reason)


def test_a_face_without_words_is_closed_all_the_same(
    peer: FakePeer, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug in a farewell must keep nobody's connection open, nor stop who closes it."""
    Session(1, SpeechlessFace(PlainFacts(), ("ann",), "h"), peer).close("over")
    assert peer.closed
    assert "farewell" in caplog.text
