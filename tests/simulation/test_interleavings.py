"""The race of history against live: every order of what can happen is tried, not some by chance."""

from functools import partial

import pytest
from msgspec import structs

from chatserver.config.settings import Config
from tests.simulation.explore import Choices, Stage, explore
from tests.simulation.ircpeer import LATEST, IrcPeer
from tests.simulation.peers import PlainPeer
from tests.simulation.scenario import FULL, HISTORY

ROOM = "#r1"

pytestmark = pytest.mark.timeout(300)


def bounded(high_water: int, tail: int) -> Config:
    """Return a configuration with bounds smaller than may be set."""
    return structs.replace(Config(), high_water=high_water, tail=tail)


def say(peer: IrcPeer) -> None:
    """Say the next word."""
    peer.tell(f"PRIVMSG {ROOM} :{peer.new_word()}")


def say_much(peer: IrcPeer) -> None:
    """Say the next word, with so much after it that a reader who stalls falls behind."""
    peer.tell(f"PRIVMSG {ROOM} :{peer.new_word()}{'x' * 350}")


@pytest.mark.parametrize("own", [False, True])
def test_a_join_with_replay_has_all_that_was_said_before_and_then_all_that_is_said(
    *, own: bool
) -> None:
    """What is replayed ends where live begins, whatever is said and written meanwhile."""

    def run(choices: Choices) -> None:
        stage = Stage(choices, Config())
        talker = stage.irc("i1", [ROOM], FULL)
        say(talker)
        joiner = stage.irc("i2", ["#lobby"], FULL)
        join = [partial(joiner.tell, f"JOIN {ROOM}")]
        stage.play(
            [partial(say, talker)] * (1 if own else 2),
            [*join, partial(say, joiner)] if own else join,
        )

    assert explore(run) > 100


def test_a_person_with_netcat_who_joins_has_all_too() -> None:
    """The same for plain text, where nothing but the place tells what is old."""

    def run(choices: Choices) -> None:
        stage = Stage(choices, Config())
        talker = stage.irc("i1", [ROOM], FULL)
        say(talker)
        joiner = PlainPeer(stage.universe, stage.network, stage.ledger, "p1")
        stage.bring(joiner)
        stage.play([partial(say, talker)] * 2, [partial(joiner.say, f"/join {ROOM}")])

    assert explore(run) > 100


@pytest.mark.parametrize("own", [False, True])
def test_a_page_of_history_ends_where_live_begins(*, own: bool) -> None:
    """The newest page has all that was shown before it, and nothing that is shown after it."""

    def run(choices: Choices) -> None:
        stage = Stage(choices, Config())
        talker = stage.irc("i1", [ROOM], FULL)
        asker = stage.irc("i2", [ROOM], HISTORY)
        say(talker)
        ask = [partial(asker.tell, f"@label={LATEST} CHATHISTORY LATEST {ROOM} * 50")]
        stage.play(
            [partial(say, talker)] * (1 if own else 2),
            [*ask, partial(say, asker)] if own else ask,
        )

    assert explore(run) > 100


@pytest.mark.parametrize("tail", [0, 1_048_576])
def test_who_falls_behind_and_reads_again_has_all(tail: int) -> None:
    """From memory or from the store, whenever they read, and whatever is said while they catch up."""
    behind = 0

    def run(choices: Choices) -> None:
        nonlocal behind
        stage = Stage(choices, bounded(high_water=300, tail=tail), capacity=300)
        talker = stage.irc("i1", [ROOM], FULL)
        reader = stage.irc("i2", [ROOM], FULL)
        reader.stalled = True
        say_much(talker)
        say_much(talker)
        stage.settle()
        behind += stage.count_behind()
        stage.play([partial(say_much, talker)] * 3, [reader.go_on])

    runs = explore(run)
    assert behind == runs > 10


def test_who_asks_for_history_while_behind_has_it_in_its_place() -> None:
    """Two reasons to be behind at once: what is missed and what is asked for come in order."""

    def run(choices: Choices) -> None:
        stage = Stage(choices, bounded(high_water=300, tail=0), capacity=300)
        talker = stage.irc("i1", [ROOM], FULL)
        reader = stage.irc("i2", [ROOM], HISTORY)
        reader.stalled = True
        say_much(talker)
        say_much(talker)
        stage.settle()
        ask = partial(reader.tell, f"@label={LATEST} CHATHISTORY LATEST {ROOM} * 50")
        stage.play([partial(say_much, talker)], [ask], [reader.go_on])

    assert explore(run) > 30
