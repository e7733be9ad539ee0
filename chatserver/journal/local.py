"""The journal of one process: it orders what comes in, and keeps it in a store on a writer thread.

Rules: what a tick brought is executed, written in one transaction, and released when that returned; the
next batch gathers meanwhile (group commit). What need not be kept at once is released at once, and
written with the next write, within half a second. Reading never holds that up. When a write fails, its
messages are refused and its changes of state wait; until the store takes them, nothing is accepted
that would have to be kept.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from msgspec import structs

from chatserver.batch import Batch, Entry, Found, must_be_kept, write_down
from chatserver.core.effects import Emission, Reason, Refused, singly
from chatserver.core.events import Keeping, Redacted, Said
from chatserver.core.execute import Stamp
from chatserver.core.history import Page, Question
from chatserver.faces.contract import Lookup
from chatserver.journal.late import Late
from chatserver.journal.reading import Asked, Reading, describe
from chatserver.journal.undoing import undo
from chatserver.journal.writer import Writer
from chatserver.node import Node
from chatserver.ports import EPOCH_BITS, Clock, Restored, Store, Trimmed, Writing

BATCH_MOST: Final = 256
"""Commands of one batch, but for its last entry: bounds how long the others wait."""

BATCH_SAYS: Final = 262_144
"""Characters that the entries of one batch say, but for its last one: likewise."""

RETRY_AFTER: Final = 1.0
"""Seconds from a failed write to the next try."""

LATE_AFTER: Final = 0.5
"""Seconds for which what nobody waits for may stay unwritten."""

_log = logging.getLogger(__name__)


class LocalJournal:
    """Orders, stamps, keeps, releases."""

    def __init__(
        self, node: Node, store: Store, restored: Restored, clock: Clock, bound: int
    ) -> None:
        """Make the journal of `node` on an open `store`; it counts as full from `bound` entries on."""
        self._node = node
        self._store = store
        self._clock = clock
        self._bound = bound
        self._seq = restored.epoch << EPOCH_BITS
        self._at = restored.last_at
        self._pending: deque[Entry] = deque()
        self._waiting = 0
        """As how many commands these count."""
        self._busy = False
        self._closed = False
        self._writer = Writer() if store.blocking else None
        self._writing = False
        """Whether something is on its way to the disk."""
        self._reading = Reading(store, self._see_idle)
        self._room_again: asyncio.Future[None] | None = None
        self._idle: asyncio.Future[None] | None = None
        self._held: list[Emission] = []
        """Changes of state that took effect, and are shown once they are kept."""
        self._retry: asyncio.TimerHandle | None = None
        self._late = Late()
        self._late_timer: asyncio.TimerHandle | None = None
        self.failure = ""
        """Why nothing can be kept at the moment, "" while it can."""

    @property
    def full(self) -> bool:
        """Whether more waits than should."""
        return self._waiting >= self._bound

    async def drained(self) -> None:
        """Return when it is not full."""
        while self.full:
            if self._room_again is None:
                self._room_again = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._room_again)

    async def idle(self) -> None:
        """Return when nothing waits, and nothing is being written or read."""
        while self._busy or self._reading.under_way:
            if self._idle is None:
                self._idle = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._idle)

    def submit(self, entry: Entry) -> None:
        """Take an entry; the batch of this tick is executed at its end."""
        self._pending.append(entry)
        self._waiting += entry.weight
        if not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._run)

    def trim(self, trimmed: Sequence[Trimmed]) -> None:
        """Have what the store found too old removed: with the next write, or now if none is under way."""
        if self.failure:
            return
        self._late.trim(trimmed)
        if self._busy:
            self._see_to_late()
        else:
            self._busy = True
            self._keep(Batch([], self._late.join(Writing())))

    def read(
        self, questions: Sequence[Question], done: Callable[[Found], None], *, patient: bool = False
    ) -> None:
        """Read the log of what was released, then call `done`: see `node.Journal`."""
        asked = Asked(questions, done, patient)
        if not any(isinstance(one, Page) and one.everything for one in questions):
            self._reading.ask(asked)  # messages were written before they were released
            return
        if self._late and not self.failure and self._writer is None:
            self._write_late_here()
        if not (self._late or self._writing) or (self.failure and not patient):
            self._reading.ask(asked)
            return
        self._reading.wait(asked)
        if not self.failure:
            self._see_to_readers()

    def stamp(self, count: int = 1) -> Stamp:
        """Return the next place in the order, of `count` in a row; its time never goes back."""
        first = self._seq + 1
        self._seq += count
        self._at = max(self._at, self._clock.now())
        return Stamp(first, self._at)

    def close(self) -> None:
        """Stop for good and close the store; call it when idle, or what has not begun stays undone."""
        self._closed = True
        for timer in (self._retry, self._late_timer):
            if timer is not None:
                timer.cancel()
        self._reading.close()
        if self._writer is not None:
            self._writer.close()
        if not self.failure:
            try:
                self._store.keep(self._with_people(self._late.join(Writing())))
            except Exception as error:  # noqa: BLE001 - as in `_keep_here`
                describe(error)
        self._store.close()

    def _run(self) -> None:
        """Execute what gathered: one batch, so that the others get their turn before the next."""
        if self._closed or (not self._pending and (self.failure or not self._reading.waits)):
            self._busy = False
            self._see_idle()
            return
        batch = self._next_batch()
        if self.failure:
            self._hold_back(batch)
            self._late.hold(batch.writing)
            batch.writing = Writing()
        else:
            put_off = self._late.join if self._reading.waits else self._late.put_off
            batch.writing = put_off(batch.writing)
            self._see_to_late()
        self._keep(batch)

    def _see_idle(self) -> None:
        """Tell who waits for it that nothing is under way."""
        if self._idle is not None and not (self._busy or self._reading.under_way):
            self._idle.set_result(None)
            self._idle = None

    def _see_to_readers(self) -> None:
        """Let those read who wait for it, once all is written that was shown."""
        if not self._reading.waits:
            return
        if not (self._late or self._writing or self.failure):
            self._reading.go_on(complete=True)
        elif not self._busy:
            self._busy = True
            asyncio.get_running_loop().call_soon(self._run)

    def _next_batch(self) -> Batch:
        entries: list[Entry] = []
        weight = said = 0
        while self._pending and weight < BATCH_MOST and said < BATCH_SAYS:
            entry = self._pending.popleft()
            entries.append(entry)
            weight += entry.weight
            said += entry.size
        self._waiting -= weight
        batch = self._node.execute(entries, self.stamp, healthy=not self.failure)
        if self._room_again is not None and not self.full:
            self._room_again.set_result(None)
            self._room_again = None
        return batch

    def _keep(self, batch: Batch) -> None:
        """Keep a batch and release it, then run again."""
        loop = asyncio.get_running_loop()
        if batch.writing.writes:
            batch.writing = self._with_people(batch.writing)
        if self._writer is not None and batch.writing.writes:
            self._writing = True
            work = partial(self._store.keep, batch.writing)
            self._writer.do(work, partial(self._written, batch))
            return
        if batch.writing.writes:
            self._keep_here(batch)
        self._node.release(batch)
        self._see_to_readers()
        loop.call_soon(self._run)

    def _see_gone(self, writing: Writing) -> None:
        """Tell the node what was removed from the log, now that it is: somebody may have missed it."""
        gone = [*writing.trimmed, *self._store.forgotten()]
        if gone:
            self._node.see_gone(gone)

    def _see_to_late(self) -> None:
        """Have what is put off written soon, if nothing else is."""
        if self._late_timer is None and self._owes:
            loop = asyncio.get_running_loop()
            self._late_timer = loop.call_later(LATE_AFTER, self._write_late)

    def _write_late(self) -> None:
        """Write what is put off; after a failure, whoever tries again writes it."""
        self._late_timer = None
        if self.failure:
            return
        if self._busy:  # the next batch may take it along
            self._see_to_late()
        elif self._owes:
            self._busy = True
            self._keep(Batch([], self._with_people(self._late.join(Writing()))))

    @property
    def _owes(self) -> bool:
        """Whether something is put off that should not be for long."""
        state = self._node.state
        return bool(self._late or state.accounts.changed or state.markers.changed)

    def _write_late_here(self) -> None:
        """Write what is put off now: somebody reads all that happened."""
        self._keep_here(Batch([], self._with_people(self._late.join(Writing()))))

    def _with_people(self, writing: Writing) -> Writing:
        """Return `writing` with what changed of guests, accounts and markers, and waits for a write.

        Nobody waits for it. So guests are kept before, or with, what is said to somebody who took the nick
        of one. What must be kept of an account, `Node.execute` has put into `writing`.
        """
        state = self._node.state
        if not (state.guests.changed or state.accounts.changed or state.markers.changed):
            return writing
        guests, gone = state.guests.take_changed()
        accounts, dropped = state.accounts.take_changed()
        return structs.replace(
            writing,
            guests=[*writing.guests, *guests],
            forgotten_guests=[*writing.forgotten_guests, *gone],
            accounts=[*writing.accounts, *accounts],
            forgotten_accounts=[*writing.forgotten_accounts, *dropped],
            markers=[*writing.markers, *state.markers.take_changed()],
        )

    def _keep_here(self, batch: Batch) -> None:
        try:
            self._store.keep(batch.writing)
        except Exception as error:  # noqa: BLE001 - a bug in a store is a write that failed
            self._fail(batch, describe(error))
        else:
            self._see_gone(batch.writing)

    def _written(self, batch: Batch, error: Exception | None) -> None:
        self._writing = False
        if error is not None:
            self._fail(batch, describe(error))
        else:
            self._see_gone(batch.writing)
        self._node.release(batch)
        self._see_to_readers()
        if self._pending:
            # What came meanwhile is to go along, so it is read first; with a large room that saves a tenth.
            loop = asyncio.get_running_loop()
            loop.call_soon(loop.call_soon, self._run)
        else:
            self._run()

    def _fail(self, batch: Batch, why: str) -> None:
        """Refuse the messages of a batch that was not kept, hold its changes of state back, plan a retry."""
        if batch.writing.writes:
            if why != self.failure:  # not again with every try: a log may be on the same disk
                _log.error("cannot keep messages: %s; refusing them until the disk takes them", why)
            self.failure = why
        else:
            _log.error("the store failed: %s", why)
        self._hold_back(batch)
        self._late.put_back(batch.writing.records)
        state = self._node.state
        state.changed_rooms.update(
            room for record in batch.writing.rooms if (room := state.find_log(record.key))
        )
        state.forgotten_rooms.update(
            key for key in batch.writing.forgotten if state.find_log(key) is None
        )
        state.guests.changed.update(guest.key for guest in batch.writing.guests)
        state.guests.changed.update(batch.writing.forgotten_guests)
        state.accounts.changed.update(one.key for one in batch.writing.accounts)
        state.accounts.changed.update(batch.writing.forgotten_accounts)
        state.markers.changed.update((one.account, one.target) for one in batch.writing.markers)
        batch.writing = Writing()  # nothing of it was kept, and nothing is gone
        if self.failure and self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(RETRY_AFTER, self._try_again)
        self._reading.go_on(complete=False)

    def _hold_back(self, batch: Batch) -> None:
        """Take out of a batch that is not kept what must be: changes of state are shown later."""
        refused: set[int] = set()
        undone = undo(self._node.state, batch.entries)
        for entry in batch.entries:
            outcomes, entry.outcomes = entry.outcomes, []
            for outcome in singly(outcomes):
                if must_be_kept(outcome, Keeping.STATE):
                    self._held.append(outcome)
                elif must_be_kept(outcome, Keeping.MESSAGE):
                    refused.add(outcome.event.seq)
                    self._refuse(entry, outcome)
                elif isinstance(outcome, Lookup) and (again := outcome.confirms):
                    if again.seq not in refused:
                        entry.outcomes.append(outcome)
                    elif not again.notice:
                        self._tell_refused(entry, again.name)
                else:
                    entry.outcomes.append(outcome)
        for entry, event in undone:
            self._tell_refused(entry, event.account, event.command)

    def _refuse(self, entry: Entry, emission: Emission) -> None:
        """Tell who said or removed a message that it was not kept: once, and not of a notice."""
        event = emission.event
        if emission.origin is None:
            return
        if isinstance(event, Redacted):
            self._tell_refused(entry, event.target, "Redact")
        elif isinstance(event, Said):
            self._node.state.nonces.forget(event)
            if not event.notice:
                self._tell_refused(entry, event.target)

    def _tell_refused(self, entry: Entry, target: str, command: str = "Say") -> None:
        self._node.reply(entry, Refused(Reason.NOT_KEPT, target, command=command))

    def _try_again(self) -> None:
        """Write what is held back (or something small, to see whether it works); then all is well again."""
        self._retry = None
        if self._busy:  # a batch without anything to keep is on its way: the store is not free
            self._retry = asyncio.get_running_loop().call_later(RETRY_AFTER, self._try_again)
            return
        records = [record for emission in self._held for record in write_down(emission)]
        writing = self._late.join(Writing(records, *self._node.take_changed_rooms()))
        batch = Batch([], self._with_people(writing))
        if self._writer is None:
            try:
                self._prove(batch.writing)
            except Exception as error:  # noqa: BLE001 - as in `_keep_here`
                self._fail(batch, describe(error))
            else:
                self._recovered(batch.writing)
            return
        self._busy = self._writing = True
        self._writer.do(partial(self._prove, batch.writing), partial(self._retried, batch))

    def _prove(self, writing: Writing) -> None:
        """Keep what waits, and see that writing works; on the writer thread, if there is one."""
        self._store.keep(writing)
        self._store.probe()

    def _retried(self, batch: Batch, error: Exception | None) -> None:
        self._writing = False
        if error is not None:
            self._fail(batch, describe(error))
        else:
            self._recovered(batch.writing)
        self._run()

    def _recovered(self, written: Writing) -> None:
        self.failure = ""
        self._see_gone(written)
        _log.warning("messages can be kept again")
        self._see_to_late()
        held, self._held = self._held, []
        self._node.release_held(held)
        self._see_to_readers()
