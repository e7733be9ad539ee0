"""Many who come, stay and go: a small storm through a real server."""

from benchmarks import measures
from benchmarks.servers import ECHOING, TARGETS
from benchmarks.storm import STAY


def test_a_storm_tells_what_coming_and_going_took() -> None:
    """Everybody got in, and was seen to be gone."""
    ours = next(target for target in TARGETS if target.name == "chatserver, IRC with tags")
    passage = measures.storm(ours, STAY + 20)
    assert 0 < passage.join_seconds < 60
    assert 0 < passage.leave_seconds < 60
    assert 0 <= passage.idle_share <= 1


def test_one_by_one_tells_how_long_an_echo_and_a_sync_take() -> None:
    """Both, from the same run."""
    waits = measures.one_by_one(ECHOING, 0.4)
    assert min(waits.acknowledged) > 0
    assert min(waits.synced) > 0
