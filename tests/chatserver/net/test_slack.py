"""Memory that is given back after a crowd."""

from itertools import count

import pytest

from chatserver.net.slack import CROWD, LOOKS_MOST, Slack, trim
from tests.chatserver.fakes import until


@pytest.mark.asyncio
async def test_it_is_given_back_when_many_have_come_or_gone() -> None:
    """Once for each crowd; while fewer come and go, nothing is even looked at."""
    asked: list[None] = []
    given: list[None] = []
    slack = Slack(lambda: asked.append(None), lambda: given.append(None), moment=0)
    for _ in range(CROWD - 1):
        slack.count()
    assert not asked
    slack.count()
    await until(lambda: len(given) == 1)
    looked = len(asked)
    for _ in range(CROWD - 1):
        slack.count()
    assert len(asked) == looked
    slack.count()
    await until(lambda: len(given) == 2)


@pytest.mark.asyncio
async def test_it_waits_for_a_moment_in_which_nothing_happens() -> None:
    """But not for ever: a server may never have one."""
    ticks = count()
    given: list[int] = []
    slack = Slack(lambda: next(ticks), lambda: given.append(next(ticks)), moment=0)
    for _ in range(CROWD):
        slack.count()
    await until(lambda: bool(given))
    assert given == [2 * LOOKS_MOST]


def test_the_c_library_may_be_any() -> None:
    """Where it can give nothing back, nothing happens."""
    trim()
