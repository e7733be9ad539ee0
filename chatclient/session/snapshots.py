"""The outbox as text, to be kept over a restart of the program.

Rules: what the server may have was sent, and is `tried`: where the server knows a message again by
its nonce it is sent once more, elsewhere it has failed (`catchup.MAYBE_LOST`). What never was sent
is sent. A text that is of another version, or broken, restores nothing.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from chatclient.model import BufferKind, Delivery, Kind, World
from chatclient.session.outbox import Entry, Outbox
from chatwire.text import action

VERSION = 1

REMEMBERED = 20 * 3600.0
"""For so many seconds we trust a server to know a nonce again (ours does so for 24 hours)."""

TOO_OLD = "it may have arrived before this program was stopped, too long ago to ask"
"""Why a line failed that the server may have had and forgotten."""


def snapshot(outbox: Outbox) -> str:
    """Return all lines that wait or have failed as text, "" if there are none."""
    entries = [*outbox.entries()]
    if not entries:
        return ""
    written = {"version": VERSION, "lines": [_write(entry) for entry in entries]}
    return json.dumps(written, ensure_ascii=False, separators=(",", ":"))


def _write(entry: Entry) -> Mapping[str, object]:
    buffer, line = entry.buffer, entry.line
    return {
        "target": buffer.target,
        "room": buffer.kind is BufferKind.ROOM,
        "kind": line.kind.value,
        "time": line.time,
        "source": line.source,
        "reason": line.reason,
        "failed": line.delivery is Delivery.FAILED,
        "command": entry.command,
        "wire": entry.wire,
        "nonce": entry.nonce,
        "reply_to": entry.reply_to,
        "sent_to": entry.target,
        "sent_as": entry.nick,
        "tried": entry.tried or bool(entry.mark),
    }


def restore(outbox: Outbox, world: World, written: str, now: float) -> None:
    """Put what `snapshot` returned back into the world and the outbox, but for what is there.

    Rooms to which something waits to be said are joined.
    """
    known = {entry.nonce for entry in outbox.entries()}
    for told in _read(written):
        try:
            if told["nonce"] not in known:
                _restore(outbox, world, told, now)
        except (KeyError, TypeError, ValueError):
            continue


def _read(written: str) -> Iterable[Mapping[str, Any]]:
    try:
        read = json.loads(written or "{}")
    except ValueError:
        return ()
    if not isinstance(read, dict) or read.get("version") != VERSION:
        return ()
    lines = read.get("lines")
    return [told for told in lines if isinstance(told, dict)] if isinstance(lines, list) else ()


def _restore(outbox: Outbox, world: World, told: Mapping[str, Any], now: float) -> None:
    target, wire, nonce = str(told["target"]), str(told["wire"]), str(told["nonce"])
    done = action(wire)
    text = wire if done is None else done
    time = float(told["time"])
    reply_to = str(told["reply_to"])
    line = world.make_line(
        Kind(told["kind"]),
        text,
        time=time,
        source=str(told["source"]),
        own=True,
        delivery=Delivery.PENDING,
        reply_to=reply_to,
    )
    if not target or not nonce:
        return
    buffer = world.open_room(target) if told["room"] else world.open_direct(target)
    world.add(buffer, line)
    entry = Entry(buffer, line, str(told["command"]), wire, nonce, reply_to)
    entry.target, entry.nick, entry.tried = (
        str(told["sent_to"]),
        str(told["sent_as"]),
        told["tried"],
    )
    outbox.put(entry)
    if told["failed"]:
        outbox.fail(entry, str(told["reason"]))
    elif entry.tried and now - time > REMEMBERED:
        outbox.fail(entry, TOO_OLD)
    elif told["room"]:
        buffer.wanted = True
