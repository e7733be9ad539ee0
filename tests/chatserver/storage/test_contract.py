"""What the port promises holds for every store."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from chatserver.core.events import Parted, RoomRenamed, Said
from chatserver.core.guests import Guest
from chatserver.core.history import NEWEST, Page
from chatserver.core.markers import FORGOTTEN, Marker
from chatserver.ports import Record, Store, StoreUnusable, Writing
from chatserver.storage import make_store
from chatserver.storage.memory import MemoryStore
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.samples import ACCOUNT, ANN, OTHERS, ROOM, page, record, records, said

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
    return [event.seq for event in store.read([asked])[asked]]


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
    assert list(store.read([page()])[page()]) == [full]


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


def test_a_page_sees_what_is_kept(store: Store) -> None:
    """What was kept is found by whoever reads next."""
    asked = page()
    store.keep(Writing(records=records(1, 2)))
    assert [event.seq for event in store.read([asked])[asked]] == [1, 2]


def test_targets_are_apart(store: Store) -> None:
    """A page has the messages of its own target alone."""
    store.keep(Writing(records=[*records(1, target="#a"), *records(2, target="#b")]))
    assert numbers(store, page("#a")) == [1]
    assert numbers(store, page("#b")) == [2]
    assert numbers(store, page("#c")) == []


def test_a_page_has_messages_alone(store: Store) -> None:
    """Unless everything is asked for: then joins, leaves, topics and modes are there, in their places."""
    writing = [*records(1), *OTHERS[:6], *records(9), *OTHERS[6:]]
    store.keep(Writing(records=writing))
    assert numbers(store, page()) == [1, 9]
    asked = structs.replace(page(), everything=True)
    assert list(store.read([asked])[asked]) == [one.event for one in writing]
    assert numbers(store, structs.replace(asked, limit=3)) == [9, 10, 11]
    assert numbers(store, structs.replace(asked, limit=4, oldest=True)) == [1, 3, 3, 5]
    assert numbers(store, structs.replace(asked, after=3, before=10)) == [5, 6, 7, 8, 9]


def test_a_rooms_new_name_is_kept(store: Store) -> None:
    """In the log of the room, for who reads all that happened."""
    renamed = RoomRenamed(2, 1_002, "#Ops", ANN, "#Operations", "longer")
    store.keep(Writing([*records(1), Record("#ops", renamed)]))
    asked = structs.replace(page(), everything=True)
    assert store.read([asked])[asked][1:] == [renamed]
    assert numbers(store, page()) == [1]


def test_a_page_can_be_the_oldest_within_its_bounds(store: Store) -> None:
    """To read on from somewhere; also oldest first."""
    store.keep(Writing(records=records(10, 20, 30, 40, 50)))
    asked = structs.replace(page(limit=2), oldest=True)
    assert numbers(store, asked) == [10, 20]
    assert numbers(store, structs.replace(asked, after=20)) == [30, 40]
    assert numbers(store, structs.replace(asked, after=20, before=40)) == [30]
    assert numbers(store, structs.replace(asked, after=50)) == []


def test_a_page_can_be_bounded_by_time(store: Store) -> None:
    """Both bounds are left out, as those by number are; events of one moment stay together."""
    events = [
        structs.replace(said(seq), at=at) for seq, at in ((1, 100), (2, 200), (3, 200), (4, 300))
    ]
    store.keep(Writing(records=[*map(record, events), *records(9, target="#other")]))

    def found(since: int = -1, until: int = NEWEST) -> list[int]:
        return numbers(store, Page("#ops", 0, NEWEST, 20, since, until))

    assert found() == [1, 2, 3, 4]
    assert found(since=100) == found(since=199) == [2, 3, 4]
    assert found(since=200) == [4]
    assert found(until=200) == [1]
    assert found(until=201, since=100) == [2, 3]
    assert found(since=0, until=1) == found(since=300) == found(until=100) == []
    assert numbers(store, Page("#none", 0, NEWEST, 20, 0, 1)) == []


def test_the_same_event_in_several_targets(store: Store) -> None:
    """Who leaves the chat leaves each of their rooms."""
    departed = OTHERS[-1].event
    store.keep(Writing(records=[Record(target, departed) for target in ("#a", "#b")]))
    for target in ("#a", "#b"):
        assert numbers(store, structs.replace(page(target), everything=True)) == [departed.seq]


def test_what_was_personally_said_is_found_by_who_could_read_it(store: Store) -> None:
    """Of all targets, in order; what went to a whole room is not there, and others find nothing."""
    kept = [
        Record("ann,bob", said(1, "Bob"), ("ann", "bob")),
        *records(2),
        Record("@#ops", said(3, "@#ops"), ("ann", "eve")),
        Record("ann,eve", said(4, "Eve"), ("ann", "eve")),
        Record("ann", said(5, "Ann"), ("ann",)),
    ]
    store.keep(Writing(kept))

    def found(reader: str, **bounds: Any) -> list[int]:
        return numbers(store, structs.replace(page(reader), direct=True, **bounds))

    assert found("ann") == [1, 3, 4, 5]
    assert found("bob") == [1]
    assert found("eve") == [3, 4]
    assert found("#ops") == found("dan") == []
    assert found("ann", limit=2) == [4, 5]
    assert found("ann", limit=2, oldest=True) == [1, 3]
    assert found("ann", after=1, before=5) == [3, 4]
    assert found("ann", since=1_003) == found("ann", everything=True, after=3) == [4, 5]
    assert numbers(store, page("ann,bob")) == [1]
    assert numbers(store, page("@#ops")) == [3]


def test_a_redacted_message_is_gone(store: Store) -> None:
    """It alone, and from every page; what says that it was redacted may be kept in the same go."""
    change = OTHERS[0]
    personal = Record("ann,bob", said(4, "Bob"), ("ann", "bob"))
    store.keep(Writing([*records(1, 2), change, personal, *records(5)]))
    redacted = [("#ops", 2), ("ann,bob", 4), ("#ops", 3), ("#b", 1), ("#ops", 99), ("#ops", 6)]
    store.keep(Writing(records(6, 7), redacted=redacted))
    everything = structs.replace(page(), everything=True)
    assert numbers(store, page()) == [1, 5, 7]
    assert numbers(store, everything) == [1, change.event.seq, 5, 7]
    assert numbers(store, page("ann,bob")) == []
    assert numbers(store, structs.replace(page("ann"), direct=True)) == []
    store.keep(Writing(redacted=[("#ops", 2), ("#ops", 1)]))
    assert numbers(store, page()) == [5, 7]


def test_several_pages_at_once(store: Store) -> None:
    """Each question has its answer; the same twice has one."""
    store.keep(Writing(records=[*records(1, target="#a"), *records(2, target="#b")]))
    asked = [page("#a"), page("#b"), page("#a"), page("#a", limit=0)]
    kept = store.read(asked)
    assert {(one.target, one.limit): len(kept[one]) for one in asked} == {
        ("#a", 20): 1,
        ("#b", 20): 1,
        ("#a", 0): 0,
    }


def test_large_numbers_and_texts(store: Store) -> None:
    """Numbers of 62 bits, and a message of the longest line."""
    seq = (1 << 62) - 1
    store.keep(Writing(records=[record(structs.replace(said(seq, text="é" * 4096), at=5))]))
    found = store.read([page()])[page()]
    assert [(event.seq, event.text) for event in found if isinstance(event, Said)] == [
        (seq, "é" * 4096)
    ]


def test_nothing_to_do_is_fine(store: Store) -> None:
    """An empty writing, and a room forgotten that was not there."""
    store.keep(Writing())
    store.keep(Writing(forgotten=["#none"]))
    assert store.read([]) == {}


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
        st.integers(-1, 1_030),
        st.integers(1_000, 1_040) | st.just(NEWEST),
        st.booleans(),
        st.booleans(),
        st.booleans(),
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
            parted = Parted(seq, 1_000 + seq // 2 * 2, target, ANN)
            message = structs.replace(said(seq, target), at=parted.at)
            one = record(parted if seq % 3 == 0 else message)
            writing.append(structs.replace(one, readers=("#a", "#b")[: seq % 4]))
        kept += writing
        for store in every:
            store.keep(Writing(records=writing))
    expected = [
        one.event
        for one in kept
        if (asked.target in one.readers if asked.direct else one.target == asked.target)
        and asked.after < one.event.seq < asked.before
        and asked.since < one.event.at < asked.until
        and (asked.everything or isinstance(one.event, Said))
    ]
    limited = expected[: asked.limit] if asked.oldest else expected[-asked.limit :]
    expected = limited if asked.limit else []
    for store in every:
        assert list(store.read([asked])[asked]) == expected
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


def test_guests_are_replaced_and_forgotten_on_disk(tmp_path: Path) -> None:
    """The newest record of each key comes back, after any number of starts; in memory none does."""
    alice, bob = Guest(b"\0a", "alice", 5), Guest(b"b", "bob", 6, 7)
    for store, again, known in (
        (SqliteStore(tmp_path), SqliteStore(tmp_path), [Guest(b"\0a", "alicia", 8, 9)]),
        (MemoryStore(), MemoryStore(), []),
    ):
        assert list(store.open().guests) == []
        store.keep(Writing(guests=[alice, bob]))
        store.keep(Writing(guests=[Guest(b"\0a", "alicia", 8, 9)], forgotten_guests=[b"b", b"c"]))
        store.close()
        assert list(again.open().guests) == known
        again.close()


def test_accounts_are_replaced_and_forgotten_on_disk(tmp_path: Path) -> None:
    """The newest record of each comes back whole; of one that is forgotten, no marker stays either."""
    other = structs.replace(ACCOUNT, name="Bob", certificates=(), verifier=None, metadata={})
    newer = structs.replace(ACCOUNT, version=9)
    marked = [Marker("ann", "#b", 5), Marker("ann", "#a", 7)]
    for make, known, markers in ((SqliteStore, [newer], marked), (lambda _: MemoryStore(), [], [])):
        store = make(tmp_path)
        restored = store.open()
        assert ([*restored.accounts], [*restored.markers]) == ([], [])
        store.keep(Writing(accounts=[ACCOUNT, other], markers=[Marker("bob", "#a", 1)]))
        store.keep(Writing(markers=[Marker("ann", "#a", 4), Marker("ann", "#c", 4), marked[0]]))
        store.keep(Writing(markers=[Marker("ann", "#c", FORGOTTEN)]))
        store.keep(Writing(accounts=[newer], forgotten_accounts=["bob"], markers=[marked[1]]))
        store.close()
        again = make(tmp_path)
        restored = again.open()
        assert ([*restored.accounts], [*restored.markers]) == (known, markers)
        again.close()


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


def test_what_is_redacted_makes_room() -> None:
    """A store in memory forgets neither too much nor too little after it."""
    store = MemoryStore(most=3)
    store.keep(Writing(records(1, 2, 3), redacted=[("#ops", 2)]))
    store.keep(Writing(records(4)))
    assert numbers(store, page()) == [1, 3, 4]
    store.keep(Writing(records(5)))
    assert numbers(store, page()) == [3, 4, 5]


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
