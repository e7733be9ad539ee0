"""How a message is written for IRC clients: as one line, as several, or as a batch of lines.

Rules: a message of several lines is a batch (IRCv3 draft/multiline) for who knows those, with all tags
on its start, and lines of their own for others: as the sender composed them, without the blank
ones, the first alone with the id. A line that does not fit one of IRC goes on in the next.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from chatserver.core.events import Identity, Said, Tagged
from chatserver.faces.irc.lines import BODY_LIMIT, finish, iso_time, split_text
from chatwire.message import escape_tag, format_tags
from chatwire.text import is_ctcp

BATCH_TYPE = "draft/multiline"
CONCAT = "draft/multiline-concat"
"""The tag of a line that goes on with the one before it."""

REPEATED_MOST = 100
"""Characters of client-only tags that go with each line of a message of several."""

_CTCP_LIMIT = 20
"""Characters of the command of a CTCP message that is split, each part having the command."""


class Dialect(Protocol):
    """What matters for a message of how a client is written to."""

    server: str
    account_tag: bool
    multiline: bool
    tags: bool
    time: bool

    def source(self, who: Identity) -> str:
        """Return the source of what `who` did."""
        ...


def message_id(seq: int) -> str:
    """Return the id of the message with the number `seq` (IRCv3 message-ids)."""
    return f"{seq:x}"


def message_prefix(dialect: Dialect, event: Said | Tagged, msgid: str | None = "") -> str:
    """Return the tags of a message.

    `msgid` is for a line after the first of a long one: its id, or None when it has none, as the
    lines of a message of several; of these each has the client's tags too, unless they are long.
    """
    tags: list[str] = []  # none of ours but the account has anything to be escaped
    if dialect.time:
        tags.append(f"time={iso_time(event.at)}")
    if dialect.account_tag and event.who.account:
        tags.append(f"account={escape_tag(event.who.account)}")
    if dialect.tags:
        if msgid is not None:
            tags.append(f"msgid={msgid or message_id(event.seq)}")
        if event.bot:
            tags.append("bot")
        if event.tags and (msgid == "" or (msgid is None and _are_short(event.tags))):
            tags.extend(filter(None, [format_tags(event.tags)[1:-1]]))
    return f"@{';'.join(tags)} " if tags else ""


def _are_short(tags: Mapping[str, str]) -> bool:
    """Say whether client-only tags may be on every line: a message must not grow too much by them."""
    return sum(map(len, [*tags, *tags.values()])) <= REPEATED_MOST


def tagged(dialect: Dialect, event: Tagged) -> bytes:
    """Write a message of tags alone, for who knows about tags."""
    if not dialect.tags:
        return b""
    line = f":{dialect.source(event.who)} TAGMSG {event.target}"
    return finish(line, message_prefix(dialect, event))


def said(dialect: Dialect, event: Said) -> bytes:
    """Write a message."""
    head, room = _head(event.who, event.target, dialect.server, notice=event.notice)
    composed = is_composed(event)
    if not composed and len(event.text.encode(errors="replace")) <= room:
        return finish(head + event.text, message_prefix(dialect, event))
    if dialect.multiline:
        return _batch(dialect, event, head, pieces(event.text, event.cuts, room))
    before, text, after = _unwrap(event.text)
    cuts = [cut - len(before) for cut in event.cuts]
    found = (piece for piece, _ in pieces(text, cuts, room - len(before) - len(after)) if piece)
    return b"".join(
        finish(f"{head}{before}{piece}{after}", message_prefix(dialect, event, msgid))
        for piece, msgid in zip(found, _ids(event, composed=composed), strict=False)
    )


@lru_cache(maxsize=256)  # few people speak at a time, and each says more than one thing
def _head(who: Identity, target: str, server: str, *, notice: bool) -> tuple[str, int]:
    """Return how the lines of a message begin, and how many bytes of text a line has room for then."""
    source = who.mask if who.nick else server
    head = f":{source} {'NOTICE' if notice else 'PRIVMSG'} {target} :"
    return head, BODY_LIMIT - len(head.encode())


def is_composed(event: Said) -> bool:
    """Say whether a message was sent as several lines, of which only the first has its id."""
    return "\n" in event.text or bool(event.cuts)


def _ids(event: Said, *, composed: bool) -> Iterator[str | None]:
    """Yield the ids of the lines of a message; those of a long line are numbered."""
    yield ""
    part = 1
    while True:
        yield None if composed else f"{message_id(event.seq)}-{part}"
        part += 1


def _batch(dialect: Dialect, event: Said, head: str, found: Iterable[tuple[str, bool]]) -> bytes:
    reference = f"m{event.seq:x}"
    start = f":{dialect.source(event.who)} BATCH +{reference} {BATCH_TYPE} {event.target}"
    first, further = f"@batch={reference} ", f"@batch={reference};{CONCAT} "
    lines = (finish(head + piece, further if joined else first) for piece, joined in found)
    end = finish(f":{dialect.server} BATCH -{reference}")
    return b"".join([finish(start, message_prefix(dialect, event)), *lines, end])


def pieces(text: str, cuts: Iterable[int], limit: int) -> Iterator[tuple[str, bool]]:
    """Yield `text` as lines of at most `limit` bytes, and whether each goes on with the one before.

    They are cut where it is, at `cuts`, and where they are still too long.
    """
    start = 0
    inside = {cut for cut in cuts if 0 < cut < len(text)}
    for line in text.split("\n"):
        end = start + len(line)
        borders = [start, *sorted(cut for cut in inside if start < cut < end), end]
        joined = False
        for left, right in pairwise(borders):
            for piece in split_text(text[left:right], limit):
                yield piece, joined
                joined = True
        if not line:
            yield "", False
        start = end + 1


def _unwrap(text: str) -> tuple[str, str, str]:
    """Return what stands before, in and after a long CTCP message: each part gets both ends."""
    command, space, rest = text.partition(" ")
    if not is_ctcp(text) or not space or len(command) > _CTCP_LIMIT:
        return "", text, ""
    return command + space, rest.removesuffix("\x01"), "\x01"
