"""What a million kept lines cost: pages up, search, memory, and keeping a line.

`python -m benchmarks.client.scrollback [--lines N]` prints JSON. Rules: the archive is in a directory of
its own that is removed; times are CPU times of this process, all threads, as others may use the
machine; a frame is the rows of a view of 120x40, without their way to the terminal.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks.client.flood import Talk
from chatclient.archive import SqliteArchive
from chatclient.model import Buffer, Kind, Line, Status, World
from chatclient.ui.painting import Painter
from chatclient.ui.view import View

ROOMS = 20
SIZE = (120, 37)
_SPACING = 3.0  # seconds between two lines
_START = 1_700_000_000.0
_CHUNK = 5_000


def lines(world: World, count: int) -> Iterator[tuple[Buffer, Line]]:
    """Yield lines of a talk in some rooms, the first of which has half of them."""
    talk, random = Talk(), Random(2)
    rooms = [world.open_room(f"#room{number}") for number in range(ROOMS)]
    for number in range(count):
        source, _, text = talk.line().decode()[1:].rstrip().partition(" :")
        room = rooms[0] if number % 2 else random.choice(rooms[1:])
        if number % 50_000 == 7:
            text = f"{text} zebra {number}"
        if number % 1000 == 11:
            text = f"{text} 日本語の文字列 Grüße"
        line = world.make_line(
            Kind.MESSAGE,
            text,
            time=_START + number * _SPACING,
            source=source.partition("!")[0],
            msgid=f"m{number:012}",
        )
        yield room, line


def fill(archive: SqliteArchive, world: World, count: int) -> dict[str, float]:
    """Keep so many lines; return what one cost, and what putting it in the index did."""
    written, chunk = 0.0, min(_CHUNK, count)
    for number, (room, line) in enumerate(lines(world, count)):
        archive.add(room, line)
        if number % chunk == chunk - 1:
            for shelf in map(archive.shelf, world.buffers):
                shelf.positions.clear()
            start = time.process_time()
            archive.flush(60)
            written += time.process_time() - start
    start = time.process_time()
    archive.flush(60)
    while archive.index_some():
        pass
    indexed = time.process_time() - start
    return {"write_us": written / count * 1e6, "index_us": indexed / count * 1e6}


def pages(archive: SqliteArchive, room: Buffer, count: int) -> Sequence[float]:
    """Return the CPU milliseconds of each of so many pages up."""
    view, taken = View(room, Painter(), archive), []
    view.rows(*SIZE)
    for _ in range(count):
        start = time.process_time()
        view.page(-1)
        view.rows(*SIZE)
        taken.append((time.process_time() - start) * 1e3)
    return taken


QUERIES = (
    "zebra", "z", "ze", "zeb", "qj", "語", "日本", "grüsse", "people", "the", "a", "th", "people water",
    "999", "00777", "nothinglikethis", "xq", "from:person7 water", "in:#room3 number", "long little very",
)  # fmt: skip


def searches(archive: SqliteArchive) -> dict[str, float]:
    """Return the milliseconds until the first results of each query."""
    taken = {}
    for query in QUERIES:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            archive.search(query)
            times.append((time.perf_counter() - start) * 1e3)
        taken[query] = statistics.median(times)
    return taken


def resident() -> float:
    """Return the resident memory of this process in MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def percentile(values: Sequence[float], part: float) -> float:
    """Return the value below which that part of them is."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def measure(count: int) -> dict[str, object]:
    """Measure all of it with so many lines."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "archive.db"
        archive = SqliteArchive(path)
        world = World(Status("bench:1"), name="bench")
        cost = fill(archive, world, count)
        archive.close()
        archive = SqliteArchive(path)
        room = World(Status("bench:1"), name="bench").open_room("#room0")
        frames = pages(archive, room, max(1, count // 2 // (SIZE[1] - 3)))
        found = searches(archive)
        figures: dict[str, object] = {
            "lines": count,
            **cost,
            "page_ms_p50": statistics.median(frames),
            "page_ms_p99": percentile(frames, 0.99),
            "page_ms_max": max(frames),
            "search_ms_p95": percentile([*found.values()], 0.95),
            "search_ms": found,
            "file_mb": path.stat().st_size / 1e6,
            "rss_mb": resident(),
        }
        archive.close()
    return figures


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lines", type=int, default=1_000_000)
    print(json.dumps(measure(parser.parse_args().lines), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
