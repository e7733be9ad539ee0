"""Counting messages without reading them."""

import random
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tally import MARK, Tally, Watcher, compose


def test_compose_has_the_size_and_one_mark_at_its_end() -> None:
    """A message is as long as asked, and is counted once."""
    text = compose(3, 17, 64)
    assert len(text) == 64
    assert text.count(MARK) == 1
    assert text.endswith(MARK)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5))))
def test_complete_is_what_the_last_receiver_has_heard(heard: list[tuple[int, int]]) -> None:
    """Whoever hears how much in whatever order: complete is the least of all counts."""
    tally, counts = Tally(4), [0] * 4
    for receiver, messages in heard:
        tally.hear(receiver, messages)
        counts[receiver] += messages
        assert tally.complete == min(counts)


@given(st.lists(st.integers(1, 200), max_size=20))
def test_watcher_finds_every_message_in_any_cut(cuts: list[int]) -> None:
    """Messages are found whatever a server wraps around them and wherever a read ends."""
    spoken = [(sender, number) for number in range(5) for sender in range(4)]
    random.Random(len(cuts)).shuffle(spoken)
    stream = b"[m1] who-is-here\r\n" + b"".join(
        b":m%d!~m@h PRIVMSG #lobby :%s\r\n" % (sender, compose(sender, number, 64))
        for sender, number in spoken
    )
    watcher = Watcher()
    for cut in cuts:
        watcher.feed(stream[:cut])
        stream = stream[cut:]
    watcher.feed(stream)
    assert watcher.order == spoken


@given(st.lists(st.integers(1, 200), max_size=20))
def test_watcher_tells_after_how_many_bytes_a_message_was_heard(cuts: list[int]) -> None:
    """Its mark is the last of them, wherever a read ends."""
    stream = b"".join(b"[m%d] %s\n" % (number, compose(1, number, 40)) for number in range(9))
    watcher = Watcher()
    for begin, end in pairwise([0, *accumulate(cuts), len(stream)]):
        watcher.feed(stream[begin:end])
    assert watcher.ends == [place + 1 for place in range(len(stream)) if stream[place] == ord(MARK)]
