"""Guests: who can come back, for how long, and who no more."""

import pytest

from chatserver.core.guests import GONE_FOR, Guest, Guests

ALICE, BOB = b"alice's key", b"bob's key"


def test_who_comes_back_has_the_nick_since_they_had_it_first() -> None:
    """In any case of letters, however often, whether or not they were seen to leave."""
    guests = Guests()
    assert guests.take("alice", ALICE, 5, 0) == 5
    assert guests.take("Alice", ALICE, 8, 0) == 5
    guests.leave(ALICE, 10)
    assert guests.take("alice", ALICE, 9, 10) == 5
    assert guests.find(ALICE) == Guest(ALICE, "alice", 5)


@pytest.mark.parametrize("other", [b"", BOB])
def test_a_nick_that_another_took_is_theirs(other: bytes) -> None:
    """For good, and with all that was written to it: whether they can come back themselves or not."""
    guests = Guests()
    guests.take("alice", ALICE, 5, 0)
    guests.leave(ALICE, 1)
    assert guests.take("ALICE", other, 6, 2) == 6
    assert guests.find(ALICE) is None
    guests.leave(other, 3)
    assert guests.take("alice", ALICE, 7, 4) == 7
    assert guests.find(other) is None


def test_another_nick_is_taken_anew() -> None:
    """And the one before is given up."""
    guests = Guests()
    guests.take("alice", ALICE, 5, 0)
    assert guests.take("alicia", ALICE, 6, 0) == 6
    assert guests.take("alice", ALICE, 7, 0) == 7


def test_who_left_is_remembered_for_a_day() -> None:
    """From when they left on: who is there for longer can come back too."""
    guests = Guests()
    guests.take("alice", ALICE, 5, 0)
    guests.leave(ALICE, GONE_FOR * 3)
    assert guests.take("alice", ALICE, 6, GONE_FOR * 4) == 5
    guests.leave(ALICE, GONE_FOR * 5)
    assert guests.take("alice", ALICE, 7, GONE_FOR * 6 + 1) == 7


def test_of_too_many_the_first_to_leave_is_forgotten() -> None:
    """Nobody who is there."""
    guests = Guests(most=2)
    for number in range(6):
        guests.take(f"nick{number}", b"%d" % number, number + 1, 0)
    for number in (4, 3, 2, 1):
        guests.leave(b"%d" % number, 9)
    assert [guests.find(b"%d" % number) is not None for number in range(6)] == [
        True, True, True, False, False, True,
    ]  # fmt: skip


def test_what_changed_is_told_once() -> None:
    """Records to write, and keys of those to remove."""
    guests = Guests()
    guests.take("alice", ALICE, 5, 0)
    guests.take("bob", BOB, 6, 0)
    assert guests.take_changed() == ([Guest(ALICE, "alice", 5), Guest(BOB, "bob", 6)], [])
    guests.leave(BOB, 7)
    guests.take("alice", b"", 8, 7)
    assert guests.take_changed() == ([Guest(BOB, "bob", 6, 7)], [ALICE])
    guests.leave(ALICE, 9)
    assert guests.take_changed() == ([], [])


def test_who_was_there_before_a_restart_left_by_it() -> None:
    """They can come back for a day from then on; who left before, from when they left on."""
    guests = Guests()
    guests.restore([Guest(ALICE, "alice", 5), Guest(BOB, "bob", 6, 100)], 1000)
    assert guests.take_changed() == ([Guest(ALICE, "alice", 5, 1000)], [])
    assert guests.take("bob", BOB, 8, GONE_FOR + 101) == 8
    assert guests.take("alice", ALICE, 9, GONE_FOR + 1000) == 5
