"""Logs as text, for who wants to read them with other programs: one file a room and month.

Rules: only who they belong to may read them. Lines are appended in the order in which they are read
on the screen, each once: while something may be missing, those after it wait for a time, and what
comes too late for that (older pages that the user scrolled to) is not in the log. Names are made
safe for all file systems. A log that cannot be written never ends the client: what is to be in it waits
in memory, up to `WAITING_MOST`, for that to pass; `problem` says why.
"""

import hashlib
import logging
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from chatclient.model import Kind, Line

_SAFE = "#&+!-_[]{}^~@,="
_LONGEST = 120
_TIME = "%Y-%m-%d %H:%M:%S"

WAITING_MOST = 8 << 20
"""Bytes that wait; the oldest go first."""

_log = logging.getLogger(__name__)


class Place(Protocol):
    """Which buffer a line is of."""

    @property
    def network(self) -> str:
        """The name of its network."""

    @property
    def target(self) -> str:
        """Its name."""


class Logs:
    """Appends to the files of a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._held: dict[Place, list[tuple[int, Line]]] = {}
        self._ends: dict[Path, str] = {}
        self._waiting: dict[Path, bytes] = {}
        self.problem = ""
        """Why something waits, "" if nothing does."""

    def write(
        self, new: Sequence[tuple[Place, int, Line]], held: Iterable[tuple[Place, bool]] = ()
    ) -> None:
        """Log new lines, each with its position; `held` says which buffers begin or end to wait."""
        holds = dict(held)
        for place, hold in holds.items():
            if hold:
                self._held.setdefault(place, [])
        by_place: defaultdict[Place, list[tuple[int, Line]]] = defaultdict(list)
        for place, position, line in new:
            by_place[place].append((position, line))
        for place, lines in by_place.items():
            if place in self._held:
                self._held[place] += lines
            else:
                self._append(place, lines)
        for place, hold in holds.items():
            if not hold:
                self._append(place, self._held.pop(place, []))

    def rename(self, before: str, now: str) -> None:
        """Have what was logged of a network go on under another name, if nothing is under that."""
        source, target = self._directory / safe(before), self._directory / safe(now)
        with suppress(OSError):
            if source != target and not target.exists():
                source.rename(target)
        self._ends.clear()

    def close(self) -> None:
        """Log what waits."""
        while self._held:
            place = next(iter(self._held))
            self._append(place, self._held.pop(place))
        self.flush()

    def _append(self, place: Place, lines: Iterable[tuple[int, Line]]) -> None:
        folder = self._directory / safe(place.network) / safe(place.target)
        texts: defaultdict[Path, list[str]] = defaultdict(list)
        for _, line in sorted(lines, key=lambda each: each[0]):
            when = time.localtime(line.time)
            path = folder / f"{time.strftime('%Y-%m', when)}.log"
            if line.history and time.strftime(_TIME, when) <= self._end(path):
                continue  # it is there, from a time when nothing else was kept
            texts[path].append(written(line))
        for path, text in texts.items():
            added = "".join(text).encode(errors="replace")
            self._waiting[path] = self._waiting.pop(path, b"") + added
        self.flush()

    def flush(self) -> None:
        """Write what waits, as far as that can be."""
        self.problem = ""
        for path, text in [*self._waiting.items()]:
            left = memoryview(text)
            try:
                for written in _write(self._directory, path, text):
                    left = left[written:]
                del self._waiting[path]
            except OSError as error:
                _log.warning("cannot log: %s", error)
                self.problem = f"{self._directory}: {error.strerror or error}"
                self._waiting[path] = bytes(left[-WAITING_MOST:])
        while len(self._waiting) > 1 and sum(map(len, self._waiting.values())) > WAITING_MOST:
            del self._waiting[next(iter(self._waiting))]

    def _end(self, path: Path) -> str:
        """Return when the last line was said that was in a file at first, "" if there was none."""
        if path not in self._ends:
            self._ends[path] = _last(path)
        return self._ends[path]


def safe(name: str) -> str:
    """Return a name that a file can have everywhere, which differs for names that differ."""
    shown = quote(name.lower(), safe=_SAFE, errors="replace")
    if shown.startswith("."):
        shown = "%2E" + shown[1:]
    if len(shown) > _LONGEST:
        digest = hashlib.sha256(name.lower().encode(errors="replace")).hexdigest()[:16]
        shown = f"{shown[:_LONGEST]}~{digest}"
    return shown


def written(line: Line) -> str:
    """Return a line as it stands in a log; what was said in several lines stands in several."""
    when = time.strftime(_TIME, time.localtime(line.time))
    match line.kind:
        case Kind.MESSAGE:
            begin = f"<{line.source}> "
        case Kind.ACTION:
            begin = f"* {line.source} "
        case Kind.NOTICE:
            begin = f"-{line.source}- "
        case _:
            begin = "-- "
    return "".join(f"{when} {begin}{text}\n" for text in line.text.split("\n"))


def _last(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    length = len(time.strftime(_TIME))
    return max((line[:length] for line in lines[1:] or lines), default="")


def _write(top: Path, path: Path, text: bytes) -> Iterator[int]:
    """Append to a file; it and its directories are for the user alone. Yields how much it wrote.

    Raises `OSError`.
    """
    for folder in (*reversed(path.relative_to(top).parents), path.parent.relative_to(top)):
        (top / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        done = 0
        while done < len(text):
            written = os.write(handle, text[done:])
            done += written
            yield written
    finally:
        os.close(handle)
