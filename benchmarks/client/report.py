"""The tables of the page, pure: one row a figure, one column a client.

Rules: a cell is the median of the rounds, and their range in parentheses; where keys were typed, the
percentile is taken of each round before. What took as long as one waits is told as "> 63".
"""

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.client.measures import CAPS, PASTED, TYPED, Sample
from benchmarks.figures import percentile
from benchmarks.report import table


@dataclass(frozen=True, slots=True)
class Figure:
    """A row: the name that samples have for it, what it says, and what is asked of chatclient."""

    name: str
    title: str
    form: str
    goal: str = ""
    share: float | None = None
    """The percentile of what one round brought, where it brought many values."""


FIGURES = (
    Figure("dead IPv6", "a server's IPv6 address is dead: connected later by, s", ".2f", "≤ 0.3"),
    Figure("dead IPv4", "its IPv4 address is dead: connected later by, s", ".2f", "≤ 0.3"),
    Figure("pong", "terminal frozen for 8 s: slowest PONG, ms", ",.0f", "≤ 50"),
    Figure("stale", "drawn when it is read again, kB", ",.0f"),
    Figure("looks sent", f"server killed: of {TYPED} lines, look as if said", ".0f"),
    Figure("lost", "of these, lost", ".0f", "0"),
    Figure("back", "server killed and started: back in the room after, s", ".2f", "≤ 1.5"),
    Figure("paste", f"{PASTED} lines pasted: the last one reaches others after, s", ".2f", "≤ 1"),
    Figure("backlog", "100,000 lines of backlog: last one drawn after, s", ".2f", "≤ 1"),
    Figure("memory", "resident memory with them, MiB", ".1f", "≤ 60"),
    Figure("CPU", "1,000 messages/s in view: CPU, % of a core", ".1f", "≤ 8"),
    Figure("CPU alone", "the same, each message alone: CPU, % of a core", ".1f"),
    Figure("bytes", "1,000 messages/s in view: drawn, kB/s", ",.0f", "≤ 120"),
    Figure("bytes alone", "the same, each message alone: drawn, kB/s", ",.0f"),
    Figure("frames", "1,000 messages/s in view: frames/s", ".0f", "≤ 30"),
    Figure("echo", "key echo at that rate, p50, ms", ".2f", "≤ 2.5", 0.5),
    Figure("echo", "key echo at that rate, p99, ms", ".2f", "≤ 8", 0.99),
    Figure("echo idle", "key echo without messages, p50, ms", ".2f", "≤ 2", 0.5),
    Figure("echo idle", "key echo without messages, p99, ms", ".2f", "≤ 5", 0.99),
    Figure("first output", "exec to first output, ms", ".0f", "≤ 150"),
    Figure("joined", "exec to asking for the room, ms", ".0f", "≤ 180"),
    Figure("start CPU", "CPU until two seconds after the start, ms", ".0f"),
    Figure("start memory", "resident memory then, MiB", ".1f", "≤ 45"),
    Figure("version", "`--version`, ms", ".0f", "≤ 40"),
)


def lines(samples: Mapping[str, Sequence[Sample]]) -> str:
    """Return the table of all figures that any client has, from the samples of each by its name."""
    head = ("", *samples, "asked for")
    rows = []
    for figure in FIGURES:
        cells = [_cell(figure, taken) for taken in samples.values()]
        if any(cells):
            rows.append((figure.title, *(cell or "-" for cell in cells), figure.goal))
    return table(head, rows)


def _cell(figure: Figure, taken: Iterable[Sample]) -> str:
    rounds = [
        statistics.median(values) if figure.share is None else percentile(values, figure.share)
        for values in (sample[figure.name] for sample in taken if figure.name in sample)
    ]
    if not rounds:
        return ""
    middle, low, high = (
        _value(figure, value) for value in (statistics.median(rounds), min(rounds), max(rounds))
    )
    return middle if low == high else f"{middle} ({low} to {high})"


def _value(figure: Figure, value: float) -> str:
    cap = CAPS.get(figure.name)
    if cap is not None and value >= cap:
        return f"> {cap:g}"
    return f"{max(0.0, value):{figure.form}}"  # less than nothing is noise
