"""Read markers: forward only, and not without bound."""

from chatserver.core.markers import MARKERS_MOST, Markers


def test_a_marker_moves_forward_only() -> None:
    """Whatever the case of the target's letters; also from 1970 on."""
    markers = Markers()
    assert markers.find("#a") is None
    assert [markers.move("#A", at) for at in (0, 5, 5, 4, 6)] == [True, True, False, False, True]
    assert markers.find("#a") == 6


def test_those_moved_longest_ago_are_forgotten() -> None:
    """When there are too many."""
    markers = Markers()
    for number in range(MARKERS_MOST):
        markers.move(f"#{number}", 1)
    markers.move("#0", 2)
    markers.move("#more", 1)
    assert len(markers) == MARKERS_MOST
    assert (markers.find("#0"), markers.find("#1"), markers.find("#more")) == (2, None, 1)
