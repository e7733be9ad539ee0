"""A short run of everything on the tutorial server: real processes, real sockets, loopback."""

import os

import pytest

from benchmarks import measures
from benchmarks.crowd import LoadError
from benchmarks.load import Shape
from benchmarks.process import Server
from benchmarks.servers import TARGETS, Target

NAIVE = next(target for target in TARGETS if target.name == "naive")


@pytest.mark.parametrize("rate", [None, 200.0])
def test_a_run_delivers_every_message_to_everyone(rate: float | None) -> None:
    """Everyone but its sender hears each message; cost and latency are told."""
    shape = Shape(receivers=5, senders=2, window=4, rate=rate, warm_up=0.1, seconds=0.3)
    outcome = measures.fan_out(NAIVE, shape)
    on_the_way = shape.senders * shape.window  # at either end of what is measured
    assert len(outcome.latencies) > 0
    assert outcome.deliveries >= 6 * (len(outcome.latencies) - 2 * on_the_way)
    assert all(latency > 0 for latency in outcome.latencies)
    assert 0 <= outcome.server_cpu <= outcome.seconds * 1.5


def test_starting_takes_time() -> None:
    """From exec to the first connection."""
    assert 0 < measures.start_up(NAIVE) < 20


def test_a_server_that_does_not_start_is_told_with_its_last_words() -> None:
    """The error shows what the program said before it ended."""
    target = Target("odd", "sh", NAIVE.dialect, lambda *_: ["sh", "-c", "echo no"], kept=False)
    with pytest.raises(LoadError, match="odd does not listen: no"), Server(target):
        pass


def test_a_measurement_leaves_the_caller_on_its_cores() -> None:
    """Pinning lasts only as long as the server runs."""
    before = os.sched_getaffinity(0)
    with Server(NAIVE):
        pass
    assert os.sched_getaffinity(0) == before
