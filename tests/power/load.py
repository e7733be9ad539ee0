"""A server's life, as far as its store sees it: starts, messages, rooms, nonces, redactions, ends."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct, structs

from chatserver.core.nonces import TAG
from chatserver.ports import Record, Writing
from chatserver.storage.directory import make_directory, make_file
from chatserver.storage.migrations import MIGRATIONS, migrate
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.samples import ROOM, record, said
from tests.power.recorder import Recorder
from tests.power.steps import Step

OPENED, BEGUN, KEPT = "opened", "begun", "kept"
"""Marks: an epoch that a start was told, the batch that is being kept, and that is."""


class Batch(Struct, frozen=True):
    """What is kept in one go, and all that is to be found when it is."""

    writing: Writing
    found: tuple[int, ...]
    """Numbers of messages."""
    nonces: int
    gone: tuple[int, ...]
    """Numbers of messages whose text is to be nowhere."""


def text_of(seq: int) -> str:
    """Return what only the message of this number has in it."""
    return f"<{seq}>"


def batches(seed: int, count: int) -> Iterator[Batch]:
    """Yield what a server keeps, one after the other."""
    draw = random.Random(seed)
    found: list[int] = []
    gone: list[int] = []
    seq = nonces = 0
    for number in range(1, count + 1):
        records: list[Record] = []
        for _ in range(draw.choice((1, 1, 2, 3, 10, 40))):
            seq += 1
            text = f"{text_of(seq)} " * draw.choice(
                (1, 5, 20, 20, 3000 if draw.random() < 0.1 else 1)
            )
            tags = {TAG: f"nonce of {seq}"} if draw.random() < 0.3 else {}
            nonces += bool(tags)
            records.append(record(structs.replace(said(seq, text=text), tags=tags)))
        redacted = draw.sample(found, 1) if found and draw.random() < 0.1 else []
        found = [
            one for one in [*found, *(one.event.seq for one in records)] if one not in redacted
        ]
        gone += redacted
        room = structs.replace(ROOM, topic=str(number))
        writing = Writing(records, [room], redacted=[("#ops", one) for one in redacted])
        yield Batch(writing, tuple(found), nonces, tuple(gone))


class Told(Struct):
    """What was known of the store when the power went."""

    epoch: int = 0
    begun: int = 0
    """The newest batch that was to be kept, counted from 1."""
    kept: int = 0
    """The newest that was."""

    def hear(self, step: Step) -> None:
        """Learn of a mark."""
        if step.path == OPENED:
            self.epoch = step.offset
        elif step.path == BEGUN:
            self.begun = step.offset
        else:
            self.kept = step.offset


def live(
    recorder: Recorder, directory: Path, life: Sequence[Batch], kept: int = 0, starts: int = 3
) -> None:
    """Keep what comes after the first `kept` of `life` in `directory`, with so many starts."""
    rest = [*enumerate(life, 1)][kept:]
    each = -(-len(rest) // starts)
    for first in range(0, len(rest), each):
        store = SqliteStore(directory)
        recorder.mark(OPENED, store.open().epoch)
        for number, batch in rest[first : first + each]:
            recorder.mark(BEGUN, number)
            store.keep(batch.writing)
            recorder.mark(KEPT, number)
        store.close()


def begin_with_first_schema(path: Path) -> None:
    """Make a file as the first version of the server made it, without anything in it."""
    make_directory(path.parent)
    make_file(path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    migrate(connection, MIGRATIONS[:1])
    connection.close()
