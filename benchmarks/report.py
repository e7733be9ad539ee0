"""Tables in Markdown, and their place in a page, pure."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.figures import percentile
from benchmarks.samples import Samples, Spread

BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def fan_out_table(samples: Mapping[tuple[str, str, bool], Samples]) -> str:
    """One row for each (target, shape, kept before shown)."""
    head = (
        "server", "load", "kept before shown", "CPU s per million deliveries",
        "deliveries/s", "p50 ms", "p99 ms", "server / load / others busy",
    )  # fmt: skip
    return table(head, [_fan_out_row(*key, taken) for key, taken in samples.items()])


def _fan_out_row(name: str, shape: str, kept: bool, taken: Samples) -> tuple[str, ...]:  # noqa: FBT001 - a cell
    told = "yes" if kept else "no"
    if not taken.outcomes:
        return (name, shape, told, "failed", *["-"] * 4)
    run = taken.calmest
    busy = (run.server_cpu / run.seconds, run.load_cpu / run.seconds, run.others_busy)
    return (
        name,
        shape,
        told,
        taken.cost.text(".3f"),
        f"{run.deliveries / run.seconds:,.0f}",
        f"{percentile(run.latencies, 0.50) * 1e3:.2f}",
        f"{percentile(run.latencies, 0.99) * 1e3:.2f}",
        " / ".join(f"{share:.0%}" for share in busy),
    )


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
