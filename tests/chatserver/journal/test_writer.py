"""The thread that writes: in turn, beside the event loop."""

import asyncio
import threading
from functools import partial

import pytest

from chatserver.journal.writer import Writer

pytestmark = pytest.mark.asyncio


async def do(writer: Writer, work: "partial[None]") -> Exception | None:
    """Have it done, and return what it raised."""
    done: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
    writer.do(work, done.set_result)
    return await done


async def test_it_works_beside_the_loop_and_tells_it() -> None:
    """Work is done on one thread of its own, and the loop goes on meanwhile."""
    writer = Writer()
    threads: list[threading.Thread] = []
    going_on = threading.Event()
    asyncio.get_running_loop().call_later(0.001, going_on.set)

    def work() -> None:
        assert going_on.wait(10)
        threads.append(threading.current_thread())

    assert await do(writer, partial(work)) is None
    assert await do(writer, partial(work)) is None
    writer.close()
    assert threads[0] is threads[1]
    assert threads[0] is not threading.current_thread()
    assert not threads[0].is_alive()


async def test_what_goes_wrong_is_handed_over() -> None:
    """An error is for whoever waits, and the next work is done."""
    writer = Writer()
    error = await do(writer, partial(int.__floordiv__, 1, 0))  # type: ignore[arg-type]
    assert isinstance(error, ZeroDivisionError)
    assert await do(writer, partial(list[int]().append, 1)) is None
    writer.close()


async def test_who_has_never_written_ends_at_once() -> None:
    """Nothing is to be waited for."""
    Writer().close()


async def test_what_was_handed_over_is_done_before_it_ends() -> None:
    """Also if the thread had no time yet to begin with it."""
    for _ in range(100):
        writer = Writer()
        written: list[int] = []
        assert await do(writer, partial(written.append, 1)) is None
        last = asyncio.create_task(do(writer, partial(written.append, 2)))
        asyncio.get_running_loop().call_soon(writer.close)
        assert await last is None
        assert written == [1, 2]
