"""The table: medians, ranges, percentiles of rounds, and what took as long as one waits."""

from benchmarks.client.report import lines


def row(title: str, text: str) -> list[str]:
    """Return the cells of the row that begins so, without its title."""
    [found] = [line for line in text.splitlines() if line.startswith(f"| {title}")]
    return [cell.strip() for cell in found.split("|")[2:-1]]


def test_a_cell_is_the_median_and_the_range() -> None:
    """Of the rounds; a figure that all rounds agree on is told once."""
    text = lines(
        {
            "one": [{"CPU": [3.0]}, {"CPU": [9.0]}, {"CPU": [4.0]}],
            "other": [{"CPU": [5.0]}, {"CPU": [5.0]}],
        }
    )
    assert row("1,000 messages/s in view: CPU", text) == ["4.0 (3.0 to 9.0)", "5.0", "≤ 8"]


def test_keys_are_told_by_percentiles_of_each_round() -> None:
    """One slow key of a hundred is no p50, and a slow round is seen in the range."""
    quick, slow = [1.0] * 100, [1.0] * 90 + [20.0] * 10
    text = lines({"one": [{"echo": quick}, {"echo": quick}, {"echo": slow}]})
    assert row("key echo at that rate, p50", text) == ["1.00", "≤ 2.5"]
    assert row("key echo at that rate, p99", text) == ["1.00 (1.00 to 20.00)", "≤ 8"]


def test_what_took_too_long_says_so() -> None:
    """It was not waited for longer, so no number would be true."""
    text = lines({"one": [{"back": [0.5]}], "other": [{"back": [63.0]}]})
    assert row("server killed and started", text) == ["0.50", "> 63", "≤ 1.5"]


def test_what_nobody_measured_has_no_row() -> None:
    """And who did not take part in a figure has no value in it."""
    text = lines({"one": [{"frames": [30.0]}], "other": []})
    assert row("1,000 messages/s in view: frames", text) == ["30", "-", "≤ 30"]
    assert "memory" not in text


def test_nothing_is_less_than_nothing() -> None:
    """A difference of two times may come out so, by noise."""
    text = lines({"one": [{"dead IPv4": [-0.001]}]})
    assert row("its IPv4 address is dead", text)[0] == "0.00"
