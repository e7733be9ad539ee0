"""The journal of one process: one order, group commit, and what happens when the disk fails."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from chatserver.core import commands
from chatserver.core.commands import Join, ModeChange, Say
from chatserver.core.effects import Refused, Reply
from chatserver.core.events import (
    Joined,
    KeptEvent,
    Renamed,
    RoomModesChanged,
    Said,
    TopicChanged,
)
from chatserver.core.history import NEWEST, Page
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Lookup
from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.journal import local
from chatserver.journal.local import LocalJournal
from chatserver.ports import EPOCH_BITS, Restored, StoreError, Writing
from tests.chatserver.fakes import Client, FailingStore, GatedStore, World, failing, gate, until

FULL = "database or disk is full"


async def people(world: World, *nicks: str) -> list[Client]:
    """Let people come to the lobby, one after the other, and read the welcome."""
    clients = [await world.plain_in_lobby(nick) for nick in nicks]
    for client in clients:
        await client.read()
    return clients


async def recover(world: World) -> None:
    """Let the disk take things again, and wait until the journal has noticed."""
    failing(world).why = ""
    await until(lambda: not world.journal.failure)
    await world.journal.idle()


def kept(world: World) -> list[KeptEvent]:
    """Return all that the store was given and took, oldest first."""
    return [record.event for writing in failing(world).taken for record in writing.records]


def said_of(writings: Sequence[Writing]) -> list[int]:
    """Return how many messages each writing has."""
    return [
        sum(isinstance(record.event, Said) for record in writing.records) for writing in writings
    ]


NOT_SENT = "-> not sent: the server can't write to its disk right now; try again in a moment"


# --- messages ----------


def messages_tried(world: World) -> int:
    """Return how many messages the store was asked to keep; it is tried with other things as well."""
    records = [record for writing in failing(world).tried for record in writing.records]
    return sum(isinstance(record.event, Said) for record in records)


@pytest.mark.asyncio
async def test_a_message_that_is_not_kept_is_refused_once_and_shown_to_nobody(world: World) -> None:
    """Its sender is told; and so is the next one, at once, without trying the disk for it."""
    ann, bob = await people(world, "ann", "bob")
    failing(world).why = FULL
    assert await ann.ask("lost") == [NOT_SENT]
    tried = messages_tried(world)
    assert await ann.ask("lost too", "/me is lost") == [NOT_SENT] * 2
    assert await bob.ask("/msg ann lost") == [NOT_SENT]
    assert messages_tried(world) == tried == 1
    await recover(world)
    assert await bob.read() == await ann.read() == []
    assert await bob.ask("/history") == ["-> nothing was said in #lobby yet"]


@pytest.mark.asyncio
async def test_a_notice_that_is_not_kept_is_dropped_in_silence(world: World) -> None:
    """As a notice is never answered by an error."""
    ann, bob = await people(world, "ann", "bob")
    failing(world).why = FULL
    for _ in range(2):
        assert await ann.ask_for(Say("#lobby", "x", notice=True)) == []
        assert await ann.ask_for(Say("bob", "x", notice=True)) == []
    assert await bob.read() == []


@pytest.mark.asyncio
async def test_what_need_not_be_kept_goes_on(world: World) -> None:
    """People come, go, change their names, ask and read, in the batch that failed and after it."""
    ann, bob = await people(world, "ann", "bob")
    failing(world).why = FULL
    cat = world.plain("cat")
    await asyncio.gather(ann.send("lost", "/nick eve", "/away tea"), cat.send("lost"))
    assert await ann.read() == [
        NOT_SENT, "* ann is now eve", "-> you are away; /away ends that", "* cat joined",
    ]  # fmt: skip
    assert await bob.read() == ["* ann is now eve", "* cat joined"]
    assert NOT_SENT in await cat.read()
    assert await cat.ask("/join #new", "/names") == [
        "-> you are in #new with nobody else yet",
        "-> #new (1): @cat",
    ]
    await cat.ask("/quit")
    assert await bob.read() == ["* cat left"]


@pytest.mark.asyncio
async def test_it_recovers_by_itself(world: World) -> None:
    """When the disk takes things again, the next message is kept and shown."""
    ann, bob = await people(world, "ann", "bob")
    failing(world).why = FULL
    await ann.ask("lost")
    await recover(world)
    assert await ann.ask("found") == []
    assert await bob.read() == ["[ann] found"]
    assert [event.text for event in kept(world) if isinstance(event, Said)] == ["found"]


@pytest.mark.asyncio
async def test_a_disk_that_fails_again_is_found_out_again(world: World) -> None:
    """However often."""
    ann, bob = await people(world, "ann", "bob")
    for turn in range(3):
        failing(world).why = FULL
        assert await ann.ask("lost") == [NOT_SENT]
        await recover(world)
        await ann.ask(f"found {turn}")
    assert await bob.read() == ["[ann] found 0", "[ann] found 1", "[ann] found 2"]


# --- changes of state ----------


@pytest.mark.asyncio
async def test_changes_of_state_wait_for_the_disk(world: World) -> None:
    """What took effect is shown once it is kept, in order; new ones are refused meanwhile."""
    ann, bob = await people(world, "ann", "bob")
    await ann.ask("/join #ops")
    await bob.ask("/join #ops")
    await ann.read()
    failing(world).why = FULL
    voice = commands.ChangeRoomModes("#ops", (ModeChange(True, "v", "bob"),))
    ann.submit(commands.SetTopic("#ops", "one"))
    ann.submit(voice)
    ann.submit(commands.SetTopic("#ops", "two"))
    assert await ann.read() == []
    assert await ann.ask("/topic three") == [NOT_SENT]
    assert await ann.ask_for(voice) == [NOT_SENT]
    assert await bob.read() == []
    await recover(world)
    assert len(await bob.read()) == len(await ann.read()) == 3
    changes = (TopicChanged, RoomModesChanged)
    assert [type(event) for event in kept(world) if isinstance(event, changes)] == [
        TopicChanged, RoomModesChanged, TopicChanged,
    ]  # fmt: skip
    assert failing(world)._rooms["#ops"].topic == "two"


@pytest.mark.asyncio
async def test_a_held_change_is_shown_only_to_who_is_still_there(world: World) -> None:
    """Who left the room meanwhile hears nothing of it any more; who came knows it already."""
    ann, bob, cat = await people(world, "ann", "bob", "cat")
    for client in (ann, bob):
        await client.ask("/join #ops")
    await ann.read()
    failing(world).why = FULL
    await ann.ask("/topic secret plans")
    await bob.ask("/part #ops")
    await cat.ask("/join #ops")
    await ann.read()
    await recover(world)
    assert await ann.read() == ["* ann set the topic: secret plans"]
    assert await bob.read() == await cat.read() == []


@pytest.mark.asyncio
async def test_a_status_that_comes_back_waits_for_the_disk_too(world: World) -> None:
    """A remembered operator who enters gets their status by a change that must be kept."""
    ann, bob = await people(world, "ann", "bob")
    await ann.ask("/join #ops")
    await bob.ask("/join #ops")
    await ann.ask("/part #ops")
    await bob.read()
    failing(world).why = FULL
    await ann.ask("lost")
    await ann.ask("/join #ops")
    assert await bob.read() == ["* ann joined"]
    await recover(world)
    (line,) = await bob.read()
    assert "ann" in line
    assert "operator" in line
    assert isinstance(kept(world)[-1], RoomModesChanged)


@pytest.mark.asyncio
async def test_rooms_that_changed_while_the_disk_failed_are_kept_after(world: World) -> None:
    """Also one that nobody changed again."""
    (ann,) = await people(world, "ann")
    failing(world).why = FULL
    await ann.ask("lost", "/join #new")
    assert "#new" not in failing(world)._rooms
    await recover(world)
    assert failing(world)._rooms["#new"].statuses == {"ann!plain@10.0.0.1": "o"}


@pytest.mark.asyncio
async def test_a_disk_that_keeps_failing_is_tried_again_and_again(world: World) -> None:
    """With all that waits, and without losing any of it."""
    ann, bob = await people(world, "ann", "bob")
    await ann.ask("/join #ops")
    await bob.ask("/join #ops")
    await ann.read()
    failing(world).why = FULL
    await ann.ask("/topic patience")
    tries = len(failing(world).tried)
    await until(lambda: len(failing(world).tried) > tries + 3)
    assert await bob.read() == []
    await recover(world)
    assert await bob.read() == ["* ann set the topic: patience"]
    assert sum(isinstance(event, TopicChanged) for event in kept(world)) == 1


# --- what need not be kept at once ----------


@pytest.mark.asyncio
async def test_what_nobody_waits_for_is_written_with_the_next_write(world: World) -> None:
    """It is shown at once; the log has it in its place before what came later."""
    ann, bob = await people(world, "ann", "bob")
    tried = len(failing(world).tried)
    await ann.ask("/nick eve")
    assert await bob.read() == ["* ann is now eve"]
    assert len(failing(world).tried) == tried
    await bob.ask("hi")
    assert [type(event) for event in kept(world)[-2:]] == [Renamed, Said]


@pytest.mark.asyncio
async def test_what_nobody_waits_for_is_written_soon(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when nobody says anything."""
    monkeypatch.setattr(local, "LATE_AFTER", 0.001)
    ann, _ = await people(world, "ann", "bob")
    await ann.ask("/nick eve")
    await until(lambda: isinstance(kept(world)[-1], Renamed))
    await world.journal.idle()


@pytest.mark.asyncio
async def test_what_nobody_waits_for_is_written_at_the_end() -> None:
    """A server that stops leaves nothing out of its log."""
    world = World(store=FailingStore())
    await people(world, "ann", "bob")
    world.journal.close()
    assert isinstance(kept(world)[-1], Joined)


@pytest.mark.asyncio
async def test_who_reads_all_that_happened_misses_nothing(world: World) -> None:
    """What is not written yet is written before it is read; messages alone need no write."""
    ann, _ = await people(world, "ann", "bob")
    writings = len(failing(world).taken)
    await ann.ask("/history")
    assert len(failing(world).taken) == writings
    await ann.ask("/nick eve")
    asked = Page("#lobby", 0, NEWEST, 1, everything=True)

    def show(found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
        return [f"{type(event).__name__}\n".encode() for page in found or () for event in page]

    assert await ann.ask_for(Ask(lambda *_: Lookup((asked,), show))) == ["Renamed"]


@pytest.mark.asyncio
async def test_what_happened_while_the_disk_failed_is_written_after(world: World) -> None:
    """In its place among the changes of state that waited."""
    ann, bob = await people(world, "ann", "bob")
    await ann.ask("/join #ops", "/topic one")
    await bob.ask("/join #ops")
    failing(world).why = FULL
    await ann.ask("/topic two")
    await bob.ask("/nick rob")
    await recover(world)
    await until(lambda: isinstance(kept(world)[-1], Renamed))
    numbers = [event.seq for event in kept(world)]
    assert numbers == sorted(numbers)


# --- errors of other kinds ----------


@pytest.mark.asyncio
async def test_an_error_that_a_store_should_not_raise_is_a_failed_write(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug in the store stalls nothing: it is logged, and treated as a disk that fails."""
    ann, bob = await people(world, "ann", "bob")

    def burst(writing: Writing) -> Mapping[Page, Sequence[KeptEvent]]:
        raise ZeroDivisionError("division by zero")

    with monkeypatch.context() as context, caplog.at_level(logging.ERROR):
        context.setattr(world.store, "keep", burst)
        assert await ann.ask("lost") == [NOT_SENT]
        assert "ZeroDivisionError" in caplog.text
    await recover(world)
    assert await ann.ask("found") == []
    assert await bob.read() == ["[ann] found"]


@pytest.mark.asyncio
async def test_a_disk_that_stays_full_is_told_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is tried; and again when it is full again."""
    ann, _ = await people(world, "ann", "bob")
    store = failing(world)
    for times in (1, 2):
        store.why = FULL
        assert await ann.ask("lost") == [NOT_SENT]
        await ann.ask(f"/nick ann{times}")  # is shown, and waits to be written
        store.tried.clear()
        await until(lambda: len(store.tried) > 3)
        assert caplog.text.count("cannot keep messages") == times
        await recover(world)


@pytest.mark.asyncio
async def test_a_store_that_cannot_read_refuses_no_message(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """History comes back empty, with a line in the log; what is said goes on."""
    ann, bob = await people(world, "ann", "bob")
    await ann.ask("hi")

    def unreadable(pages: Sequence[Page]) -> Mapping[Page, Sequence[KeptEvent]]:
        raise StoreError("disk I/O error")

    with monkeypatch.context() as context:
        context.setattr(world.store, "read", unreadable)
        await ann.ask("/history")
    assert "disk I/O error" in caplog.text
    assert not world.journal.failure
    await bob.read()
    assert await ann.ask("still here") == []
    assert await bob.read() == ["[ann] still here"]


class StumblingFace(PlainFace):
    """A face with a bug: it cannot write a refusal."""

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes]:
        """Fail in a refusal."""
        if isinstance(reply, Refused):
            raise TypeError(reply)
        return super().reply(reply, user, state)


@pytest.mark.asyncio
async def test_a_face_that_fails_in_a_refusal_stalls_nothing(world: World) -> None:
    """Its session ends; the other messages of the batch are refused as they should be."""
    ann = world.client(StumblingFace(PlainFacts(limits=world.limits), ("ann",), "10.0.0.1"))
    await ann.ask("")
    [bob] = await people(world, "bob")
    await ann.read()
    failing(world).why = FULL
    await asyncio.gather(ann.send("lost"), bob.send("lost"))
    assert await bob.read() == [NOT_SENT, "* ann left: internal error"]
    assert ann.peer.closed


# --- order, stamps and batches ----------


@pytest.mark.asyncio
async def test_the_time_of_stamps_never_goes_back() -> None:
    """Not when the clock does, nor below the newest record of before the start."""
    world = World()
    world.clock.at = 5000
    journal = LocalJournal(world.node, world.store, Restored(7, 9000, ()), world.clock, 10)
    stamps = [journal.stamp()]
    for at in (9500, 9400, 9600):
        world.clock.at = at
        stamps.append(journal.stamp())
    assert [stamp.at for stamp in stamps] == [9000, 9500, 9500, 9600]
    assert [stamp.seq - (7 << EPOCH_BITS) for stamp in stamps] == [1, 2, 3, 4]


@pytest.mark.asyncio
async def test_numbers_of_a_later_start_are_above_all_of_an_earlier_one() -> None:
    """So that no number comes twice, whatever was lost."""
    world = World()
    first = LocalJournal(world.node, world.store, Restored(1, 0, ()), world.clock, 10)
    second = LocalJournal(world.node, world.store, Restored(2, 0, ()), world.clock, 10)
    for _ in range(1000):
        last = first.stamp()
    assert second.stamp().seq > last.seq


@pytest.mark.asyncio
async def test_what_comes_while_a_write_is_under_way_is_written_together(gated: World) -> None:
    """Group commit: one write for all that gathered, in the order in which it came."""
    ann, bob = await people(gated, "ann", "bob")
    store = gate(gated)
    store.gate.clear()
    began = len(store.writings)
    await ann.send("0")
    await until(lambda: len(store.writings) > began)
    for number in range(1, 20):
        await (ann if number % 2 else bob).send(str(number))
    store.gate.set()
    await gated.journal.idle()
    texts = [
        [record.event.text for record in writing.records if isinstance(record.event, Said)]
        for writing in store.writings[began:]
    ]
    assert texts == [["0"], [str(number) for number in range(1, 20)]]


@pytest.mark.asyncio
async def test_what_is_not_begun_when_it_stops_is_left_undone() -> None:
    """A server that is told to stop twice does not wait for all that came: nobody was told it is kept."""
    world = World(store=GatedStore())
    (ann,) = await people(world, "ann")
    store = gate(world)
    store.gate.clear()
    began = len(store.writings)
    await ann.send("0")
    await until(lambda: len(store.writings) > began)
    await ann.send("1")
    store.gate.set()
    world.journal.close()
    await world.journal.idle()
    records = [record for writing in store.writings[began:] for record in writing.records]
    assert [one.event.text for one in records if isinstance(one.event, Said)] == ["0"]


@pytest.mark.asyncio
async def test_what_one_tick_brings_is_one_write(world: World) -> None:
    """Whoever said it."""
    clients = await people(world, "ann", "bob", "cat")
    before = len(failing(world).taken)
    await asyncio.gather(*(client.send("x", "y") for client in clients))
    await world.journal.idle()
    assert said_of(failing(world).taken[before:]) == [6]


@pytest.mark.asyncio
async def test_a_batch_has_its_bound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than that goes on in the next, in order."""
    monkeypatch.setattr(local, "BATCH_MOST", 3)
    ann, bob = await people(world, "ann", "bob")
    before = len(failing(world).taken)
    await ann.send(*map(str, range(8)))
    assert await bob.read() == [f"[ann] {number}" for number in range(8)]
    assert said_of(failing(world).taken[before:]) == [3, 3, 2]


@pytest.mark.asyncio
async def test_a_batch_is_bounded_by_how_much_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long messages make short batches, so that the others get their turn in between."""
    monkeypatch.setattr(local, "BATCH_SAYS", 10)
    ann, bob = await people(world, "ann", "bob")
    before = len(failing(world).taken)
    await ann.send("a" * 6, "b" * 6, "c", "d" * 20, "e")
    assert [len(line) for line in await bob.read()] == [12, 12, 7, 26, 7]
    assert said_of(failing(world).taken[before:]) == [2, 2, 1]


@pytest.mark.asyncio
async def test_what_keeps_and_reads_nothing_never_meets_the_store(world: World) -> None:
    """Names, away and changes of nick cost no write."""
    (ann,) = await people(world, "ann")
    tried = len(failing(world).tried)
    assert len(await ann.ask("/names", "/away tea", "/nick eve", "/whois eve")) > 4
    assert len(failing(world).tried) == tried


@pytest.mark.asyncio
async def test_messages_and_history_of_one_batch_fit_together(gated: World) -> None:
    """Who enters in the same batch sees what was said before as history, and what comes after live."""
    (ann,) = await people(gated, "ann")
    store = gate(gated)
    store.gate.clear()
    began = len(store.writings)
    await ann.send("zero")
    await until(lambda: len(store.writings) > began)
    bob = gated.plain("bob")
    await ann.send("one")
    await bob.send("")
    await ann.send("two")
    store.gate.set()
    lines = await bob.read()
    assert [line.partition("] ")[2] for line in lines if "[ann]" in line] == ["zero", "one", "two"]
    assert lines[-1] == "[ann] two"


@pytest.mark.asyncio
async def test_a_store_in_memory_answers_in_the_same_tick() -> None:
    """Without a thread."""
    world = World()
    ann, bob = await people(world, "ann", "bob")
    await ann.send("hi")
    await asyncio.sleep(0)
    assert bob.peer.take() == ["[ann] hi"]
    world.journal.close()


@pytest.mark.asyncio
async def test_a_restart_brings_the_rooms_back() -> None:
    """Topic, modes and who is their operator; and numbers go on above."""
    world = World()
    (ann,) = await people(world, "ann")
    await ann.ask("/join #ops", "/topic hi")
    record = world.node.state.rooms["#ops"].record()
    again = World()
    again.node.restore(Restored(2, 0, [record]), again.clock.now())
    bob, ann = await people(again, "bob", "ann")
    assert (await bob.ask("/join #ops"))[:2] == [
        "-> you are in #ops with nobody else yet",
        "-> topic: hi",
    ]
    await ann.ask_for(Join("#ops"))
    assert await ann.ask("/names") == ["-> #ops (2): bob @ann"]


@pytest.mark.asyncio
async def test_who_asks_for_much_gets_it_in_order(world: World) -> None:
    """Each answer has its turn, whatever must be read for it."""
    (ann,) = await people(world, "ann")
    for limit in range(1, 41):
        page = Page("#lobby", 0, NEWEST, limit)
        ann.submit(Ask(partial(_read, page)))
    assert await ann.read() == [f"read {limit}" for limit in range(1, 41)]


def _read(page: Page, *_: object) -> Lookup:
    return Lookup((page,), lambda _found: [f"read {page.limit}\n".encode()])
