"""The race of history against live: every order of what can happen is tried, not some by chance."""

from functools import partial

from msgspec import structs

from chatserver.config.settings import Config
from tests.simulation.explore import Choices, Stage, explore
from tests.simulation.peers import LATEST, IrcPeer, PlainPeer
from tests.simulation.scenario import FULL, HISTORY

ROOM = "#r1"


def say(peer: IrcPeer) -> None:
    """Say the next word."""
    peer.tell(f"PRIVMSG {ROOM} :{peer.new_word()}")


def test_a_join_with_replay_has_all_that_was_said_before_and_then_all_that_is_said() -> None:
    """What is replayed ends where live begins, whatever is said and written meanwhile."""

    def run(choices: Choices) -> None:
        stage = Stage(choices, Config())
        talker = stage.irc("i1", [ROOM], FULL)
        for _ in range(2):
            say(talker)
        joiner = stage.irc("i2", ["#lobby"], FULL)
        stage.play(
            [partial(say, talker)] * 2,
            [partial(joiner.tell, f"JOIN {ROOM}"), partial(say, joiner)],
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
        stage.play(
            [partial(say, talker)] * 2,
            [partial(joiner.say, f"/join {ROOM}"), partial(joiner.say, joiner.new_word())],
        )

    assert explore(run) > 100


def test_a_page_of_history_ends_where_live_begins() -> None:
    """The newest page has all that was shown before it, and nothing that is shown after it."""

    def run(choices: Choices) -> None:
        stage = Stage(choices, Config())
        talker = stage.irc("i1", [ROOM], FULL)
        asker = stage.irc("i2", [ROOM], HISTORY)
        say(talker)
        ask = partial(asker.tell, f"@label={LATEST} CHATHISTORY LATEST {ROOM} * 50")
        stage.play([partial(say, talker)] * 2, [ask, partial(say, asker)])

    assert explore(run) > 100
