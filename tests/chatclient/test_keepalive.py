"""Whether the other end still lives."""

from hypothesis import given
from hypothesis import strategies as st

from chatclient.keepalive import LATE, MEASURE, PATIENCE, SILENCE, Keepalive


def test_first_question_comes_at_once() -> None:
    """The round trip is known from the beginning."""
    keepalive = Keepalive(100.0)
    assert keepalive.wait(100.0) == 0
    token = keepalive.ask(100.0)
    assert token
    assert keepalive.ask(100.0) is None
    assert keepalive.answer(token, 100.25) == 0.25


def test_a_dead_link_is_known_within_20_s() -> None:
    """After the last byte, a question and its time to be answered fit in 20 seconds."""
    assert SILENCE + PATIENCE < 20
    keepalive = Keepalive(0.0)
    keepalive.answer(keepalive.ask(0.0) or "", 0.0)
    assert keepalive.wait(0.0) == SILENCE
    assert keepalive.ask(SILENCE - 0.1) is None
    assert keepalive.ask(SILENCE)
    assert keepalive.wait(SILENCE) == PATIENCE
    assert not keepalive.is_dead(SILENCE + PATIENCE - 0.1)
    assert keepalive.is_dead(SILENCE + PATIENCE)


def test_any_byte_is_a_sign_of_life() -> None:
    """A server that sends, but is slow to answer, is not dead."""
    keepalive = Keepalive(0.0)
    token = keepalive.ask(0.0)
    keepalive.hear(PATIENCE - 1)
    assert not keepalive.is_dead(PATIENCE)
    assert keepalive.is_dead(2 * PATIENCE - 1)
    assert keepalive.answer(token or "", 2 * PATIENCE) == 2 * PATIENCE


def test_who_was_stopped_itself_asks_again() -> None:
    """After SIGSTOP, or sleep, the silence was ours: the server has its time to answer."""
    keepalive = Keepalive(0.0)
    assert keepalive.ask(0.0)
    woken = PATIENCE + LATE + 60
    assert not keepalive.is_dead(woken)
    assert keepalive.ask(woken)
    assert not keepalive.is_dead(woken + PATIENCE - 0.1)
    assert keepalive.is_dead(woken + PATIENCE)


def test_a_busy_connection_is_measured_too() -> None:
    """The round trip is measured now and then, however much is heard."""
    keepalive = Keepalive(0.0)
    keepalive.answer(keepalive.ask(0.0) or "", 0.0)
    for second in range(int(MEASURE)):
        keepalive.hear(float(second))
        assert keepalive.ask(float(second)) is None
    assert keepalive.ask(MEASURE)


def test_only_the_last_question_is_answered() -> None:
    """An answer to nothing, or to an older question, says nothing."""
    keepalive = Keepalive(0.0)
    assert keepalive.answer("alive-0", 1.0) is None
    first = keepalive.ask(0.0)
    keepalive.answer(first or "", 0.0)
    keepalive.ask(SILENCE)
    assert keepalive.answer(first or "", SILENCE + 1) is None


@given(st.lists(st.floats(0, 60), max_size=50))
def test_waiting_always_ends_in_something_to_do(steps: list[float]) -> None:
    """When the wait is over there is a question to ask, or the link is dead: no busy loop."""
    now = 0.0
    keepalive = Keepalive(now)
    for step in steps:
        wait = keepalive.wait(now)
        if wait > step:
            now += step
            keepalive.hear(now)
            continue
        now += wait
        if keepalive.is_dead(now):
            return
        token = keepalive.ask(now + 1e-6)
        assert token
        if step > 1:
            keepalive.answer(token, now)
