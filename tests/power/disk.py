"""What a disk may hold after a power cut.

Rules: what was synced is there. Of what was not, anything may be: nothing, all, what came first, some
of it, single sectors in any order, and where a file grew without its data, whatever was there before.
A name is there once its directory was synced; before, it may be.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from tests.power.steps import Kind, Step

SECTOR = 512

Gone = Literal["gone"]

Choice = Callable[[Sequence[Step], random.Random], Sequence[Step]]
"""Which of the steps that were not synced are on disk."""


def _none(_: Sequence[Step], __: random.Random) -> Sequence[Step]:
    return ()


def _all(steps: Sequence[Step], _: random.Random) -> Sequence[Step]:
    return steps


def _first(steps: Sequence[Step], draw: random.Random) -> Sequence[Step]:
    return steps[: draw.randint(0, len(steps))]


def _some(steps: Sequence[Step], draw: random.Random) -> Sequence[Step]:
    return [step for step in steps if draw.random() < 0.5]


def _last_lost(steps: Sequence[Step], draw: random.Random) -> Sequence[Step]:
    lost = draw.randrange(len(steps) + 1)
    return [step for number, step in enumerate(steps) if number != lost]


def _torn(steps: Sequence[Step], draw: random.Random) -> Sequence[Step]:
    return [sector for step in steps for sector in _sectors(step) if draw.random() < 0.7]


CHOICES: dict[str, Choice] = {
    "nothing": _none,
    "all": _all,
    "first": _first,
    "some": _some,
    "one lost": _last_lost,
    "torn": _torn,
}


def _sectors(step: Step) -> Iterator[Step]:
    """Yield a write in sectors; what is no write, as it is."""
    if step.kind is not Kind.WRITE:
        yield step
        return
    begin, end = step.offset, step.offset + len(step.data)
    while begin < end:
        stop = min(end, (begin // SECTOR + 1) * SECTOR)
        yield step._replace(offset=begin, data=step.data[begin - step.offset : stop - step.offset])
        begin = stop


class _File:
    """A file: what of it is on disk for sure, and what came after."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.content = bytearray()
        self.pending: list[Step] = []

    def sync(self) -> None:
        apply(self.content, self.pending, None)
        self.pending.clear()

    def after_a_cut(self, choose: Choice, draw: random.Random) -> bytes:
        content = bytearray(self.content)
        apply(content, choose(self.pending, draw), draw)
        return bytes(content)


def apply(content: bytearray, steps: Sequence[Step], garbage: random.Random | None) -> None:
    """Write `steps` to `content`; where it grows without data, that is `garbage`, or zeros."""
    for step in steps:
        size = step.offset if step.kind is Kind.TRUNCATE else step.offset + len(step.data)
        missing = step.offset - len(content)
        if missing > 0:
            content += garbage.randbytes(missing) if garbage else bytes(missing)
        if step.kind is Kind.TRUNCATE:
            del content[size:]
        else:
            content[step.offset : size] = step.data


class Disk:
    """A disk on which steps are done below `root`; what is there already is there for sure."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._files: dict[str, _File] = {}
        """By path, as the running program sees them."""
        self._sure: dict[str, _File | None] = {}
        """What is there after a cut, None for a directory."""
        self._pending: dict[str, list[tuple[str, _File | Gone | None]]] = {}
        """By directory, names that came (a file, or None for a directory) or went."""

        for path in sorted(self._root.rglob("*")):
            file = None if path.is_dir() else _File(path.stat().st_ino)
            if file is not None:
                file.content += path.read_bytes()
                self._files[str(path)] = file
            self._sure[str(path)] = file

    def do(self, step: Step) -> None:
        """Do a step."""
        match step.kind:
            case Kind.MAKE_DIRECTORY:
                self._rename(step.path, None)
            case Kind.CREATE:
                self._files[step.path] = file = _File(step.offset)
                self._rename(step.path, file)
            case Kind.DELETE:
                del self._files[step.path]
                self._rename(step.path, "gone")
            case Kind.WRITE | Kind.TRUNCATE:
                self._files[step.path].pending.append(step)
            case Kind.SYNC:
                self._files[step.path].sync()
            case Kind.SYNC_DIRECTORY:
                _apply_names(self._sure, self._pending.pop(step.path, []))

    def _rename(self, path: str, what: _File | Gone | None) -> None:
        self._pending.setdefault(str(Path(path).parent), []).append((path, what))

    def cut(self, place: Path, choose: Choice, draw: random.Random) -> None:
        """Write down below `place` what may be on disk after a power cut now."""
        names = dict(self._sure)
        for pending in self._pending.values():
            _apply_names(names, pending[: draw.randint(0, len(pending))])
        numbers: dict[int, int] = {}
        locks: list[Path] = []
        for path in sorted(names):
            target = place / Path(path).relative_to(self._root)
            if not target.parent.exists():
                continue  # what is in a directory that is gone is gone
            file = names[path]
            if file is None:
                target.mkdir(exist_ok=True)
                continue
            target.write_bytes(file.after_a_cut(choose, draw))
            numbers[file.number] = target.stat().st_ino
            if target.name == "chat.lock":
                locks.append(target)
        for lock in locks:
            lock.write_bytes(_renumbered(lock.read_bytes(), numbers))


def _apply_names(
    names: dict[str, _File | None], pending: Sequence[tuple[str, _File | Gone | None]]
) -> None:
    for path, what in pending:
        if what == "gone":
            names.pop(path, None)
        else:
            names[path] = what


def _renumbered(lock: bytes, numbers: dict[int, int]) -> bytes:
    """Return a lock file that names the files by the numbers that they have now."""
    lines = lock.split(b"\n")
    for place, line in enumerate(lines):
        words = line.split()
        if len(words) == 3 and words[0] == b"files":
            now = [str(numbers.get(int(word), 0)).encode() for word in words[1:]]
            lines[place] = b" ".join([b"files", *now])
    return b"\n".join(lines)
