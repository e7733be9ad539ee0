"""What is due when nothing comes, and one timer for all of it."""

import asyncio
import itertools
import sys
from collections.abc import Callable

import pytest

from chatserver.net.deadlines import NEVER, Deadlines, Due, Patience, Stall, Times
from tests.chatserver.fakes import until

if sys.platform == "win32":
    import winloop as fast_loop
else:
    import uvloop as fast_loop

TIMES = Times()
LOOPS = [asyncio.new_event_loop, fast_loop.new_event_loop]


def test_silence_is_greeted_once_and_then_waited_for() -> None:
    """After one second; ten minutes later nobody waits any more."""
    patience = Patience(TIMES, 100, greets=True)
    assert patience.next == 101
    assert patience.check(100.5) is None
    assert patience.check(101) is Due.GREET
    assert patience.next == 700
    assert patience.check(699) is None
    assert patience.check(700) is Due.GIVE_UP
    assert patience.why == "nothing said for 600 s"


def test_who_is_not_to_be_greeted_is_not() -> None:
    """As at a listener that speaks IRC alone."""
    assert Patience(TIMES, 100, greets=False).next == 700


def test_a_greeting_that_came_early_does_not_come_again() -> None:
    """Somebody pressed Enter."""
    patience = Patience(TIMES, 100, greets=True)
    assert patience.greet()
    assert not patience.greet()
    assert patience.next == 700


def test_registration_has_an_absolute_limit_from_the_first_byte() -> None:
    """Dribbling bytes does not help; a person who was silent for long still has all of it."""
    patience = Patience(TIMES, 100, greets=True)
    assert patience.begin(500)
    assert not patience.begin(520)
    patience.heard = 529
    assert patience.next == 530
    assert patience.check(530) is Due.GIVE_UP
    assert patience.why == "not registered within 30 s"


def test_a_user_is_pinged_after_silence() -> None:
    """Any bytes count as life: they put off the next ping, and answer the last."""
    patience = Patience(TIMES, 100, greets=True)
    patience.begin(100)
    patience.heard = 120
    assert patience.check(130, registered=True) is None
    assert patience.next == 210
    patience.heard = 150
    assert patience.check(210, registered=True) is None
    assert patience.next == 240
    assert patience.check(240, registered=True) is Due.PING
    assert patience.next == 300
    patience.heard = 250
    assert patience.check(300, registered=True) is None
    assert patience.next == 340


def test_who_does_not_answer_a_ping_is_given_up() -> None:
    """The reason tells the length of the whole silence."""
    patience = Patience(TIMES, 100, greets=True)
    patience.begin(100)
    assert patience.check(190, registered=True) is Due.PING
    assert patience.check(249, registered=True) is None
    assert patience.check(250, registered=True) is Due.GIVE_UP
    assert patience.why == "ping timeout: 150 s"


def test_a_person_is_never_pinged() -> None:
    """Nobody can answer a ping with netcat."""
    patience = Patience(TIMES, 100, greets=True)
    patience.pings = False
    patience.begin(100)
    assert patience.check(130, registered=True) is None
    assert patience.next == NEVER


def test_who_takes_nothing_is_given_up() -> None:
    """When nothing was acknowledged for so long; it is looked at several times within it."""
    stall = Stall(300, 100)
    assert stall.next == 175
    assert stall.check(175, 9000)
    assert stall.next == 250
    assert stall.check(399, 9000)
    assert stall.next == 400
    assert not stall.check(400, 9000)
    assert stall.why == "no progress for 300 s"


def test_who_takes_anything_is_waited_for() -> None:
    """However slowly; what comes on top of what waits is no progress."""
    stall = Stall(300, 100)
    assert stall.check(390, 9000)
    assert stall.check(395, 8999)
    assert stall.check(694, 9500)
    assert not stall.check(695, 8999)


def test_closing_waits_shortly_for_the_peer_and_longer_for_output() -> None:
    """1 s for the peer's FIN; 3 s for a reader that has not taken all yet."""
    patience = Patience(TIMES, 100, greets=True)
    patience.close(200)
    assert patience.next == 201
    assert patience.check(201, flushed=True) is Due.GIVE_UP
    patience.close(200)
    assert patience.check(201, flushed=False) is None
    assert patience.next == 203
    assert patience.check(203, flushed=False) is Due.GIVE_UP
    assert patience.why == "not all taken within 3 s"


class Sleeper:
    """Waits for a time, and remembers when it was called."""

    def __init__(self, *next_times: float) -> None:
        self.calls: list[float] = []
        self._next = iter(next_times)

    def check(self, now: float) -> float:
        """Remember the time."""
        self.calls.append(now)
        return next(self._next, NEVER)


@pytest.mark.asyncio
async def test_many_wait_with_one_timer() -> None:
    """Those of one grain cost one wake-up; none is called before its time, or twice."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, grain=0.02)
    start = loop.time()
    times = [start + number * 0.0004 for number in range(100)]
    sleepers = [Sleeper() for _ in times]
    for sleeper, when in zip(sleepers, times, strict=True):
        deadlines.set(sleeper, when)
    await until(lambda: all(sleeper.calls for sleeper in sleepers))
    assert all(len(sleeper.calls) == 1 for sleeper in sleepers)
    assert all(sleeper.calls[0] >= when for sleeper, when in zip(sleepers, times, strict=True))
    assert deadlines.wakeups <= 4


@pytest.mark.asyncio
async def test_it_sleeps_while_nothing_is_due() -> None:
    """Neither an empty timer nor a distant deadline wakes anybody up."""
    deadlines = Deadlines(asyncio.get_running_loop(), grain=0.001)
    far, near = Sleeper(), Sleeper()
    deadlines.set(far, asyncio.get_running_loop().time() + 3600)
    deadlines.set(near, asyncio.get_running_loop().time() + 0.005)
    await until(lambda: near.calls)
    assert deadlines.wakeups == 1
    assert not far.calls


@pytest.mark.asyncio
async def test_who_is_called_says_when_to_be_called_again() -> None:
    """A time that is past already is soon, not at once: nobody can keep the timer busy."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, grain=0.002)
    sleeper = Sleeper(0, 0, 0)
    deadlines.set(sleeper, loop.time())
    await until(lambda: len(sleeper.calls) == 4)
    gaps = [later - earlier for earlier, later in itertools.pairwise(sleeper.calls)]
    assert min(gaps) >= 0.002


@pytest.mark.asyncio
async def test_who_is_cancelled_is_not_called() -> None:
    """Also not by its neighbour in time; and a time that is set again replaces the first."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, grain=0.002)

    class Canceller(Sleeper):
        def check(self, now: float) -> float:
            for victim in victims:
                deadlines.cancel(victim)
            return super().check(now)

    victims: list[Canceller] = []
    first, second, moved = Canceller(), Canceller(), Sleeper()
    victims += [first, second]
    when = loop.time() + 0.004
    deadlines.set(moved, when)
    deadlines.set(moved, when + 0.01)
    for sleeper in (first, second):
        deadlines.set(sleeper, when)
    await until(lambda: moved.calls)
    assert len(first.calls) + len(second.calls) == 1
    assert len(moved.calls) == 1
    assert moved.calls[0] >= when + 0.01
    deadlines.cancel(moved)  # a second time, and when it does not wait: nothing


@pytest.mark.asyncio
async def test_who_waits_is_called_after_it_was_tidied() -> None:
    """Times that everybody has cancelled are forgotten, and nothing else."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, grain=0.01)
    gone, there = Sleeper(), Sleeper()
    deadlines.set(gone, loop.time() + 0.02)
    deadlines.set(there, loop.time() + 0.04)
    deadlines.cancel(gone)
    deadlines.tidy()
    await until(lambda: there.calls)
    assert not gone.calls
    assert deadlines.wakeups == 1  # nobody is woken for who is gone


async def see_lateness(*, broken: bool = False) -> None:
    """Let the loop be late for three buckets of sleepers, of which one may raise."""
    loop = asyncio.get_running_loop()
    deadlines = Deadlines(loop, grain=0.01)

    class Broken(Sleeper):
        def check(self, now: float) -> float:
            super().check(now)
            raise AssertionError

    start = loop.time()
    sleepers = [Sleeper(start + 0.12 + 0.02 * number) for number in range(9)]
    bad = Broken()
    for number, sleeper in enumerate(sleepers):
        deadlines.set(sleeper, start + 0.01 + 0.02 * (number // 3))
        if broken and number % 3 == 0:
            deadlines.set(bad if number == 3 else Broken(), start + 0.01 + 0.02 * (number // 3))
    while loop.time() < start + 0.1:
        """Nothing else runs, as on a machine that has too much to do."""
    await until(lambda: all(len(sleeper.calls) == 2 for sleeper in sleepers))
    assert len(deadlines) == 0
    assert len(bad.calls) == broken
    late = Sleeper()
    deadlines.set(late, loop.time() - 1)  # and it is past already when it is set
    await until(lambda: late.calls)


@pytest.mark.parametrize("broken", [False, True])
@pytest.mark.parametrize("make_loop", LOOPS)
def test_when_the_loop_is_late_nobody_is_forgotten(
    make_loop: Callable[[], asyncio.AbstractEventLoop], *, broken: bool
) -> None:
    """Several buckets are due at once; whose check has an error is logged, and the only one lost.

    The loops differ in what they do with a timer whose time is past.
    """
    with asyncio.Runner(loop_factory=make_loop) as runner:
        runner.run(see_lateness(broken=broken))
