"""Events and rooms to keep."""

from chatserver.core.accounts import Account, Verifier
from chatserver.core.commands import ModeChange
from chatserver.core.events import (
    Departed,
    Identity,
    Joined,
    KeptEvent,
    Kicked,
    Parted,
    Renamed,
    RoomModesChanged,
    Said,
    TopicChanged,
)
from chatserver.core.history import Page
from chatserver.core.records import FormerName, ListEntry, RoomRecord, Standing
from chatserver.ports import Record
from chatwire.names import fold

ANN = Identity("Ann", "ann", "192.0.2.1", "Ann Example")


def said(seq: int, target: str = "#ops", text: str = "") -> Said:
    """Return a message."""
    return Said(seq, 1_000 + seq, ANN, target, text or f"message {seq}")


def record(event: KeptEvent, room: str = "#ops") -> Record:
    """Return `event` as the journal has it written down; `room` is for what names none itself."""
    target = event.target if isinstance(event, Said) else getattr(event, "room", room)
    return Record(fold(target), event)


def records(*seqs: int, target: str = "#ops") -> list[Record]:
    """Return messages to one target."""
    return [record(said(seq, target)) for seq in seqs]


def page(target: str = "#ops", *, after: int = 0, before: int = 1 << 62, limit: int = 20) -> Page:
    """Return a question for messages; without more, for the newest 20."""
    return Page(target, after, before, limit)


BOB = Identity("Bob", "bob", "2001:db8::1", "Bob Example", "bob")

OTHERS = (
    record(Joined(3, 1_003, "#Ops", BOB)),
    record(RoomModesChanged(3, 1_003, "#Ops", ANN, (ModeChange(True, "o", "Bob"),))),
    record(TopicChanged(5, 1_005, "#Ops", ANN, "Be kind — 日本")),
    record(RoomModesChanged(6, 1_006, "#Ops", ANN, (ModeChange(True, "b", "*!*@x"),))),
    record(Renamed(7, 1_007, BOB, "Bobby")),
    record(Parted(8, 1_008, "#Ops", BOB, "tea")),
    record(Kicked(10, 1_010, "#Ops", ANN, "Eve", "")),
    record(Departed(11, 1_011, BOB, "Quit: bye")),
)
"""One of each kind of event that is kept, but is no message; two of one command."""

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
    standings={"ann": Standing("o", 1), "bob": Standing("v", 2)},
    founder="ann",
    former=[FormerName("#oops", 2, 3)],
)

ACCOUNT = Account(
    name="Ann",
    created_at=1,
    created_seq=2,
    version=3,
    verifier=Verifier(b"\x00salt\xff", 600_000, b"stored", b"server"),
    certificates=("ab" * 32,),
    email="ann@example.org",
    invitation="cd",
    always_on=True,
    nick="Anna",
    rooms=("#Ops",),
    metadata={"avatar": "https://example.org/日本"},
)
