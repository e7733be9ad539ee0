"""The index follows the log, whatever happens to either."""

import logging
import sqlite3
import stat
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from chatserver.core.events import Redacted
from chatserver.ports import Record, Writing
from chatserver.storage import indexing
from chatserver.storage.index import INDEX_NAME, Index, Message
from chatserver.storage.indexing import PAUSE_LEAST, PAUSE_MOST, STEP, Indexer
from chatserver.storage.readers import connect_reader
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.samples import ANN, record, records, said
from tests.chatserver.storage.test_searches import IndexedStore, found
from tests.waiting import eventually


def make(path: Path, *texts: str) -> IndexedStore:
    """Return an open store that has some messages, which are indexed."""
    store = IndexedStore(path)
    store.open()
    store.keep(Writing([record(said(seq, text=text)) for seq, text in enumerate(texts, 1)]))
    return store


def places(path: Path, term: str) -> Sequence[int]:
    """Return what a closed index has of a term in its first room."""
    with closing(sqlite3.connect(path / INDEX_NAME)) as index:
        rows = index.execute("select rowid from words where words match ?", (f'"1_{term}"',))
        return [place for (place,) in rows]


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    """Words are as secret as texts."""
    store = make(tmp_path, "tea")
    files = [*tmp_path.glob("search.db*")]
    assert len(files) > 1
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    store.close()


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    """A server that nobody talks on has no index, and no thread for it."""
    store = SqliteStore(tmp_path)
    store.open()
    store.keep(Writing())
    assert not (tmp_path / INDEX_NAME).exists()
    assert "index" not in {thread.name for thread in threading.enumerate()}
    store.close()


def test_it_goes_on_where_it_was(tmp_path: Path) -> None:
    """What was kept while it did not run is indexed when it does, and nothing twice."""
    make(tmp_path, *["tea"] * 3).close()
    assert places(tmp_path, "tea") == [1, 2, 3]
    unindexed = SqliteStore(tmp_path)
    unindexed._indexer.stop()
    unindexed.open()
    unindexed.keep(Writing(records(*range(4, 4 + 3 * STEP))))
    unindexed.close()
    store = IndexedStore(tmp_path)
    store.open()
    eventually(lambda: store.indexed() == store.newest())
    store.close()
    assert places(tmp_path, "tea") == [1, 2, 3]
    assert places(tmp_path, "message") == [*range(4, 4 + 3 * STEP)]


def test_damage_is_told_once_whenever_it_is_found(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also by a reader just when the index has nothing more to do, and so knows of no failure."""
    store = make(tmp_path, "tea")
    indexer, index_some = store._indexer, store._indexer._index_some
    found_by_reader = [sqlite3.DatabaseError("it is malformed")]

    def find_damage(log: sqlite3.Connection, index: Index) -> bool:
        if found_by_reader:
            indexer.distrust(found_by_reader.pop())
        return index_some(log, index)

    monkeypatch.setattr(indexer, "_index_some", find_damage)
    indexer.notice()
    eventually(lambda: not found_by_reader and "malformed" in caplog.text)
    eventually(lambda: indexer._damage is None)
    eventually(lambda: found(store, "tea") == [1])
    store.close()
    assert caplog.text.count("malformed") == 1


def test_what_is_gone_from_the_log_is_removed(tmp_path: Path) -> None:
    """Words of what was redacted do not stay."""
    store = make(tmp_path, "tea", "coffee", "tea")
    noted = Record("#ops", Redacted(9, 1_009, ANN, "#ops", 3, "Ann", 1_003))
    store.keep(Writing([noted], redacted=[("#ops", 3)]))
    store.close()
    assert places(tmp_path, "tea") == [1]
    assert places(tmp_path, "coffee") == [2]


@pytest.mark.parametrize("when", ["while it is indexed", "before", "long before"])
def test_what_is_gone_while_it_is_indexed_is_removed(tmp_path: Path, when: str) -> None:
    """Whether it was read before it was gone, or told to be gone after others were indexed."""
    store = SqliteStore(tmp_path)
    store._indexer.stop()
    store.open()
    store.keep(Writing([record(said(seq, text=text)) for seq, text in ((1, "tea"), (2, "milk"))]))
    indexer = indexing.Indexer(store.path)
    removal = Writing(
        [Record("#ops", Redacted(9, 1_009, ANN, "#ops", 1, "Ann", 1_001))], redacted=[("#ops", 1)]
    )

    def redact() -> Sequence[Message]:
        store.keep(removal)
        return store._indexer._gone.popleft()

    with closing(connect_reader(store.path)) as log, closing(Index(indexer.path)) as index:
        if when == "while it is indexed":
            late = Interrupted(log, lambda: indexer._gone.append(redact()))
            indexer._index_some(cast("sqlite3.Connection", late), index)
        else:
            gone = redact()
            if when == "long before":
                indexer._index_some(log, index)
            indexer._gone.append(gone)
        indexer._index_some(log, index)
        assert places(tmp_path, "tea") == []
        assert places(tmp_path, "milk") == [2]
        index._connection.execute("insert into words (words) values ('integrity-check')")
    store.close()


class Interrupted:
    """A connection after whose first answer something else happens before anybody looks at it."""

    def __init__(self, connection: sqlite3.Connection, happens: Callable[[], None]) -> None:
        self._connection = connection
        self._happens = [happens]

    def execute(self, statement: str, parameters: Sequence[int] = ()) -> "Rows":
        """Answer, and let it happen."""
        rows = Rows(self._connection.execute(statement, parameters).fetchall())
        while self._happens:
            self._happens.pop()()
        return rows


class Rows(list[tuple[object, ...]]):
    """Rows as a cursor gives them."""

    def fetchall(self) -> "Rows":
        """Return all."""
        return self


def test_it_is_made_anew_when_it_is_missing(tmp_path: Path) -> None:
    """It may be deleted while no server runs."""
    make(tmp_path, "tea").close()
    for file in tmp_path.glob("search.db*"):
        file.unlink()
    store = IndexedStore(tmp_path)
    store.open()
    eventually(lambda: store.indexed() == store.newest())
    assert found(store, "tea") == [1]
    store.close()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda path: path.write_bytes(b"no database, " * 100), "not a database"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096]), "malformed"),
        (lambda path: execute(path, "pragma user_version = 99"), "another version"),
        (lambda path: execute(path, "drop table words"), "a table is missing"),
        (lambda path: execute(path, "update progress set seq = 7"), "another log"),
        (lambda path: execute(path, "update progress set place = 700"), "another log"),
    ],
)
def test_it_is_made_anew_when_it_is_of_no_use(
    tmp_path: Path, damage: object, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is wrong with it: that is said once, and everything is found."""
    make(tmp_path, *["tea"] * 5).close()
    assert callable(damage)
    damage(tmp_path / INDEX_NAME)
    store = IndexedStore(tmp_path)
    store.open()
    assert found(store, "tea") == [1, 2, 3, 4, 5]
    eventually(lambda: store.indexed() == store.newest())
    assert found(store, "tea") == [1, 2, 3, 4, 5]
    store.close()
    assert places(tmp_path, "tea") == [1, 2, 3, 4, 5]
    assert caplog.text.count("search index") == 1
    assert told in caplog.text


def execute(path: Path, statement: str) -> None:
    """Change a file behind the back of its owner."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_log_that_was_replaced_has_an_index_of_its_own(tmp_path: Path) -> None:
    """As after putting an older copy in its place."""
    make(tmp_path / "one", "tea", "tea", "coffee").close()
    make(tmp_path / "other", "milk", "tea").close()
    (tmp_path / "one" / INDEX_NAME).replace(tmp_path / "other" / INDEX_NAME)
    store = IndexedStore(tmp_path / "other")
    store.open()
    store.keep(Writing(records(9, 10)))
    assert found(store, "milk") == [1]
    assert found(store, "message") == [9, 10]
    store.close()
    assert places(tmp_path / "other", "tea") == [2]


def test_a_message_that_makes_no_sense_does_not_stop_it(tmp_path: Path) -> None:
    """Damage in the log is told to who reads it."""
    store = make(tmp_path, "tea")
    connection = store._connection
    assert connection
    connection.execute("insert into events values (2, 2, 2, '#ops', 'Said', '{', null)")
    store.keep(Writing([record(said(3, text="tea"))]))
    assert found(store, "tea") == [1, 3]
    store.close()


def test_a_full_disk_stops_the_index_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Messages are kept and found; it is said once, and goes on when there is room."""
    monkeypatch.setattr(indexing, "RETRY_AFTER", 0.01)
    (tmp_path / INDEX_NAME).mkdir()
    store = SqliteStore(tmp_path)
    store.open()
    store.keep(Writing([record(said(seq, text="tea")) for seq in range(1, 4)]))
    eventually(lambda: "search index" in caplog.text)
    assert found(store, "tea") == [1, 2, 3]
    (tmp_path / INDEX_NAME).rmdir()
    eventually((tmp_path / INDEX_NAME).is_file)
    store.close()
    assert caplog.text.count("search index") == 1


class WithoutSearch(sqlite3.Connection):
    """A connection of an SQLite that was built without FTS5."""

    def execute(self, sql: str, parameters: object = (), /) -> sqlite3.Cursor:
        """Fail as it would."""
        if "fts5" in sql:
            raise sqlite3.OperationalError("no such module: fts5")
        return super().execute(sql, parameters)  # type: ignore[arg-type]


def test_an_sqlite_without_fts5_scans(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said once, and the newest messages are searched all the same."""
    real = sqlite3.connect
    monkeypatch.setattr(
        "chatserver.storage.index.sqlite3.connect",
        lambda *args, **named: real(*args, factory=WithoutSearch, **named),
    )
    store = SqliteStore(tmp_path)
    store.open()
    for seq in range(1, 4):
        store.keep(Writing([record(said(seq, text="tea"))]))
        assert found(store, "tea") == [*range(1, seq + 1)]
    eventually(lambda: "FTS5" in caplog.text)
    store.close()
    assert [one.message for one in caplog.records if one.levelno >= logging.WARNING] == [
        "this SQLite lacks FTS5: only the newest messages are searched"
    ]


def test_it_stops_at_once_and_loses_nothing(tmp_path: Path) -> None:
    """In the middle of much work; what was not committed is done again."""
    unindexed = SqliteStore(tmp_path)
    unindexed._indexer.stop()
    unindexed.open()
    unindexed.keep(Writing(records(*range(1, 3_000))))
    unindexed.close()
    for _ in range(5):
        store = IndexedStore(tmp_path)
        store.open()
        assert found(store, "message", limit=1) == [2_999]
        store.close()
    store = IndexedStore(tmp_path)
    store.open()
    eventually(lambda: store.indexed() == store.newest())
    store.close()
    assert places(tmp_path, "message") == [*range(1, 3_000)]


class Clock:
    """Time that passes when somebody sleeps, of which other threads use a share."""

    def __init__(self) -> None:
        self.now = 0.0
        self.used = 0.0
        self.share = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def process_time(self) -> float:
        """Return what all threads have used."""
        return self.used

    def sleep(self, seconds: float) -> None:
        """Let it pass."""
        self.slept.append(seconds)
        self.now += seconds
        self.used += self.share * seconds


def test_it_makes_way_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses grow while others have much to do, up to a bound, and shrink when they do not."""
    clock = Clock()
    monkeypatch.setattr(indexing, "time", clock)
    indexer = Indexer(tmp_path / "chat.db")
    indexer._breathe()
    clock.share = 0.5
    for _ in range(10):
        indexer._breathe()
    clock.share = 0.05
    for _ in range(10):
        indexer._breathe()
    busy, free = clock.slept[1:11], clock.slept[11:]
    assert busy == sorted(busy)
    assert free == sorted(free, reverse=True)
    assert (clock.slept[0], max(busy), free[-1]) == (PAUSE_LEAST, PAUSE_MOST, PAUSE_LEAST)
