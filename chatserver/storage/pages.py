"""Pages of the log, as they are read from the file.

Rules: a page of messages is one range of one index. What is no message has indexes of its own, and is
merged in for who asks for everything, so that it does not slow the pages of messages down.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple

from chatserver.core.events import KeptEvent
from chatserver.core.history import NEWEST, Page
from chatserver.storage.rows import decode_event

_OF_TARGET: Final = (
    "select seq, cast(event as blob) as event, sum from events"
    " where kind {kind} 'Said' and target = ?1 and seq > ?2 and seq < ?3"
)

_OF_READER: Final = (
    "select direct.seq as seq, cast(event as blob) as event, sum from direct cross join events"
    " on events.target = direct.target and events.seq = +direct.seq"
    " where kind {kind} 'Said' and reader = ?1 and direct.seq > ?2 and direct.seq < ?3"
)
"""The join is crossed, and the plus stands there, so that SQLite goes along `direct` and looks each up."""

_ORDERED: Final = " order by seq {order} limit ?4"


class Spot(NamedTuple):
    """Where an event is in the file: its place, and its number."""

    place: int
    seq: int


def read_page(connection: sqlite3.Connection, page: Page) -> Sequence[KeptEvent]:
    """Return a page, oldest event first. Raises `sqlite3.Error`."""
    found = [*iterate_page(connection, page)]
    return found if page.oldest else found[::-1]


def iterate_page(connection: sqlite3.Connection, page: Page) -> Iterator[KeptEvent]:
    """Yield what is on a page, newest first unless `oldest`; raises like `read_page`."""
    after, before = _bounds(connection, page)
    rows = connection.execute(_statement(page), (page.target, after, before, page.limit))
    return (decode_event(*row) for row in rows)


def _statement(page: Page) -> str:
    source = _OF_READER if page.direct else _OF_TARGET
    asked = source.format(kind="=")
    if page.everything:
        others = source.format(kind="<>")
        asked = f"select seq, event, sum from ({asked} union all {others})"  # noqa: S608 - both are ours
    return asked + _ORDERED.format(order="asc" if page.oldest else "desc")


def _bounds(connection: sqlite3.Connection, page: Page) -> tuple[int, int]:
    """Return the numbers between which a page is: times rise with them."""
    after, before = page.after, page.before
    if page.since >= 0:
        after = max(after, find_after(connection, "at", page.since).seq - 1)
    if page.until < NEWEST:
        before = min(before, find_after(connection, "at", page.until - 1).seq)
    return after, before


def find_after(connection: sqlite3.Connection, column: Literal["seq", "at"], value: int) -> Spot:
    """Return where the first event is, of all targets, with more than `value` in a column.

    Where none is, both place and number are `NEWEST`. Raises `sqlite3.Error`.
    """
    find = connection.execute
    next_from = f"select place, seq, {column} from events where place >= ? order by place limit 1"  # noqa: S608
    low = 0
    (high,) = find("select coalesce(max(place), 0) + 1 from events").fetchone()
    found = Spot(NEWEST, NEWEST)
    while low < high:
        middle = (low + high) // 2
        place, seq, has = find(next_from, (middle,)).fetchone() or (high, NEWEST, NEWEST)
        if has > value:
            high = middle
            found = min(found, Spot(place, seq))
        else:
            low = place + 1
    return found
