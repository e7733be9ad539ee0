"""The middle of the server: sessions submit, the journal orders, events are released.

Rules: state is read and written only in `execute`, in the order of the journal. Nothing that a
request leads to is shown before `release`, and `release` shows it in the same order.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Protocol

from msgspec.structs import replace

from chatserver.backlog import Item
from chatserver.batch import (
    Batch,
    Entry,
    Found,
    Part,
    Told,
    changes_account,
    find,
    page_of,
    questions_of,
    recalled,
    records_of,
    redacted_of,
)
from chatserver.catchup import CatchUp
from chatserver.core.audiences import Audience
from chatserver.core.commands import Command, Quit, Speak
from chatserver.core.effects import (
    Aside,
    Attached,
    Close,
    Dismiss,
    Effect,
    Emission,
    Reason,
    Recall,
    Refused,
    Reply,
    Spoken,
)
from chatserver.core.events import Keeping
from chatserver.core.execute import Stamp, execute
from chatserver.core.execute.devices import bring_back
from chatserver.core.execute.rooms import open_lobby
from chatserver.core.history import Question
from chatserver.core.members import User
from chatserver.core.records import RoomRecord
from chatserver.core.standings import settle
from chatserver.core.state import State
from chatserver.delivery import Delivery, Round
from chatserver.faces.contract import Answer, Ask, Face, Lookup, Moment, Request
from chatserver.keeping import needs_keeping, refuse_command
from chatserver.ports import EPOCH_BITS, Peer, Record, Restored, Trimmed, Writing
from chatserver.session import Session
from chatserver.tail import TAIL
from chatserver.workers import Workers

_log = logging.getLogger(__name__)

PENALTY: Final = 1.0
"""Seconds that a session waits for the answer to a wrong password, so that nobody can try many."""


class Journal(Protocol):
    """What puts requests into one order, and keeps what must be kept before it is released."""

    def submit(self, entry: Entry) -> None:
        """Take an entry; it is executed, kept and released later, after all that came before it."""
        ...

    @property
    def full(self) -> bool:
        """Whether so much waits that who submits should wait too."""
        ...

    async def drained(self) -> None:
        """Return when it is not full."""
        ...

    def read(
        self, questions: Sequence[Question], done: Callable[[Found], None], *, patient: bool = False
    ) -> None:
        """Read the log of what was released, then call `done`: at once, if that holds up nobody.

        Who is `patient` waits until all of it can be read; else what could not be written is not found.
        """
        ...


class Node:
    """One server: all its sessions on one state."""

    def __init__(self, state: State, penalty: float = PENALTY, tail: int = TAIL) -> None:
        """Serve `state`; keep `tail` bytes of what was shown in memory, for who is behind."""
        self.state = state
        self._penalty = penalty
        self.delivery = Delivery(tail)
        self._catching_up = CatchUp(self.delivery, self._read, self._give_up)
        self.sessions: dict[int, Session] = {}
        self.journal: Journal
        """Set once, by whoever builds the node, before the first session is opened."""
        self.bugs = 0
        """How many requests ran into a bug of ours; each ended its own session, nothing else."""
        self._numbers = itertools.count(1)
        self._workers = Workers()

    def restore(self, restored: Restored, now: int) -> None:
        """Bring back what was kept, and the lobby if it was not; `now` is in ms."""
        state = self.state
        state.nonces.restore(restored.nonces)
        state.guests.restore(restored.guests, now)
        state.accounts.restore(restored.accounts)
        state.markers.restore(restored.markers)
        rooms = [*state.restore_rooms(restored.rooms, now)]
        for room in rooms:
            settle(state, room)
        for room in sorted(rooms, key=lambda room: room.emptied_at):
            state.see_to_empty(room)
        bring_back(state, restored.accounts, restored.epoch << EPOCH_BITS, now)
        state.changed_rooms.clear()  # they are as they were kept
        open_lobby(state, now)

    def open(self, face: Face, peer: Peer) -> Session:
        """Begin a session on a connection whose face is known."""
        session = Session(next(self._numbers), face, peer)
        self.sessions[session.number] = session
        return session

    def submit(self, session: Session, request: Request) -> None:
        """Take a request of a session; never blocks. What needs no order is answered at once."""
        if session.leaving:
            return
        self._notice_dialect(session)
        if not session.outstanding and all(isinstance(item, Answer) for item in request.items):
            lines = [
                line for item in request.items if isinstance(item, Answer) for line in item.lines
            ]
            data = (
                session.dialect.label(lines, request.label, 0) if request.label else b"".join(lines)
            )
            self.delivery.tell(session, data)
            return
        self._enqueue(Entry(session, request))

    def _notice_dialect(self, session: Session) -> None:
        """Write in another dialect if the face does now; what is under way comes before that."""
        if not session.outstanding and session.face.dialect is not session.planned:
            session.planned = session.face.dialect
            self.delivery.write_as(session, session.planned)

    def leave(self, session: Session, reason: str) -> None:
        """End a session in its turn: its room is told `reason`. A second call does nothing."""
        if not session.leaving:
            session.leaving = True
            self._enqueue(Entry(session, Request((Quit(reason),)), leaving=reason))

    def _enqueue(self, entry: Entry) -> None:
        entry.session.outstanding += entry.weight
        self.journal.submit(entry)

    async def take(self, session: Session, request: Request) -> None:
        """Submit a request, after its work, and what follows from its answer: for readers.

        It waits while the journal is full.
        """
        if request.work is not None:
            await session.settled()
            found = await self._workers.do(request.work) or _busy(session)
            if found.wrong:
                await asyncio.sleep(self._penalty)
            request = replace(found, label=request.label)
        self.submit(session, request)
        if request.then is not None:
            await session.settled()
            await self.take(session, request.then())
        if self.journal.full:
            await self.journal.drained()

    def execute(
        self, entries: Sequence[Entry], stamp: Callable[[int], Stamp], *, healthy: bool
    ) -> Batch:
        """Do what `entries` ask for, in order; return what to keep and read before it is shown.

        `stamp` gives the next place in the order, the first of as many as it is asked for.
        While not `healthy`, what must be kept is refused, and the rooms that changed wait.
        """
        records: list[Record] = []
        for entry in entries:
            try:
                self._execute_entry(entry, stamp, healthy=healthy)
            except Exception:  # noqa: BLE001 - a bug: it ends this one session, never the server
                self._give_up(entry.session, entry.request)
            records.extend(records_of(entry))  # now: by the nicks that people have
        if not healthy:
            waiting = [one for one in records if one.event.keeping is Keeping.TRANSIENT]
            return Batch(entries, Writing(waiting))
        writing = Writing(records, *self.take_changed_rooms(), redacted_of(records))
        accounts = self.state.accounts
        if accounts.changed and any(map(changes_account, entries)):  # others wait for some write
            known, forgotten = accounts.take_changed()
            writing = replace(writing, accounts=known, forgotten_accounts=forgotten)
        return Batch(entries, writing)

    def _give_up(self, session: Session, request: Request | None = None) -> None:
        """Log the error at hand, and end the session that ran into it."""
        self.bugs += 1
        if request is not None:
            _log.exception("a request of session %d failed: %r", session.number, request)
        else:
            _log.exception("session %d could not catch up", session.number)
        self.leave(session, "internal error")

    def take_changed_rooms(self) -> tuple[list[RoomRecord], list[str]]:
        """Return the records of rooms changed since the last call, and keys of forgotten ones."""
        state = self.state
        changed = [room.record() for room in state.changed_rooms]
        forgotten = [*state.forgotten_rooms]
        state.changed_rooms.clear()
        state.forgotten_rooms.clear()
        return changed, forgotten

    def _execute_entry(self, entry: Entry, stamp: Callable[[int], Stamp], *, healthy: bool) -> None:
        session = entry.session
        for item in entry.request.items:
            if session.ended or session.closed:
                return
            moment = stamp(len(item.texts) if isinstance(item, Speak) else 1)
            entry.at = moment.at
            if isinstance(item, Command):
                self._execute_command(entry, moment, item, healthy=healthy)
            elif isinstance(item, Ask):
                asked = Moment(moment.at, moment.seq)
                entry.outcomes.append(item.answer(self.state, session.user, asked))
            else:
                entry.outcomes.append(item.lines)
            entry.dialect = session.face.dialect

    def _execute_command(
        self, entry: Entry, stamp: Stamp, command: Command, *, healthy: bool
    ) -> None:
        session = entry.session
        if isinstance(command, Quit) and session.user is None:  # it never became a user
            entry.leaving, session.leaving, session.ended = command.reason, True, True
            return
        effects: Sequence[Effect]
        if not healthy and needs_keeping(self.state, session.user, command, stamp.at):
            effects = refuse_command(command)
        else:
            effects = execute(self.state, stamp, session.number, command)
        for effect in effects:
            if isinstance(effect, (Emission, Spoken)):
                entry.outcomes.append(effect)
                continue
            if isinstance(effect, Recall) and not session.face.recalls:
                continue
            if isinstance(effect, Aside):
                self._reply_aside(entry, effect)
                continue
            if isinstance(effect, Attached):
                session.user = effect.user
            elif isinstance(effect, Close):
                self._end(effect.session)
            elif not isinstance(effect, (Dismiss, Recall)):
                self._reply(entry, effect)
                continue
            entry.outcomes.append(effect)

    def reply(self, entry: Entry, reply: Reply) -> None:
        """Let the asker of `entry` be told something that is no effect of the core."""
        try:
            self._reply(entry, reply)
        except Exception:  # noqa: BLE001 - as in `execute`
            self._give_up(entry.session, entry.request)

    def _reply(self, entry: Entry, reply: Reply) -> None:
        session = entry.session
        entry.outcomes.append(session.face.reply(reply, session.user, self.state))

    def _reply_aside(self, entry: Entry, aside: Aside) -> None:
        """Have another device of the asker's be told something, as it is written for that."""
        other = self.sessions.get(aside.session)
        if other is None or other.ended:
            return
        dialect = other.face.dialect
        try:
            lines = other.face.reply(aside.reply, other.user, self.state)
        except Exception:  # noqa: BLE001 - as in `execute`
            self._give_up(other, entry.request)
            return
        if not isinstance(lines, Lookup):
            turned = None if other.face.dialect is dialect else other.face.dialect
            entry.outcomes.append(Told(other.number, lines, turned))

    def _end(self, number: int) -> None:
        """Do nothing more for a session; it is closed on release."""
        session = self.sessions.get(number)
        if session is not None:
            session.ended = session.leaving = True

    def release(self, batch: Batch) -> None:
        """Show what the entries of `batch` led to; all of it is kept."""
        shown = Round(self.delivery)
        closing: list[tuple[Session, str]] = []
        for entry in batch.entries:
            try:
                self._release_entry(entry, shown, closing)
            except Exception:  # noqa: BLE001 - as in `execute`
                self._give_up(entry.session, entry.request)
        shown.flush()
        for entry in batch.entries:
            entry.session.answered(entry.weight)
        for session, reason in closing:
            self.delivery.detach(session)
            self.sessions.pop(session.number, None)
            session.close(reason)

    def release_held(self, emissions: Sequence[Emission]) -> None:
        """Show changes of state that had to wait until they were kept, to who is still there.

        Who came meanwhile knows of them: entering a room tells its topic and who is who.
        """
        shown = Round(self.delivery, late=True)
        for emission in emissions:
            room = self.state.find_log(emission.audience.key)
            members = room.members if room is not None else {}
            there = members if emission.audience.key else self.state.users.values()
            audience = Audience(user for user in emission.audience.users if user in there)
            shown.show(Emission(emission.event, audience))
        shown.flush()

    def close_all(self, reason: str) -> None:
        """Say farewell to every session and close it; nobody's departure is told."""
        self._workers.stop()
        for session in [*self.sessions.values()]:
            session.close(reason)
        self.sessions.clear()

    def _release_entry(
        self, entry: Entry, shown: Round, closing: list[tuple[Session, str]]
    ) -> None:
        session, label = entry.session, entry.request.label
        if entry.dialect is not session.planned:
            session.planned = entry.dialect
            shown.write_as(session, entry.dialect)
        labelled: list[Part] = []
        recalls: list[Part] = []
        for outcome in entry.outcomes:
            if isinstance(outcome, (Emission, Spoken)):
                if own := shown.show(outcome, session, labelled=bool(label)):
                    labelled.append((own,))
            elif isinstance(outcome, (Attached, Close, Dismiss, Told)):
                closing.extend(self._see_to_devices(session, outcome, shown))
            elif not label:
                self._answer(entry, shown, (outcome,))
            elif isinstance(outcome, Recall):
                recalls.append(outcome)
            else:
                labelled.append(outcome)
        if label:  # the answer to a label comes first, and whole
            self._answer(entry, shown, [*labelled, *recalls])
        if entry.leaving is not None:
            closing.append((session, entry.leaving))

    def _see_to_devices(
        self, asker: Session, outcome: Attached | Close | Dismiss | Told, shown: Round
    ) -> Iterator[tuple[Session, str]]:
        """Let sessions become devices of somebody, be told something, or end: yield those, and why."""
        if isinstance(outcome, Attached):
            if asker.rooms or outcome.rooms:
                shown.flush()
            if not asker.closed:
                self.delivery.attach(asker, outcome)
            return
        if isinstance(outcome, Dismiss):
            self._dismiss(outcome, shown)
            return
        session = self.sessions.get(outcome.session)
        if session is None:
            return
        if isinstance(outcome, Told):
            shown.tell(session, b"".join(outcome.lines))
            if outcome.dialect is not None:
                session.planned = outcome.dialect
                shown.write_as(session, outcome.dialect)
            return
        if not outcome.whole:
            shown.flush()
            self.delivery.detach(session)
        yield session, outcome.reason

    def _dismiss(self, outcome: Dismiss, shown: Round) -> None:
        """Have sessions leave in their turn, and be shown nothing more until then."""
        shown.flush()
        for number in outcome.sessions:
            if session := self.sessions.get(number):
                self.delivery.detach(session)
                self.leave(session, outcome.reason)

    def _answer(self, entry: Entry, shown: Round, answer: Sequence[Part]) -> None:
        """Tell the asker of `entry` something, in its place; reading for it holds up nobody else."""
        questions = [*questions_of(answer)]
        if not questions:
            shown.tell(entry.session, self._write_answer(entry, answer, {}))
            return
        at_once: list[bytes] = []
        promised: Item | None = None

        def done(found: Found) -> None:
            data = self._write_answer(entry, answer, found)
            if promised is None:
                at_once.append(data)
                return
            session.answered()
            if session.backlog is not None:
                session.backlog.fill(promised, data)
                self._catching_up.advance(session)

        session = entry.session
        if session.closed:
            return
        self.journal.read(questions, done)
        if at_once:
            shown.tell(session, at_once[0])
        else:
            session.outstanding += 1
            promised = shown.promise(session)

    def _write_answer(self, entry: Entry, answer: Sequence[Part], found: Found) -> bytes:
        session, label = entry.session, entry.request.label
        lines: list[bytes] = []
        missed = b""
        try:
            for part in answer:
                if isinstance(part, Recall):
                    page = (found or {}).get(page_of(part), ())
                    for name, said in recalled(part, page):
                        missed += session.face.recall(name, said)
                elif isinstance(part, Lookup):
                    lines.extend(part.show(find(part, found)))
                else:
                    lines.extend(part)
            told = session.dialect.label(lines, label, entry.at) if label else b"".join(lines)
        except Exception:  # noqa: BLE001 - as in `execute`; what else it led to is shown
            self._give_up(session, entry.request)
            return b""
        return told + missed

    # --- who does not keep up ------------------------------------------------------------------

    def see_full(self, session: Session) -> None:
        """Know that so much waits to be sent to a session that it should get nothing more."""
        if not session.closed:
            self.delivery.see_full(session)

    def see_drained(self, session: Session) -> None:
        """Know that a session can be sent more."""
        self._catching_up.advance(session)

    def see_gone(self, gone: Iterable[Trimmed]) -> None:
        """Know what is no longer in the log: who is behind and has missed some of it is told so."""
        self._catching_up.forget()
        for subscriber in self.delivery.those_behind():
            if subscriber.backlog is not None:
                subscriber.backlog.lose((one.target, one.seqs) for one in gone)

    async def caught_up(self, session: Session) -> None:
        """Return when all that was shown so far was written to `session`, or it is over."""
        await session.settled()
        if session.backlog is not None:
            self.delivery.tell(session, b"")
            await session.reached(session.backlog.items[-1])

    def _read(
        self, questions: Sequence[Question], done: Callable[[Found], None], *, patient: bool
    ) -> None:
        self.journal.read(questions, done, patient=patient)


def _busy(session: Session) -> Request:
    """Return what is done when too many passwords wait to be checked: the asker is told so."""

    def refuse(state: State, user: User | None, _moment: Moment) -> Sequence[bytes] | Lookup:
        return session.face.reply(Refused(Reason.BUSY), user, state)

    return Request((Ask(refuse),))
