"""The judge of the checkers: a checker that cannot fail shows nothing."""

import pytest

from tests.reliability.ledger import View, judge

LOG = ["a 000001", "b 000001", "a 000002", "b 000002"]


def test_what_is_right_is_clean() -> None:
    """All of the log to who sees everything, a stretch of it to who came late."""
    views = [View("r", LOG), View("late", LOG[1:3], whole=False), View("none", [], whole=False)]
    assert judge(LOG, views, confirmed=LOG, refused=["a 000003"]).clean


@pytest.mark.parametrize(
    ("shown", "whole", "kind"),
    [
        (LOG[:3], True, "lost"),
        ([LOG[0], *LOG[2:]], True, "lost"),
        ([LOG[0], *LOG[2:]], False, "lost"),
        ([*LOG, LOG[0]], True, "duplicate"),
        ([LOG[1], LOG[0], *LOG[2:]], True, "out of order"),
        ([*LOG, "a 000003"], True, "shown but not kept"),
    ],
)
def test_what_a_reader_misses_or_has_too_much(shown: list[str], whole: bool, kind: str) -> None:  # noqa: FBT001 - a case
    """Each fault in front of a reader is one finding, of its own kind."""
    counts = judge(LOG, [View("r", shown, whole=whole)]).counts()
    assert counts.pop(kind) == 1
    assert not any(counts.values())


def test_who_does_not_hear_itself() -> None:
    """Own lines of a plain peer may lack; no others."""
    stretch = [text for text in LOG if not text.startswith("b")]
    assert judge(LOG, [View("b", stretch, whole=False, blind="b")]).clean
    assert not judge(LOG, [View("b", stretch, whole=False)]).clean


@pytest.mark.parametrize(
    ("log", "confirmed", "refused", "kind"),
    [
        (LOG, ["a 000003"], [], "lost"),
        (LOG, [], ["a 000001"], "shown but not kept"),
        ([*LOG, "a 000001"], [], [], "duplicate"),
        (["a 000002", "a 000001"], [], [], "out of order"),
    ],
)
def test_what_is_wrong_with_the_log(
    log: list[str], confirmed: list[str], refused: list[str], kind: str
) -> None:
    """What was confirmed is in it, what was refused is not, and everything once, in order."""
    counts = judge(log, [], confirmed=confirmed, refused=refused).counts()
    assert counts.pop(kind) == 1
    assert not any(counts.values())


def test_examples_name_line_and_reader() -> None:
    """So that one can look for it."""
    assert [*judge(LOG, [View("ruth", LOG[:3])]).examples()] == ["lost: b 000002 at ruth"]
