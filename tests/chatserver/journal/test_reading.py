"""Reading beside writing: nobody waits for who reads, and who reads finds all that was shown."""

import pytest

from chatserver.batch import Found
from chatserver.core.commands import ChangeNick
from chatserver.core.history import NEWEST, Page
from tests.chatserver.fakes import FailingStore, World, gate, until

MESSAGES = Page("#lobby", 0, NEWEST, 99)
EVERYTHING = Page("#lobby", 0, NEWEST, 99, everything=True)


class Answers:
    """What came of reading."""

    def __init__(self) -> None:
        self.found: list[Found] = []

    def take(self, found: Found) -> None:
        """Take one answer."""
        self.found.append(found)

    def kinds(self, page: Page) -> list[str]:
        """Return the types of the events of the only answer."""
        (found,) = self.found
        assert found is not None
        return [type(event).__name__ for event in found[page]]


@pytest.mark.asyncio
async def test_who_reads_all_finds_what_was_shown_and_not_written_yet(gated: World) -> None:
    """It is written first; messages alone are read at once."""
    ann = await gated.plain_in_lobby("ann")
    ann.submit(ChangeNick("eve"))
    await gated.journal.idle()
    answers = Answers()
    gated.journal.read([EVERYTHING], answers.take)
    await until(lambda: answers.found)
    assert answers.kinds(EVERYTHING) == ["Joined", "Renamed"]


@pytest.mark.asyncio
async def test_who_reads_all_waits_for_what_is_being_written(gated: World) -> None:
    """What was shown may be on its way to the disk; who reads messages need not wait for it."""
    ann = await gated.plain_in_lobby("ann")
    ann.submit(ChangeNick("eve"))
    await gated.journal.idle()
    gate(gated).gate.clear()
    began = len(gate(gated).writings)
    gated.journal._write_late()
    await until(lambda: len(gate(gated).writings) > began)
    everything, messages = Answers(), Answers()
    gated.journal.read([EVERYTHING], everything.take)
    gated.journal.read([MESSAGES], messages.take)
    await until(lambda: messages.found)
    assert not everything.found
    gate(gated).gate.set()
    await until(lambda: everything.found)
    assert everything.kinds(EVERYTHING) == ["Joined", "Renamed"]


@pytest.mark.asyncio
async def test_while_the_disk_fails_only_the_patient_wait() -> None:
    """Who is not gets what there is; who is, everything, once it is written."""
    store = FailingStore()
    world = World(store=store)
    ann = await world.plain_in_lobby("ann")
    world.journal._write_late()
    store.why = "disk full"
    ann.submit(ChangeNick("eve"))
    await ann.ask("lost")
    patient, others = Answers(), Answers()
    world.journal.read([EVERYTHING], patient.take, patient=True)
    world.journal.read([EVERYTHING], others.take)
    assert others.kinds(EVERYTHING) == ["Joined"]
    assert not patient.found
    store.why = ""
    world.journal._try_again()
    assert patient.kinds(EVERYTHING) == ["Joined", "Renamed"]


@pytest.mark.asyncio
async def test_what_cannot_be_read_is_answered_by_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And logged."""
    world = World()
    monkeypatch.setattr(world.store, "read", None)
    answers = Answers()
    world.journal.read([MESSAGES], answers.take)
    assert answers.found == [None]
    assert "the store could not be read" in caplog.text
