"""What takes its time is done on a thread, and only so much of it may wait."""

import asyncio
import threading
from functools import partial

import pytest

from chatserver.workers import THREADS, Workers


@pytest.mark.asyncio
async def test_work_is_done_on_a_thread_of_its_own() -> None:
    """The loop goes on meanwhile; what goes wrong is told to who asked."""
    workers = Workers()
    assert await workers.do(threading.current_thread) is not threading.current_thread()
    with pytest.raises(ZeroDivisionError):
        await workers.do(lambda: 1 / 0)
    assert await workers.do(lambda: 7) == 7


@pytest.mark.asyncio
async def test_too_much_work_is_refused_at_once() -> None:
    """Until some is done, also if who asked for it is gone."""
    workers, gate = Workers(2), threading.Event()
    waiting = [asyncio.create_task(workers.do(lambda: gate.wait(10))) for _ in range(2)]
    await asyncio.sleep(0)
    assert await workers.do(lambda: True) is None
    waiting[0].cancel()
    assert await workers.do(lambda: True) is None
    gate.set()
    assert await waiting[1]
    assert await workers.do(lambda: True)


@pytest.mark.asyncio
async def test_what_waits_is_not_begun_when_it_is_over() -> None:
    """Or a crowd of guesses would hold up the end; what is under way comes to its end."""
    workers, gate = Workers(), threading.Event()
    running = [asyncio.create_task(workers.do(partial(gate.wait, 10))) for _ in range(THREADS)]
    waiting = asyncio.create_task(workers.do(lambda: True))
    await asyncio.sleep(0)
    workers.stop()
    assert await waiting is None
    assert await workers.do(lambda: True) is None
    gate.set()
    assert await asyncio.gather(*running) == [True] * THREADS
