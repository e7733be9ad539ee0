"""A search finds the same in every store, indexed or not, and what it finds is there."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chatserver.core.events import Identity, Redacted, Said
from chatserver.core.history import NEWEST, Scope, Search, conversation
from chatserver.ports import Record, Store, Writing
from chatserver.storage.index import INDEX_NAME, read_progress
from chatserver.storage.indexing import Indexer
from chatserver.storage.memory import MemoryStore
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.samples import ANN, OTHERS, record, said
from tests.waiting import eventually

BOB = Identity("Bob", "bob", "192.0.2.2")
HERE = (Scope("#ops"),)


class IndexedStore(SqliteStore):
    """One whose index has all that was kept, when it is asked."""

    def __init__(self, directory: Path) -> None:
        """Have it indexed without delay."""
        super().__init__(directory)
        self._indexer = Indexer(self.path, gathered_for=0)

    def keep(self, writing: Writing) -> None:
        """Keep, and wait until it is indexed."""
        super().keep(writing)
        eventually(lambda: self.indexed() == self.newest())

    def newest(self) -> int:
        """Return the last place of the log."""
        with closing(sqlite3.connect(self.path)) as log:
            (place,) = log.execute("select coalesce(max(place), 0) from events").fetchone()
            return int(place)

    def indexed(self) -> int:
        """Return the last place that the index knows."""
        with self._indexer.lend() as index:
            return read_progress(index).place if index else -1


class ScanningStore(SqliteStore):
    """One that has no index."""

    def keep(self, writing: Writing) -> None:
        """Keep, and have nothing indexed."""
        self._indexer.stop()
        super().keep(writing)


STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "indexed": IndexedStore,
    "scanning": ScanningStore,
    "sqlite": SqliteStore,
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an open store of each kind."""
    store = STORES[request.param](tmp_path)
    store.open()
    yield store
    store.close()


def found(store: Store, text: str, *, limit: int = 20, **how: object) -> list[int]:
    """Return the numbers of what a search finds."""
    search = structs.replace(Search(HERE, text, limit), **how)
    return [event.seq for event in store.read([search])[search]]


def keep_texts(store: Store, texts: Sequence[str], target: str = "#ops") -> None:
    """Keep messages, numbered from 1."""
    store.keep(Writing([record(said(seq, target, text)) for seq, text in enumerate(texts, 1)]))


def test_every_word_counts(store: Store) -> None:
    """The newest that have them all, oldest first."""
    keep_texts(store, ["the DISK is full", "disk", "full moon", "Die Straße: disk full", "디스크"])
    assert found(store, "disk FULL") == [1, 4]
    assert found(store, "disk") == [1, 2, 4]
    assert found(store, "disk", limit=2) == [2, 4]
    assert found(store, "disk", limit=2, oldest=True) == [1, 2]
    assert found(store, "disk", limit=0) == []
    assert found(store, "strasse") == [4]
    assert found(store, "nothing") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("오늘 학교에서 만나요", "학교"),
        ("今日は学校に行った", "学校"),
        ("我会说中文", "文"),
        ("東京都に住む", "東京都"),
        ("see https://example.org/a_b", "example.org"),
        ("ask @Ann in #dev", "#dev @ann"),
        ("done \U0001f44d\U0001f3fd", "\U0001f44d"),
        ('quotes " and * and (NEAR)', '"'),
        ("NEAR OR AND NOT", "near or and not"),
        ("C++ or c#", "c++ c#"),
    ],
)
def test_any_script_and_any_sign(store: Store, text: str, words: str) -> None:
    """Nothing that is typed means anything but itself."""
    keep_texts(store, ["before", text, "학 and 교, 学 and 校, c", "after"])
    assert found(store, words) == [2]


def test_signs_do_no_harm(store: Store) -> None:
    """What would be syntax elsewhere is looked for, or nothing is."""
    keep_texts(store, ["message"])
    for words in (
        '"',
        "'",
        '" OR "',
        "*",
        "message*",
        "terms:message",
        "-message",
        "^message",
        "a^",
        "\0",
        "_",
    ):
        assert found(store, words) == []


def test_a_search_may_be_long(store: Store) -> None:
    """Many words, or one of a whole line: what counts of them is bounded."""
    paste = "".join(chr(0x4E00 + number) for number in range(2_700))
    words = " ".join(f"word{number}" for number in range(300))
    keep_texts(store, ["tea", f"{paste} {words}", paste[:-1]])
    assert found(store, paste) == [2]
    assert found(store, words) == [2]
    assert found(store, "x" * 8_000) == []


def test_no_words_find_every_message(store: Store) -> None:
    """By whom and when may be all that is asked."""
    store.keep(Writing([*OTHERS, record(said(20)), record(said(21))]))
    assert found(store, " ") == [20, 21]
    assert found(store, "", until=1_021) == [20]


def test_by_whom(store: Store) -> None:
    """Nicks are compared as nicks are, all signs of them."""
    odd = structs.replace(BOB, nick="Bob[_]^")
    people = [ANN, BOB, odd, BOB]
    store.keep(
        Writing(
            [
                record(structs.replace(said(seq, text="tea"), who=who))
                for seq, who in enumerate(people, 1)
            ]
        )
    )
    assert found(store, "tea", senders=("bob",)) == [2, 4]
    assert found(store, "tea", senders=("bob[_]^",)) == [3]
    assert found(store, "", senders=("ann", "bob"), limit=2) == [2, 4]
    assert found(store, "coffee", senders=("bob",)) == []
    assert found(store, "", senders=("eve",)) == []


def test_bounds_are_left_out(store: Store) -> None:
    """By number and by time, like those of a page."""
    keep_texts(store, ["tea"] * 6)
    assert found(store, "tea", before=4) == [1, 2, 3]
    assert found(store, "tea", before=4, limit=1) == [3]
    assert found(store, "tea", since=1_002, until=1_005) == [3, 4]
    assert found(store, "tea", scopes=(Scope("#ops", 4),)) == [5, 6]
    assert found(store, "tea", scopes=(Scope("#ops", 4),), limit=1, oldest=True) == [5]
    assert found(store, "tea", since=1_002, limit=2, oldest=True) == [3, 4]


def test_rooms_are_apart(store: Store) -> None:
    """Only what is asked for is searched, each room from its own beginning; the newest of all come."""
    targets = ["#ops", "#a", "#b", "#ops", "#a", "#b"]
    store.keep(Writing([record(said(seq, one, "tea")) for seq, one in enumerate(targets, 1)]))
    assert found(store, "tea") == [1, 4]
    assert found(store, "tea", scopes=(Scope("#a"), Scope("#b", 3))) == [2, 5, 6]
    assert found(store, "tea", scopes=(Scope("#a"), Scope("#b")), limit=3) == [3, 5, 6]
    assert found(store, "tea", scopes=(Scope("#a"), Scope("#a"))) == [2, 5]
    assert found(store, "tea", scopes=(Scope("#none"),)) == []
    assert found(store, "tea", scopes=()) == []


def test_what_is_direct_is_found_by_its_readers(store: Store) -> None:
    """Two people's messages, and what was said to those with a status in a room."""
    talk, other, note = (
        conversation("Ann", "Bob"),
        conversation("Ann", "Eve"),
        conversation("Bob", "Bob"),
    )
    store.keep(
        Writing(
            [
                Record(talk, said(1, "Bob", "tea"), ("ann", "bob")),
                Record(other, said(2, "Eve", "tea"), ("ann", "eve")),
                Record("@#ops", said(3, "@#ops", "tea"), ("ann", "bob")),
                Record("@#ops", said(4, "@#ops", "tea"), ("eve",)),
                Record("#ops", said(5, "#ops", "tea")),
                Record(note, structs.replace(said(6, "Bob", "tea"), who=BOB), ("bob",)),
            ]
        )
    )
    assert found(store, "tea", scopes=(Scope(talk),)) == [1]
    assert found(store, "tea", scopes=(Scope("ann", direct=True),)) == [1, 2, 3]
    assert found(store, "tea", scopes=(Scope("bob", 1, direct=True), *HERE)) == [3, 5, 6]
    assert found(store, "tea", scopes=(Scope(talk), Scope("ann", direct=True))) == [1, 2, 3]
    assert found(store, "tea", scopes=(Scope("zoe", direct=True),)) == []


def test_what_is_redacted_is_not_found(store: Store) -> None:
    """From then on, whether the index knew it or not; what comes after it is."""
    keep_texts(store, ["tea", "tea", "tea"])
    noted = [
        Record("#ops", Redacted(2 + seq, 1_002 + seq, ANN, "#ops", seq, "Ann", 1_000 + seq))
        for seq in (2, 3)
    ]
    store.keep(Writing(noted, redacted=[("#ops", 2), ("#ops", 3)]))
    assert found(store, "tea") == [1]
    store.keep(Writing([record(said(6, text="tea"))]))
    assert found(store, "tea") == [1, 6]


def test_what_is_kept_is_found_at_once(store: Store) -> None:
    """A search sees what was kept before it, each time."""
    for seq in range(1, 6):
        store.keep(Writing([record(said(seq, text="tea"))]))
        assert found(store, "tea") == [*range(1, seq + 1)]


WORDS = st.sampled_from(["tea", "teapot", "te", "학교", "학", "교에", "茶", "c++", "x"])


TARGETS = st.sampled_from(["#a", "#b", "ann,bob"])
MESSAGES = st.lists(st.tuples(TARGETS, st.lists(WORDS, max_size=4)), max_size=12)
SEARCHES = st.builds(
    Search,
    st.lists(
        st.builds(Scope, TARGETS, st.integers(0, 5)) | st.just(Scope("bob", direct=True)),
        max_size=3,
    ).map(tuple),
    st.lists(WORDS, max_size=2).map(" ".join),
    st.integers(0, 4),
    st.sampled_from([(), ("ann",), ("bob", "eve")]),
    st.integers(3, 14) | st.just(NEWEST),
    st.integers(-1, 1_012),
    st.integers(1_000, 1_014) | st.just(NEWEST),
    st.booleans(),
)


def test_stores_find_alike(tmp_path: Path) -> None:
    """Whatever was said and is asked: every store finds what is to be found by definition."""
    stores = [make(tmp_path / name) for name, make in STORES.items()]
    for store in stores:
        store.open()
    turns = count()

    @given(MESSAGES, SEARCHES)
    def find(messages: list[tuple[str, list[str]]], search: Search) -> None:
        turn = next(turns)  # other rooms, other people, and later
        records = []
        for seq, (target, words) in enumerate(messages, 100 * turn + 1):
            event = structs.replace(said(seq, target, " ".join(words)), who=(ANN, BOB)[seq % 2])
            where = ",".join(f"{name}{turn}" for name in target.split(","))
            records.append(Record(where, event, tuple(where.split(",")) if "," in where else ()))
        search = later(search, turn)
        for store in stores:
            store.keep(Writing(records))
            assert list(store.read([search])[search]) == by_definition(records, search)

    find()
    for store in stores:
        store.close()


def later(search: Search, turn: int) -> Search:
    """Return a search of the rooms and people of a turn, with its bounds."""
    by = 100 * turn
    scopes = [
        Scope(
            ",".join(f"{name}{turn}" for name in one.target.split(",")), one.after + by, one.direct
        )
        for one in search.scopes
    ]
    moved = {
        name: value + by
        for name in ("before", "since", "until")
        if 0 <= (value := getattr(search, name)) < NEWEST
    }
    return structs.replace(search, scopes=tuple(scopes), **moved)


def by_definition(records: list[Record], search: Search) -> list[Said]:
    """Return what `search` finds."""
    fitting = [
        one.event
        for one in records
        if any(
            one.event.seq > scope.after
            and (scope.target in one.readers if scope.direct else scope.target == one.target)
            for scope in search.scopes
        )
        and one.event.seq < search.before
        and search.since < one.event.at < search.until
        and search.fits(one.event)
        and isinstance(one.event, Said)
    ]
    if not search.limit:
        return []
    return fitting[: search.limit] if search.oldest else fitting[-search.limit :]


def test_the_index_is_what_is_read(tmp_path: Path) -> None:
    """A search in one room walks through none of the others, and looks up what it shows alone."""
    store = IndexedStore(tmp_path)
    store.open()
    targets = ["#ops", *["#other"] * 500] * 2
    store.keep(Writing([record(said(seq, one, "tea time")) for seq, one in enumerate(targets, 1)]))
    seen: list[str] = []
    readers = store._readers
    assert readers
    with readers.lend() as log:
        log.set_trace_callback(seen.append)
    assert found(store, "tea time") == [1, 502]
    looked_up = [one for one in seen if "where place = " in one]
    assert len(looked_up) == 2
    assert not any("union" in one for one in seen)
    store.close()


def test_an_index_that_is_damaged_while_it_is_used_is_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Searching goes on without it, and with it again a moment later; it is said once."""
    store = IndexedStore(tmp_path)
    store.open()
    keep_texts(store, ["tea"] * 300)
    store.close()
    path = tmp_path / INDEX_NAME
    with closing(sqlite3.connect(path)) as index:
        index.execute("update words_data set block = x'ffffffffff' where id > 10")
        index.commit()
    again = IndexedStore(tmp_path)
    again.open()
    assert found(again, "tea", limit=2) == [299, 300]
    eventually(lambda: again.indexed() == again.newest())
    assert found(again, "tea", limit=2) == [299, 300]
    eventually(lambda: "malformed" in caplog.text)
    eventually(lambda: again.indexed() == again.newest())
    assert found(again, "tea", limit=2) == [299, 300]
    assert caplog.text.count("malformed") == 1
    again.close()
