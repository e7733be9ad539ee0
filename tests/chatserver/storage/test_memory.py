"""What only the store in memory does; what it shares with the other is in test_contract."""

from msgspec import structs

from chatserver.ports import Writing
from chatserver.storage.memory import MemoryStore
from tests.chatserver.storage.samples import page, records


def test_it_does_not_block() -> None:
    """The journal may call it without a thread."""
    assert not MemoryStore().blocking


def test_forgotten_targets_take_no_memory() -> None:
    """Many targets with one message each leave nothing behind."""
    store = MemoryStore(most=2)
    for seq in range(100):
        (one,) = records(seq, target=f"#{seq}")
        store.keep(Writing([structs.replace(one, readers=("ann", str(seq)))]))
    assert set(store._events) == {"#98", "#99"}
    assert {reader: len(events) for reader, events in store._direct.items()} == {
        "ann": 2,
        "98": 1,
        "99": 1,
    }


def test_closing_forgets() -> None:
    """Nothing outlives it."""
    store = MemoryStore()
    store.keep(Writing(records=records(1)))
    store.close()
    assert not store.read([page()])[page()]
