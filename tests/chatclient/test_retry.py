"""When to try again."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from chatclient.retry import EAGER, LONGEST, STEADY, Backoff


@given(st.integers())
def test_the_first_wait_is_short(seed: int) -> None:
    """A restart of the server is hardly noticed."""
    assert 0 < Backoff(Random(seed)).next_wait() <= 1.0


@given(st.integers(), st.integers(1, 2000))
def test_waits_grow_to_a_bound(seed: int, tries: int) -> None:
    """However often it fails, no wait is longer than the bound, and late ones are long."""
    backoff = Backoff(Random(seed))
    waits = [backoff.next_wait() for _ in range(tries)]
    assert all(wait <= LONGEST for wait in waits)
    assert all(wait >= 0.3 * LONGEST for wait in waits[6:])


@given(st.integers())
def test_who_listens_again_is_found_soon(seed: int) -> None:
    """While nothing listens it is tried twice a second, for ten minutes, and then rarely."""
    backoff = Backoff(Random(seed))
    waits = [backoff.next_wait(listens=False) for _ in range(3000)]
    eager = int(EAGER / 0.8)
    assert all(0.2 < wait < 0.8 for wait in waits[:eager])
    assert all(wait >= 0.3 * LONGEST for wait in waits[-10:])


def test_a_link_that_comes_and_goes() -> None:
    """Who was let in each time, if not for long, is back within seconds."""
    backoff = Backoff(Random(1))
    waits = [backoff.next_wait(online_for=STEADY / 2) for _ in range(50)]
    assert max(waits) <= 4.0
    assert backoff.next_wait() > 1.0


def test_a_server_that_was_gone_did_not_send_us_away() -> None:
    """However often it restarts: once nothing listened, the next wait is a first one."""
    backoff = Backoff(Random(1))
    for _ in range(20):
        assert backoff.next_wait(online_for=0.5) <= 1.0
        assert backoff.next_wait(listens=False) <= 0.8


def test_waits_differ() -> None:
    """Clients that lost the same server do not come back in the same instant."""
    assert len({Backoff(Random(seed)).next_wait() for seed in range(100)}) == 100


def test_a_steady_connection_starts_over() -> None:
    """After a while online the next wait is a first one; a short visit changes nothing."""
    backoff = Backoff(Random(1))
    for _ in range(8):
        backoff.next_wait()
    assert backoff.next_wait(online_for=STEADY / 2) > 1.0
    assert backoff.next_wait(online_for=STEADY) <= 1.0
    backoff.next_wait()
    backoff.reset()
    assert backoff.next_wait() <= 1.0
