"""A batch: what of it is written down, and under which target."""

import pytest

from chatserver.batch import Entry, must_be_kept, page_of, records_of, targets_of, write_down
from chatserver.core.audiences import Audience
from chatserver.core.effects import Emission, Recall
from chatserver.core.events import (
    AwayChanged,
    Departed,
    Event,
    Identity,
    Joined,
    Keeping,
    KeptEvent,
    Renamed,
    RoomModesChanged,
    Said,
    Tagged,
    TopicChanged,
)
from chatserver.core.history import Page, conversation
from chatserver.core.members import User
from chatserver.faces.contract import Request
from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.session import Session
from tests.chatserver.fakes import FakePeer

ANN = Identity("Ann", "u", "h")
NOBODY: Audience[User] = Audience(())


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
    assert [record.event for record in records_of(entry(echoed, echoed))] == [echoed]


def test_everything_that_is_kept_is_written_down_in_order() -> None:
    """Of all entries, also when one request led to several events."""
    topic = TopicChanged(2, 2, "#Room", ANN, "x")
    joined, modes = Joined(3, 3, "#Room", ANN), RoomModesChanged(3, 3, "#Room", ANN, ())
    entries = [entry(said(1)), entry(topic, joined, modes), entry(said(4, "@#Room"))]
    records = [record for one in entries for record in records_of(one)]
    assert [record.event for record in records] == [
        said(1),
        topic,
        joined,
        modes,
        said(4, "@#Room"),
    ]
    assert [record.target for record in records] == ["#room"] * 4 + ["@#room"]


@pytest.mark.parametrize("event", [Departed(1, 1, ANN, "bye"), Renamed(1, 1, ANN, "eve")])
def test_what_happens_in_several_rooms_is_written_down_in_each(event: KeptEvent) -> None:
    """The log of a room tells of everybody who was in it; of who was in none, nothing does."""
    made = entry()
    made.outcomes.append(Emission(event, NOBODY, rooms=("#a", "#b")))
    made.outcomes.append(Emission(said(2), NOBODY))
    assert [record.target for record in records_of(made)] == ["#a", "#b", "#room"]
    assert records_of(entry(event)) == []


def test_who_could_read_what_only_some_saw_is_written_down() -> None:
    """Both sides of a direct message; who had the status, and who wrote to them. Of a room, nobody."""
    audience = Audience(User(number, Identity(nick, "u", "h"), 0) for number, nick in ((1, "Eve"),))

    def readers(event: Event) -> list[tuple[str, ...]]:
        return [record.readers for record in write_down(Emission(event, audience))]

    assert readers(said(1, "Bob[1]")) == [("ann", "bob[1]")]
    assert readers(said(1, "ANN")) == [("ann",)]
    assert readers(said(1, "@#room")) == [("ann", "eve")]
    assert readers(said(1, "#room")) == readers(TopicChanged(1, 1, "#room", ANN, "")) == [()]


def test_what_does_not_belong_to_a_room_is_not_written_down() -> None:
    """Nor what has no text."""
    assert records_of(entry(AwayChanged(1, 1, ANN, "tea"), Tagged(2, 2, ANN, "#a", {}))) == []


def test_history_is_asked_for_by_folded_names() -> None:
    """Of rooms; of two people, the same from both sides."""
    (there,) = targets_of(Emission(said(1, "Bob"), NOBODY))
    (back,) = targets_of(Emission(Said(1, 1, Identity("bob", "u", "h"), "ANN", "hi"), NOBODY))
    assert there == back == conversation("BOB", "ann") == "ann,bob"
    assert targets_of(Emission(TopicChanged(1, 1, "#A", ANN, ""), NOBODY)) == ("#a",)


def test_a_recall_is_a_question_for_the_store() -> None:
    """With the words, if it has any; the name is for the face alone."""
    assert page_of(Recall("#a", "#A", 1, 9, 5)) == Page("#a", 1, 9, 5)


def test_lines_and_closes_are_never_kept() -> None:
    """Only events are."""
    assert must_be_kept(Emission(said(1), NOBODY), Keeping.MESSAGE)
    assert not must_be_kept(Emission(said(1), NOBODY), Keeping.STATE)
    assert not must_be_kept([b"-> hi\n"], Keeping.MESSAGE)
