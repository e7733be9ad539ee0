"""What a message answers, in a few words.

Rules: what was answered is looked for once, in memory and in the archive, and again only when
something may have changed about it (`forget`).
"""

from chatclient.model import Archive, Buffer, Kind, Line

UNKNOWN = "something said earlier"
_LONGEST = 200  # characters; what does not fit on a row is cut when it is painted
_KEPT = 1000


def quote(line: Line) -> str:
    """Return who said something, and the beginning of it."""
    text = line.text[:_LONGEST].replace("\n", " ")
    match line.kind:
        case Kind.DELETED:
            return "a message that was deleted"
        case Kind.ACTION:
            return f"* {line.source} {text}"
        case _:
            return f"{line.source}: {text}"


class Quotes:
    """What the messages of one buffer answer."""

    def __init__(self, buffer: Buffer, archive: Archive) -> None:
        self._buffer = buffer
        self._archive = archive
        self._known: dict[str, str] = {}

    def of(self, msgid: str) -> str:
        """Return what a message says, by its id; "" for no message."""
        if not msgid:
            return ""
        known = self._known.get(msgid)
        if known is None:
            if len(self._known) >= _KEPT:
                self._known.clear()
            line = self._find(msgid)
            known = self._known[msgid] = quote(line) if line else UNKNOWN
        return known

    def forget(self) -> None:
        """Look for all of it again, as something has changed."""
        self._known.clear()

    def _find(self, msgid: str) -> Line | None:
        if msgid in self._buffer.msgids:
            lines = reversed(self._buffer.lines)
            return next((line for line in lines if line.msgid == msgid), None)
        kept = self._archive.find(self._buffer, msgid)
        return kept.line if kept else None
