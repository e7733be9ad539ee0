"""Events and rooms to keep."""

from chatserver.core.commands import ModeChange
from chatserver.core.events import Identity, KeptEvent, RoomModesChanged, Said, TopicChanged
from chatserver.core.state import ListEntry, RoomRecord
from chatserver.ports import Page, Record
from chatwire.names import fold

ANN = Identity("Ann", "ann", "192.0.2.1", "Ann Example")


def said(seq: int, target: str = "#ops", text: str = "") -> Said:
    """Return a message."""
    return Said(seq, 1_000 + seq, ANN, target, text or f"message {seq}")


def record(event: KeptEvent) -> Record:
    """Return `event` as the journal has it written down."""
    target = event.target if isinstance(event, Said) else event.room
    return Record(fold(target), event)


def records(*seqs: int, target: str = "#ops") -> list[Record]:
    """Return messages to one target."""
    return [record(said(seq, target)) for seq in seqs]


def page(target: str = "#ops", *, after: int = 0, before: int = 1 << 62, limit: int = 20) -> Page:
    """Return a question for messages; without more, for the newest 20."""
    return Page(target, after, before, limit)


OTHERS = (
    record(TopicChanged(5, 1_005, "#Ops", ANN, "Be kind — 日本")),
    record(RoomModesChanged(6, 1_006, "#Ops", ANN, (ModeChange(True, "b", "*!*@x"),))),
)
"""One of each kind of event that is kept, but is no message."""

ROOM = RoomRecord(
    key="#ops",
    name="#Ops",
    created_at=1,
    created_seq=2,
    topic="Be kind — 日本",
    topic_by="Ann!ann@192.0.2.1",
    topic_at=3,
    flags="nt",
    password="secret",
    limit=4,
    lists={"b": [ListEntry("*!*@bad", "Ann!ann@192.0.2.1", 5)]},
    statuses={"ann!ann@192.0.2.1": "o"},
    emptied_at=6,
)
