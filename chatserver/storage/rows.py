"""What is kept, as rows of the file: written, and at the start read back.

Rules: a row is written as often as its keeper asks, and is there once: who tries again after an error
cannot know what the disk made of the first try. None of these functions begins or ends a transaction.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from chatserver.core.events import Said
from chatserver.core.nonces import REMEMBERED_FOR, REMEMBERED_MOST, Kept, nonce_key
from chatserver.core.state import RoomRecord
from chatserver.ports import Record, Restored, Writing
from chatserver.storage.index import Message

_encode = msgspec.json.Encoder().encode
_decode_room = msgspec.json.Decoder(RoomRecord).decode

_FORGET_NONCES: Final = (
    "delete from nonces where at < ? and seq in (select seq from nonces order by seq limit ?)"
)
"""Looks at the oldest alone: times rise with numbers."""


def write(connection: sqlite3.Connection, writing: Writing) -> None:
    """Write all of `writing`. Raises `sqlite3.Error`."""
    records = writing.records
    connection.executemany(
        "insert or replace into events (seq, at, target, kind, event) values (?, ?, ?, ?, ?)",
        map(_row, records),
    )
    connection.executemany(
        "insert or replace into direct (reader, seq, target) values (?, ?, ?)",
        [(reader, one.event.seq, one.target) for one in records for reader in one.readers],
    )
    _write_nonces(connection, [*_nonces(records)])
    connection.executemany(
        "insert or replace into rooms values (?, ?)",
        [(room.key, _encode(room).decode()) for room in writing.rooms],
    )
    connection.executemany("delete from rooms where key = ?", [(key,) for key in writing.forgotten])
    # Its rows in `direct` stay: they have nothing of the text, and lead to nothing.
    connection.executemany(
        "delete from events where kind = 'Said' and target = ? and seq = ?", writing.redacted
    )


def read_redacted(connection: sqlite3.Connection, writing: Writing) -> Sequence[Message]:
    """Return what `writing` redacts, while it is there, as an index knows it. Raises `sqlite3.Error`."""
    find = "select place, event from events where kind = 'Said' and target = ? and seq = ?"
    return [
        Message(place, target, event)
        for target, seq in writing.redacted
        for place, event in connection.execute(find, (target, seq))
    ]


def count_start(connection: sqlite3.Connection, least: int) -> None:
    """Begin the next epoch: `least`, or a later one. Raises `sqlite3.Error`."""
    connection.execute(
        "update counters set value = max(value + 1, ?) where name = 'epoch'", (least,)
    )


def restore(connection: sqlite3.Connection) -> Restored:
    """Return what is known at the start. Raises `sqlite3.Error`, `msgspec.MsgspecError`."""
    (epoch,) = connection.execute("select value from counters where name = 'epoch'").fetchone()
    newest = connection.execute("select at from events order by place desc limit 1").fetchone()
    last_at = newest[0] if newest else 0
    records = connection.execute("select record from rooms order by key")
    rooms = [_decode_room(record) for (record,) in records]
    nonces = connection.execute(
        "select key, target, seq, at from nonces where at >= ? order by seq desc limit ?",
        (last_at - REMEMBERED_FOR, REMEMBERED_MOST),
    )
    return Restored(epoch, last_at, rooms, [Kept(*row) for row in nonces][::-1])


def _row(record: Record) -> tuple[int, int, str, str, str]:
    event = record.event
    return event.seq, event.at, record.target, type(event).__name__, _encode(event).decode()


def _nonces(records: Sequence[Record]) -> Iterator[tuple[int, int, str, bytes]]:
    for record in records:
        event = record.event
        if isinstance(event, Said) and (key := nonce_key(event.who, event.target, event.tags)):
            yield event.seq, event.at, record.target, key


def _write_nonces(
    connection: sqlite3.Connection, nonces: Sequence[tuple[int, int, str, bytes]]
) -> None:
    """Add some, and forget up to twice as many that are too old, so that they do not pile up."""
    if nonces:
        connection.executemany(
            "insert or replace into nonces (seq, at, target, key) values (?, ?, ?, ?)", nonces
        )
        _, newest, *_ = nonces[-1]
        connection.execute(_FORGET_NONCES, (newest - REMEMBERED_FOR, 2 * len(nonces)))
