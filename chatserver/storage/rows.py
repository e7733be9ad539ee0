"""What is kept, as rows of the file: written, and at the start read back.

Rules: a row is written as often as its keeper asks, and is there once: who tries again after an error
cannot know what the disk made of the first try. None of these functions begins or ends a transaction.
"""

import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import chain, starmap
from typing import Final
from zlib import crc32

import msgspec
from msgspec import structs

from chatserver.core.accounts import Account
from chatserver.core.events import KeptEvent, Said
from chatserver.core.guests import Guest
from chatserver.core.markers import FORGOTTEN, Marker
from chatserver.core.nonces import REMEMBERED_FOR, REMEMBERED_MOST, Kept, nonce_key
from chatserver.core.records import RoomRecord
from chatserver.ports import Record, Restored, Trimmed, Writing
from chatserver.storage.index import Message

_encode = msgspec.json.Encoder().encode
_decode_event = msgspec.json.Decoder(KeptEvent).decode
_decode_account = msgspec.json.Decoder(Account).decode
decode_room = msgspec.json.Decoder(RoomRecord).decode

_FORGET_NONCES: Final = (
    "delete from nonces where at < ? and seq in (select seq from nonces order by seq limit ?)"
)
"""Looks at the oldest alone: times rise with numbers."""


_INSERT_EVENTS: Final = "insert or replace into events (seq, at, target, kind, event, sum) values "

_TOGETHER: Final = 64
"""Events in one statement: a statement for each takes a fifth longer, as the interpreter is let go, and
waited for, with each."""


@cache
def _insert_events(count: int) -> str:
    """Return the statement that writes so many."""
    return _INSERT_EVENTS + ", ".join(["(?, ?, ?, ?, ?, ?)"] * count)


class DamagedEvent(sqlite3.DatabaseError):
    """An event that is not what was written down; `seq` is its number."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"the event {seq:x} in the log is not what was kept")
        self.seq = seq


def write(connection: sqlite3.Connection, writing: Writing) -> Sequence[Message]:
    """Write all of `writing`, and return the messages that are gone by it. Raises `sqlite3.Error`."""
    _write_records(connection, writing.records)
    return _write_changes(connection, writing) if writing.changes else ()


def _write_records(connection: sqlite3.Connection, records: Sequence[Record]) -> None:
    for start in range(0, len(records), _TOGETHER):
        rows = [*map(_row, records[start : start + _TOGETHER])]
        connection.execute(_insert_events(len(rows)), [*chain.from_iterable(rows)])
    readers = [(reader, one.event.seq, one.target) for one in records for reader in one.readers]
    if readers:
        connection.executemany(
            "insert or replace into direct (reader, seq, target) values (?, ?, ?)", readers
        )
    _write_nonces(connection, [*_nonces(records)])


def _write_changes(connection: sqlite3.Connection, writing: Writing) -> Sequence[Message]:
    """Write all but the records; most messages change nothing else."""
    connection.executemany(
        "insert or replace into rooms values (?, ?)",
        [(room.key, _encode(room).decode()) for room in writing.rooms],
    )
    connection.executemany("delete from rooms where key = ?", [(key,) for key in writing.forgotten])
    connection.executemany(
        "insert or replace into guests (key, nick, named_seq, left_at) values (?, ?, ?, ?)",
        map(structs.astuple, writing.guests),
    )
    connection.executemany(
        "delete from guests where key = ?", [(key,) for key in writing.forgotten_guests]
    )
    _write_accounts(connection, writing)
    return [*_redact(connection, writing), *_trim(connection, writing)]


def _write_accounts(connection: sqlite3.Connection, writing: Writing) -> None:
    """Write accounts and markers; nothing stays of an account that is forgotten."""
    connection.executemany(
        "insert or replace into accounts values (?, ?)",
        [(account.key, _encode(account).decode()) for account in writing.accounts],
    )
    connection.executemany(
        "insert or replace into markers (account, target, read_at) values (?, ?, ?)",
        [structs.astuple(one) for one in writing.markers if one.read_at != FORGOTTEN],
    )
    connection.executemany(
        "delete from markers where account = ? and target = ?",
        [(one.account, one.target) for one in writing.markers if one.read_at == FORGOTTEN],
    )
    forgotten = [(key,) for key in writing.forgotten_accounts]
    connection.executemany("delete from accounts where key = ?", forgotten)
    connection.executemany("delete from markers where account = ?", forgotten)


def _redact(connection: sqlite3.Connection, writing: Writing) -> Iterator[Message]:
    """Remove messages. Their rows in `direct` stay: they have nothing of the text, and lead to nothing."""
    for target, seq in writing.redacted:
        row = connection.execute(
            "select place, cast(event as blob) from events"
            " where kind = 'Said' and target = ? and seq = ?",
            (target, seq),
        ).fetchone()
        if row is not None:
            place, event = row
            connection.execute("delete from events where place = ?", (place,))
            yield Message(place, target, event)


def _trim(connection: sqlite3.Connection, writing: Writing) -> Iterator[Message]:
    """Remove what is too old, each row by its place; never the newest, from which all counts on."""
    if not writing.trimmed:
        return
    (newest,) = connection.execute("select max(place) from events").fetchone()
    for trimmed in writing.trimmed:
        for place, kind, seq, event in _find_rows(connection, trimmed):
            if place == newest:
                continue
            connection.execute("delete from events where place = ?", (place,))
            connection.executemany(
                "delete from direct where reader = ? and seq = ? and target = ?",
                [(nick, seq, trimmed.target) for nick in trimmed.target.split(",")],
            )
            if kind == "Said":
                yield Message(place, trimmed.target, event)


def _find_rows(
    connection: sqlite3.Connection, trimmed: Trimmed
) -> Sequence[tuple[int, str, int, bytes]]:
    """Return place, kind, number and event of each of the rows."""
    find = (
        "select place, kind, seq, cast(event as blob) from events"
        " where kind {} 'Said' and target = ? and seq = ?"
    )
    return [
        row
        for seq in trimmed.seqs
        for kind in ("=", "<>")
        for row in connection.execute(find.format(kind), (trimmed.target, seq))
    ]


_SECRET: Final = ("secret1", "secret2")
"""The counters that together are the secret of a server: whole numbers of 63 bits."""


def count_start(connection: sqlite3.Connection, least: int) -> None:
    """Begin the next epoch: `least`, or a later one; the first makes a secret. Raises `sqlite3.Error`."""
    connection.executemany(
        "insert or ignore into counters values (?, ?)",
        [(name, secrets.randbits(63)) for name in _SECRET],
    )
    connection.execute(
        "update counters set value = max(value + 1, ?) where name = 'epoch'", (least,)
    )


def restore(connection: sqlite3.Connection) -> Restored:
    """Return what is known at the start. Raises `sqlite3.Error`, `msgspec.MsgspecError`."""
    (epoch,) = connection.execute("select value from counters where name = 'epoch'").fetchone()
    parts = connection.execute("select value from counters where name like 'secret%' order by name")
    secret = b"".join(value.to_bytes(8) for (value,) in parts)
    newest = connection.execute("select at from events order by place desc limit 1").fetchone()
    last_at = newest[0] if newest else 0
    records = connection.execute("select record from rooms order by key")
    rooms = [decode_room(record) for (record,) in records]
    nonces = connection.execute(
        "select key, target, seq, at from nonces where at >= ? order by seq desc limit ?",
        (last_at - REMEMBERED_FOR, REMEMBERED_MOST),
    )
    guests = connection.execute("select key, nick, named_seq, left_at from guests order by key")
    accounts = connection.execute("select record from accounts order by key")
    markers = connection.execute(
        "select account, target, read_at from markers order by read_at, account, target"
    )
    return Restored(
        epoch,
        last_at,
        rooms,
        [*starmap(Kept, nonces)][::-1],
        [*starmap(Guest, guests)],
        [_decode_account(record) for (record,) in accounts],
        [*starmap(Marker, markers)],
        secret,
    )


def decode_event(seq: int, event: bytes, checksum: int | None) -> KeptEvent:
    """Return the event that was found as `seq`. Raises `sqlite3.DatabaseError` if that is not it.

    It is read as bytes: SQLite takes what is damaged for no text, and then fails whoever comes by it.
    """
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        decoded: KeptEvent = _decode_event(event)
        if decoded.seq == seq and checksum in (None, crc32(event)):
            return decoded
    raise DamagedEvent(seq)


def _row(record: Record) -> tuple[int, int, str, str, str, int]:
    event = record.event
    data = _encode(event)
    return event.seq, event.at, record.target, type(event).__name__, data.decode(), crc32(data)


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
