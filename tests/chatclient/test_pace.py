"""When lines are let gather before they are read."""

from chatclient.pace import GATHER, MUCH, RUN, Pace


def test_a_quiet_connection_is_read_at_once() -> None:
    """A line now and then, and the answers of a server that is being asked, wait for nothing."""
    pace = Pace()
    assert [pace.hear(at * 0.05, 100) for at in range(50)] == [0.0] * 50
    assert [Pace().hear(at * 0.001, 100) for at in range(RUN)] == [0.0] * RUN


def test_a_thousand_lines_a_second_are_some_thirty_reads() -> None:
    """Each read takes what came since the one before."""
    pace = Pace()
    now, reads = 0.0, 0
    while now < 1.0:
        reads += 1
        now += pace.hear(now, 100) + 0.001
    assert reads < 1 / GATHER + RUN + 2


def test_lines_that_come_ten_at_a_time_gather_too() -> None:
    """A server that writes a hundred times a second is read as often as the screen is drawn."""
    pace = Pace()
    now, reads = 0.0, 0
    while now < 1.0:
        reads += 1
        ready = now + pace.hear(now, 1000) + 0.001
        now = max(ready, (int(now * 100) + 1) / 100)
    assert reads < 1 / GATHER + RUN + 2


def test_when_it_is_quiet_again_lines_are_read_at_once() -> None:
    """One line that was waited for is the end of it."""
    pace = Pace()
    now = 0.0
    for _ in range(100):
        now += pace.hear(now, 100) + 0.001
    assert pace.hear(now + 0.1, 100) == 0.0
    assert pace.hear(now + 0.101, 100) == 0.0


def test_a_backlog_is_read_as_fast_as_it_comes() -> None:
    """What fills a read is not waited for."""
    pace = Pace()
    assert [pace.hear(at * 0.001, MUCH) for at in range(100)] == [0.0] * 100
