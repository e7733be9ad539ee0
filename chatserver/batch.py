"""What is executed, kept and released together.

Rule: what a request leads to is put down when it is executed, with all its replies rendered from the
state of that moment, and is shown only when the batch is released.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard

from msgspec import Struct

from chatserver.core.commands import Respond, Say, Speak
from chatserver.core.effects import Attached, Close, Dismiss, Emission, Recall, Spoken
from chatserver.core.events import (
    KEPT,
    AccountKept,
    Departed,
    Joined,
    Keeping,
    KeptEvent,
    Kicked,
    Parted,
    Reacted,
    Redacted,
    Renamed,
    RoomModesChanged,
    RoomRenamed,
    Said,
    TopicChanged,
)
from chatserver.core.history import Page, Question, parties_of, target_of
from chatserver.faces.contract import Dialect, Lookup, Request
from chatserver.ports import Record, Writing
from chatwire.names import fold, looks_like_room

if TYPE_CHECKING:
    from chatserver.session import Session


class Told(Struct, frozen=True):
    """What another device of the asker's is told."""

    session: int
    lines: Sequence[bytes]
    dialect: Dialect | None = None
    """In which it is written from there on, None if that stays as it is."""


Outcome = Emission | Spoken | Attached | Close | Dismiss | Told | Recall | Lookup | Sequence[bytes]
"""An effect, lines for another device, or lines for the asker alone."""

Part = Recall | Lookup | Sequence[bytes]
"""What the asker is told."""

Found = Mapping[Question, Sequence[KeptEvent]] | None
"""What was found of the questions asked, None when the store could not be read."""


class Entry:
    """A request of a session, and what it led to."""

    __slots__ = ("at", "dialect", "leaving", "outcomes", "request", "session", "size", "weight")

    def __init__(self, session: "Session", request: Request, leaving: str | None = None) -> None:
        self.session = session
        self.request = request
        self.leaving = leaving
        """Why the session ends with this entry, None if it goes on."""
        self.outcomes: list[Outcome] = []
        self.at = 0
        """When it was executed (ms)."""
        self.dialect = session.face.dialect
        """How events are written for the session from here on; set when it was executed."""
        weight = size = 0
        for item in request.items:
            if isinstance(item, Speak):
                weight += len(item.texts)
                size += sum(map(len, item.texts))
            elif isinstance(item, (Say, Respond)):
                size += len(item.text)
        self.weight = weight or 1
        """As how many commands it counts: as one, or as the messages of each `Speak`."""
        self.size = size
        """Characters that it says: they bound a batch."""


class Batch:
    """Entries in their order, and what must be written before they are released."""

    __slots__ = ("entries", "writing")

    def __init__(self, entries: Sequence[Entry], writing: Writing) -> None:
        self.entries = entries
        self.writing = writing


def targets_of(emission: Emission) -> Sequence[str]:
    """Return under what an event is written down; nothing for one that is not."""
    event = emission.event
    if isinstance(event, (Said, Redacted, Reacted)):
        return (emission.audience.key or target_of(event),)
    if isinstance(event, (Departed, Renamed)):
        return emission.rooms
    if isinstance(event, (Joined, Parted, Kicked, TopicChanged, RoomModesChanged, RoomRenamed)):
        return (emission.audience.key or fold(event.room),)
    return ()


def write_down(emission: Emission) -> list[Record]:
    """Return what the journal writes down of one event."""
    event = emission.event
    if emission.session or not isinstance(event, KEPT):
        return []
    readers = readers_of(emission)
    return [Record(target, event, readers) for target in targets_of(emission)]


def readers_of(emission: Emission) -> tuple[str, ...]:
    """Return which parties can read a message that is not for all of a room; () for others."""
    event = emission.event
    if not isinstance(event, (Said, Redacted, Reacted)) or looks_like_room(event.target):
        return ()
    actor, other = parties_of(event)
    if not looks_like_room(event.target.lstrip("@+")):
        return tuple(sorted({actor, other}))
    return tuple(sorted({actor, *(user.identity.party for user in emission.audience.users)}))


def records_of(entry: Entry) -> list[Record]:
    """Return what the journal writes down of `entry`: each kept event once, in order."""
    records = []
    last: object = None
    for outcome in entry.outcomes:
        if isinstance(outcome, Spoken):
            key = outcome.audience.key
            records.extend([Record(key, event) for event in outcome.events])
        elif isinstance(outcome, Emission) and outcome.event is not last:  # an echo is the same
            last = outcome.event
            records.extend(write_down(outcome))
    return records


def redacted_of(records: Iterable[Record]) -> list[tuple[str, int]]:
    """Return target and number of each message that is removed by what is written down."""
    return [
        (record.target, record.event.message)
        for record in records
        if isinstance(record.event, Redacted)
    ]


def page_of(recall: Recall) -> Page:
    """Return the question for the store that `recall` is."""
    return Page(recall.key, recall.after, recall.before, recall.limit, direct=recall.direct)


def recalled(
    recall: Recall, events: Sequence[KeptEvent]
) -> Iterable[tuple[str, Sequence[KeptEvent]]]:
    """Return what `recall` found by where it was said: in its room, or by whom to the asker."""
    if not recall.direct:
        return ((recall.name, events),)
    senders: dict[str, list[KeptEvent]] = {}
    for event in events:
        if isinstance(event, Said) and not looks_like_room(event.target.lstrip("@+")):
            senders.setdefault(event.who.nick, []).append(event)
    return senders.items()


def questions_of(answer: Iterable[Part]) -> Iterator[Question]:
    """Yield what must be read for an answer."""
    for part in answer:
        if isinstance(part, Recall):
            yield page_of(part)
        elif isinstance(part, Lookup):
            yield from part.pages


def find(lookup: Lookup, found: Found) -> Sequence[Sequence[KeptEvent]] | None:
    """Return what `lookup` asked for, or None when it could not be read."""
    if found is None or any(page not in found for page in lookup.pages):
        return None
    return [found[page] for page in lookup.pages]


def changes_account(entry: Entry) -> bool:
    """Say whether the record of an account must be kept before `entry` is answered."""
    return any(
        isinstance(outcome, Emission) and isinstance(outcome.event, AccountKept)
        for outcome in entry.outcomes
    )


def must_be_kept(outcome: Outcome, keeping: Keeping) -> TypeGuard[Emission]:
    """Say whether an outcome is an event of this kind of keeping."""
    return isinstance(outcome, Emission) and outcome.event.keeping is keeping
