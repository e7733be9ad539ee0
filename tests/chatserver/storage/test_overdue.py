"""What is too old goes, oldest first, and nothing else does."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import structs

from chatserver.core.events import Joined
from chatserver.core.history import NEWEST, Page, Scope, Search, conversation
from chatserver.ports import Record, Retention, Store, Trimmed, Writing
from chatserver.storage.memory import MemoryStore
from chatserver.storage.overdue import STEP
from chatserver.storage.sqlite import SqliteStore
from tests.chatserver.storage.samples import BOB, record, records, said

LATER = 10_000

Make = Callable[[Path, Retention], Store]

STORES: dict[str, Make] = {
    "memory": lambda _, retention: MemoryStore(retention=retention),
    "sqlite": lambda path, retention: SqliteStore(path, retention=retention),
}


@pytest.fixture(params=STORES)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Store]]:
    """Return what opens a store of each kind, by age and number of messages."""
    made: list[Store] = []

    def make(**kept: int) -> Store:
        store = STORES[request.param](tmp_path, Retention(**kept))
        store.open()
        made.append(store)
        return store

    yield make
    for store in made:
        store.close()


def trim(store: Store, now: int = LATER) -> dict[str, list[int]]:
    """Have all that is too old removed, and return what it was."""
    gone: dict[str, list[int]] = {}
    while found := store.overdue(now):
        assert not store.overdue(now), "found twice"
        store.keep(Writing(trimmed=found))
        for one in found:
            gone.setdefault(one.target, []).extend(one.seqs)
    return gone


def left(store: Store, target: str = "#ops", *, direct: bool = False) -> list[int]:
    """Return the numbers of all that is kept of a target."""
    page = Page(target, -1, NEWEST, 10_000, everything=True, direct=direct)
    return [event.seq for event in store.read([page])[page]]


def joined(seq: int, room: str = "#ops") -> Record:
    """Return somebody's entry."""
    return record(Joined(seq, 1_000 + seq, room, BOB))


def test_everything_is_kept_for_ever(make: Callable[..., Store]) -> None:
    """Unless it is asked for otherwise."""
    store = make()
    store.keep(Writing(records(1, 2)))
    assert store.overdue(NEWEST) == [] or store.overdue(NEWEST) == ()
    assert not Retention().trims


def test_by_age(make: Callable[..., Store]) -> None:
    """Of all targets, messages and all else; what is younger stays."""
    store = make(age=50)
    store.keep(
        Writing([
            *records(1), joined(2), *records(3, target="#b"), *records(4), *records(9, target="#b"),
        ])
    )  # fmt: skip
    assert trim(store, 1_050) == {}
    assert trim(store, 1_054) == {"#ops": [1, 2], "#b": [3]}
    assert left(store) == [4]
    assert left(store, "#b") == [9]


def test_the_newest_stays(make: Callable[..., Store]) -> None:
    """However old it is: it tells where numbers and times go on."""
    store = make(age=1)
    store.keep(Writing(records(1, 2, 3)))
    assert trim(store) == {"#ops": [1, 2]}
    assert left(store) == [3]
    store.keep(Writing(records(4)))
    assert trim(store) == {"#ops": [3]}


def test_by_number(make: Callable[..., Store]) -> None:
    """Of each target, so many messages, and what else happened since the oldest of them."""
    store = make(messages=2)
    store.keep(
        Writing([
            joined(1), *records(2), joined(3), *records(4), joined(5), *records(6), joined(7),
            *records(8), *records(9, 10, target="#b"), joined(11, "#c"), joined(12, "#c"),
        ])
    )  # fmt: skip
    assert trim(store) == {"#ops": [1, 2, 3, 4]}
    assert left(store) == [5, 6, 7, 8]
    assert left(store, "#b") == [9, 10]
    assert left(store, "#c") == [11, 12]


def test_by_number_as_it_grows(make: Callable[..., Store]) -> None:
    """At each time, not only at the start."""
    store = make(messages=2)
    for seq in range(1, 8):
        store.keep(Writing(records(seq)))
        assert trim(store) == ({"#ops": [seq - 2]} if seq > 2 else {})
    assert left(store) == [6, 7]


def test_what_is_redacted_does_not_count(make: Callable[..., Store]) -> None:
    """Nor does it make room for what is older; joins and leaves do not count either."""
    store = make(messages=300)
    store.keep(Writing(records(*range(1, 401))))
    assert trim(store) == {"#ops": [*range(1, 101)]}
    store.keep(Writing([joined(401)], redacted=[("#ops", 200), ("#ops", 5), ("#ops", 200)]))
    store.keep(Writing(records(402)))
    assert trim(store) == {}
    store.keep(Writing(records(403)))
    assert trim(store) == {"#ops": [101]}
    assert len(left(store)) == 301


def test_much_that_is_no_message_goes_in_steps(make: Callable[..., Store]) -> None:
    """A room that many entered and left before somebody spoke."""
    store = make(messages=2)
    store.keep(
        Writing([*records(1), *map(joined, range(2, 3 * STEP)), *records(*range(1_000, 1_004))])
    )
    assert trim(store) == {"#ops": [*range(1, 3 * STEP), 1_000, 1_001]}
    assert left(store) == [1_002, 1_003]


def test_by_both(make: Callable[..., Store]) -> None:
    """Whatever comes first."""
    store = make(age=50, messages=2)
    store.keep(Writing([*records(1, target="#b"), *records(2, 3, 4)]))
    assert trim(store, 1_052) == {"#b": [1], "#ops": [2]}
    assert left(store) == [3, 4]


def test_what_is_direct_goes_for_all_its_readers(make: Callable[..., Store]) -> None:
    """Nobody keeps half of it."""
    store = make(messages=1)
    talk = conversation("Ann", "Bob")
    store.keep(Writing([Record(talk, said(seq, "Bob"), ("ann", "bob")) for seq in (1, 2)]))
    assert trim(store) == {talk: [1]}
    assert left(store, "ann", direct=True) == left(store, "bob", direct=True) == [2]


def test_it_is_not_found_by_searching(make: Callable[..., Store]) -> None:
    """Neither while the index has it, nor later."""
    store = make(messages=2)
    store.keep(Writing([record(said(seq, text="tea")) for seq in range(1, 6)]))
    search = Search((Scope("#ops"),), "tea", 9)
    assert len(store.read([search])[search]) == 5
    trim(store)
    assert [event.seq for event in store.read([search])[search]] == [4, 5]


def test_little_goes_at_once(tmp_path: Path) -> None:
    """So that the next message waits for little; in the end all is gone."""
    store = SqliteStore(tmp_path, retention=Retention(messages=10))
    store.open()
    store.keep(Writing(records(*range(1, 3 * STEP))))
    steps: list[Sequence[Trimmed]] = []
    while found := store.overdue(LATER):
        steps.append(found)
        store.keep(Writing(trimmed=found))
    assert [sum(len(one.seqs) for one in step) for step in steps] == [STEP, STEP, STEP - 11]
    assert left(store) == [*range(3 * STEP - 10, 3 * STEP)]
    store.close()


def test_what_was_too_much_before_the_start_goes(tmp_path: Path) -> None:
    """When a limit is set on a log that has grown without, in rooms where nothing is said."""
    free = SqliteStore(tmp_path)
    free.open()
    every = [structs.replace(said(seq, f"#{seq % 300}")) for seq in range(1, 901)]
    free.keep(Writing([record(one) for one in every]))
    free.close()
    store = SqliteStore(tmp_path, retention=Retention(messages=2))
    store.open()
    gone: dict[str, list[int]] = {}
    for _ in range(10):  # a look at some targets finds nothing more when all were looked at
        gone |= trim(store)
    assert sorted(seq for seqs in gone.values() for seq in seqs) == [*range(1, 301)]
    store.close()


def test_its_space_is_used_again(tmp_path: Path) -> None:
    """The file stays as large as it was at most; nothing of the rows is left."""
    store = SqliteStore(tmp_path, retention=Retention(messages=500))
    store.open()
    talk = conversation("Ann", "Bob")
    sizes = []
    for round_ in range(8):
        seqs = range(1 + 500 * round_, 501 + 500 * round_)
        store.keep(
            Writing([Record(talk, said(seq, "Bob", "x" * 200), ("ann", "bob")) for seq in seqs])
        )
        trim(store)
        with closing(sqlite3.connect(store.path)) as log:
            (size,) = log.execute("pragma page_count").fetchone()
            sizes.append(size)
            (direct,) = log.execute("select count(*) from direct").fetchone()
    assert direct == 1_000
    assert sizes[-1] <= sizes[2] * 1.1
    store.close()


def test_a_write_that_failed_is_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found and did not go is found again, a little later."""
    monkeypatch.setattr("chatserver.storage.overdue.AGAIN", 0.0)
    store = SqliteStore(tmp_path, retention=Retention(age=1))
    store.open()
    store.keep(Writing(records(1, 2)))
    first = store.overdue(LATER)
    assert store.overdue(LATER) == first == [Trimmed("#ops", (1,))]
    store.close()


def test_naming_what_is_gone_or_the_newest_is_harmless(make: Callable[..., Store]) -> None:
    """Who tries again cannot know what became of the first try."""
    store = make()
    store.keep(Writing(records(1, 2)))
    for _ in range(2):
        store.keep(Writing(trimmed=[Trimmed("#ops", (1,)), Trimmed("#none", (1, 2))]))
    assert left(store) == [2]
