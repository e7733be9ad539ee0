"""A line of the world as lines of text, for people to read and for grep and awk to cut.

Rules: every line begins with day, time and room, so that each can be read alone; there are no
control characters in it.
"""

import datetime as dt
from collections.abc import Iterator

from chatclient.model import CONVERSATION, Buffer, Kind, Line
from chatwire.text import visible

TOLD = CONVERSATION | {Kind.KICK, Kind.TOPIC, Kind.GAP, Kind.DELETED, Kind.ERROR}
"""The kinds of lines that are told; who comes and goes is not."""


def text_lines(buffer: Buffer, line: Line) -> Iterator[str]:
    """Iterate over the lines of text, without line ends, that tell a line of a buffer.

    As in "2026-11-22 12:03:04 #ops bob: hello", "... * bob waves", "... -- bob set the topic".
    """
    for part in line.text.split("\n"):
        told = visible(f"{written(line.time)} {buffer.name} {_told(line, part)}")
        yield told.replace("\t", " ")


def written(time: float) -> str:
    """Return day and time as they are here, of seconds since 1970."""
    try:
        moment = dt.datetime.fromtimestamp(time, dt.UTC).astimezone()
    except (ValueError, OverflowError, OSError):  # a server may tell any time
        moment = dt.datetime.fromtimestamp(0, dt.UTC).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _told(line: Line, text: str) -> str:
    match line.kind:
        case Kind.MESSAGE:
            return f"{line.source}: {text}"
        case Kind.ACTION:
            return f"* {line.source} {text}"
        case Kind.NOTICE:
            return f"-{line.source}- {text}"
        case _:
            return f"-- {text}"
