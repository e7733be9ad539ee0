"""Pages of the log, as they are read from the file.

Rules: a page of messages is one range of one index. What is no message has indexes of its own, and is
merged in for who asks for everything, so that it does not slow the pages of messages down.
"""

import sqlite3
from collections.abc import Sequence
from itertools import islice
from typing import Final

import msgspec

from chatserver.core.events import KeptEvent
from chatserver.core.history import NEWEST, SEARCHED, Page

_OF_TARGET: Final = (
    "select seq, event from events"
    " where kind {kind} 'Said' and target = ?1 and seq > ?2 and seq < ?3"
)

_OF_READER: Final = (
    "select direct.seq as seq, event from direct cross join events"
    " on events.target = direct.target and events.seq = +direct.seq"
    " where kind {kind} 'Said' and reader = ?1 and direct.seq > ?2 and direct.seq < ?3"
)
"""The join is crossed, and the plus stands there, so that SQLite goes along `direct` and looks each up."""

_ORDERED: Final = " order by seq {order} limit ?4"

_decode_event = msgspec.json.Decoder(KeptEvent).decode


def read_page(connection: sqlite3.Connection, page: Page) -> Sequence[KeptEvent]:
    """Return a page, oldest event first. Raises `sqlite3.Error`, `msgspec.MsgspecError`."""
    after, before = _bounds(connection, page)
    rows = connection.execute(
        _statement(page), (page.target, after, before, SEARCHED if page.words else page.limit)
    )
    fitting = (event for (_, row) in rows if page.fits(event := _decode_event(row)))
    found = [*islice(fitting, page.limit)]
    return found if page.oldest else found[::-1]


def _statement(page: Page) -> str:
    source = _OF_READER if page.direct else _OF_TARGET
    asked = source.format(kind="=")
    if page.everything:
        others = source.format(kind="<>")
        asked = f"select seq, event from ({asked} union all {others})"  # noqa: S608 - both are ours
    return asked + _ORDERED.format(order="asc" if page.oldest else "desc")


def _bounds(connection: sqlite3.Connection, page: Page) -> tuple[int, int]:
    """Return the numbers between which a page is: times rise with them."""
    after, before = page.after, page.before
    if page.since >= 0:
        after = max(after, _number_after(connection, page.since) - 1)
    if page.until < NEWEST:
        before = min(before, _number_after(connection, page.until - 1))
    return after, before


def _number_after(connection: sqlite3.Connection, at: int) -> int:
    """Return the number of the first event later than `at`, of all targets; `NEWEST` if none is."""
    find = connection.execute
    low = 0
    (high,) = find("select coalesce(max(place), 0) + 1 from events").fetchone()
    found = NEWEST
    while low < high:
        middle = (low + high) // 2
        place, seq, then = find(
            "select place, seq, at from events where place >= ? order by place limit 1", (middle,)
        ).fetchone() or (high, NEWEST, NEWEST)
        if then > at:
            high, found = middle, min(found, seq)
        else:
            low = place + 1
    return found
