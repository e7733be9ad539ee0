"""A line of the world as one line of JSON, for programs to read.

Rules: one object a line, always with the same keys; text in it is safe to show in a terminal too.
"""

import datetime as dt
import json

from chatclient.model import Buffer, BufferKind, Line
from chatwire.text import visible


def json_line(buffer: Buffer, line: Line) -> str:
    """Return a line of a buffer as JSON, without a line end.

    `time` is ISO 8601 in UTC; `kind` a `chatclient.model.Kind`; `room` the room, null in a
    conversation; `with` the other person of a conversation, null in a room; `from` the nick, "" for
    the server; `account` whose account that is, "" if not told; `msgid` the server's
    id of the message, "" if it has none.
    """
    return visible(
        json.dumps(
            {
                "time": _written(line.time),
                "kind": line.kind,
                "room": buffer.name if buffer.kind is BufferKind.ROOM else None,
                "with": buffer.name if buffer.kind is BufferKind.DIRECT else None,
                "from": line.source,
                "account": line.account,
                "bot": line.bot,
                "text": line.text,
                "msgid": line.msgid,
                "own": line.own,
                "mention": line.mention,
                "history": line.history,
            },
            ensure_ascii=False,
        )
    )


def _written(time: float) -> str:
    try:
        moment = dt.datetime.fromtimestamp(time, dt.UTC)
    except (ValueError, OverflowError, OSError):  # a server may tell any time
        moment = dt.datetime.fromtimestamp(0, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
