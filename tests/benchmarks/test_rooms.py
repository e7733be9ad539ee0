"""Who is in which rooms, and a short run in them."""

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks import measures
from benchmarks.dialects import IRC_TAGS, PLAIN
from benchmarks.load import Shape
from benchmarks.rooms import MARKS, Layout, crossing, mark_of, pairs
from benchmarks.servers import TARGETS

OURS = next(target for target in TARGETS if target.name == "chatserver, plain")


def test_crossing_rooms_have_as_many_members_each_who_are_in_two() -> None:
    """However they are mixed."""
    layout = crossing(10, 100)
    assert all(len(set(rooms)) == 2 for rooms in layout.receivers)
    assert Counter(room for rooms in layout.receivers for room in rooms) == dict.fromkeys(
        range(10), 100
    )
    assert layout.senders == [(room,) for room in range(10)]
    assert len(set(map(tuple, layout.receivers))) > 10


@pytest.mark.parametrize(("count", "rooms"), [(1, 1), (4, 10), (100, 100)])
def test_pairs_share_all_rooms(count: int, rooms: int) -> None:
    """Each room has one who speaks and one who listens."""
    layout = pairs(count, rooms)
    assert sorted(room for shared in layout.senders for room in shared) == list(range(rooms))
    assert layout.receivers == layout.senders
    assert layout.heard_by() == [[number] for number in range(count)]


def test_nobody_hears_two_senders_of_one_mark() -> None:
    """Else their messages could not be told apart."""
    for layout in (crossing(10, 100), pairs(100, 100)):
        for senders in layout.heard_by():
            assert len({mark_of(sender) for sender in senders}) == len(senders)
    assert len(set(MARKS)) == len(MARKS)


def test_a_receiver_hears_the_senders_of_its_rooms() -> None:
    """Each once, though they share several rooms."""
    layout = Layout(receivers=[(0, 1), (1, 2)], senders=[(0, 1), (2,)])
    assert layout.heard_by() == [[0], [0, 1]]


def test_a_run_in_many_rooms_delivers_to_both_kinds_of_members() -> None:
    """Plain text and IRC hear all that is said in their two rooms."""
    shape = Shape(receivers=0, window=2, warm_up=0.1, seconds=0.3)
    outcome = measures.many_rooms(
        OURS, crossing(3, 4), shape, (PLAIN, replace(IRC_TAGS, together=8))
    )
    assert outcome.deliveries > 0
    assert outcome.server_cpu > 0
