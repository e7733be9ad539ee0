"""The store on disk: nothing acknowledged is lost, and whatever the disk does is told."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec import structs

from chatserver.core.history import Page
from chatserver.core.nonces import TAG, Kept, nonce_key
from chatserver.ports import Record, StoreError, StoreUnusable, Writing
from chatserver.storage import sqlite
from chatserver.storage.pages import read_page
from chatserver.storage.readers import READERS
from chatserver.storage.sqlite import SqliteStore
from chatserver.storage.transactions import Transaction
from tests.chatserver.storage.disks import FailingConnection, failing_writes, full_disk
from tests.chatserver.storage.samples import ANN, OTHERS, ROOM, page, record, records, said

ROOT = Path(__file__).parents[3]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Return an open store."""
    store = SqliteStore(tmp_path)
    store.open()
    yield store
    store.close()


def numbers(store: SqliteStore) -> list[int]:
    """Return the numbers of all messages to #ops."""
    asked = page(limit=1_000_000)
    return [event.seq for event in store.read([asked])[asked]]


def reopened(tmp_path: Path) -> list[int]:
    """Return the numbers of all messages that a new owner of the file finds."""
    store = SqliteStore(tmp_path)
    store.open()
    found = numbers(store)
    store.close()
    return found


def big(*seqs: int) -> Writing:
    """Return messages that take about 8 KiB each."""
    return Writing(records=[record(said(seq, text="x" * 8000)) for seq in seqs])


def test_it_blocks(store: SqliteStore) -> None:
    """The journal calls it on a thread of its own."""
    assert store.blocking


def test_what_was_kept_is_there_again(tmp_path: Path, store: SqliteStore) -> None:
    """Messages, rooms, and the time of the newest event; the epoch is higher."""
    store.keep(Writing(records=records(1, 2, 3), rooms=[ROOM]))
    store.close()
    restored = store.open()
    assert (restored.epoch, restored.last_at, list(restored.rooms)) == (2, 1_003, [ROOM])
    assert numbers(store) == [1, 2, 3]


def test_epochs_rise(tmp_path: Path) -> None:
    """With each start, also when nothing was kept; never below the bound, never back."""
    epochs = []
    for least in (1, 1, 100, 5):
        store = SqliteStore(tmp_path, least)
        epochs.append(store.open().epoch)
        store.close()
    assert epochs == [1, 2, 100, 101]


def test_a_server_has_one_secret_for_ever(tmp_path: Path) -> None:
    """Another server has another one."""
    secrets = []
    for name in ("a", "a", "b"):
        store = SqliteStore(tmp_path / name)
        secrets.append(store.open().secret)
        store.close()
    assert secrets[0] == secrets[1] != secrets[2]
    assert len(secrets[0]) == 16


def test_settings_of_the_file(store: SqliteStore) -> None:
    """A commit is on disk when it returns."""
    connection = store._connection
    assert connection
    values = {
        name: connection.execute(f"pragma {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "locking_mode", "fullfsync")
    }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "locking_mode": "normal",
        "fullfsync": 1,
    }


@pytest.mark.parametrize("oldest", [False, True])
@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize(
    ("direct", "steps"),
    [
        (False, ["SEARCH events USING INDEX {} (target=? AND seq>? AND seq<?)"]),
        (
            True,
            [
                "SEARCH direct USING PRIMARY KEY (reader=? AND seq>? AND seq<?)",
                "SEARCH events USING INDEX {} (target=? AND seq=?)",
            ],
        ),
    ],
)
def test_history_is_read_by_its_indexes(
    store: SqliteStore, *, everything: bool, oldest: bool, direct: bool, steps: list[str]
) -> None:
    """A page of a small room costs no scan of all messages, and nothing is sorted."""
    store.keep(Writing(records=records(*range(1, 1000))))
    indexes = ("messages", "changes") if everything else ("messages",)
    steps = [step.format(index) for index in indexes for step in steps]
    asked = structs.replace(
        page(), everything=everything, oldest=oldest, direct=direct, since=1005, until=1900
    )
    *times, found = plans(store, asked)
    assert len(times) < 30
    halving = {step for steps in times for step in steps}
    assert halving == {"SEARCH events", "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"}
    assert [step for step in found if step.startswith(("SEARCH", "SCAN e", "USE"))] == steps


def plans(store: SqliteStore, asked: Page) -> list[list[str]]:
    """Return how each statement that reads a page is done."""
    connection = store._connection
    assert connection
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    read_page(connection, asked)
    connection.set_trace_callback(None)
    return [
        [row[3] for row in connection.execute(f"explain query plan {statement}")]
        for statement in seen
    ]


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    """A new directory and the files in it are closed to others."""
    store = SqliteStore(tmp_path / "new" / "data")
    store.open()
    store.keep(Writing(records=records(1)))
    files = [store.path, *store.path.parent.glob("chat.db-*")]
    assert len(files) > 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    store.close()


def test_keeping_again_is_harmless(store: SqliteStore) -> None:
    """A change that was kept, though its keeper could not tell, is kept once."""
    store.keep(Writing(records=records(1, 2), rooms=[ROOM]))
    store.keep(Writing(records=records(1, 2), rooms=[ROOM]))
    assert numbers(store) == [1, 2]


# --- nonces ---------------------------------------------------------------------------------------

DAY = 24 * 3600 * 1000


def with_nonce(seq: int, at: int, nonce: str, target: str = "#Ops") -> Record:
    """Return a message that came with a nonce."""
    return record(structs.replace(said(seq, target), at=at, tags={TAG: nonce} if nonce else {}))


def test_nonces_are_known_after_a_restart(store: SqliteStore) -> None:
    """Of messages alone, oldest first, also of one that was redacted: it must not be said again."""
    kept = [with_nonce(2, 10, "b"), with_nonce(3, 11, ""), with_nonce(4, 12, "a" * 30, "#B")]
    store.keep(Writing([*kept, OTHERS[-1]], redacted=[("#ops", 2)]))
    store.keep(Writing(kept))
    store.close()
    assert store.open().nonces == [
        Kept(nonce_key(ANN, "#ops", {TAG: "b"}), "#ops", 2, 10),
        Kept(nonce_key(ANN, "#b", {TAG: "a" * 30}), "#b", 4, 12),
    ]


def test_nonces_are_forgotten_after_a_day(store: SqliteStore) -> None:
    """Those of a message less than a day older than the newest event are there, and few others."""
    for seq in range(1, 100):
        store.keep(Writing([with_nonce(seq, seq, str(seq))]))
    store.keep(Writing([with_nonce(100, 90 + DAY, "x")]))
    assert store._connection
    (rows,) = store._connection.execute("select count(*) from nonces").fetchone()
    assert rows == 98
    for seq in range(101, 200):
        store.keep(Writing([with_nonce(seq, seq + DAY, str(seq))]))
    (oldest,) = store._connection.execute("select min(at) from nonces").fetchone()
    assert oldest == 90 + DAY
    store.keep(Writing([with_nonce(200, 150 + 2 * DAY, "")]))
    store.close()
    assert [one.at for one in store.open().nonces] == [at + DAY for at in range(150, 200)]


# --- redaction ------------------------------------------------------------------------------------


def leaked(store: SqliteStore, text: str) -> set[str]:
    """Return the files that have `text` somewhere."""
    files = [*store.path.parent.iterdir()]
    return {file.name for file in files if text.encode() in file.read_bytes()}


@pytest.mark.parametrize("copies", [1, 1000])
def test_redacted_text_is_in_no_file(tmp_path: Path, copies: int) -> None:
    """Neither in the file nor in the log beside it, however long it is, and others stay."""
    store = SqliteStore(tmp_path)
    store.open()
    secret = "swordfish" * copies
    store.keep(Writing([*records(*range(1, 50)), record(said(50, text=secret)), *records(51)]))
    assert leaked(store, "swordfish")
    store.close()
    store.open()
    store.keep(Writing(records(52)))
    assert "chat.db" in leaked(store, "swordfish")
    store.keep(Writing(redacted=[("#ops", 50)]))
    store.keep(Writing(records(53)))
    assert not leaked(store, "swordfish")
    assert numbers(store) == [*range(1, 50), 51, 52, 53]
    store.close()


def test_redacted_text_leaves_the_log_once_nobody_reads_it(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader who began before keeps it there; messages are kept meanwhile."""
    monkeypatch.setattr(sqlite, "_TIDY_AGAIN", 0.0)
    store.keep(Writing([record(said(1, text="swordfish"))]))
    assert store._readers
    with store._readers.lend() as connection:
        connection.execute("select * from events").fetchone()
        store.keep(Writing(redacted=[("#ops", 1)]))
        store.keep(Writing(records(2)))
        assert leaked(store, "swordfish")
    store.keep(Writing(records(3)))
    assert not leaked(store, "swordfish")
    assert numbers(store) == [2, 3]


# --- one owner ------------------------------------------------------------------------------------


def test_a_second_store_is_refused(tmp_path: Path, store: SqliteStore) -> None:
    """Also in the same process; the first goes on, and the lock is free once it is closed."""
    who = rf"another chatserver \(process {os.getpid()}\) uses {tmp_path}; stop it"
    with pytest.raises(StoreUnusable, match=who):
        SqliteStore(tmp_path).open()
    store.keep(Writing(records=records(1)))
    with pytest.raises(StoreUnusable):
        SqliteStore(tmp_path).open()
    store.close()
    assert reopened(tmp_path) == [1]


def test_a_second_process_is_refused(tmp_path: Path, store: SqliteStore) -> None:
    """Two servers on one directory would each know half of what was said."""
    store.keep(Writing(records=records(1)))
    script = (
        "import sys, pathlib\n"
        "from chatserver.storage.sqlite import SqliteStore\n"
        "SqliteStore(pathlib.Path(sys.argv[1])).open()\n"
    )
    other = in_another_process(script, str(tmp_path))
    assert f"StoreUnusable: another chatserver (process {os.getpid()}) uses" in other.stderr
    store.keep(Writing(records=records(2)))
    assert numbers(store) == [1, 2]


def in_another_process(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script, and return what came of it."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_second_server_harms_nothing(tmp_path: Path, store: SqliteStore) -> None:
    """The refused one has not opened the file: closing it would free locks that SQLite has on it."""
    store.keep(Writing(records=records(1)))
    for _ in range(3):
        with pytest.raises(StoreUnusable):
            SqliteStore(tmp_path).open()
    script = (
        "import sys, pathlib\n"
        "from chatserver.storage.readers import connect_reader\n"
        "connect_reader(pathlib.Path(sys.argv[1])).execute('select * from events').fetchall()\n"
    )
    assert not in_another_process(script, str(store.path)).stderr
    assert store.path.with_name("chat.db-wal").stat().st_size
    store.keep(Writing(records=records(2)))
    assert numbers(store) == [1, 2]


# --- reading --------------------------------------------------------------------------------------


def test_other_processes_can_read(store: SqliteStore) -> None:
    """Everything that was kept so far, while the server goes on; but not write."""
    store.keep(Writing(records=records(1, 2, 3)))
    script = (
        "import sys, pathlib\n"
        "from chatserver.storage.readers import connect_reader\n"
        "connection = connect_reader(pathlib.Path(sys.argv[1]))\n"
        "print(*connection.execute('select count(*) from events').fetchone())\n"
        "connection.execute('delete from events')\n"
    )
    other = in_another_process(script, str(store.path))
    assert other.stdout == "3\n"
    assert "readonly database" in other.stderr
    assert numbers(store) == [1, 2, 3]


def test_a_reader_does_not_wait_for_the_writer(store: SqliteStore) -> None:
    """What is being written is not seen until it is kept, and keeps nobody from reading."""
    store.keep(Writing(records=records(1)))
    with Transaction(store._opened()) as connection:
        connection.execute("delete from events")
        assert numbers(store) == [1]
    assert numbers(store) == []


def test_many_threads_read_while_one_writes(store: SqliteStore) -> None:
    """Each sees all that was kept before it asked, in whole batches."""
    kept = 0
    stop = threading.Event()

    def read() -> int:
        rounds = 0
        while not stop.is_set():
            before = kept
            found = numbers(store)
            assert found == [*range(1, len(found) + 1)]
            assert len(found) >= before
            assert len(found) % 3 == 0
            rounds += 1
        return rounds

    with ThreadPoolExecutor(2 * READERS) as pool:
        readers = [pool.submit(read) for _ in range(2 * READERS)]
        for first in range(1, 300, 3):
            store.keep(Writing(records=records(first, first + 1, first + 2)))
            kept = first + 2
        stop.set()
        assert all(reader.result() for reader in readers)


def test_readers_do_not_let_the_log_grow(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody always reads, they wait for a moment now and then, so that it can begin anew."""
    monkeypatch.setattr(sqlite, "_LOG_MOST", 1 << 20)
    monkeypatch.setattr(sqlite, "_TIDY_AGAIN", 0.0)
    monkeypatch.setattr(sqlite, "_LOOK_AGAIN", 0.0)
    log = store.path.with_name("chat.db-wal")
    stop = threading.Event()

    def read(number: int) -> None:
        assert store._readers
        while not stop.is_set():
            with store._readers.lend() as connection:
                connection.execute("select * from events limit 1").fetchall()
                stop.wait(0.001 * number)

    largest = []
    with ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(read, number) for number in range(1, READERS + 1)]
        try:
            for seq in range(1, 800):
                store.keep(big(seq))
                largest.append(log.stat().st_size)
        finally:
            stop.set()
        for reader in readers:
            reader.result()
    assert max(largest) < 3 << 20


def test_reading_goes_on_after_an_error(store: SqliteStore) -> None:
    """Also when as many reads failed as there are connections."""
    store.keep(Writing(records=[*records(1), *records(2, target="#b")]))
    with Transaction(store._opened()) as connection:
        connection.execute("update events set event = '{' where seq = 1")
    for _ in range(READERS + 1):
        with pytest.raises(StoreError):
            store.read([page()])
    assert store.read([page("#b")])


def test_a_store_can_be_closed_while_it_is_read(store: SqliteStore) -> None:
    """Who reads has what was asked for; who comes later is told."""
    store.keep(Writing(records=records(1)))
    assert store._readers
    with store._readers.lend() as connection:
        store.close()
        assert connection.execute("select seq from events").fetchall() == [(1,)]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("select 1")
    with pytest.raises(StoreError, match="closed"):
        store.read([page()])


# --- files that cannot be used --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"this is a letter to my mother, " * 100, "is damaged"),
        (b"SQLite format 3\0" + b"\xff" * 5000, "is damaged"),
    ],
)
def test_what_is_no_database_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    """And left as it is: it may be the only copy of something."""
    path = tmp_path / "chat.db"
    path.write_bytes(content)
    with pytest.raises(StoreUnusable, match=why) as caught:
        SqliteStore(tmp_path).open()
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_a_damaged_file_is_refused(tmp_path: Path, store: SqliteStore) -> None:
    """Pages that were overwritten are noticed at the start where the start needs them."""
    store.keep(Writing(records=records(*range(2000)), rooms=[ROOM]))
    store.close()
    with store.path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(store.path.stat().st_size - 4096))
    with pytest.raises(StoreUnusable, match="is damaged"):
        SqliteStore(tmp_path).open()


def test_a_room_that_cannot_be_read_is_told(tmp_path: Path, store: SqliteStore) -> None:
    """What is in the file but makes no sense is damage too."""
    assert store._connection
    store._connection.execute("insert into rooms values ('#a', '{}')")
    store.close()
    with pytest.raises(StoreUnusable, match="is damaged"):
        SqliteStore(tmp_path).open()


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """It is told apart from damage, and nothing is written to it."""
    connection = sqlite3.connect(tmp_path / "chat.db")
    connection.execute("create table notes (x)")
    connection.close()
    with pytest.raises(StoreUnusable, match="a database of another program"):
        SqliteStore(tmp_path).open()


def test_damage_that_shows_later_is_an_error_of_that_page(store: SqliteStore) -> None:
    """A message that cannot be read fails who asks for it, and nobody else."""
    store.keep(Writing(records=[*records(1), *records(2, target="#b")]))
    assert store._connection
    store._connection.execute("update events set event = '{' where seq = 1")
    with pytest.raises(StoreError):
        store.read([page()])
    assert store.read([page("#b")])


def test_a_closed_store_keeps_nothing(store: SqliteStore) -> None:
    """It says so, rather than seem to."""
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.keep(Writing(records=records(1)))
    with pytest.raises(StoreError, match="closed"):
        store.probe()


# --- disks that fail ------------------------------------------------------------------------------


def test_a_full_disk_keeps_all_or_nothing(tmp_path: Path, store: SqliteStore) -> None:
    """A writing that does not fit leaves no trace, neither its records nor its rooms."""
    store.keep(big(1))
    writing = Writing(records=big(*range(2, 40)).records, rooms=[ROOM])
    with full_disk(store, pages=8):
        for _ in range(3):
            with pytest.raises(StoreError, match="full"):
                store.keep(writing)
            assert numbers(store) == [1]
    store.close()
    restored = SqliteStore(tmp_path)
    assert list(restored.open().rooms) == []
    restored.close()
    assert reopened(tmp_path) == [1]


def test_after_a_full_disk_it_goes_on(tmp_path: Path, store: SqliteStore) -> None:
    """What fits is kept in between, and all is when there is room again."""
    store.keep(Writing(records=records(1)))
    with full_disk(store, pages=4), pytest.raises(StoreError):
        store.keep(big(*range(2, 40)))
    store.keep(big(*range(2, 40)))
    store.close()
    assert reopened(tmp_path) == [*range(1, 40)]


@pytest.mark.parametrize("room", [0, 5_000, 50_000])
def test_writes_that_fail_keep_nothing(tmp_path: Path, store: SqliteStore, room: int) -> None:
    """The system refuses to write, at once or midway; nothing is kept, and afterwards all works."""
    store.keep(Writing(records=records(1)))
    with failing_writes(store, room):
        for _ in range(3):
            with pytest.raises(StoreError):
                store.keep(Writing(records=big(*range(2, 40)).records, rooms=[ROOM]))
            assert numbers(store) == [1]
    store.probe()
    store.keep(big(2, 3))
    store.close()
    assert reopened(tmp_path) == [1, 2, 3]


def test_a_probe_tells_of_a_disk_that_fails(store: SqliteStore) -> None:
    """It fails as long as the disk does."""
    store.keep(Writing(records=records(1)))
    with failing_writes(store):
        for _ in range(3):
            with pytest.raises(StoreError):
                store.probe()
    store.probe()


@pytest.mark.parametrize("failing", ["begin", "commit"])
def test_an_error_at_any_step_keeps_nothing(
    tmp_path: Path, store: SqliteStore, failing: str
) -> None:
    """Whether the transaction begins or is committed: all or nothing."""
    real = store._connection
    assert real
    store._connection = FailingConnection(real, failing)  # type: ignore[assignment]
    with pytest.raises(StoreError, match="disk I/O error"):
        store.keep(Writing(records=records(1), rooms=[ROOM]))
    store.keep(Writing(records=records(2)))
    store.close()
    assert reopened(tmp_path) == [2]


WRITER = """
import sys, pathlib
from chatserver.ports import Writing
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.disks import FailingConnection, failing_writes, full_disk
from tests.chatserver.storage.samples import records
store = SqliteStore(pathlib.Path(sys.argv[1]))
store.open()
seq = int(sys.argv[2])
while True:
    store.keep(Writing(records=records(*range(seq, seq + 3))))
    seq += 3
    sys.stdout.write(f"{seq - 1}\\n")
    sys.stdout.flush()
"""


def test_what_was_acknowledged_survives_kill(tmp_path: Path) -> None:
    """Kill -9 in the middle of writing, again and again: all is there, in whole batches."""
    acknowledged, first = 0, 1
    for round_ in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), str(first)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert writer.stdout
        for _ in range(20 + round_ * 37):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()
        found = reopened(tmp_path)
        assert found == [*range(1, len(found) + 1)]
        assert len(found) >= acknowledged
        assert len(found) % 3 == 0
        first = len(found) + 1
