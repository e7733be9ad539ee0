"""Cuts the power at places of a recorded run, and looks at what a server finds after each.

Rules that must hold: it starts, and says nothing of damage; of the messages it has those of whole
batches, in order, and no others; among them everything that was kept when the power went; what goes
with a batch (rooms, nonces, redactions) is there with it; and no epoch comes twice.
"""

import logging
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from chatserver.core.history import Question, Scope, Search
from chatserver.ports import Writing
from chatserver.storage.sqlite import FILE_NAME, SqliteStore
from tests.chatserver.storage.samples import page
from tests.power.disk import CHOICES, Disk
from tests.power.load import Batch, Told, batches, begin_with_first_schema, live, text_of
from tests.power.recorder import Recorder
from tests.power.steps import Kind

BATCHES: Final = 60
"""Of one run."""

OLD: Final = 0.3
"""How often a run begins with a file of the first version."""

CHECKPOINTS: Final = (4, 12, 12, 1000)
"""After so many pages: often, so that there are many to cut, or as SQLite does by itself."""

NOTHING: Final = Batch(Writing(), (), 0, ())


class Loss(AssertionError):
    """A rule does not hold."""


@contextmanager
def quick_place() -> Iterator[Path]:
    """Make a directory where syncing costs nothing, if the system has such; afterwards it is gone."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(prefix="power-", dir=memory if memory.is_dir() else None) as place:
        yield Path(place)


class Run:
    """A recorded life of a store, and the places at which it can be cut."""

    def __init__(self, place: Path, seed: int) -> None:
        """Record it below `place`, an empty directory; all chance is of `seed`."""
        self._place = place
        self._draw = random.Random(seed)
        self._life = [*batches(seed, BATCHES)]
        self._root = place / "first"
        self._root.mkdir()
        self._disk, self._told = Disk(self._root), Told()
        recorder = Recorder(self._draw.choice(CHECKPOINTS))
        with recorder.recording():
            if self._draw.random() < OLD:
                begin_with_first_schema(self._root / "data" / FILE_NAME)
            live(recorder, self._root / "data", self._life)
        self.steps = recorder.steps

    def go_on(self) -> None:
        """Cut it somewhere, have a server go on with what is there, and record that."""
        self._walk_to(self._draw.randrange(len(self.steps)))
        root = self._cut(self._place / "second", self._draw.choice([*CHOICES]))
        told = examine(root / "data", self._told, self._life)
        self._disk, self._told, self._root = Disk(root), told, root
        recorder = Recorder(self._draw.choice(CHECKPOINTS))
        with recorder.recording():
            live(recorder, root / "data", self._life, told.kept)
        self.steps = recorder.steps

    def try_cuts(self, share: float) -> Iterator[int]:
        """Cut at so many of its places in each way; yield how many cuts there were. Raises `Loss`."""
        done = 0
        for place in range(len(self.steps)):
            if self._draw.random() >= share:
                continue
            done = self._walk_to(place, done)
            for choice in CHOICES:
                root = self._cut(self._place / "cut", choice)
                try:
                    examine(root / "data", self._told, self._life)
                except Exception as error:
                    where = f"cut at step {place} of {len(self.steps)}, {choice}"
                    raise Loss(f"{where}: {type(error).__name__}: {error}") from error
            yield len(CHOICES)

    def _walk_to(self, place: int, done: int = 0) -> int:
        for step in self.steps[done:place]:
            if step.kind is Kind.MARK:
                self._told.hear(step)
            else:
                self._disk.do(step)
        return place

    def _cut(self, root: Path, choice: str) -> Path:
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        self._disk.cut(root, CHOICES[choice], self._draw)
        return root


def examine(directory: Path, told: Told, life: Sequence[Batch]) -> Told:
    """Start a server on `directory`, see that the rules hold, and return what is known then."""
    store = SqliteStore(directory)
    with _warnings() as warned:
        restored = store.open()
        try:
            found = _numbers(store, page(limit=1_000_000))
            number = int(restored.rooms[0].topic) if restored.rooms else 0
            expected = life[number - 1] if number else NOTHING
            for wanted in expected.found[-2:]:
                search = Search((Scope("#ops"),), str(wanted), 10)
                _see(_numbers(store, search) == (wanted,), f"{wanted} is not to be searched")
        finally:
            store.close()
    _see(not warned, f"it warned: {warned}")
    _see(told.kept <= number <= told.begun, f"batch {number} is the newest, {told}")
    _see(found == expected.found, f"not the messages of batch {number}: {found[-20:]}")
    _see(len(restored.nonces) == expected.nonces, f"{len(restored.nonces)} nonces of {number}")
    data = (directory / FILE_NAME).read_bytes()
    leaked = [seq for seq in expected.gone if text_of(seq).encode() in data]
    _see(not leaked, f"redacted and still there: {leaked}")
    _see(restored.epoch > told.epoch, f"epoch {restored.epoch} after {told.epoch}")
    return Told(restored.epoch, number, number)


def _numbers(store: SqliteStore, asked: Question) -> tuple[int, ...]:
    return tuple(event.seq for event in store.read([asked])[asked])


def _see(holds: bool, what: str) -> None:  # noqa: FBT001 - it is what is asserted
    if not holds:
        raise Loss(what)


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect what the store logs that is worse than information."""
    lines: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.addFilter(lambda record: not record.name.endswith(".indexing"))  # an index is made anew
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("chatserver.storage")
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
