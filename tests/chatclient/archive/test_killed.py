"""A client that is killed in the middle leaves an archive that opens again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from chatclient.archive import SqliteArchive
from chatclient.model import Status, World

WRITER = """
import sys
from pathlib import Path
from chatclient.archive import SqliteArchive
from chatclient.model import Kind, Status, World
archive = SqliteArchive(Path(sys.argv[1]))
world = World(Status("host"), name="home")
room = world.open_room("#room")
first = len(archive.older(room, None, 999_999))
for number in range(first, first + 100_000):
    line = world.make_line(Kind.MESSAGE, f"{number}", time=1e9 + number, msgid=f"{number}")
    archive.add(room, line)
    if number % 500 == 499:
        archive.flush()
        print(number, flush=True)
"""


def test_it_opens_again_with_all_that_was_written(tmp_path: Path) -> None:
    """Nothing that was said to be written is missing, nothing is there twice, however often."""
    path = tmp_path / "archive.db"
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            for _ in range(3):
                written = int(writer.stdout.readline())
            os.kill(writer.pid, signal.SIGKILL)
        archive = SqliteArchive(path)
        room = World(Status("host"), name="home").open_room("#room")
        numbers = [int(kept.line.text) for kept in archive.older(room, None, 999_999)]
        assert not archive.problem
        assert numbers == list(range(len(numbers)))
        assert len(numbers) > written
        assert archive.search(f"{written}")
        archive.close()
