"""Tables in Markdown, and their place in a page, pure."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan

from benchmarks.acknowledged import Waits
from benchmarks.figures import per_million, percentile
from benchmarks.samples import Outcome, Samples, Spread
from benchmarks.storm import Passage

BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"
LIMIT = "limit"
"""The target that is the least that can be done."""
CLOSED = "closed loop"
"""Stands in what a load is called that is as much as a server can take."""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def fan_out_table(samples: Mapping[tuple[str, str, bool], Samples]) -> str:
    """One row for each (target, shape, kept before shown)."""
    head = (
        "server", "load", "kept before shown", "CPU s per million deliveries", "times the limit",
        "deliveries/s", "p50 ms", "p99 ms", "server / load / others busy",
    )  # fmt: skip
    limits = {
        shape: taken.cost.median for (name, shape, _), taken in samples.items() if name == LIMIT
    }
    return table(
        head,
        [
            _fan_out_row(key, taken, limits.get(key[1], float("nan")))
            for key, taken in samples.items()
        ],
    )


def costs_by_shape(
    samples: Mapping[tuple[str, str, bool], Samples],
) -> Mapping[str, Mapping[str, float]]:
    """The median cost of each target, by shape; of those that were measured."""
    costs: dict[str, dict[str, float]] = {}
    for (name, shape, _), taken in samples.items():
        if taken.outcomes:
            costs.setdefault(shape, {})[name] = taken.cost.median
    return costs


def load_table(samples: Mapping[tuple[str, str, bool], Samples]) -> str:
    """For each closed loop: how much the load took of the limit, and of the fastest other server."""
    head = (
        "load", "most that it took, deliveries/s", "the fastest server's", "which",
        "load busy with it", "load, CPU s per million deliveries", "server's",
    )  # fmt: skip
    rows = []
    for (name, shape, _), least in samples.items():
        others = [
            (run.deliveries / run.seconds, other, run)
            for (other, load, _), taken in samples.items()
            if load == shape and other != LIMIT
            for run in taken.outcomes
        ]
        if name == LIMIT and CLOSED in shape and least.outcomes and others:
            most = max(run.deliveries / run.seconds for run in least.outcomes)
            rate, other, run = max(others)
            rows.append((
                shape, f"{most:,.0f}", f"{rate:,.0f}", other, f"{run.load_cpu / run.seconds:.0%}",
                f"{per_million(run.load_cpu, run.deliveries):.3f}",
                f"{per_million(run.server_cpu, run.deliveries):.3f}",
            ))  # fmt: skip
    return table(head, rows)


def _fan_out_row(key: tuple[str, str, bool], taken: Samples, limit: float) -> tuple[str, ...]:
    name, shape, kept = key
    told = "yes" if kept else "no"
    if not taken.outcomes:
        return (name, shape, told, "failed", *["-"] * 5)
    run = taken.calmest
    return (
        name,
        shape,
        told,
        taken.cost.text(".3f"),
        _if_any(taken.cost.median / limit, ".2f"),
        f"{run.deliveries / run.seconds:,.0f}",
        f"{percentile(run.latencies, 0.50) * 1e3:.2f}",
        f"{percentile(run.latencies, 0.99) * 1e3:.2f}",
        _busy(run),
    )


def _if_any(figure: float, form: str) -> str:
    return "-" if isnan(figure) else f"{figure:{form}}"


def _busy(run: Outcome) -> str:
    shares = (run.server_cpu / run.seconds, run.load_cpu / run.seconds, run.others_busy)
    return " / ".join(f"{share:.0%}" for share in shares)


def rooms_table(samples: Mapping[tuple[str, bool], Samples]) -> str:
    """One row for each (case, kept before shown)."""
    head = (
        "server and rooms", "kept before shown", "CPU s per million deliveries",
        "deliveries/s", "server / load / others busy",
    )  # fmt: skip
    rows = []
    for (name, kept), taken in samples.items():
        told = "yes" if kept else "no"
        if taken.outcomes:
            run = taken.calmest
            rate = f"{run.deliveries / run.seconds:,.0f}"
            rows.append((name, told, taken.cost.text(".3f"), rate, _busy(run)))
        else:
            rows.append((name, told, "failed", "-", "-"))
    return table(head, rows)


def waits_table(waits: Mapping[str, Waits]) -> str:
    """How long an acknowledgement took, beside `fsync` on the same disk in the same run."""
    head = ("server", "p50 ms", "p99 ms", "fsync alone, p50 ms", "p50 beyond it, ms")
    rows: list[tuple[str, ...]] = []
    for name, one in waits.items():
        if not one.acknowledged:
            rows.append((name, "failed", "-", "-", "-"))
            continue
        middle, bare = percentile(one.acknowledged, 0.5), percentile(one.synced, 0.5)
        times = (middle, percentile(one.acknowledged, 0.99), bare, middle - bare)
        rows.append((name, *(f"{time * 1e3:.2f}" for time in times)))
    return table(head, rows)


def storms_table(passages: Mapping[str, Passage | None]) -> str:
    """What the coming, staying and going of many took, by server and how many they are."""
    head = (
        "server, members of one room", "all in after s", "CPU s of it",
        "KiB per idle member", "idle CPU", "all seen to be gone after s", "MiB over the start then",
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for name, one in passages.items():
        if one is None:
            rows.append((name, "failed", *["-"] * 5))
            continue
        rows.append((
            name, f"{one.join_seconds:.1f}", f"{one.join_cpu:.1f}", f"{one.idle_kib:.1f}",
            f"{one.idle_share:.1%}", _if_any(one.leave_seconds, ".2f"), f"{one.left_kib / 1024:.0f}",
        ))  # fmt: skip
    return table(head, rows)


def single_table(figure: str, form: str, spreads: Mapping[str, Spread]) -> str:
    """One figure for each target, median and range."""
    return table(
        ("server", figure), [(name, spread.text(form)) for name, spread in spreads.items()]
    )


def place(page: str, text: str, name: str = "benchmarks") -> str:
    """The page with `text` between the markers of that name; ValueError when it has none."""
    begins, ends = BEGIN.format(name), END.format(name)
    before, begin, rest = page.partition(begins)
    _, end, after = rest.partition(ends)
    if not (begin and end):
        raise ValueError(f"the page lacks the markers {begins} and {ends}")
    return f"{before}{begins}\n\n{text.strip()}\n\n{ends}{after}"
