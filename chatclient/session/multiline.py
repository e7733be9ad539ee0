"""Messages of several lines, on the wire (IRCv3 draft/multiline).

Rules: a text goes out as it is, its line ends and its spaces included; only where it has to be
broken because a line of IRC has an end, and there, the pieces go on with each other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from chatclient.model.values import value
from chatclient.session.splitting import pieces_of
from chatwire import caps
from chatwire.message import Message

MULTILINE = caps.MULTILINE
"""The capability, and the type of the batches."""

_CONCAT = "draft/multiline-concat"


@value
class Limits:
    """What a server takes as one message."""

    size: int
    """Bytes of text."""
    lines: int


def limits(offered: str) -> Limits:
    """Return what the value of the capability says (`max-bytes=…,max-lines=…`)."""
    told = dict(token.partition("=")[::2] for token in offered.split(","))
    return Limits(_number(told.get("max-bytes", ""), 4096), _number(told.get("max-lines", ""), 50))


def _number(written: str, default: int) -> int:
    return int(written) if written.isascii() and written.isdigit() and len(written) < 8 else default


def parts(text: str, most: Limits, length: int) -> Iterator[str]:
    """Cut a text of several lines into messages that the server takes, between its lines.

    `length` is what one line of IRC takes. Blank lines at the ends of a message are left out.
    """
    kept: list[str] = []
    size = count = 0
    for line in text.split("\n"):
        for piece in _that_fit(line, most, length):
            lines = max(1, sum(1 for _ in pieces_of(piece, length)))
            full = size + len(piece.encode()) + 1 > most.size or count + lines > most.lines
            if kept and full:
                yield from _unless_blank(kept)
                kept, size, count = [], 0, 0
            kept.append(piece)
            size += len(piece.encode()) + 1
            count += lines
    yield from _unless_blank(kept)


def _that_fit(line: str, most: Limits, length: int) -> Iterator[str]:
    """Cut one line that is a message too long by itself."""
    size = min(most.size - 1, length * most.lines // 2)
    return pieces_of(line, size) if line else iter([""])


def _unless_blank(lines: Sequence[str]) -> Iterator[str]:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        yield text


def batch(
    command: str, target: str, text: str, length: int, reference: str
) -> Iterator[tuple[Mapping[str, str], Sequence[str]]]:
    """Yield the tags and the parts of each line of a message, but for its first's own tags."""
    yield {}, ("BATCH", f"+{reference}", MULTILINE, target)
    for line in text.split("\n"):
        tags = {"batch": reference}
        for piece in [*pieces_of(line, length)] or [""]:
            yield tags, (command, target, piece)
            tags = {"batch": reference, _CONCAT: ""}
    yield {}, ("BATCH", f"-{reference}")


def joined(opening: Message, lines: Sequence[Message]) -> Message | None:
    """Return the message that a batch is, None if it is none."""
    said = [line for line in lines if line.command in {"PRIVMSG", "NOTICE"}]
    if not said:
        return None
    text = said[0].param(1)
    for line in said[1:]:
        text += ("" if _CONCAT in line.tags else "\n") + line.param(1)
    source = opening.source or said[0].source
    params = (said[0].param(0), text)
    return replace(said[0], params=params, source=source, tags=opening.tags)
