"""Goals: how a figure is judged, and that each figure is one that is measured."""

from pathlib import Path

import pytest

from benchmarks.__main__ import parse, sections
from benchmarks.acknowledged import Waits
from benchmarks.goals import FLAT, Goal, goals, goals_table
from benchmarks.samples import Outcome
from benchmarks.sections import FanOut, Figure, ManyRooms, OneByOne, Section, Storms
from benchmarks.servers import TARGETS
from benchmarks.storm import Passage

MINE, ONE, OTHER = ("a", "mine"), ("a", "one"), ("a", "other")


def test_a_ratio_is_judged_beside_each_of_the_others() -> None:
    """One that is missed is enough; who was not measured judges nothing, and is said."""
    goal = Goal("what", "aim", MINE, 1.0, {"one": ONE, "other": OTHER})
    assert goal.row({MINE: 1.0, ONE: 2.0, OTHER: 1.0}) == (
        "what", "aim", "one: 0.50, other: 1.00", "yes",
    )  # fmt: skip
    assert goal.row({MINE: 1.1, ONE: 2.0, OTHER: 1.0})[3] == "no"
    assert goal.row({MINE: 1.0, ONE: 2.0})[2:] == ("one: 0.50, other: not measured", "yes")
    assert goal.row({MINE: 1.0})[2:] == ("one: not measured, other: not measured", "-")
    assert goal.row({ONE: 1.0})[2:] == ("not measured", "-")


@pytest.mark.parametrize(
    ("figure", "at_least", "met"), [(5.0, False, "yes"), (5.1, False, "no"), (5.1, True, "yes")]
)
def test_a_figure_by_itself_is_at_most_or_at_least(
    figure: float,
    at_least: bool,  # noqa: FBT001 - a case of many
    met: str,
) -> None:
    """In the form that it is told in."""
    goal = Goal("what", "aim", MINE, 5.0, form=".1f", at_least=at_least)
    assert goal.row({MINE: figure}) == ("what", "aim", f"{figure:.1f}", met)


def _pretend(section: Section) -> None:
    """Put a figure at every place for one, as if all had been measured."""
    match section:
        case FanOut() | ManyRooms():
            for samples in section.samples.values():
                samples.outcomes.append(Outcome(1.0, 0.5, 0.5, 1.0, 1000, [0.1]))
        case OneByOne():
            section.waits.update(dict.fromkeys(section.waits, Waits([0.002], [0.001])))
        case Storms():
            passage = Passage(1.0, 1.0, 0.0, 5.0, 1.0, 1.0, 0, 10)
            section.passages.update(dict.fromkeys(section.passages, passage))
        case Figure():
            for target in section.targets:
                section.add(target, 1.0)


def test_every_goal_is_of_figures_that_the_suite_measures(tmp_path: Path) -> None:
    """With all peers installed no goal lacks a figure, of ours or of others."""
    measured = sections(TARGETS, parse([]), tmp_path)
    for section in measured.values():
        _pretend(section)
    figures = {
        (title, *key): figure
        for title, section in measured.items()
        for key, figure in section.figures().items()
    }
    assert "not measured" not in goals_table(figures)
    assert len(list(goals())) > 20
    assert FLAT > 1
