"""A backup has all of one moment, whatever the server does meanwhile, or there is none."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.cli import main
from chatserver.ports import Writing
from tests.chatserver.storage.samples import records
from tests.chatserver.tools.servers import crash, make_data, running, small_files, texts_in
from tests.waiting import eventually


def back_up(data: Path, file: Path, *more: str) -> int:
    """Run the command and return its status."""
    return main(["backup", str(file), "--data", str(data), *more])


def restored(file: Path, directory: Path) -> list[str]:
    """Return what was said, as a server has it that was brought back from a backup."""
    assert main(["restore", str(file), "--data", str(directory)]) == 0
    return texts_in(directory)


def test_a_server_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that it kept until then, its rooms too; it goes on, and so does what it keeps."""
    file = tmp_path / "backup"
    with running(tmp_path / "data", "one", "two") as store:
        assert back_up(tmp_path / "data", file) == 0
        store.keep(Writing(records(3)))
    size = file.stat().st_size
    assert capsys.readouterr() == (f"{file}: {size:,} bytes\n", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir() if one.name != "data"] == ["backup"]
    assert restored(file, tmp_path / "new") == ["one", "two"]
    assert texts_in(tmp_path / "data") == ["one", "two", "message 3"]
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("select key from rooms").fetchall() == [("#ops",)]


def test_one_that_stopped_and_one_that_crashed(tmp_path: Path) -> None:
    """What is only in the write-ahead log is in the backup as well."""
    make_data(tmp_path / "stopped", "one")
    crash(tmp_path / "crashed", "one")
    for name, texts in (("stopped", ["one"]), ("crashed", ["before", "one"])):
        assert back_up(tmp_path / name, tmp_path / f"{name}.backup") == 0
        assert restored(tmp_path / f"{name}.backup", tmp_path / f"{name}-new") == texts
    assert texts_in(tmp_path / "crashed") == ["before", "one"]


def test_while_others_speak(tmp_path: Path) -> None:
    """A moment is whole: all messages up to one, none of those after it."""
    stop = threading.Event()
    with running(tmp_path / "data", *["x" * 500] * 2_000) as store:

        def speak() -> None:
            seq = 10_000
            while not stop.is_set():
                store.keep(Writing(records(seq, seq + 1)))
                seq += 2

        speaker = threading.Thread(target=speak)
        speaker.start()
        statuses = [back_up(tmp_path / "data", tmp_path / f"backup-{turn}") for turn in range(5)]
        stop.set()
        speaker.join()
        last = max(map(int, (seq for (seq,) in sqlite_rows(store.path))))
    assert statuses == [0] * 5
    for turn in range(5):
        seqs = [seq for (seq,) in sqlite_rows(tmp_path / f"backup-{turn}")]
        assert seqs[:2_000] == [*range(1, 2_001)]
        assert seqs[2_000:] == [*range(10_000, 10_000 + len(seqs) - 2_000)]
        assert len(seqs) % 2 == 0
        assert not seqs[2_000:] or seqs[-1] <= last


def sqlite_rows(path: Path) -> list[tuple[int]]:
    """Return the numbers of all events in a file."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("select seq from events order by place").fetchall()


def test_a_file_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Unless its replacement is asked for."""
    make_data(tmp_path / "data", "one")
    file = tmp_path / "file"
    file.write_text("precious", encoding="utf-8")
    assert back_up(tmp_path / "data", file) == 1
    assert capsys.readouterr().err == f"chatserver: {file} is there already; --force replaces it\n"
    assert file.read_text(encoding="utf-8") == "precious"
    assert back_up(tmp_path / "data", file, "--force") == 0
    assert restored(file, tmp_path / "new") == ["one"]


@pytest.mark.parametrize("name", ["data/chat.db", "link", "."])
def test_what_must_not_be_replaced_stays(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log itself, by whatever name, and a directory: also by force."""
    make_data(tmp_path / "data", "one")
    (tmp_path / "link").symlink_to(tmp_path / "data" / "chat.db")
    assert back_up(tmp_path / "data", tmp_path / name, "--force") == 1
    assert "is there already" in capsys.readouterr().err
    assert texts_in(tmp_path / "data") == ["one"]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda _: None, "there is no"),
        (lambda data: (data / "chat.db").write_bytes(b"no database, " * 100), "not a database"),
        (lambda data: sqlite3.connect(data / "chat.db").execute("create table x (y)").connection.close(),
         "another program"),
    ],
)  # fmt: skip
def test_what_is_nothing_of_ours_is_not_copied(
    tmp_path: Path, make: Callable[[Path], object], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said, and no file is there."""
    data = tmp_path / "data"
    data.mkdir()
    make(data)
    assert back_up(data, tmp_path / "backup") == 1
    message = capsys.readouterr().err
    assert why in message
    assert message.count("\n") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


def test_damage_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy of a file that cannot be read is none."""
    make_data(tmp_path / "data", *["x" * 300] * 500)
    path = tmp_path / "data" / "chat.db"
    with path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(os.urandom(20 * 4096))
    assert back_up(tmp_path / "data", tmp_path / "backup") == 1
    assert "malformed" in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


def test_a_directory_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named."""
    make_data(tmp_path / "data", "one")
    assert back_up(tmp_path / "data", tmp_path / "no" / "backup") == 1
    assert capsys.readouterr().err.endswith("backup.unfinished: No such file or directory\n")


def test_a_full_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is left of what did not fit, and it is told where there is no room."""
    make_data(tmp_path / "data", *["x" * 300] * 500)
    with small_files(100_000):
        assert back_up(tmp_path / "data", tmp_path / "backup") == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"chatserver: cannot write {tmp_path / 'backup.unfinished'}: ")
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


def test_what_a_crash_left_is_in_nobodys_way(tmp_path: Path) -> None:
    """An unfinished copy is begun anew."""
    make_data(tmp_path / "data", "one")
    (tmp_path / "backup.unfinished").write_bytes(b"half of it")
    assert back_up(tmp_path / "data", tmp_path / "backup") == 0
    assert restored(tmp_path / "backup", tmp_path / "new") == ["one"]


def test_a_signal_breaks_it_off(tmp_path: Path) -> None:
    """It ends as signals end programs, and leaves nothing."""
    make_data(tmp_path / "data", *["x" * 4_000] * 10_000)
    command = [
        sys.executable,
        "-m",
        "chatserver.cli",
        "backup",
        str(tmp_path / "backup"),
        "--data",
        str(tmp_path / "data"),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        unfinished = tmp_path / "backup.unfinished"
        eventually(lambda: unfinished.exists() and unfinished.stat().st_size)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (128 + signal.SIGTERM, "")
    assert [one.name for one in tmp_path.iterdir()] == ["data"]
