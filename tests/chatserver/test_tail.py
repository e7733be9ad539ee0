"""The tail: the newest slices, within a bound."""

from chatserver.backlog import Backlog
from chatserver.core.audiences import Audience
from chatserver.core.events import Event, Identity, Said
from chatserver.core.members import User
from chatserver.tail import Slice, Stream, Tail
from tests.chatserver.test_delivery import Reader, Stage, Tongue

ANN = Identity("ann", "u", "h")


def said(seq: int, text: str = "hi") -> Said:
    """Return a message."""
    return Said(seq, seq, ANN, "#a", text)


def slice_of(*events: Event, ordinal: int = 1) -> Slice:
    """Return a slice of what was shown in a room."""
    stream = Stream("#a")
    audience: Audience[User] = Audience((), "#a")
    for number, event in enumerate(events, ordinal):
        stream.add(number, (event,), audience, ())
    last = ordinal + len(events) - 1
    return Slice(events[0].seq, last, (events[-1].seq, 1), [stream], {}, 0)


def test_slices_are_numbered_and_found() -> None:
    """Also when the oldest are gone; one to come is none yet."""
    slices = [slice_of(said(number)) for number in range(1, 5)]
    tail = Tail(2 * slices[0].size)
    for one in slices:
        tail.add(one)
    assert (tail.start, tail.end, tail.first_seq) == (2, 4, 3)
    assert tail.find(2) is slices[2]
    assert tail.find(3) is slices[3]
    assert tail.find(4) is None


def test_what_has_one_number_goes_together() -> None:
    """So everything before the first number that is kept is found in the store."""
    halves = [slice_of(said(1)), slice_of(said(1)), slice_of(said(2))]
    tail = Tail(2 * halves[0].size)
    for one in halves:
        tail.add(one)
    assert (tail.start, tail.first_seq) == (2, 2)


def test_what_has_the_number_of_what_is_gone_goes_too() -> None:
    """Also when it comes later: what was too large for the tail alone is found in the store."""
    large, rest = slice_of(said(1), said(1)), slice_of(said(1))
    tail = Tail(rest.size)
    tail.add(large)
    tail.add(rest)
    assert (tail.start, tail.first_seq) == (2, None)
    tail.add(slice_of(said(2)))
    assert (tail.start, tail.first_seq) == (2, 2)


def test_slices_are_let_go_together_and_numbered_on() -> None:
    """Who falls behind then begins with the next one, also if that goes on with a number of before."""
    tail = Tail()
    tail.add(slice_of(said(1)))
    tail.clear()
    assert (tail.start, tail.end, tail.first_seq) == (1, 1, None)
    rest = slice_of(said(1))
    tail.add(rest)
    assert (tail.start, tail.first_seq) == (1, 1)
    assert tail.find(1) is rest


def test_a_tail_may_keep_nothing() -> None:
    """Then all comes from the store."""
    tail = Tail(0)
    tail.add(slice_of(said(1)))
    assert (tail.start, tail.end, tail.first_seq) == (1, 1, None)


def test_who_missed_all_of_a_room_gets_the_bytes_that_others_got() -> None:
    """They are made once; who missed a part of it gets that part."""
    stage, tongue = Stage(), Tongue()
    reader: Reader = stage.add("ann", "#a", dialect=tongue)
    missed = slice_of(said(1, "one"), said(2, "two"), ordinal=5)

    def show(ordinal: int, *, whole: bool) -> list[tuple[int, bytes]]:
        backlog = Backlog(ordinal, (0, 0), 0, ("#a",), "ann", reader.viewer)
        return missed.missed_by(reader, backlog, whole=whole)

    both = b"#a ann: one\n#a ann: two\n"
    assert show(0, whole=True) == show(0, whole=True) == [(5, both)]
    assert len(tongue.rendered) == 2
    assert show(0, whole=False) == [(5, b"#a ann: one\n"), (6, b"#a ann: two\n")]
    assert show(5, whole=True) == [(6, b"#a ann: two\n")]
