"""Breaking one text into rows, between words where that is possible.

Rules: widths are those of cells.py; the blanks at which a row is broken stay at its end, where they
may reach over the edge; a word longer than a row is cut between clusters. How parts of a text look
has no say in where it is broken.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from chatclient.ui.cells import Cluster, Fragment, clusters


class Piece(NamedTuple):
    """A row's share of a text: where it begins, in clusters from the text's start, and itself."""

    start: int
    text: str


class Part(NamedTuple):
    """A row's share of a text of several looks."""

    start: int
    fragments: list[Fragment]


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


def _cut(found: Sequence[Cluster], limit: int) -> Iterator[tuple[int, int]]:
    """Yield where each row of one line begins and ends; there is one of an empty line too."""
    start = 0
    while True:
        end = _break(found, start, max(1, limit))
        yield start, end
        start = end
        if start >= len(found):
            return


def _cut_plain(line: str, limit: int) -> Iterator[tuple[int, int]]:
    """Yield the same of a line whose letters all take one cell, as of most."""
    start = 0
    while True:
        end = start + max(1, limit)
        while end < len(line) and line[end] == " ":
            end += 1
        if end >= len(line):
            yield start, len(line)
            return
        end = line.rfind(" ", start, end) + 1 or end
        yield start, end
        start = end


def wrap(text: str, limit: int) -> list[Piece]:
    """Return the rows that `text` takes at `limit` cells each; one empty row for an empty line."""
    pieces: list[Piece] = []
    before = 0
    for line in text.split("\n"):
        if line.isascii() and line.isprintable():
            pieces += [Piece(before + at, line[at:end]) for at, end in _cut_plain(line, limit)]
            before += len(line) + 1
            continue
        found = list(clusters(line))
        for start, end in _cut(found, limit):
            row = "".join(cluster for cluster, _ in found[start:end])
            pieces.append(Piece(before + start, row))
        before += len(found) + 1  # the line end counts, so that an empty line has a place too
    return pieces


def wrap_fragments(fragments: Sequence[Fragment], limit: int) -> list[Part]:
    """Return the rows that a text takes, as `wrap` does, each part with its look."""
    if len(fragments) == 1 and len(fragments[0]) == 2:
        style, text = fragments[0][0], fragments[0][1]
        return [Part(start, [(style, row)]) for start, row in wrap(text, limit)]
    made: list[Part] = []
    before = 0
    for line in _lines(fragments):
        looks: list[int] = []
        found: list[Cluster] = []
        for index, (_, text, *_url) in enumerate(line):
            part = list(clusters(text))
            found += part
            looks += [index] * len(part)
        for start, end in _cut(found, limit):
            row = _dressed(found[start:end], looks[start:end], line)
            made.append(Part(before + start, row))
        before += len(found) + 1
    return made


def _lines(fragments: Iterable[Fragment]) -> Iterator[list[Fragment]]:
    """Yield the fragments of each line of a text."""
    line: list[Fragment] = []
    for style, text, *url in fragments:
        for at, part in enumerate(text.split("\n")):
            if at:
                yield line
                line = []
            line.append((style, part, url[0]) if url else (style, part))
    yield line


def _dressed(
    found: Sequence[Cluster], looks: Sequence[int], line: Sequence[Fragment]
) -> list[Fragment]:
    row: list[Fragment] = []
    for look, part in groupby(zip(found, looks, strict=True), lambda each: each[1]):
        text = "".join(cluster for (cluster, _), _ in part)
        style, _, *url = line[look]
        row.append((style, text, url[0]) if url else (style, text))
    return row
