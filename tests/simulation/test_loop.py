"""The simulated processes and connections behave as asyncio and TCP do."""

import asyncio
import errno

from tests.simulation.loop import ProcessLoop
from tests.simulation.network import Link, Network, Quality
from tests.simulation.universe import Universe


class _Pace:
    """Half a second to take effect, and half a second until that is known."""

    def __call__(self) -> tuple[float, float]:
        return 0.5, 0.5

    def more(self) -> float:
        """Return nothing more."""
        return 0.0


def process(universe: Universe) -> ProcessLoop:
    """Return a new process."""
    return ProcessLoop(universe, "test", universe.random("test"), _Pace())  # type: ignore[abstract]


class Ear(asyncio.Protocol):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def data_received(self, data: bytes) -> None:
        """Remember bytes."""
        self.heard.append(data)

    def eof_received(self) -> bool:
        """Remember the end, and keep our side open."""
        self.heard.append("end")
        return True

    def pause_writing(self) -> None:
        """Remember that much waits."""
        self.heard.append("pause")

    def resume_writing(self) -> None:
        """Remember that little waits."""
        self.heard.append("resume")

    def connection_lost(self, error: Exception | None) -> None:
        """Remember the end."""
        self.heard.append(error.errno if isinstance(error, OSError) else error)


def connect(universe: Universe, capacity: int = 1000) -> Link:
    """Return a connection on a perfect network."""
    network = Network(universe, Quality.perfect(capacity))
    links: list[Link] = []
    network.listener = links.append
    network.connect(None, lambda _link: None, lambda _error: None)
    universe.run(universe.now)
    return links[0]


def test_callbacks_run_in_the_order_in_which_they_were_scheduled() -> None:
    """And those that they schedule, after all of them."""
    universe, seen = Universe(1), list[int]()
    loop = process(universe)
    loop.call_later(1, seen.append, 4)
    loop.enter(lambda: loop.call_soon(seen.append, 3))
    loop.enter(seen.append, 1)
    loop.enter(seen.append, 2)
    universe.run(0.9)
    assert seen == [1, 2, 3]
    universe.run(1.1)
    assert seen == [1, 2, 3, 4]


def test_tasks_and_timeouts_run_on_virtual_time() -> None:
    """A day passes at once, and a timeout is one."""
    universe, seen = Universe(1), list[str]()
    loop = process(universe)

    async def work() -> None:
        await asyncio.sleep(86_400)
        try:
            async with asyncio.timeout(5):
                await loop.create_future()
        except TimeoutError:
            seen.append(f"{loop.time():.0f}")

    loop.enter(lambda: loop.create_task(work()))
    universe.run(100_000)
    assert seen == ["86405"]
    assert not loop.unfinished()


def test_a_frozen_process_does_nothing_and_a_dead_one_never_again() -> None:
    """Its time goes on meanwhile."""
    universe, seen = Universe(1), list[float]()
    loop = process(universe)
    loop.call_later(1, lambda: seen.append(round(loop.time())))
    loop.freeze(7)
    universe.run(10)
    assert seen == [7]
    loop.call_later(1, lambda: seen.append(0))
    loop.kill()
    universe.run(20)
    assert seen == [7]


def test_a_job_takes_effect_before_that_is_known_and_not_after_the_process_died() -> None:
    """What happened on the disk and what the process knows of it are two things."""
    universe, seen = Universe(1), list[str]()
    loop = process(universe)
    loop.enter(
        lambda: loop.run_in_executor(None, seen.append, "done").add_done_callback(
            lambda _: seen.append("known")
        )
    )
    universe.run(0.7)
    assert seen == ["done"]
    universe.run(2)
    assert seen == ["done", "known"]
    loop.enter(lambda: loop.run_in_executor(None, seen.append, "never"))
    universe.run(2.3)
    loop.kill()
    universe.run(9)
    assert seen == ["done", "known"]


def test_a_killed_process_is_buried_without_a_word() -> None:
    """What its tasks would do at last is not done."""
    universe, seen = Universe(1), list[str]()
    loop = process(universe)

    async def work() -> None:
        try:
            await loop.create_future()
        finally:
            await asyncio.sleep(1)
            seen.append("cleaned up")

    loop.enter(lambda: loop.create_task(work()))
    universe.run(1)
    loop.kill()
    loop.bury()
    universe.run(9)
    assert not seen


def test_a_stalled_reader_fills_kernel_and_transport_and_then_the_writer_is_told() -> None:
    """Over the high mark the writer pauses; when the reader has read, it goes on. FIN comes last."""
    universe = Universe(1)
    link, loop, ear = connect(universe), process(universe), Ear()
    transport = loop.open(link.server, ear)
    transport.set_write_buffer_limits(500)
    loop.enter(transport.write, b"x" * 1400)
    universe.run(1)
    assert ear.heard == []
    loop.enter(transport.write, b"y" * 200)
    loop.enter(transport.write_eof)
    universe.run(2)
    assert (ear.heard, transport.get_write_buffer_size()) == (["pause"], 600)
    taken = b""
    while data := link.client.receive(100):
        taken += data
        universe.run(universe.now + 0.1)
    assert taken == b"x" * 1400 + b"y" * 200
    assert link.client.receive(1) == b""
    assert ear.heard == ["pause", "resume"]


def test_reset_and_half_close() -> None:
    """After FIN the other side still gets what is sent to it; RST ends it with an error."""
    universe = Universe(1)
    link, loop, ear = connect(universe), process(universe), Ear()
    transport = loop.open(link.server, ear)
    link.client.send(b"last")
    link.client.finish()
    universe.run(1)
    assert ear.heard == [b"last", "end"]
    loop.enter(transport.write, b"answer")
    universe.run(2)
    assert link.client.receive(99) == b"answer"
    link.client.close(reset=True)
    loop.enter(transport.write, b"more")
    universe.run(3)
    loop.enter(transport.write, b"more")
    universe.run(4)
    assert ear.heard[2:] == [errno.ECONNRESET]


def test_in_a_black_hole_nothing_arrives_until_it_ends_or_time_is_up() -> None:
    """Then all arrives, in order; or both ends have an error."""
    universe = Universe(1)
    link, loop, ear = connect(universe), process(universe), Ear()
    loop.open(link.server, ear)
    link.swallow(60)
    link.client.send(b"one")
    universe.run(59)
    link.client.send(b"two")
    assert ear.heard == []
    universe.run(61)
    assert b"".join(each for each in ear.heard if isinstance(each, bytes)) == b"onetwo"
    ear.heard.clear()
    link.swallow(600)
    universe.run(200)
    assert ear.heard == [errno.ETIMEDOUT]
