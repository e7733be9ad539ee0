"""Wrong passwords are counted by address, and forgotten over time."""

import pytest

from chatserver.attempts import ADDRESSES_MOST, LimitedAttempts


class Time:
    """A clock that is set, in seconds."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the time that was set."""
        return self.now


def test_some_failures_are_free_and_then_one_a_minute_is() -> None:
    """Others may try meanwhile."""
    time = Time()
    attempts = LimitedAttempts(3, time)
    for _ in range(3):
        assert attempts.wait("192.0.2.1") == 0
        attempts.fail("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 60
    assert attempts.wait("192.0.2.2") == 0
    time.now += 59
    assert attempts.wait("192.0.2.1") == 1
    time.now += 1
    assert attempts.wait("192.0.2.1") == 0
    attempts.fail("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 60


def test_all_are_forgotten_in_time() -> None:
    """As if nothing had been."""
    time = Time()
    attempts = LimitedAttempts(2, time)
    attempts.fail("192.0.2.1")
    attempts.fail("192.0.2.1")
    time.now += 120
    attempts.fail("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("0::1", "::1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("localhost", "localhost", True),
    ],
)
def test_a_customer_has_one_address(one: str, other: str, same: object) -> None:
    """Of IPv6, that is a network of 64 bits."""
    attempts = LimitedAttempts(1, Time())
    attempts.fail(one)
    assert bool(attempts.wait(other)) == same


def test_with_0_nobody_waits() -> None:
    """However often they fail; and what is set later counts from then on."""
    attempts = LimitedAttempts(0, Time())
    for _ in range(100):
        attempts.fail("192.0.2.1")
    assert attempts.wait("192.0.2.1") == 0
    attempts.most = 100
    assert attempts.wait("192.0.2.1") == 60


def test_so_many_addresses_are_remembered() -> None:
    """Of more, the one that failed longest ago is forgotten."""
    attempts = LimitedAttempts(1, Time())
    attempts.fail("first")
    attempts.fail("second")
    attempts.fail("first")
    for number in range(ADDRESSES_MOST - 1):
        attempts.fail(str(number))
    assert len(attempts) == ADDRESSES_MOST
    assert (attempts.wait("first"), attempts.wait("second")) == (60 * 2, 0)
