"""Tables and their place in a page."""

import pytest

from benchmarks.acknowledged import Waits
from benchmarks.report import (
    BEGIN,
    END,
    costs_by_shape,
    fan_out_table,
    load_table,
    place,
    rooms_table,
    single_table,
    storms_table,
    table,
    waits_table,
)
from benchmarks.samples import Outcome, Samples, Spread
from benchmarks.storm import Passage


def test_table_has_a_line_for_each_row() -> None:
    """Head, rule, rows; figures stand to the right."""
    assert table(("a", "b"), [("x", "1")]) == "| a | b |\n| --- | ---: |\n| x | 1 |\n"


def test_fan_out_row_tells_median_and_range() -> None:
    """Cost is told of all runs; rate, latency (ms) and who was busy of the calmest of them."""
    noisy = Outcome(2.0, 0.6, 1.0, 3.6, 1_000_000, [0.5])
    calm = Outcome(2.0, 0.2, 1.0, 1.7, 1_000_000, [0.001, 0.003])
    samples = Samples([noisy, calm, Outcome(2.0, 0.1, 1.0, 2.1, 1_000_000, [0.4])])
    row = fan_out_table({("ours", "1 receiver", True): samples}).splitlines()[2]
    assert row == (
        "| ours | 1 receiver | yes | 0.200 (0.100 to 0.600) | - | 500,000 | 1.00 | 3.00 "
        "| 10% / 50% / 25% |"
    )


def test_fan_out_is_told_in_times_of_the_limit() -> None:
    """The limit of the same load, in the same run."""
    ours, least = (Samples([Outcome(1.0, cpu, 0.1, 1.0, 1_000_000, [0.1])]) for cpu in (0.3, 0.2))
    costs = {("ours", "a", True): ours, ("limit", "a", False): least, ("ours", "b", True): ours}
    rows = fan_out_table(costs).splitlines()[2:]
    assert [row.split(" | ")[4] for row in rows] == ["1.50", "1.00", "-"]
    assert costs_by_shape(costs) == {"a": {"ours": 0.3, "limit": 0.2}, "b": {"ours": 0.3}}


def test_a_server_that_failed_keeps_its_row() -> None:
    """What could not be measured is said, not left out."""
    assert "| failed |" in fan_out_table({("ours", "1 receiver", True): Samples()})
    assert "failed" in single_table("ms", ".0f", {"ours": Spread()})
    assert "failed" in rooms_table({("ours", True): Samples()})
    assert "failed" in waits_table({"ours": Waits()})
    assert "failed" in storms_table({"ours": None})


def test_what_is_told_of_many_at_once() -> None:
    """Seconds, KiB for each, and MiB that are left; who tells nobody of the leaving has no time of it."""
    for leave, told in ((0.5, "0.50"), (float("nan"), "-")):
        passage = Passage(1.25, 1.0, 0.0, 6.54, leave, 0.4, 2048, 10)
        row = storms_table({"ours": passage}).splitlines()[2]
        assert row == f"| ours | 1.2 | 1.0 | 6.5 | 0.0% | {told} | 2 |"


def test_the_load_is_told_beside_the_fastest_server() -> None:
    """What it took of the limit, and what that took of it; a load without limit tells nothing."""
    slow, fast, limit = (
        Samples([Outcome(1.0, 0.9, load, 1.0, count)])
        for load, count in ((0.2, 1_000_000), (0.5, 2_000_000), (0.9, 9_000_000))
    )
    samples = {
        ("slow", "a closed loop", True): slow,
        ("fast", "a closed loop", False): fast,
        ("limit", "a closed loop", False): limit,
        ("slow", "another closed loop", True): slow,
        ("limit", "a fixed rate", False): limit,
    }
    (row,) = load_table(samples).splitlines()[2:]
    assert row == "| a closed loop | 9,000,000 | 2,000,000 | fast | 50% | 0.250 | 0.450 |"


def test_a_wait_is_told_beside_the_sync_of_the_same_run() -> None:
    """The middle of each, and what is between them (ms)."""
    row = waits_table({"ours": Waits([0.002, 0.001, 0.003], [0.0015])}).splitlines()[2]
    assert row == "| ours | 2.00 | 3.00 | 1.50 | 0.50 |"


def test_place_replaces_only_what_stands_between_the_markers() -> None:
    """The page around the tables stays; a second time changes nothing."""
    begin, end = BEGIN.format("these"), END.format("these")
    page = f"before\n{begin}\nold\n{end}\nafter\n"
    placed = place(page, "new\n", "these")
    assert placed == f"before\n{begin}\n\nnew\n\n{end}\nafter\n"
    assert place(placed, "new\n", "these") == placed


def test_place_refuses_a_page_without_markers() -> None:
    """Nothing is written to a page that does not say where."""
    with pytest.raises(ValueError, match="lacks the markers"):
        place("page", "new")
