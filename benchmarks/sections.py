"""The sections of the suite: each has tasks to take in turn, and tells what they brought as a table.

Rule: a task is one run on one server, and a server that fails loses this one figure, not the suite.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Protocol

from benchmarks import measures, report
from benchmarks.acknowledged import Waits
from benchmarks.dialects import IRC_TAGS, PLAIN, Dialect
from benchmarks.figures import percentile
from benchmarks.goals import Figures, Key
from benchmarks.load import Shape
from benchmarks.process import await_quiet
from benchmarks.rooms import Layout, crossing, pairs
from benchmarks.samples import Samples, Spread
from benchmarks.servers import Target
from benchmarks.storm import Passage

QUIET_SECONDS = 1.0  # how long a run may wait for others to be quiet

Task = tuple[str, Callable[[], None]]
"""What is measured, and what measures it."""


class Section(Protocol):
    """Something to measure, and to tell of."""

    def tasks(self) -> Iterator[Task]:
        """Yield all runs, in the order in which they are to be made."""

    def text(self) -> str:
        """Return what the runs brought so far, in Markdown."""

    def figures(self) -> Figures:
        """Return the figures by which goals are judged; of what failed there are none."""


class FanOut:
    """Messages in one room: every shape on every target, the repeats in turn, so noise meets all alike."""

    def __init__(self, targets: Sequence[Target], shapes: Mapping[str, Shape], repeat: int) -> None:
        self._targets, self._shapes, self._repeat = targets, shapes, repeat
        self.samples = {
            (target.name, shape, target.kept): Samples() for shape in shapes for target in targets
        }

    def tasks(self) -> Iterator[Task]:
        """Yield the runs."""
        for _, (name, shape), target in product(
            range(self._repeat), self._shapes.items(), self._targets
        ):
            samples = self.samples[target.name, name, target.kept]
            yield f"{target.name}: {name}", partial(_add_run, samples, target, shape)

    def text(self) -> str:
        """Return one row for each target and shape."""
        return report.fan_out_table(self.samples)

    def figures(self) -> Figures:
        """Return cost (also in times the limit's), rate and latencies of each target under each load."""
        found: dict[Key, float] = {
            (load, name, kind): figure
            for (name, load, _), samples in self.samples.items()
            if samples.outcomes
            for kind, figure in _told(samples).items()
        }
        for load, name, kind in [*found]:
            least = found.get((load, report.LIMIT, "cost"))
            if kind == "cost" and least:
                found[load, name, "times"] = found[load, name, kind] / least
        return found


@dataclass(frozen=True, slots=True)
class Case:
    """A layout of many rooms on a target, and what is said of it."""

    title: str
    target: Target
    layout: Layout
    shape: Shape
    listening: Sequence[Dialect] = ()


class ManyRooms:
    """Messages in many rooms at once."""

    def __init__(self, cases: Sequence[Case], repeat: int) -> None:
        self._cases, self._repeat = cases, repeat
        self.samples = {(case.title, case.target.kept): Samples() for case in cases}

    def tasks(self) -> Iterator[Task]:
        """Yield the runs."""
        for _, case in product(range(self._repeat), self._cases):
            samples = self.samples[case.title, case.target.kept]
            yield case.title, partial(_add_rooms, samples, case)

    def text(self) -> str:
        """Return one row for each case."""
        return report.rooms_table(self.samples)

    def figures(self) -> Figures:
        """Return cost and rate of each case."""
        return {
            (title, kind): figure
            for (title, _), samples in self.samples.items()
            if samples.outcomes
            for kind, figure in _told(samples).items()
        }


class OneByOne:
    """One sender who waits for each echo."""

    def __init__(self, targets: Sequence[Target], seconds: float) -> None:
        self._targets, self._seconds = targets, seconds
        self.waits = {target.name: Waits() for target in targets}

    def tasks(self) -> Iterator[Task]:
        """Yield one run for each target."""
        for target in self._targets:
            yield f"{target.name}: one by one", partial(self._add, target)

    def _add(self, target: Target) -> None:
        self.waits[target.name] = measures.one_by_one(target, self._seconds)

    def text(self) -> str:
        """Return one row for each target."""
        return report.waits_table(self.waits)

    def figures(self) -> Figures:
        """Return by how many milliseconds an acknowledgement takes longer than the disk, for half of them."""
        return {
            (name, "beyond"): 1e3
            * (percentile(one.acknowledged, 0.5) - percentile(one.synced, 0.5))
            for name, one in self.waits.items()
            if one.acknowledged
        }


class Storms:
    """Thousands who come, stay and go at once."""

    def __init__(self, targets: Sequence[Target], count: int) -> None:
        self._counts = {target: min(count, target.storm_most) for target in targets}
        self.passages: dict[str, Passage | None] = dict.fromkeys(map(self._title, targets))

    def _title(self, target: Target) -> str:
        return f"{target.name}, {self._counts[target]:,}"

    def tasks(self) -> Iterator[Task]:
        """Yield one run for each target."""
        for target in self._counts:
            yield f"{self._title(target)} come and go", partial(self._add, target)

    def _add(self, target: Target) -> None:
        self.passages[self._title(target)] = measures.storm(target, self._counts[target])

    def text(self) -> str:
        """Return one row for each target."""
        return report.storms_table(self.passages)

    def figures(self) -> Figures:
        """Return what is to be reached: times in seconds, memory in KiB and in shares, CPU in cores."""
        return {
            (title, kind): figure
            for title, one in self.passages.items()
            if one
            for kind, figure in (
                ("join", one.join_seconds),
                ("idle KiB", one.idle_kib),
                ("idle CPU", one.idle_share),
                ("leave", one.leave_seconds),
                ("left", one.left_share),
            )
        }


@dataclass(slots=True)
class Figure:
    """One figure of every target, the repeats in turn."""

    title: str
    form: str
    targets: Sequence[Target]
    repeat: int
    sample: Callable[[Target], float]
    spreads: dict[str, Spread] = field(default_factory=dict)

    def tasks(self) -> Iterator[Task]:
        """Yield the runs."""
        for _, target in product(range(self.repeat), self.targets):
            self.spreads.setdefault(target.name, Spread())
            yield f"{target.name}: {self.title}", partial(self._take, target)

    def _take(self, target: Target) -> None:
        self.add(target, self.sample(target))

    def add(self, target: Target, value: float) -> None:
        """Keep one more sample."""
        self.spreads.setdefault(target.name, Spread()).values.append(value)

    def text(self) -> str:
        """Return one row for each target."""
        return report.single_table(self.title, self.form, self.spreads)

    def figures(self) -> Figures:
        """Return the median of each target."""
        return {(name,): spread.median for name, spread in self.spreads.items() if spread.values}


def mixed_cases(targets: Sequence[Target], shape: Shape) -> Sequence[Case]:
    """Return ten rooms of 100 on every target that knows rooms; ours half plain, half IRC with tags."""
    cases = []
    for target in targets:
        ours = target.dialect is PLAIN
        title = "chatserver, half plain and half IRC with tags" if ours else target.name
        listening = (PLAIN, IRC_TAGS) if ours else ()
        cases.append(Case(f"{title}: 10 rooms of 100", target, crossing(10, 100), shape, listening))
    return cases


def pair_cases(targets: Sequence[Target], count: int, shape: Shape) -> Sequence[Case]:
    """Return `count` rooms of two on every target."""
    layout = pairs(count, count)
    return [
        Case(f"{target.name}: {count} rooms of two", target, layout, shape) for target in targets
    ]


def growth_cases(target: Target, rooms: Sequence[int], shape: Shape) -> Sequence[Case]:
    """Return ever more rooms of two, all for the same four pairs, or fewer."""
    return [
        Case(f"{target.name}: {count:,} rooms", target, pairs(min(4, count), count), shape)
        for count in rooms
    ]


def _told(samples: Samples) -> Mapping[str, float]:
    run = samples.calmest
    return {
        "cost": samples.cost.median,
        "rate": run.deliveries / run.seconds,
        "p50": percentile(run.latencies, 0.50),
        "p99": percentile(run.latencies, 0.99),
    }


def _add_run(samples: Samples, target: Target, shape: Shape) -> None:
    await_quiet(QUIET_SECONDS)
    samples.outcomes.append(measures.fan_out(target, shape))


def _add_rooms(samples: Samples, case: Case) -> None:
    await_quiet(QUIET_SECONDS)
    samples.outcomes.append(
        measures.many_rooms(case.target, case.layout, case.shape, case.listening)
    )
