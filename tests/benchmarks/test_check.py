"""Whether a regression is noticed."""

from benchmarks.check import TOLERANCE, regressions


def test_what_costs_over_the_tolerance_more_is_told() -> None:
    """With its name, and by how much."""
    found = regressions({"a": 2.0, "b": 2.0}, {"a": 2.0 * (1 + TOLERANCE) + 0.1, "b": 2.0})
    assert found == ["a: 2.40 times the limit, +20%"]


def test_what_costs_less_or_was_not_measured_is_no_regression() -> None:
    """Only what was recorded and measured is compared."""
    assert regressions({"a": 2.0, "gone": 1.0}, {"a": 1.0, "new": 9.0}) == []
