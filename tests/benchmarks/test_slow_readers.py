"""What somebody read who had stalled, against what all have heard."""

import pytest

from benchmarks.slow_readers import Measure

ORDER = [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_the_end_of_what_all_heard_is_right() -> None:
    """From wherever it came into the room."""
    assert Measure(ORDER).faults(ORDER) == 0
    assert Measure(ORDER).faults(ORDER[2:]) == 0


@pytest.mark.parametrize(
    "heard",
    [
        [],
        ORDER[:3],
        [*ORDER, (1, 1)],
        [ORDER[0], ORDER[2], ORDER[3]],
        [ORDER[0], ORDER[2], ORDER[1], ORDER[3]],
        [(7, 7), *ORDER],
    ],
)
def test_what_is_missing_twice_or_out_of_order_is_a_fault(heard: list[tuple[int, int]]) -> None:
    """A measure that cannot fail shows nothing."""
    assert Measure(ORDER).faults(heard) > 0
