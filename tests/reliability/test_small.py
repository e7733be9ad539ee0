"""Small runs of the checkers: 5 kills, 20 cuts, a full disk."""

import asyncio
from pathlib import Path

import pytest

from tests.reliability import cuts, fulldisk, kills

pytestmark = [pytest.mark.interop, pytest.mark.timeout(240)]


def test_a_server_that_is_killed_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Whatever was confirmed or shown is there once, in order, for who stays and for who comes back."""
    plan = kills.Plan(5, irc=4, plain=2, clients=2, longest=0.8)
    report = asyncio.run(kills.run(plan, tmp_path, print))
    assert report.problems() == []


def test_cuts_cost_no_client_a_message(tmp_path: Path) -> None:
    """Chatclient shows everything once, in order, its own lines confirmed, however it was cut off."""
    report = asyncio.run(cuts.run(cuts.Plan(20, clients=10), tmp_path, print))
    assert report.problems() == []


def test_clients_that_are_killed_go_on_from_their_archives(tmp_path: Path) -> None:
    """What was pending is said once, what was missed is filled in, and nothing is there twice."""
    plan = cuts.Plan(20, clients=4, archives=True)
    report = asyncio.run(cuts.run(plan, tmp_path, print))
    assert report.problems() == []


def test_a_full_disk_is_survived(tmp_path: Path) -> None:
    """Nothing is shown that is not kept; it goes on by itself when there is room again."""
    report = asyncio.run(fulldisk.run(fulldisk.Plan(), tmp_path, print))
    assert report.problems() == []
