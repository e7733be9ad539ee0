"""Who left or changed nick, kept as bytes."""

from chatserver.core.events import Identity
from chatserver.core.records import Past
from chatserver.core.whowas import Whowas


def test_it_tells_what_it_was_told() -> None:
    """Oldest first, all that is known of each."""
    told = [Past(Identity(f"nick{number}", "user", "hôst"), number) for number in range(3)]
    past = Whowas(10)
    for one in told:
        past.add(one)
    assert [*past] == told
    assert len(past) == len(told)


def test_the_oldest_are_let_go() -> None:
    """So that it never holds more than it may."""
    past = Whowas(2)
    for number in range(5):
        past.add(Past(Identity(f"{'n' * (number + 1)}", "user", "host"), number))
    assert [one.at for one in past] == [3, 4]
    assert len(past) == 2


def test_none_may_be_remembered() -> None:
    """A limit of 0 is a limit."""
    past = Whowas(0)
    past.add(Past(Identity("nick", "user", "host"), 1))
    assert [*past] == []
