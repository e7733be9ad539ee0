"""Who left in order is shown what they missed alone, if they come back soon."""

from chatserver.core.departures import BACK_SOON, Departures
from chatserver.core.events import Identity

ANN, BOB = Identity("Ann", "ann", "h"), Identity("Bob", "bob", "h")


def test_who_comes_back_soon_has_seen_what_they_saw() -> None:
    """In the rooms where they were, as whoever has their mask; in others, and later, nothing."""
    known = Departures(2)
    known.note(ANN, ("#a",), 7, 1000)
    assert known.seen_up_to(Identity("ANN", "ann", "h"), "#a", 1000 + BACK_SOON) == 7
    assert known.seen_up_to(ANN, "#b", 1000) == 0
    assert known.seen_up_to(BOB, "#a", 1000) == 0
    assert known.seen_up_to(ANN, "#a", 1001 + BACK_SOON) == 0


def test_only_the_newest_are_known() -> None:
    """And of each, when they left last."""
    known = Departures(2)
    for seq, who in enumerate((ANN, BOB, ANN, Identity("Eve", "eve", "h")), 1):
        known.note(who, ("#a",), seq, 0)
    assert [known.seen_up_to(who, "#a", 0) for who in (ANN, BOB)] == [3, 0]
