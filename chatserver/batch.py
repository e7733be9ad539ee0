"""What is executed, kept and released together.

Rule: what a request leads to is put down when it is executed, with all its replies rendered from the
state of that moment, and is shown only when the batch is released.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard

from chatserver.core.commands import Respond, Say
from chatserver.core.effects import Close, Emission, Recall
from chatserver.core.events import KEPT, Keeping, KeptEvent, Said
from chatserver.faces.contract import Request
from chatserver.ports import Page, Record, Writing
from chatwire.names import fold

if TYPE_CHECKING:
    from chatserver.session import Session

Outcome = Emission | Close | Recall | Sequence[bytes]
"""An effect, or lines for the asker alone."""


class Entry:
    """A request of a session, and what it led to."""

    __slots__ = ("at", "leaving", "outcomes", "request", "session", "size")

    def __init__(self, session: "Session", request: Request, leaving: str | None = None) -> None:
        self.session = session
        self.request = request
        self.leaving = leaving
        """Why the session ends with this entry, None if it goes on."""
        self.outcomes: list[Outcome] = []
        self.at = 0
        """When it was executed (ms)."""
        said = (item.text for item in request.items if isinstance(item, (Say, Respond)))
        self.size = sum(map(len, said))
        """Characters that it says: they bound a batch."""


class Batch:
    """Entries in their order, and what must be written and read before they are released."""

    __slots__ = ("entries", "pages", "writing")

    def __init__(self, entries: Sequence[Entry], writing: Writing) -> None:
        self.entries = entries
        self.writing = writing
        self.pages: Mapping[Page, Sequence[KeptEvent]] = {}
        """What was read, once it was."""


def target_of(event: KeptEvent) -> str:
    """Return by what history is asked for `event`: the folded name of its room or nick."""
    return fold(event.target if isinstance(event, Said) else event.room)


def records_of(entries: Sequence[Entry]) -> list[Record]:
    """Return what the journal writes down of `entries`: each kept event once, in order."""
    records = []
    last = -1
    for entry in entries:
        for outcome in entry.outcomes:
            if isinstance(outcome, Emission) and isinstance(outcome.event, KEPT):
                if outcome.event.seq != last:  # an echo is a second emission of the same event
                    records.append(Record(target_of(outcome.event), outcome.event))
                last = outcome.event.seq
    return records


def page_of(recall: Recall) -> Page:
    """Return the question for the store that `recall` is."""
    return Page(recall.key, recall.after, recall.before, recall.limit, recall.words)


def must_be_kept(outcome: Outcome, keeping: Keeping) -> TypeGuard[Emission]:
    """Say whether an outcome is an event of this kind of keeping."""
    return isinstance(outcome, Emission) and outcome.event.keeping is keeping
