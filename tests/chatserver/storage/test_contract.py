"""What the port promises holds for every store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chatserver.core.events import Said
from chatserver.ports import Page, Store, StoreUnusable, Writing
from chatserver.storage import make_store
from chatserver.storage.memory import MemoryStore
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.samples import OTHERS, ROOM, page, record, records, said

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": SqliteStore,
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Return an open store of each kind."""
    store = STORES[request.param](tmp_path)
    store.open()
    yield store
    store.close()


def numbers(store: Store, asked: Page) -> list[int]:
    """Return the numbers of the messages of a page."""
    return [event.seq for event in store.keep(Writing(pages=[asked]))[asked]]


def test_a_new_store_knows_nothing(tmp_path: Path) -> None:
    """It was opened once, and has neither rooms nor a newest record."""
    for make in STORES.values():
        store = make(tmp_path)
        restored = store.open()
        assert restored.epoch >= 1
        assert restored.last_at == 0
        assert list(restored.rooms) == []
        store.close()


def test_messages_come_back_as_they_were(store: Store) -> None:
    """Every field of an event is kept."""
    full = structs.replace(
        said(1, text="hi \x02there\x02 — 日本 \U0001f389"),
        target="#Ops",
        notice=True,
        tags={"+typing": "done", "+x": ""},
        bot=True,
    )
    store.keep(Writing(records=[record(full)]))
    assert list(store.keep(Writing(pages=[page()]))[page()]) == [full]


def test_a_page_is_the_newest_messages_oldest_first(store: Store) -> None:
    """Of those within the bounds, which are left out themselves."""
    store.keep(Writing(records=records(10, 20, 30, 40, 50)))
    assert numbers(store, page()) == [10, 20, 30, 40, 50]
    assert numbers(store, page(limit=2)) == [40, 50]
    assert numbers(store, page(before=40)) == [10, 20, 30]
    assert numbers(store, page(after=20)) == [30, 40, 50]
    assert numbers(store, page(after=10, before=50, limit=2)) == [30, 40]
    assert numbers(store, page(after=41, before=49)) == []
    assert numbers(store, page(limit=0)) == []


def test_a_page_by_words_has_the_messages_with_each_of_them(store: Store) -> None:
    """In any case of letters, in any script; the limit counts those that fit."""
    texts = ["the DISK is full", "disk", "full moon", "Die Straße, Disk full", "디스크 가득"]
    store.keep(Writing([record(said(seq, text=text)) for seq, text in enumerate(texts, 1)]))

    def found(*words: str, limit: int = 20) -> list[int]:
        return numbers(store, Page("#ops", 0, 1 << 62, limit, words))

    assert found("disk", "FULL") == [1, 4]
    assert found("disk", limit=1) == [4]
    assert found("STRASSE") == [4]
    assert found("디스크") == [5]
    assert found("%") == []


def test_a_page_sees_what_is_kept_with_it(store: Store) -> None:
    """First all is written, then read."""
    asked = page()
    kept = store.keep(Writing(records=records(1, 2), pages=[asked]))
    assert [event.seq for event in kept[asked]] == [1, 2]


def test_targets_are_apart(store: Store) -> None:
    """A page has the messages of its own target alone."""
    store.keep(Writing(records=[*records(1, target="#a"), *records(2, target="#b")]))
    assert numbers(store, page("#a")) == [1]
    assert numbers(store, page("#b")) == [2]
    assert numbers(store, page("#c")) == []


def test_a_page_has_messages_alone(store: Store) -> None:
    """Topics and modes are written down, but are not what somebody said."""
    store.keep(Writing(records=[*records(1), *OTHERS, *records(9)]))
    assert numbers(store, page()) == [1, 9]


def test_several_pages_at_once(store: Store) -> None:
    """Each question has its answer; the same twice has one."""
    store.keep(Writing(records=[*records(1, target="#a"), *records(2, target="#b")]))
    asked = [page("#a"), page("#b"), page("#a"), page("#a", limit=0)]
    kept = store.keep(Writing(pages=asked))
    assert {(one.target, one.limit): len(kept[one]) for one in asked} == {
        ("#a", 20): 1,
        ("#b", 20): 1,
        ("#a", 0): 0,
    }


def test_large_numbers_and_texts(store: Store) -> None:
    """Numbers of 62 bits, and a message of the longest line."""
    seq = (1 << 62) - 1
    store.keep(Writing(records=[record(said(seq, text="é" * 4096))]))
    found = store.keep(Writing(pages=[page()]))[page()]
    assert [(event.seq, event.text) for event in found if isinstance(event, Said)] == [
        (seq, "é" * 4096)
    ]


def test_nothing_to_do_is_fine(store: Store) -> None:
    """An empty writing, and a room forgotten that was not there."""
    assert store.keep(Writing()) == {}
    assert store.keep(Writing(forgotten=["#none"])) == {}


def test_probing_changes_nothing_to_see(store: Store) -> None:
    """It may be done at any time."""
    store.keep(Writing(records=records(1)))
    store.probe()
    assert numbers(store, page()) == [1]


def test_closing_twice_is_fine(store: Store) -> None:
    """Closing never raises."""
    store.close()
    store.close()


@given(
    batches=st.lists(
        st.lists(st.sampled_from(["#a", "#b", "#c"]), max_size=6), min_size=1, max_size=6
    ),
    asked=st.builds(
        Page,
        st.sampled_from(["#a", "#b"]),
        st.integers(0, 30),
        st.integers(0, 40),
        st.integers(0, 9),
    ),
)
def test_stores_answer_alike(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[str]], asked: Page
) -> None:
    """Whatever was kept, every store has the same page, and it is the one by definition."""
    every = [make(tmp_path_factory.mktemp("store")) for make in STORES.values()]
    for store in every:
        store.open()
    seq, kept = 0, []
    for batch in batches:
        writing = []
        for target in batch:
            seq += 1
            writing.append(record(said(seq, target)))
        kept += writing
        for store in every:
            store.keep(Writing(records=writing))
    expected = [
        one.event
        for one in kept
        if one.target == asked.target and asked.after < one.event.seq < asked.before
    ]
    expected = expected[-asked.limit :] if asked.limit else []
    for store in every:
        assert list(store.keep(Writing(pages=[asked]))[asked]) == expected
        store.close()


def test_the_store_of_a_configuration(tmp_path: Path) -> None:
    """With a directory on disk, without one in memory; the epoch grows with time."""
    early, late = 1_780_000_000_000, 1_780_000_001_000
    for directory, kind in ((tmp_path, SqliteStore), (None, MemoryStore)):
        first, second = make_store(directory, early), make_store(directory, late)
        assert isinstance(first, kind)
        before = first.open()
        first.close()
        assert second.open().epoch > before.epoch
        second.close()


def test_rooms_are_replaced_and_forgotten_on_disk(tmp_path: Path) -> None:
    """The newest record of each key comes back; a forgotten one does not, its messages do."""
    store = SqliteStore(tmp_path)
    store.open()
    other = structs.replace(ROOM, key="#b", name="#B")
    store.keep(Writing(rooms=[ROOM, other], records=records(1, target="#b")))
    newer = structs.replace(ROOM, topic="", lists={})
    store.keep(Writing(rooms=[newer], forgotten=["#b"]))
    store.close()
    again = SqliteStore(tmp_path)
    assert list(again.open().rooms) == [newer]
    assert numbers(again, page("#b")) == [1]
    again.close()


def test_a_store_in_memory_is_bounded() -> None:
    """The oldest messages of all targets are forgotten."""
    store = MemoryStore(most=3)
    store.keep(Writing(records=[*records(1, target="#a"), *records(2, 3, 4), *records(5)]))
    assert numbers(store, page("#a")) == []
    assert numbers(store, page()) == [3, 4, 5]


def test_an_unusable_store_is_told_in_one_line(tmp_path: Path) -> None:
    """A directory that cannot be is refused with what to do."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreUnusable) as caught:
        SqliteStore(tmp_path / "file").open()
    assert str(caught.value) == (
        f"cannot write to {tmp_path}/file: File exists; give another directory with --data"
    )
    with pytest.raises(StoreUnusable, match="Not a directory"):
        SqliteStore(tmp_path / "file" / "data").open()
