"""When senders speak."""

from benchmarks.load import Pace, Shape


def test_closed_loop_says_no_more_than_the_window() -> None:
    """Each sender starts with its window, then says one more for each that all have heard."""
    pace = Pace(Shape(receivers=1, senders=2, window=3), start=0.0)
    assert [sender for sender, _ in pace.due(1.0)] == [0, 0, 0, 1, 1, 1]
    assert pace.due(2.0) == []
    pace.heard_by_all(1)
    assert pace.due(3.0) == [(1, 3.0)]


def test_fixed_rate_counts_from_when_a_message_was_due() -> None:
    """A load that was held up says what it owes, and counts the delay."""
    pace = Pace(Shape(receivers=1, senders=2, rate=10.0), start=100.0)
    assert pace.due(100.0) == [(0, 100.0)]
    assert pace.due(100.05) == []
    assert pace.due(100.25) == [(1, 100.1), (0, 100.2)]


def test_fixed_rate_waits_until_the_next_is_due() -> None:
    """The load sleeps while there is nothing to say, and no longer."""
    pace = Pace(Shape(receivers=1, rate=100.0), start=0.0)
    pace.due(0.0)
    assert 0.0 < pace.wait(0.005) <= 0.0051
    assert pace.wait(0.02) == 0.0
