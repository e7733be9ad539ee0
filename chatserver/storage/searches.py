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
from operator import attrgetter, itemgetter
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
"""Places that are looked up: bounds the time where many have all terms but do not fit."""

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
    parts = looking.newer(), looking.indexed()
    found = chain.from_iterable(reversed(parts) if search.oldest else parts)
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
        self._left: set[Scope] = set()
        """Those whose beginning was passed: nothing older is in them."""

    def newer(self) -> Iterator[KeptEvent]:
        """Return what fits of what is not indexed, in the order of the search."""
        if not self._waits:
            return iter(())
        found = map(self._scan, self._search.scopes)
        return merge(*found, key=_NUMBER, reverse=not self._search.oldest)

    def indexed(self) -> Iterator[KeptEvent]:
        """Yield what fits of what the index names, in the order of the search."""
        if self._index is None:
            return
        scopes = self._search.scopes
        named = [self._places(self._index, scope) for scope in scopes]
        places = merge(*named, key=itemgetter(0), reverse=not self._search.oldest)
        for place, scope in islice(places, CANDIDATES_MOST):
            event = self._look_up(place, scope)
            if event is not None:
                yield event

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

    def _places(self, index: sqlite3.Connection, scope: Scope) -> Iterator[tuple[int, Scope]]:
        """Yield the places that the index names for a scope, until that is known to be left."""
        first, end = self._bounds
        if self._search.oldest:
            first = max(first, find_after(self._log, "seq", scope.after).place)
        with _reading_index():
            expression = self._express(index, scope)
            if not expression:
                return
            for place in find_places(index, expression, first, end, oldest=self._search.oldest):
                yield place, scope
                if scope in self._left:
                    return

    def _look_up(self, place: int, scope: Scope) -> KeptEvent | None:
        """Return what is at a place, if it fits."""
        search = self._search
        row = self._log.execute(
            "select seq, target, cast(event as blob), sum from events where place = ? and kind = 'Said'",
            (place,),
        ).fetchone()
        if row is None:  # it is gone
            return None
        seq, target, event, checksum = row
        if seq <= scope.after and not search.oldest:
            self._left.add(scope)
        if not (scope.after < seq < search.before and self._is_in(scope, seq, target)):
            return None
        message = decode_event(seq, event, checksum)
        fits = search.since < message.at < search.until and search.fits(message)
        return message if fits else None

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
