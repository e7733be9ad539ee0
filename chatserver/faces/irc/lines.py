"""Lines as they go to an IRC client: numerics, limits, lists that fill as few lines as they need.

Rules: a line without its tags has 512 bytes at most, CR LF included (Modern IRC, "Message Format"),
and is cut at the border of a character. No text, whoever wrote it, breaks a line or becomes a
parameter of its own.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

from chatwire.text import cut_utf8

BODY_LIMIT = 510
"""Bytes of a line without its tags and its end."""

_BREAKS = re.compile("[\r\n\0]")


def finish(line: str, tags: str = "") -> bytes:
    """Return `line` as it is sent, with `tags` (`@…` and the space after them, or "") before it."""
    if not line.isprintable():  # the quicker look: most lines are
        line = _BREAKS.sub(" ", line)
    data = line.encode(errors="replace")
    if len(data) > BODY_LIMIT:
        data = cut_utf8(data, BODY_LIMIT)
    return b"%b%b\r\n" % (tags.encode(errors="replace"), data)


def as_middle(text: str) -> str:
    """Return `text` if it can stand between other parameters, else `*`."""
    return "*" if not text or " " in text or text.startswith(":") else text


def numeric(server: str, code: str, nick: str, *params: str, text: str | None = None) -> bytes:
    """Return a numeric reply to `nick` ("" for who has none yet), `text` being what people read."""
    middle = " ".join([f":{server}", code, nick or "*", *map(as_middle, params)])
    return finish(middle if text is None else f"{middle} :{text}")


def split_text(text: str, limit: int) -> Iterator[str]:
    """Yield `text` in pieces of at most `limit` bytes, cut after a space where the words allow it.

    Together they are `text` again. A limit under four bytes, into which no emoji fits, counts as four.
    """
    limit = max(limit, 4)
    rest = text.encode(errors="replace")
    while len(rest) > limit:
        piece = cut_utf8(rest, limit)
        space = piece.rfind(b" ")
        if space > limit // 2:
            piece = piece[: space + 1]
        yield piece.decode()
        rest = rest[len(piece) :]
    if rest:
        yield rest.decode()


@lru_cache(maxsize=64)  # messages come many at a time: this takes longer than all else of a tag
def iso_time(at: int) -> str:
    """Return a time (ms since 1970, UTC) as IRCv3 server-time writes it."""
    seconds, milliseconds = divmod(at, 1000)
    return f"{_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}"


def marker_line(server: str, target: str, read_at: int | None) -> bytes:
    """Return up to when `target` is read, None if nobody said (IRCv3 draft/read-marker)."""
    written = "*" if read_at is None else f"timestamp={iso_time(read_at)}"
    return finish(f":{server} MARKREAD {target} {written}")


def readable_time(at: int) -> str:
    """Return a time (ms since 1970, UTC) for people."""
    return f"{datetime.fromtimestamp(at // 1000, UTC):%a %d %b %Y %H:%M:%S} UTC"
