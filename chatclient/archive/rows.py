"""A line as a row of the archive, and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from chatclient.model import Delivery, Kind, Line, Reaction, Span

KEPT: Final[Mapping[Kind, int]] = {
    Kind.MESSAGE: 0,
    Kind.ACTION: 1,
    Kind.NOTICE: 2,
    Kind.JOIN: 3,
    Kind.PART: 4,
    Kind.QUIT: 5,
    Kind.KICK: 6,
    Kind.NICK: 7,
    Kind.TOPIC: 8,
    Kind.MODE: 9,
    Kind.INVITE: 10,
    Kind.DELETED: 11,
    Kind.GAP: 12,
}
"""The kinds of lines that are kept, as they are written: not what was for the moment."""

SAID = 3
"""Below are the kinds of what people say."""

COLUMNS = "id, buffer, msgid, kind, time, flags, source, text, folded, more"

Row = tuple[int, int, str | None, int, float, int, str, str, str | None, str | None]

_KINDS = {number: kind for kind, number in KEPT.items()}
_OWN, _MENTION, _BOT = 1, 2, 4
_TICKS = 20  # bits below a millisecond
_LAST = 7_258_118_400.0  # the year 2200; a server may tell any time


def is_kept(line: Line) -> bool:
    """Say whether a line belongs in the archive: the outbox keeps what is on its way."""
    return line.kind in KEPT and line.delivery is Delivery.CONFIRMED


def moment(time: float) -> int:
    """Return the first position of the millisecond of a time in seconds since 1970."""
    return int(min(max(time, 0.0), _LAST) * 1000) + 1 << _TICKS


def fold(text: str) -> str:
    """Return a text as it is compared when it is searched."""
    return text.casefold()


def row_of(line: Line, position: int, buffer: int) -> Row:
    """Return the row of a line."""
    text, folded = line.text, None
    if not text.isascii() and (whole := fold(text)) != _ascii_lower(text):
        folded = whole
    flags = line.own * _OWN | line.mention * _MENTION | line.bot * _BOT
    return (
        position,
        buffer,
        line.msgid or None,
        KEPT[line.kind],
        line.time,
        flags,
        line.source,
        text,
        folded,
        _more(line),
    )


def line_of(row: Row) -> Line | None:
    """Return the line of a row, None for one that makes no sense: a disk may change any byte."""
    try:
        return _line_of(row)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


def _line_of(row: Row) -> Line:
    position, _, msgid, kind, time, flags, source, text, _, more = row
    if (type(time), type(source), type(text)) != (float, str, str):
        raise TypeError
    line = Line(
        -position,
        _KINDS[kind],
        time,
        source,
        text,
        msgid or "",
        bool(flags & _OWN),
        bool(flags & _MENTION),
        history=True,
        bot=bool(flags & _BOT),
    )
    return replace(line, **_unpacked(more)) if more else line


def _ascii_lower(text: str) -> str:
    return text.encode(errors="replace").lower().decode()


def _more(line: Line) -> str | None:
    if not (line.account or line.reply_to or line.reactions or line.spans):
        return None
    more: dict[str, object] = {}
    if line.account:
        more["account"] = line.account
    if line.reply_to:
        more["reply_to"] = line.reply_to
    if line.reactions:
        more["reactions"] = [[each.text, each.nicks, each.own] for each in line.reactions]
    if line.spans:
        more["spans"] = [
            {k: v for k, v in asdict(s).items() if v not in (False, None)} | {"start": s.start}
            for s in line.spans
        ]
    return json.dumps(more, ensure_ascii=False, separators=(",", ":"))


def _unpacked(written: str) -> dict[str, Any]:
    more: dict[str, Any] = json.loads(written)
    if "reactions" in more:
        more["reactions"] = tuple(
            Reaction(text, tuple(nicks), own) for text, nicks, own in more["reactions"]
        )
    if "spans" in more:
        more["spans"] = tuple(Span(**each) for each in more["spans"])
    return more
