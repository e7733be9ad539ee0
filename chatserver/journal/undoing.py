"""What a journal undoes when the record of an account could not be kept.

Rules: whatever a request led to after the change of a record is undone with it and shown to nobody; of
several changes the newest is undone first. Nothing was executed after the batch that they are in.
"""

from collections.abc import Iterable, Iterator

from chatserver.batch import Entry
from chatserver.core.effects import Emission
from chatserver.core.events import AccountKept
from chatserver.core.execute.accounts import put_back
from chatserver.core.state import State


def undo(state: State, entries: Iterable[Entry]) -> list[tuple[Entry, AccountKept]]:
    """Make all as it was before records changed, and return the changes, with who asked for each."""
    found = [*_cut_off(entries)]
    for _, emission, event in reversed(found):
        put_back(state, event, emission.origin)
    return [(entry, event) for entry, _, event in found]


def _cut_off(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Emission, AccountKept]]:
    """Yield the changes, and leave nothing of what followed from each in its entry."""
    for entry in entries:
        for place, outcome in enumerate(entry.outcomes):
            if isinstance(outcome, Emission) and isinstance(outcome.event, AccountKept):
                del entry.outcomes[place:]
                yield entry, outcome, outcome.event
                break
