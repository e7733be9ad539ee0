"""A batch: what of it is written down, and under which target."""

from chatserver.batch import Entry, must_be_kept, page_of, records_of, target_of
from chatserver.core.effects import Emission, Recall
from chatserver.core.events import Departed, Event, Identity, Keeping, Said, TopicChanged
from chatserver.core.state import Audience
from chatserver.faces.contract import Request
from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.ports import Page
from chatserver.session import Session
from tests.chatserver.fakes import FakePeer

ANN = Identity("Ann", "u", "h")
NOBODY = Audience(())


def entry(*events: Event) -> Entry:
    """Return an entry that led to `events`."""
    session = Session(1, PlainFace(PlainFacts(), ("ann",), "h"), FakePeer())
    made = Entry(session, Request(()))
    made.outcomes.extend(Emission(event, NOBODY) for event in events)
    return made


def said(seq: int, target: str = "#Room") -> Said:
    """Return a message."""
    return Said(seq, seq, ANN, target, "hi")


def test_a_message_with_its_echo_is_written_down_once() -> None:
    """Both are the same event."""
    echoed = said(1)
    assert [record.event for record in records_of([entry(echoed, echoed)])] == [echoed]


def test_everything_that_is_kept_is_written_down_in_order() -> None:
    """Of all entries; what need not outlive the process is not."""
    topic = TopicChanged(2, 2, "#Room", ANN, "x")
    entries = [entry(said(1)), entry(topic, Departed(3, 3, ANN, "")), entry(said(4, "@#Room"))]
    records = records_of(entries)
    assert [record.event.seq for record in records] == [1, 2, 4]
    assert [record.target for record in records] == ["#room", "#room", "@#room"]


def test_history_is_asked_for_by_folded_names() -> None:
    """Of rooms and of people, as everywhere."""
    assert target_of(said(1, "Bob")) == "bob"
    assert target_of(TopicChanged(1, 1, "#A", ANN, "")) == "#a"


def test_a_recall_is_a_question_for_the_store() -> None:
    """With the words, if it has any; the name is for the face alone."""
    assert page_of(Recall("#a", "#A", 1, 9, 5, ("x",))) == Page("#a", 1, 9, 5, ("x",))


def test_lines_and_closes_are_never_kept() -> None:
    """Only events are."""
    assert must_be_kept(Emission(said(1), NOBODY), Keeping.MESSAGE)
    assert not must_be_kept(Emission(said(1), NOBODY), Keeping.STATE)
    assert not must_be_kept([b"-> hi\n"], Keeping.MESSAGE)
