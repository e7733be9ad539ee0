"""Memory that is given back after a crowd."""

import sys
import weakref
from functools import cache
from itertools import count

import pytest

from chatserver.net.slack import CROWD, LOOKS_MOST, TABLE, Slack, let_go, shrink, trim
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


def test_a_table_that_was_large_becomes_small() -> None:
    """It is the same table, with what is in it, in the same order."""
    table = dict.fromkeys(range(10_000))
    names = {*table}
    for number in range(9_990):
        del table[number]
        names.discard(number)
    same = table
    shrink([table, names])
    assert same is table
    assert [*table] == [*range(9_990, 10_000)]
    assert names == {*table}
    assert sys.getsizeof(table) < TABLE
    assert sys.getsizeof(names) < TABLE


def test_a_table_in_use_stays_as_it_is() -> None:
    """To make it anew would cost time, and give nothing."""
    table = dict.fromkeys(range(10_000))
    before = sys.getsizeof(table)
    shrink([table])
    assert sys.getsizeof(table) == before


def test_results_are_kept_no_longer() -> None:
    """They are made again when they are wanted."""

    @cache
    def double(number: int) -> int:
        return 2 * number

    assert double(4) == 8
    let_go()
    assert double.cache_info().currsize == 0
    assert double(4) == 8


def test_objects_that_answer_no_question_are_asked_none() -> None:
    """A proxy whose object is gone does not even say what it is."""

    class Gone:
        """Goes at once."""

    gone = weakref.proxy(Gone())
    with pytest.raises(ReferenceError):
        isinstance(gone, int)
    let_go()
