"""The event loop of one simulated process: asyncio's rules, on virtual time.

Rules: callbacks run in the order in which they were scheduled, those of an iteration before those
that they schedule (asyncio's guarantee). An iteration comes a moment after there is something to do.
A frozen process (SIGSTOP) runs nothing, and its time goes on. A killed one never runs again, not
even to clean up. Jobs of executors take effect at one moment, and are known to be done at a later one.
"""

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator, Mapping
from concurrent.futures import Executor
from contextvars import Context
from functools import partial
from random import Random
from typing import Any, Protocol, TypeVar, TypeVarTuple

from tests.simulation.network import Endpoint
from tests.simulation.transport import SimTransport
from tests.simulation.universe import Universe

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class Pace(Protocol):
    """How long a job of an executor takes."""

    def __call__(self) -> tuple[float, float]:
        """Return the seconds until it takes effect, and from then until it is known to be done."""
        ...

    def more(self) -> float:
        """Return how much later it is done because of what it did."""
        ...


class _Pool:
    """An executor: at most `width` jobs at a time, begun in order."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.busy = 0
        self.queue: deque[Job] = deque()


class Job:
    """A call on another thread."""

    def __init__(self, call: Callable[[], object], done: asyncio.Future[Any]) -> None:
        self.call = call
        self.done = done
        self.result: object = None
        self.error: BaseException | None = None
        self.begun = False
        """Whether it took effect."""
        self.executor: Executor | None = None

    def run(self) -> None:
        """Take effect. A thread has no running loop."""
        self.begun = True
        outer = events._get_running_loop()
        events._set_running_loop(None)
        try:
            self.result = self.call()
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits for the job
            self.error = error
        finally:
            events._set_running_loop(outer)

    def settle(self) -> None:
        """Tell whoever waits."""
        if self.done.cancelled():
            return
        if self.error is not None:
            self.done.set_exception(self.error)
        else:
            self.done.set_result(self.result)


class ProcessLoop(asyncio.AbstractEventLoop):
    """One process, which is its event loop."""

    def __init__(self, universe: Universe, name: str, random: Random, pace: Pace) -> None:
        self.universe = universe
        self.name = name
        self.alive = True
        self.errors: list[str] = []
        """What the exception handler was told: bugs."""
        self.steps = 0
        self.fuse = 0
        """After so many more steps the process dies; 0 for never."""
        self.on_fuse: Callable[[], None] = self.kill
        self.on_open: Callable[[SimTransport], None] = lambda _transport: None
        """Told of every new transport."""
        self.before_polling: dict[object, Callable[[], None]] = {}
        """Called once each at the end of an iteration, as uvloop writes what was queued."""
        self._random = random
        self._pace = pace
        self._pools: dict[Executor | None, _Pool] = {}
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._count = 0
        self._awake = False
        """Whether an iteration is planned."""
        self._frozen_until = 0.0
        self._left: set[asyncio.Task[Any]] = set()

    # --- the life of the process -------------------------------------------------------------

    def freeze(self, seconds: float) -> None:
        """Run nothing for a while."""
        self._frozen_until = max(self._frozen_until, self.universe.now + seconds)

    def thaw(self) -> None:
        """Run again, if it was frozen."""
        if self._frozen_until > self.universe.now:
            self._frozen_until = 0.0
            self.universe.after(0, self._iterate)

    def kill(self) -> None:
        """Run nothing any more."""
        self.alive = False
        self._left = asyncio.all_tasks(self)  # what was to run was all that held some of them
        self._ready.clear()
        self._timers.clear()
        self.before_polling.clear()

    def unfinished(self) -> list[str]:
        """Return the names of tasks that are not done."""
        return sorted(task.get_name() for task in asyncio.all_tasks(self))

    def bury(self) -> None:
        """Take the tasks of a process that is dead out of the world, without a word of theirs."""
        self._running(self._close_tasks)

    def _close_tasks(self) -> None:
        for task in self._left:
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            coroutine: Generator[Any, Any, Any] = task.get_coro()  # type: ignore[assignment]
            for _ in range(5):  # one that waits in its `finally` is told again
                try:
                    coroutine.close()
                except RuntimeError:
                    continue
                break
        self._left = set()

    def enter(self, callback: Callable[[*_Ts], object], *args: *_Ts) -> None:
        """Have the process do something that came from outside: a signal, bytes, a key."""
        if self.alive:
            self.call_soon(callback, *args)

    # --- iterations --------------------------------------------------------------------------

    def _wake(self, delay: float = 0.0) -> None:
        if self.alive and not self._awake:
            self._awake = True
            moment = delay + self._random.uniform(1e-6, 4e-5)
            self.universe.after(moment, self._iterate)

    def _iterate(self) -> None:
        self._awake = False
        if not self.alive:
            return
        now = self.universe.now
        if now < self._frozen_until:
            self._wake(self._frozen_until - now)
            return
        while self._timers and self._timers[0][0] <= now:
            _, _, timer = heapq.heappop(self._timers)
            if not timer.cancelled():
                self._ready.append(timer)
        if self._ready:
            self._run_ready()
        if self.before_polling:
            waiting, self.before_polling = self.before_polling, {}
            self._running(lambda: [call() for call in waiting.values()])
        if self._ready:
            self._wake()

    def _run_ready(self) -> None:
        def run() -> None:
            for _ in range(len(self._ready)):
                if not self.alive:
                    return
                handle = self._ready.popleft()
                if not handle.cancelled():
                    handle._run()
                    self.steps += 1
                    if self.fuse and self._burn():
                        return

        self._running(run)

    def _burn(self) -> bool:
        """Come a step closer to the end; say whether the process is dead."""
        self.fuse -= 1
        if not self.fuse:
            self.on_fuse()
        return not self.alive

    def _running(self, run: Callable[[], object]) -> None:
        outer = events._get_running_loop()
        events._set_running_loop(self)
        try:
            run()
        finally:
            events._set_running_loop(outer)

    # --- what asyncio asks of a loop ---------------------------------------------------------

    def time(self) -> float:
        """Return the virtual time."""
        return self.universe.now

    def get_debug(self) -> bool:
        """Return False: nothing is slow here."""
        return False

    def is_running(self) -> bool:
        """Say whether it is alive."""
        return self.alive

    def is_closed(self) -> bool:
        """Say whether it is dead."""
        return not self.alive

    def call_soon(
        self, callback: Callable[[*_Ts], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Call in the next iteration."""
        handle = asyncio.Handle(callback, args, self, context)
        if self.alive:
            self._ready.append(handle)
            self._wake()
        return handle

    call_soon_threadsafe = call_soon  # nothing here is a thread

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call at a time."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        if self.alive:
            self._count += 1
            heapq.heappush(self._timers, (when, self._count, timer))
            self.universe.at(when, self._wake)
        return timer

    def call_later(
        self,
        delay: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call after some seconds."""
        return self.call_at(self.time() + delay, callback, *args, context=context)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Know that a timer was cancelled: it is looked at when its time has come."""

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, _T] | Generator[Any, None, _T],
        *,
        name: object = None,
        context: Context | None = None,
    ) -> asyncio.Task[_T]:
        """Return a task of this loop."""
        return asyncio.Task(coro, loop=self, name=str(name) if name else None, context=context)

    def call_exception_handler(self, context: Mapping[str, Any]) -> None:
        """Remember an error that nobody handled."""
        if self.alive:
            error = context.get("exception")
            self.errors.append(f"{context.get('message')}: {error!r}")

    # --- sockets -----------------------------------------------------------------------------

    async def connect_accepted_socket(
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], sock: Any, **_options: Any
    ) -> Any:
        """Return the transport of a simulated socket, and the protocol."""
        protocol = protocol_factory()
        transport = self.open(sock.endpoint, protocol)
        made = self.create_future()
        self.call_soon(made.set_result, None)
        await made
        return transport, protocol

    def open(self, endpoint: Endpoint, protocol: asyncio.BaseProtocol) -> SimTransport:
        """Return a new transport, which this process has from now on."""
        transport = SimTransport(self, endpoint, protocol, self._random)
        self.on_open(transport)
        return transport

    # --- threads -----------------------------------------------------------------------------

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*_Ts], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """Have `func` called on another thread: at a moment that chance decides."""
        done: asyncio.Future[_T] = self.create_future()
        pool = self._pools.get(executor)
        if pool is None:
            pool = self._pools[executor] = _Pool(getattr(executor, "_max_workers", 8))
        pool.queue.append(Job(lambda: func(*args), done))
        self._begin(pool)
        return done

    def _begin(self, pool: _Pool) -> None:
        while self.alive and pool.queue and pool.busy < pool.width:
            pool.busy += 1
            job = pool.queue.popleft()
            effect, knowledge = self._pace()
            self.universe.after(effect, partial(self._do, pool, job, knowledge))

    def _do(self, pool: _Pool, job: Job, knowledge: float) -> None:
        if not self.alive:
            return
        job.run()
        knowledge += self._pace.more()
        self.universe.after(knowledge, lambda: self._finish(pool, job))

    def _finish(self, pool: _Pool, job: Job) -> None:
        if self.alive:
            pool.busy -= 1
            self.call_soon_threadsafe(job.settle)
            self._begin(pool)
