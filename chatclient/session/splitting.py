"""Text cut into messages that fit a line of IRC."""

from collections.abc import Iterator

from chatwire.text import cut_utf8


def split(text: str, limit: int) -> Iterator[str]:
    """Cut `text` into pieces of at most `limit` bytes of UTF-8 (at least 4), at spaces if it can.

    The space at a cut is left out; no piece is empty, and none ends inside a character.
    """
    rest = text.encode(errors="replace")
    limit = max(limit, 4)
    while len(rest) > limit:
        piece = cut_utf8(rest, limit)
        if rest[len(piece) : len(piece) + 1] != b" ":
            border = piece.rfind(b" ")
            # A word that takes more than half of a message is cut itself.
            if border >= limit // 2:
                piece = piece[:border]
        rest = rest[len(piece) :].removeprefix(b" ")
        if piece:
            yield piece.decode()
    if rest:
        yield rest.decode()


def pieces_of(text: str, limit: int) -> Iterator[str]:
    """Cut `text` as `split` does, but leave nothing out: the pieces together are the text."""
    rest = text.encode(errors="replace")
    limit = max(limit, 4)
    while len(rest) > limit:
        piece = cut_utf8(rest, limit)
        border = piece.rfind(b" ") + 1
        if border > limit // 2:
            piece = piece[:border]
        rest = rest[len(piece) :]
        yield piece.decode()
    if rest:
        yield rest.decode()


def lines_of(text: str) -> Iterator[str]:
    """Iterate over the lines of what a user typed or pasted, without those that are blank."""
    return (line for line in clean(text).split("\n") if line.strip())


def clean(text: str) -> str:
    """Return text with one kind of line end, and without what IRC cannot carry."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
