"""Breaking one text into rows, between words where that is possible.

Rules: widths are those of cells.py; the blanks at which a row is broken stay at its end, where they
may reach over the edge; a word longer than a row is cut between clusters.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chatclient.ui.cells import Cluster, clusters


class Piece(NamedTuple):
    """A row's share of a text: where it begins, in clusters from the text's start, and itself."""

    start: int
    text: str


def _break(found: Sequence[Cluster], start: int, limit: int) -> int:
    """Return where the row that begins at `start` ends: after at least one cluster."""
    room, end, after_blank = limit, start, start
    while end < len(found):
        text, cells = found[end]
        if text == " ":
            after_blank = end + 1
        elif cells > room:
            return after_blank if after_blank > start else max(end, start + 1)
        room -= cells
        end += 1
    return end


def wrap(text: str, limit: int) -> list[Piece]:
    """Return the rows that `text` takes at `limit` cells each; one empty row for an empty line."""
    pieces: list[Piece] = []
    before = 0
    for line in text.split("\n"):
        found = list(clusters(line))
        start, rows = 0, len(pieces)
        while start < len(found) or len(pieces) == rows:
            end = _break(found, start, max(1, limit))
            row = "".join(cluster for cluster, _ in found[start:end])
            pieces.append(Piece(before + start, row))
            start = end
        before += len(found) + 1  # the line end counts, so that an empty line has a place too
    return pieces
