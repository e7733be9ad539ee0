"""Measures reading a long history: `python -m benchmarks.history`.

Rules: what is measured is the store as the server reads it, one question after the other, each one
another. The file is made in a temporary directory and removed at the end, unless `--data` says where
it is kept: there it is used again.
"""

import argparse
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from benchmarks.corpus import BATCH, BEGIN, STEP, Corpus
from benchmarks.figures import percentile
from benchmarks.measures import start_up
from benchmarks.process import machine_seconds
from benchmarks.report import place, table
from benchmarks.servers import TARGETS, Target
from chatserver.core.history import NEWEST, Page, Question, Scope, Search
from chatserver.ports import Writing
from chatserver.storage.index import INDEX_NAME
from chatserver.storage.indexing import Indexer
from chatserver.storage.readers import connect_reader
from chatserver.storage.sqlite import FILE_NAME, SqliteStore

PAGE = 50  # messages
ROOMS_OF_ONE = 20  # that somebody searches at once
FREQUENT, MIDDLING, RARE = (0, 20), (50, 500), (2_000, 10_000)
"""Ranks of words: about one message in ten has a frequent one, one in 5,000 a rare one."""

Ask = Callable[[Random], Sequence[Question]]


@dataclass(frozen=True, slots=True)
class Figures:
    """What one kind of question took, in seconds each; and what else ran meanwhile, in cores."""

    seconds: Sequence[float]
    cpu: Sequence[float]  # of the thread that reads
    found: float
    others: float


class Questions:
    """All kinds of questions about a corpus of `count` messages."""

    def __init__(self, corpus: Corpus, count: int) -> None:
        self._corpus = corpus
        self._count = count

    def kinds(self) -> Iterator[tuple[str, Ask]]:
        """Yield the name of each kind, and what makes one."""
        yield "latest page, the big room", lambda _: [Page(self._room(0), 0, NEWEST, PAGE)]
        yield "latest page, any room", self._latest
        yield "page around a message, the big room", self._around
        yield "page from a time on, any room", self._from_time
        for name, first, second in (
            ("two frequent words", FREQUENT, FREQUENT),
            ("a frequent and a rare word", FREQUENT, RARE),
            ("two middling words", MIDDLING, MIDDLING),
            ("two rare words", RARE, RARE),
        ):
            yield f"{name}, the big room", self._search(first, second, [0])
        for place_ in (6, 7, 8, 9):
            language = self._corpus.language_of(place_).name
            yield (
                f"two frequent words, a room in {language}",
                self._search(FREQUENT, FREQUENT, [place_]),
            )
        middling = self._search(MIDDLING, MIDDLING, [7])
        yield "two middling words, a room in Korean", middling
        yield "two frequent words, 20 rooms", self._search(FREQUENT, FREQUENT, None)
        yield "two rare words, 20 rooms", self._search(RARE, RARE, None)

    def _room(self, number: int) -> str:
        return self._corpus.rooms[number]

    def _any_room(self, random: Random) -> int:
        rooms = range(len(self._corpus.rooms))
        return random.choices(rooms, cum_weights=self._corpus.room_weights)[0]

    def _latest(self, random: Random) -> Sequence[Question]:
        return [Page(self._room(self._any_room(random)), 0, NEWEST, PAGE)]

    def _around(self, random: Random) -> Sequence[Question]:
        seq = random.randrange(1, self._count)
        return [
            Page(self._room(0), 0, seq, PAGE // 2),
            Page(self._room(0), seq - 1, NEWEST, PAGE // 2, oldest=True),
        ]

    def _from_time(self, random: Random) -> Sequence[Question]:
        at = BEGIN + STEP * random.randrange(self._count)
        room = self._room(self._any_room(random))
        return [Page(room, 0, NEWEST, PAGE, since=at, oldest=True)]

    def _search(
        self, first: tuple[int, int], second: tuple[int, int], rooms: Sequence[int] | None
    ) -> Ask:
        def ask(random: Random) -> Sequence[Question]:
            within = rooms or random.sample(range(1, 6), 2) + random.sample(range(10, 1500), 18)
            words = self._corpus.language_of(within[0]).words
            text = f"{words[random.randrange(*first)]} {words[random.randrange(*second)]}"
            scopes = tuple(Scope(self._room(room)) for room in within)
            return [Search(scopes, text, PAGE)]

        return ask


def build(directory: Path, count: int) -> str:
    """Make the history in `directory`, and index it, as far as that is not done; say how long it took."""
    if last_indexed(directory) >= count:
        return "Made before"
    begin = time.perf_counter()
    if not is_kept(directory, count):
        store = SqliteStore(directory)
        store.open()
        for done, batch in enumerate(Corpus().messages(count)):
            store.keep(Writing(batch))
            if done % 50 == 0:
                print(
                    f"{done * BATCH:,} kept, {time.perf_counter() - begin:.0f} s", file=sys.stderr
                )
        store.close()
    kept = time.perf_counter()
    indexer = Indexer(directory / FILE_NAME, pause_most=0)  # nobody else is to be let run
    indexer.notice()
    while (indexed := last_indexed(directory)) < count:
        print(f"{indexed:,} indexed, {time.perf_counter() - kept:.0f} s", file=sys.stderr)
        time.sleep(min(5.0, count / 1e6))
    indexer.stop()
    return f"Kept in {kept - begin:.0f} s, indexed in {time.perf_counter() - kept:.0f} s"


def is_kept(directory: Path, count: int) -> bool:
    """Whether a history of so many messages is there."""
    if not (directory / FILE_NAME).exists():
        return False
    with closing(connect_reader(directory / FILE_NAME)) as log:
        (place_,) = log.execute("select max(place) from events").fetchone()
        return bool(place_ and place_ >= count)


def last_indexed(directory: Path) -> int:
    """The place of the last message that the index has."""
    if not (directory / INDEX_NAME).exists():
        return 0
    with closing(sqlite3.connect(directory / INDEX_NAME)) as index, suppress(sqlite3.Error):
        (number,) = index.execute("select place from progress").fetchone()
        return int(number)
    return 0  # it is just being made


def measure(store: SqliteStore, ask: Ask, repeat: int) -> Figures:
    """Ask `repeat` questions of one kind."""
    random = Random(7)
    seconds, cpu, found = [], [], 0
    begin, busy = time.perf_counter(), machine_seconds() - time.process_time()
    for _ in range(repeat):
        asked = ask(random)
        start, worked = time.perf_counter(), time.thread_time()
        answers = store.read(asked)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.thread_time() - worked)
        found += sum(map(len, answers.values()))
    others = (machine_seconds() - time.process_time() - busy) / (time.perf_counter() - begin)
    return Figures(seconds, cpu, found / repeat, max(0.0, others))


def page_of_figures(figures: Mapping[str, Figures]) -> str:
    """The table, times in ms."""
    rows = []
    for name, one in figures.items():
        times = [f"{percentile(one.seconds, share) * 1e3:.2f}" for share in (0.5, 0.95, 0.99)]
        worked = f"{percentile(one.cpu, 0.95) * 1e3:.2f}"
        rows.append((name, *times, worked, f"{one.found:.1f}", f"{one.others:.0%}"))
    head = ("question", "p50 ms", "p95 ms", "p99 ms", "CPU, p95 ms", "found", "others busy")
    return table(head, rows)


def start_seconds(directory: Path) -> Sequence[float]:
    """How long the server takes from exec to the first connection, on this file and on none."""
    ours = TARGETS[0]

    def command(port: int, _: Path) -> list[str]:
        return [ours.program, "--host", "127.0.0.1", "--port", str(port), "--data", str(directory)]

    full: Target = replace(ours, command=command)
    return [min(start_up(target) for _ in range(5)) for target in (full, ours)]


def circumstances(directory: Path, count: int, built: str) -> str:
    """When, on what and with which files it was measured."""
    sizes = ", ".join(
        f"{name} {(directory / name).stat().st_size / 1e9:.2f} GB"
        for name in (FILE_NAME, INDEX_NAME)
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {platform.system()} {platform.machine()} with {os.cpu_count()} "
        f"cores. {count:,} messages: {sizes}. {built}."
    )


def run(directory: Path, options: argparse.Namespace) -> str:
    """Make the history, measure it, and return what there is to tell."""
    built = build(directory, options.messages)
    store = SqliteStore(directory)
    store.open()
    figures = {}
    for name, ask in Questions(Corpus(), options.messages).kinds():
        figures[name] = measure(store, ask, options.repeat)
        print(page_of_figures({name: figures[name]}).splitlines()[-1], file=sys.stderr)
    store.close()
    full, empty = start_seconds(directory)
    start = (
        f"From exec to the first connection: {full * 1e3:.0f} ms with this file, "
        f"{empty * 1e3:.0f} ms with none."
    )
    head = circumstances(directory, options.messages, built)
    return "\n\n".join([head, page_of_figures(figures), start])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure; the figures go to standard output or into a page."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.history", description="Measure reading a long history."
    )
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=300, help="questions of each kind")
    parser.add_argument("--data", type=Path, help="keep the history here, or use what is here")
    parser.add_argument("--write", type=Path, help="page to put the figures into")
    options = parser.parse_args(arguments)
    directory = options.data or Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        text = run(directory, options)
    finally:
        if not options.data:
            shutil.rmtree(directory)
    if options.write:
        options.write.write_text(place(options.write.read_text(), text, "history"))
    else:
        print(text)


if __name__ == "__main__":
    main()
