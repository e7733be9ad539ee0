"""What is too old is removed while the server runs, and nobody waits for it."""

import asyncio
from collections.abc import Sequence

import pytest

from chatserver.journal import trimming
from chatserver.journal.trimming import Trimming
from chatserver.ports import Retention, StoreError, Trimmed, Writing
from chatserver.storage.memory import MemoryStore
from tests.chatserver.fakes import GatedStore, World, gate, until
from tests.chatserver.storage.samples import records


class FoundStore(MemoryStore):
    """A store that finds what it is told to, one thing a look."""

    def __init__(self, *found: Sequence[Trimmed] | Exception, blocking: bool) -> None:
        super().__init__()
        self.blocking = blocking
        self.looks = 0
        self.found = list(found)

    def overdue(self, now: int) -> Sequence[Trimmed]:
        """Find the next."""
        self.looks += 1
        found = self.found.pop(0) if self.found else ()
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trimming, "STEP_EVERY", 0.001)
    monkeypatch.setattr(trimming, "LOOK_EVERY", 0.001)


@pytest.mark.asyncio
@pytest.mark.parametrize("blocking", [False, True])
async def test_it_goes_on_until_nothing_is_too_old_and_looks_again(*, blocking: bool) -> None:
    """Also after a look that failed."""
    one, other = [Trimmed("#a", (1, 2))], [Trimmed("#a", (3,))]
    failure = StoreError("disk I/O error")
    store = FoundStore(one, (), *([failure] if blocking else []), other, blocking=blocking)
    taken: list[Sequence[Trimmed]] = []
    world = World()
    work = Trimming(store, taken.append, world.clock)
    work.start()
    await until(lambda: taken == [one, other])
    await until(lambda: store.looks > trimming.STEPS_EMPTY + 10)
    work.stop()
    looks = store.looks
    await asyncio.sleep(0)
    assert store.looks == looks


@pytest.mark.asyncio
async def test_the_journal_removes_it_though_nobody_speaks() -> None:
    """And it is written once."""
    store = GatedStore()
    world = World(store=store)
    store.keep(Writing(records(1, 2, 3, target="#lobby")))
    trimmed = [Trimmed("#lobby", (1, 2))]
    world.journal.trim(trimmed)
    await world.journal.idle()
    assert [one.trimmed for one in store.writings[1:]] == [trimmed]


@pytest.mark.asyncio
async def test_it_goes_with_what_is_written_anyway() -> None:
    """No write of its own delays the next message."""
    world = World(store=GatedStore())
    alice = await world.plain_in_lobby("alice")
    store = gate(world)
    store.gate.clear()
    before = len(store.writings)
    await alice.send("first")
    await until(lambda: len(store.writings) > before)
    world.journal.trim([Trimmed("#lobby", (1,))])
    await alice.send("second")
    store.gate.set()
    await world.journal.idle()
    assert [bool(one.trimmed) for one in store.writings[before:]] == [False, True]
    assert store.writings[-1].records


@pytest.mark.asyncio
async def test_old_messages_go_from_a_server_that_runs() -> None:
    """From the settings to the store."""
    store = MemoryStore(retention=Retention(messages=2))
    world = World(store=store)
    alice = await world.plain_in_lobby("alice")
    work = Trimming(world.store, world.journal.trim, world.clock)
    work.start()
    for text in ("one", "two", "three"):
        await alice.ask(text)
    await until(lambda: len(store._order) < 4)
    work.stop()
    lines = await alice.ask("/history")
    assert [line.rpartition("] ")[2] for line in lines if "[alice]" in line] == ["two", "three"]


class TroubledStore(GatedStore):
    """A store that may also fail."""

    why = ""

    began = 0

    def keep(self, writing: Writing) -> None:
        """Wait for the gate, then fail, or keep."""
        self.began += 1
        assert self.gate.wait(10), "nobody opened the gate"
        if self.why:
            raise StoreError(self.why)
        super().keep(writing)

    def probe(self) -> None:
        """Fail, or not."""
        if self.why:
            raise StoreError(self.why)


@pytest.mark.asyncio
async def test_who_is_behind_is_told_also_of_what_went_after_a_failure() -> None:
    """What waited while a write failed is removed with the next try."""
    store = TroubledStore()
    world = World(store=store)
    alice, bob = await world.plain_in_lobby("alice"), await world.plain_in_lobby("bob")
    backlog = world.node.delivery.hold(bob.session)
    await alice.ask("first")
    newest = store.writings[-1].records[-1].event.seq
    store.gate.clear()
    before, began = len(store.writings), store.began
    await alice.send("second")
    await until(lambda: store.began > began)
    world.journal.trim([Trimmed("#lobby", (newest,))])
    store.why = "database or disk is full"
    store.gate.set()
    await until(lambda: world.journal.failure)
    store.why = ""
    await until(lambda: not world.journal.failure)
    assert [bool(one.trimmed) for one in store.writings[before:]] == [True]
    assert backlog.lost == 1
