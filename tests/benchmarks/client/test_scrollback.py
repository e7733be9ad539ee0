"""What the benchmark of the archive measures, with few lines."""

from benchmarks.client.scrollback import QUERIES, measure


def test_all_figures_are_there() -> None:
    """Each page and each query has been measured, and none took absurdly long."""
    figures = measure(2000)
    assert figures["lines"] == 2000
    found = figures["search_ms"]
    assert isinstance(found, dict)
    assert set(found) == set(QUERIES)
    for name in ("write_us", "page_ms_p50", "page_ms_p99", "page_ms_max", "search_ms_p95"):
        value = figures[name]
        assert isinstance(value, float)
        assert 0 < value < 1000
