"""Answers searches: the index says where to look, and the log what there is.

Rules: a message is found from the moment on in which it is kept, indexed or not, and never after it is
gone. What comes out is what reading the whole log would find, but where the index is far behind or
missing: then only the newest `SEARCHED` messages of each scope that are not indexed are looked at.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from heapq import merge
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import Final

from chatserver.core.events import KeptEvent
from chatserver.core.history import NEWEST, SEARCHED, Page, Scope, Search
from chatserver.core.words import needle
from chatserver.storage.index import (
    STATUS_SHELF,
    Progress,
    find_code,
    find_places,
    read_progress,
    sender_term,
    shelves,
)
from chatserver.storage.pages import find_after, iterate_page
from chatserver.storage.rows import decode_event

CANDIDATES_MOST: Final = 10_000
"""Places that are looked up in one scope: bounds the time where many have all terms but do not fit."""

TERMS_MOST: Final = 32
"""Terms of a search that are looked for, the longest ones; the text is looked at for all words."""

_NUMBER = attrgetter("seq")


class IndexUnreadable(Exception):
    """The index failed, for a `reason`. The search can be done without it."""

    def __init__(self, reason: sqlite3.Error) -> None:
        super().__init__(str(reason))
        self.reason = reason


def read_search(
    log: sqlite3.Connection, index: sqlite3.Connection | None, search: Search
) -> Sequence[KeptEvent]:
    """Return what is found, oldest first. Raises `IndexUnreadable`, `sqlite3.Error`."""
    looking = _Looking(log, index, search)
    found = merge(
        *(looking.within(scope) for scope in search.scopes), key=_NUMBER, reverse=not search.oldest
    )
    each_once = (next(same) for _, same in groupby(found, _NUMBER))
    chosen = [*islice(each_once, search.limit)]
    return chosen if search.oldest else chosen[::-1]


@contextmanager
def _reading_index() -> Iterator[None]:
    """Tell what goes wrong with the index from what goes wrong with the log."""
    try:
        yield
    except sqlite3.Error as error:
        raise IndexUnreadable(error) from error


class _Looking:
    """One search, as it is done."""

    def __init__(
        self, log: sqlite3.Connection, index: sqlite3.Connection | None, search: Search
    ) -> None:
        self._log = log
        self._search = search
        self._terms = sorted(needle(search.text).terms, key=len, reverse=True)[:TERMS_MOST]
        self._senders = [sender_term(nick) for nick in search.senders]
        self._index = index if self._terms or self._senders else None
        self._progress = self._read_progress()

    def within(self, scope: Scope) -> Iterator[KeptEvent]:
        """Yield what fits in one scope, in the order of the search."""
        waiting = self._scan(scope) if self._waits else iter(())
        if self._index is None:
            return waiting
        known = self._look_up(self._index, scope)
        return chain(known, waiting) if self._search.oldest else chain(waiting, known)

    def _read_progress(self) -> Progress:
        if self._index is None:
            return Progress(0, 0)
        with _reading_index():
            return read_progress(self._index)

    @cached_property
    def _waits(self) -> bool:
        """Whether there is anything that is not indexed."""
        row = self._log.execute(
            "select 1 from events where place > ? limit 1", (self._progress.place,)
        )
        return row.fetchone() is not None

    def _scan(self, scope: Scope) -> Iterator[KeptEvent]:
        """Yield what fits of what is not indexed."""
        search = self._search
        page = Page(
            scope.target, max(scope.after, self._progress.seq), search.before, SEARCHED,
            since=search.since, until=search.until, oldest=search.oldest, direct=scope.direct,
        )  # fmt: skip
        return filter(search.fits, iterate_page(self._log, page))

    def _express(self, index: sqlite3.Connection, scope: Scope) -> str:
        """Return what to look for in the index, "" if there can be nothing."""
        if not scope.direct:
            return self._on_shelves(index, shelves(scope.target))
        either = [self._on_shelves(index, [shelf]) for shelf in (scope.target, STATUS_SHELF)]
        return " OR ".join(f"({one})" for one in either if one)

    def _on_shelves(self, index: sqlite3.Connection, names: Sequence[str]) -> str:
        """Return what stands on all of these shelves."""
        codes = [find_code(index, name) for name in names]
        if None in codes:
            return ""
        parts = []
        for code in codes:
            parts += [f'"{code}_{term}"' for term in self._terms]
            senders = " OR ".join(f'"{code}_{term}"' for term in self._senders)
            if senders:
                parts.append(f"({senders})")
        return " AND ".join(parts)

    def _look_up(self, index: sqlite3.Connection, scope: Scope) -> Iterator[KeptEvent]:
        """Yield what fits of what the index names."""
        search = self._search
        for place in islice(self._places(index, scope), CANDIDATES_MOST):
            row = self._log.execute(
                "select seq, target, event, sum from events where place = ? and kind = 'Said'",
                (place,),
            ).fetchone()
            if row is None:  # it is gone
                continue
            seq, target, event, checksum = row
            if seq <= scope.after and not search.oldest:
                return
            if scope.after < seq < search.before and self._is_in(scope, seq, target):
                message = decode_event(seq, event, checksum)
                if search.since < message.at < search.until and search.fits(message):
                    yield message

    def _places(self, index: sqlite3.Connection, scope: Scope) -> Iterator[int]:
        """Yield the places that the index names, in the order of the search."""
        first, end = self._bounds
        if self._search.oldest:
            first = max(first, find_after(self._log, "seq", scope.after).place)
        with _reading_index():
            expression = self._express(index, scope)
            if expression:
                yield from find_places(index, expression, first, end, oldest=self._search.oldest)

    @cached_property
    def _bounds(self) -> tuple[int, int]:
        """The first place to look at, and the first one that is too late."""
        search = self._search
        first, end = 0, NEWEST
        if search.since >= 0:
            first = find_after(self._log, "at", search.since).place
        if search.until < NEWEST:
            end = find_after(self._log, "at", search.until - 1).place
        if search.before <= self._progress.seq:
            end = min(end, find_after(self._log, "seq", search.before - 1).place)
        return first, end

    def _is_in(self, scope: Scope, seq: int, target: str) -> bool:
        """Say whether a message to `target` is in a scope."""
        if not scope.direct:
            return target == scope.target
        row = self._log.execute(
            "select 1 from direct where reader = ? and seq = ? and target = ?",
            (scope.target, seq, target),
        )
        return row.fetchone() is not None
