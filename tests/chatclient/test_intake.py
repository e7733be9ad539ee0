"""What is taken of what comes, by who handles it and who waits."""

from chatclient import intake
from chatclient.events import Disconnected, Missed
from chatclient.intake import AHEAD, Intake


class _Tap:
    def __init__(self) -> None:
        self._held = False

    def hold(self, held: bool) -> None:  # noqa: FBT001 -- as the intake calls it
        self._held = held

    def held(self) -> bool:
        return self._held


def test_who_is_slow_is_waited_for() -> None:
    """Reading pauses at `AHEAD` events, and goes on when one is handled."""
    tap = _Tap()
    queue = Intake(tap.hold)
    with queue.reading():
        for number in range(AHEAD):
            assert not tap.held()
            queue.put(Disconnected(str(number)))
        assert tap.held()
        assert queue.take() == Disconnected("0")
        assert not tap.held()


def test_an_answer_is_read_for() -> None:
    """Who waits for an answer is not kept from it by what stands before it, up to a limit."""
    tap = _Tap()
    queue = Intake(tap.hold)
    with queue.reading():
        for number in range(AHEAD):
            queue.put(Disconnected(str(number)))
        with queue.asking():
            assert not tap.held()
            for number in range(intake.MOST - AHEAD):
                queue.put(Disconnected(str(number)))
            assert tap.held()
            assert queue.is_full
        assert tap.held()


def test_who_handles_nothing() -> None:
    """Who only says things is never waited for: the newest events are kept, and the rest counted."""
    tap = _Tap()
    queue = Intake(tap.hold)
    for number in range(AHEAD + 5):
        queue.put(Disconnected(str(number)))
    assert not tap.held()
    with queue.reading():
        assert queue.take() == Missed("", "5 events were not read in time")
        assert queue.take() == Disconnected("5")


def test_a_loop_that_ends() -> None:
    """When nobody handles events any more, reading goes on."""
    tap = _Tap()
    queue = Intake(tap.hold)
    with queue.reading():
        for number in range(AHEAD):
            queue.put(Disconnected(str(number)))
        assert tap.held()
    assert not tap.held()
