"""Lists of nicks to be told of."""

from chatserver.core.monitors import MONITORED_MOST, Monitors


def test_a_list_belongs_to_a_session() -> None:
    """What one puts on or takes off changes nobody else's, and nothing is left of who is gone."""
    monitors = Monitors()
    assert not monitors
    assert monitors.add(1, "Ann")
    assert monitors.add(2, "ann")
    assert monitors.add(2, "Bob")
    assert [*monitors.watchers("ANN")] == [1, 2]
    monitors.remove(1, ["ann", "bob"])
    assert (monitors.listed(1), monitors.listed(2)) == ([], ["ann", "Bob"])
    monitors.forget(2)
    monitors.forget(3)
    assert not monitors
    assert not monitors.watchers("ann")


def test_a_full_list() -> None:
    """It takes no more, but what is on it may be put on it again, and is not written anew."""
    monitors = Monitors()
    assert all(monitors.add(1, f"a{number}") for number in range(MONITORED_MOST))
    assert not monitors.add(1, "b")
    assert monitors.add(1, "A0")
    assert monitors.listed(1)[0] == "a0"
    assert monitors.add(2, "b")


def test_a_session_that_got_nothing_has_no_list() -> None:
    """Nothing is kept of removing what was never there."""
    monitors = Monitors()
    monitors.remove(1, ["a"])
    assert not monitors
