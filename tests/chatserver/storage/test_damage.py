"""Files that are not what they were: told at the start with what to do, or of no consequence."""

import logging
import random
import re
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chatserver.ports import StoreError, StoreUnusable, Trimmed, Writing
from chatserver.storage import rows
from chatserver.storage.sqlite import SqliteStore
from chatserver.storage.transactions import Transaction
from tests.chatserver.storage.samples import ROOM, page, records

BATCH = 3
FRAME = 24 + 4096


EARLIER = 600
"""So many messages are in the file alone; the log has what came after."""

NEWEST = EARLIER + 20 * BATCH


def crashed(place: Path) -> Path:
    """Return the directory of a store that was killed."""
    store = SqliteStore(place / "running")
    store.open()
    store.keep(Writing(records=records(*range(1, EARLIER + 1)), rooms=[ROOM]))
    store.close()
    store.open()
    for first in range(EARLIER + 1, NEWEST, BATCH):
        store.keep(Writing(records=records(*range(first, first + BATCH))))
    directory = place / "crashed"
    shutil.copytree(store.path.parent, directory, ignore=shutil.ignore_patterns("*-shm"))
    store.close()
    main, log = ((directory / name).stat().st_ino for name in ("chat.db", "chat.db-wal"))
    (directory / "chat.lock").write_text(f"process 1\nfiles {main} {log}\n", encoding="utf-8")
    return directory


def kept(directory: Path) -> list[int]:
    """Return the numbers of the messages that a server finds in `directory`."""
    store = SqliteStore(directory)
    store.open()
    asked = page(limit=1_000)
    try:
        return [event.seq for event in store.read([asked])[asked]]
    finally:
        store.close()


def refusal(directory: Path) -> str:
    """Return why a server does not start on `directory`, which it leaves as it is."""
    before = contents(directory)
    with pytest.raises(StoreUnusable) as caught:
        SqliteStore(directory).open()
    assert contents(directory) == before
    assert "\n" not in str(caught.value)
    return str(caught.value)


def contents(directory: Path) -> dict[str, bytes]:
    """Return what is in the files that matter, of those with anything in them."""
    names = ("chat.db", "chat.db-wal")
    files = {name: directory / name for name in names}
    return {
        name: data for name, path in files.items() if path.exists() and (data := path.read_bytes())
    }


def change(path: Path, offset: int, data: bytes) -> None:
    """Write over a part of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def flip(path: Path, offset: int, bit: int = 0) -> None:
    """Change one bit of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        (byte,) = file.read(1)
        file.seek(offset)
        file.write(bytes([byte ^ 1 << bit]))


def cut(path: Path, size: int) -> None:
    """Make a file shorter."""
    with path.open("r+b") as file:
        file.truncate(size)


def test_a_crash_is_no_damage(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Everything is there, also where the directory was copied, or its lock file is gone."""
    caplog.set_level(logging.INFO)
    directory = crashed(tmp_path)
    copied, bare = tmp_path / "copied", tmp_path / "bare"
    shutil.copytree(directory, copied)
    shutil.copytree(directory, bare)
    (bare / "chat.lock").unlink()
    for place in (directory, copied, bare):
        assert kept(place) == [*range(1, NEWEST + 1)]
        assert kept(place) == [*range(1, NEWEST + 1)]
    assert not caplog.records


OF_THE_FILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (Path.unlink, "missing or empty, and chat.db-wal is not; put it back"),
    "empty": (lambda path: cut(path, 0), "missing or empty"),
    "beginning": (lambda path: cut(path, 50), "is damaged: .*; restore a backup"),
    "shorter": (lambda path: cut(path, 4096), "pages are missing at its end; restore a backup"),
    "header zeroed": (lambda path: change(path, 0, bytes(4096)), "does not begin as a database"),
    "header flipped": (lambda path: flip(path, 3), "does not begin as a database"),
    "all zeroed": (lambda path: change(path, 0, bytes(path.stat().st_size)), "does not begin"),
    "text": (lambda path: change(path, 0, b"to my mother " * 5000), "does not begin"),
    "table": (lambda path: change(path, 4096, bytes(3 * 4096)), "is damaged"),
}


@pytest.mark.parametrize("damage", OF_THE_FILE)
def test_damage_to_the_file_is_told(tmp_path: Path, damage: str) -> None:
    """In one line, with what to do; the files are left as they are."""
    directory = crashed(tmp_path)
    do, told = OF_THE_FILE[damage]
    do(directory / "chat.db")
    assert re.search(told, refusal(directory))


@pytest.mark.parametrize(
    "do",
    [
        lambda path: cut(path, path.stat().st_size - 1),
        lambda path: cut(path, path.stat().st_size - 4096),
        lambda path: cut(path, path.stat().st_size // 2 + 7),
        lambda path: change(path, 100, bytes(3996)),
        lambda path: change(path, 4096, bytes(4096)),
        lambda path: change(path, path.stat().st_size // 2, random.Random(1).randbytes(9000)),
    ],
)
def test_damage_without_a_log_is_told_too(tmp_path: Path, do: Callable[[Path], object]) -> None:
    """A server that ended well, and a disk that did not."""
    directory = crashed(tmp_path)
    kept(directory)
    assert not (directory / "chat.db-wal").exists()
    do(directory / "chat.db")
    assert "chat.db is damaged: " in refusal(directory)


def test_a_file_that_lost_all_is_told(tmp_path: Path) -> None:
    """The index of what was in it is still there; who moves the file away begins anew, as they are told."""
    directory = crashed(tmp_path)
    kept(directory)
    (directory / "search.db").touch()
    cut(directory / "chat.db", 0)
    assert "chat.db is damaged: it is empty, and search.db tells that it was not; " in refusal(
        directory
    )
    (directory / "chat.db").unlink()
    assert kept(directory) == []


OF_THE_LOG: dict[str, tuple[Callable[[Path], object], str]] = {
    "gone": (Path.unlink, "missing or empty, .* kept last before a crash; put it back"),
    "empty": (lambda path: cut(path, 0), "missing or empty, .* to go on without, delete"),
    "beginning": (lambda path: cut(path, 20), "missing or empty"),
    "header": (lambda path: flip(path, 17), "its header does not fit its checksum; restore"),
    "all zeroed": (lambda path: change(path, 0, bytes(path.stat().st_size)), "its header"),
    "text": (lambda path: change(path, 0, b"to my mother " * 5000), "its header"),
    "first frame": (lambda path: flip(path, 32 + 24 + 100), "frame 1 of .* truncate -s 32 "),
    "a frame": (lambda path: flip(path, 32 + 9 * FRAME + 999), r"frame \d+ of \d+, or one soon"),
    "frames zeroed": (lambda path: change(path, 32 + 9 * FRAME, bytes(2 * FRAME)), "was changed"),
    "a sector": (lambda path: change(path, 32 + 9 * FRAME, bytes(512)), "was changed"),
}


@pytest.mark.parametrize("damage", OF_THE_LOG)
def test_damage_to_the_log_is_told(tmp_path: Path, damage: str) -> None:
    """SQLite would drop all that is in it from there on, and say nothing."""
    directory = crashed(tmp_path)
    do, told = OF_THE_LOG[damage]
    do(directory / "chat.db-wal")
    message = refusal(directory)
    assert re.search(told, message)
    assert message.startswith(f"{directory}/chat.db-wal is damaged: ")


def test_what_is_told_to_do_helps(tmp_path: Path) -> None:
    """A log that is cut where it is said, or that is given up, is one to start on."""
    directory = crashed(tmp_path)
    flip(directory / "chat.db-wal", 32 + 9 * FRAME + 999)
    size = re.search(r"truncate -s (\d+)", refusal(directory))
    assert size
    cut(directory / "chat.db-wal", int(size[1]))
    found = kept(directory)
    assert found == [*range(1, len(found) + 1)]
    assert EARLIER < len(found) < NEWEST
    other = crashed(tmp_path / "other")
    (other / "chat.db-wal").unlink()
    refusal(other)
    (other / "chat.lock").unlink()
    assert kept(other) == [*range(1, EARLIER + 1)]


@pytest.mark.parametrize("bytes_less", [1, 600, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME])
def test_an_unfinished_write_is_no_damage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bytes_less: int
) -> None:
    """A crash may leave it; nobody was told that it was kept. It is dropped, and that is told."""
    caplog.set_level(logging.INFO)
    directory = crashed(tmp_path)
    log = directory / "chat.db-wal"
    cut(log, log.stat().st_size - bytes_less)
    assert kept(directory) == [*range(1, NEWEST - BATCH + 1)]
    told = "the last write before a crash was not finished"
    assert [told in one.message for one in caplog.records] == [True] * (bytes_less < 2 * FRAME)


def test_a_write_that_failed_before_a_crash_is_no_damage(tmp_path: Path) -> None:
    """What it left in the log is of a transaction that was given up."""
    store = SqliteStore(tmp_path / "data")
    store.open()
    store.keep(Writing(records=records(1)))
    connection = store._connection
    assert connection
    connection.execute("pragma cache_size = 5")
    connection.execute("begin")
    rows.write(connection, Writing(records=records(*range(2, 3000))))
    connection.execute("rollback")
    log = store.path.with_name("chat.db-wal")
    size = log.stat().st_size
    store.keep(Writing(records=records(2)))
    assert log.stat().st_size == size, "nothing was left of it"
    shutil.copytree(store.path.parent, tmp_path / "crashed")
    store.close()
    assert kept(tmp_path / "crashed") == [1, 2]


def test_a_log_of_another_file_is_told(tmp_path: Path) -> None:
    """An older copy put in the place of the file, and the log forgotten: the two do not fit."""
    directory = crashed(tmp_path)
    with closing(sqlite3.connect(tmp_path / "older")) as older:
        shutil.copy(directory / "chat.db", tmp_path / "older")
        older.execute("delete from events")
        older.commit()
    (tmp_path / "older").replace(directory / "chat.db")
    assert "beside it is not the one that it was written for; delete" in refusal(directory)
    (directory / "chat.db-wal").unlink()
    assert kept(directory) == []


def test_any_flipped_bit_of_the_log_is_told_or_harmless(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is lost without a word."""
    caplog.set_level(logging.INFO)
    directory = crashed(tmp_path)
    size = (directory / "chat.db-wal").stat().st_size
    draw = random.Random(3)
    outcomes = Counter[str]()
    for number in range(100):
        place = tmp_path / str(number)
        shutil.copytree(directory, place)
        flip(place / "chat.db-wal", draw.randrange(size), draw.randrange(8))
        caplog.clear()
        try:
            found = kept(place)
        except StoreUnusable:
            outcomes["refused"] += 1
            continue
        assert found == [*range(1, len(found) + 1)]
        if len(found) == NEWEST:
            outcomes["harmless"] += 1
        else:
            assert len(found) == NEWEST - BATCH
            assert caplog.records
            outcomes["told"] += 1
    assert outcomes["refused"] > 80


def test_any_damaged_page_of_the_file_is_told_or_harmless(tmp_path: Path) -> None:
    """At the start, or by who needs it; nothing else is shown in its place."""
    directory = crashed(tmp_path)
    pages = (directory / "chat.db").stat().st_size // 4096
    for number in range(pages):
        place = tmp_path / str(number)
        shutil.copytree(directory, place)
        change(place / "chat.db", number * 4096, bytes(4096))
        try:
            assert kept(place) == [*range(1, NEWEST + 1)]
        except (StoreUnusable, StoreError) as error:
            assert "\n" not in str(error)  # noqa: PT017 - one of two things may be


def test_any_flipped_bit_of_the_file_is_told_or_harmless(tmp_path: Path) -> None:
    """What is shown is what was said, to the letter."""
    directory = crashed(tmp_path)
    said_then = [record.event for record in records(*range(1, NEWEST + 1))]
    size = (directory / "chat.db").stat().st_size
    draw = random.Random(5)
    outcomes = Counter[str]()
    for number in range(100):
        place = tmp_path / str(number)
        shutil.copytree(directory, place)
        flip(place / "chat.db", draw.randrange(size), draw.randrange(8))
        store, asked = SqliteStore(place), page(limit=1_000)
        try:
            store.open()
            found = store.read([asked])[asked]
        except (StoreUnusable, StoreError):
            outcomes["told"] += 1
        else:
            assert found == said_then
            outcomes["harmless"] += 1
        finally:
            store.close()
    assert outcomes["told"] > 50


def test_a_place_with_odd_signs_in_its_name_is_no_trouble(tmp_path: Path) -> None:
    """Neither to open it nor to say what is wrong there."""
    place = tmp_path / "50% {of} #ops?"
    place.mkdir()
    directory = crashed(place)
    flip(directory / "chat.db-wal", 32 + 9 * FRAME + 999)
    assert refusal(directory).endswith(f" {directory}/chat.db-wal")


def test_damage_found_later_fails_who_asks_for_it(tmp_path: Path) -> None:
    """The server goes on, keeps what is said, and shows what can be read."""
    directory = crashed(tmp_path)
    store = SqliteStore(directory)
    store.open()
    store.keep(Writing(records=records(*range(NEWEST + 1, NEWEST + 200), target="#b")))
    connection = store._connection
    assert connection
    with Transaction(store._opened()):
        connection.execute("update events set event = '{' where seq = 5")
    with pytest.raises(StoreError):
        store.read([page(limit=1_000)])
    assert store.read([page(limit=100)])
    assert store.read([page("#b")])
    store.keep(Writing(records=records(NEWEST + 500)))
    store.close()


def test_what_is_no_text_any_more_stops_nobody(tmp_path: Path) -> None:
    """Who asks for a message that a disk made into other bytes is told which; retention removes it."""
    store = SqliteStore(crashed(tmp_path))
    store.open()
    connection = store._connection
    assert connection
    with Transaction(store._opened()):
        connection.execute("update events set event = cast(x'7bff' as text) where seq = 17")
    everything = page(limit=1_000)
    with pytest.raises(StoreError, match=r"^the event 11 in the log is not what was kept$"):
        store.read([everything])
    store.keep(Writing(records=records(NEWEST + 500), trimmed=[Trimmed("#ops", (17,))]))
    assert store.read([everything])[everything][-1].seq == NEWEST + 500
    store.close()
