"""Numbers from samples and from /proc."""

from math import isnan

import pytest

from benchmarks.figures import cpu_ticks, machine_ticks, per_million, percentile, resident_kib


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.99, 99), (0.991, 100), (1.0, 100)]
)
def test_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    """Of 1 to 100, in any order, the n-th percentile is n."""
    assert percentile(range(100, 0, -1), share) == expected


def test_percentile_of_nothing_is_no_number() -> None:
    """A run in which nothing came through tells no latency."""
    assert isnan(percentile([], 0.5))


def test_cpu_ticks_survive_an_odd_program_name() -> None:
    """The name in the second field may hold spaces and parentheses."""
    stat = "7 (a) (b c) S 1 7 7 0 -1 4194560 90 0 0 0 120 34 5 6 20 0 1 0 33 1000 200"
    assert cpu_ticks(stat) == 120 + 34


def test_the_machine_is_busy_with_processes_and_what_others_took() -> None:
    """User, nice, system and stolen time count; idle, disk and interrupts do not."""
    assert machine_ticks("cpu  1 20 300 4 5 6 7 4000 8 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n") == 4321


def test_resident_memory_is_read_in_kib() -> None:
    """VmRSS is what counts; a process that has ended has none."""
    assert resident_kib("Name:\tx\nVmHWM:\t  900 kB\nVmRSS:\t  848 kB\n") == 848
    with pytest.raises(ValueError, match="ended"):
        resident_kib("Name:\tx\nState:\tZ (zombie)\n")


def test_cost_is_per_million_deliveries() -> None:
    """Half a second for two million deliveries is a quarter; of none it is no number."""
    assert per_million(0.5, 2_000_000) == 0.25
    assert isnan(per_million(0.5, 0))
