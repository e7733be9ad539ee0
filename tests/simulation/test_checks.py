"""The checks of the simulation notice what they are there for."""

import pytest

from chatserver.core.events import Identity, Said
from chatserver.ports import Record
from tests.simulation.ledger import Ledger
from tests.simulation.network import Network
from tests.simulation.peers import PlainPeer
from tests.simulation.seats import Seat
from tests.simulation.universe import Universe

BOB = Identity("bob", "bob", "host")


@pytest.fixture
def ledger() -> Ledger:
    """Return a log with four messages in #a: 10 to 13."""
    made = Ledger(Universe(1))
    for number in range(10, 14):
        keep(made, number)
    return made


def keep(ledger: Ledger, number: int, word: str = "") -> None:
    """Have message `number` be on disk."""
    said = Said(number, 0, BOB, "#a", word or f"~b.{number}~".replace(".", "1."))
    ledger.keep([Record("#a", said)])


def words(*numbers: int) -> list[str]:
    """Return the words of messages."""
    return [f"b1.{number}" for number in numbers]


def broken(ledger: Ledger) -> str:
    """Return which promise was broken, "" if none was."""
    return str(ledger.universe.broken or "")


def seat(ledger: Ledger, after: int = 10) -> Seat:
    """Return one who is in #a since number `after`."""
    made = Seat(ledger, "i1", "#a", echoes=True)
    made.begin(after)
    return made


def test_what_is_not_on_disk(ledger: Ledger) -> None:
    """Promise 1: it is shown to nobody."""
    assert ledger.check_shown(b"PRIVMSG #a :~b1.10~\r\n") == words(10)
    assert not broken(ledger)
    ledger.check_shown(b"PRIVMSG #a :~b1.99~\r\n")
    assert broken(ledger).startswith("promise 1: b1.99 is shown, and is not on disk")


def test_what_is_said_twice(ledger: Ledger) -> None:
    """Promise 3: a message stands in the log once."""
    keep(ledger, 20, "~b1.10~")
    assert broken(ledger).startswith("promise 3: b1.10 was said twice")


@pytest.mark.parametrize(
    ("numbers", "wrong"),
    [
        ((11, 12, 13), ""),
        ((11, 13), "sees b1.13, and b1.12 is missing before it"),
        ((12,), "sees b1.12, and b1.11 is missing before it"),
        ((11, 11), "sees b1.11 twice or too late"),
        ((11, 12, 11), "sees b1.11 twice or too late"),
    ],
)
def test_what_is_missing_or_out_of_order(
    ledger: Ledger, numbers: tuple[int, ...], wrong: str
) -> None:
    """Promise 2: all members see all, once, in the order of the log."""
    one = seat(ledger)
    for word in words(*numbers):
        one.hear(word)
    assert broken(ledger).endswith(wrong)
    assert bool(broken(ledger)) == bool(wrong)
    assert one.check_caught_up() == (numbers[-1] == 13)


@pytest.mark.parametrize(
    ("heard", "page", "wrong"),
    [
        ((11, 12), (10, 11, 12), ""),
        ((11, 12), (10, 12), "which do not follow each other"),
        ((11, 12), (10, 11), "history ends with b1.11, live began after b1.12"),
        ((11,), (10, 11, 12), "history ends with b1.12, live began after b1.11"),
    ],
)
def test_history_that_does_not_meet_live(
    ledger: Ledger, heard: tuple[int, ...], page: tuple[int, ...], wrong: str
) -> None:
    """Promise 2: the newest page ends where live begins."""
    one = seat(ledger)
    for word in words(*heard):
        one.hear(word)
    one.recall(words(*page))
    assert wrong in broken(ledger)
    assert bool(broken(ledger)) == bool(wrong)


def test_control_characters(ledger: Ledger) -> None:
    """Promise 6: none reaches a person with netcat."""
    peer = PlainPeer(ledger.universe, Network(ledger.universe), ledger, "p1")
    peer.hear("[bob] hello\there")
    assert not broken(ledger)
    peer.hear("[bob] \x1b[2J")
    assert broken(ledger).startswith("promise 6: p1 is sent '\\x1b'")
