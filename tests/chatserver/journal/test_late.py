"""What the log gets late."""

from chatserver.core.events import Identity, Keeping, KeptEvent, Parted, Said
from chatserver.journal.late import FLUSHED, MOST, Late
from chatserver.ports import Record, Writing

ANN = Identity("ann", "u", "h")


def record(seq: int, *, spoken: bool = False) -> Record:
    """Return a message, or somebody's leaving."""
    event: KeptEvent = Said(seq, seq, ANN, "#a", "hi") if spoken else Parted(seq, seq, "#a", ANN)
    return Record("#a", event)


def numbers(writing: Writing) -> list[int]:
    """Return the numbers of what is to be written."""
    return [one.event.seq for one in writing.records]


def test_it_goes_with_the_next_write() -> None:
    """Before what is newer, once."""
    late = Late()
    assert not late.put_off(Writing([record(1)])).writes
    assert late
    assert numbers(late.put_off(Writing([record(2), record(3, spoken=True)]))) == [1, 2, 3]
    assert not late


def test_a_room_that_changed_is_a_write() -> None:
    """As its record must be on disk before the change is shown."""
    late = Late()
    late.put_off(Writing([record(1)]))
    assert numbers(late.put_off(Writing(forgotten=["#a"]))) == [1]


def test_too_much_does_not_wait() -> None:
    """A thousand who leave at once are written at once."""
    late = Late()
    put_off = [late.put_off(Writing([record(seq)])) for seq in range(FLUSHED)]
    assert not any(writing.writes for writing in put_off[:-1])
    assert numbers(put_off[-1]) == [*range(FLUSHED)]


def test_what_was_not_written_waits_again() -> None:
    """Messages were refused; what need not be kept comes back before what is newer, within a bound."""
    late = Late()
    late.hold(Writing([record(9)]))
    late.put_back([record(1), record(2, spoken=True), record(3)])
    joined = late.join(Writing())
    assert numbers(joined) == [1, 3, 9]
    assert all(one.event.keeping is Keeping.TRANSIENT for one in joined.records)
    late.hold(Writing([record(seq) for seq in range(MOST + 5)]))
    assert numbers(late.join(Writing())) == [*range(5, MOST + 5)]
