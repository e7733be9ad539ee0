"""What runs bring, pure: one outcome a run, a spread of samples over repeated runs."""

from dataclasses import dataclass, field

from benchmarks.figures import per_million, percentile


@dataclass(slots=True)
class Outcome:
    """What a run brought: deliveries and CPU of server, load and all else, and all latencies."""

    seconds: float = 0.0
    server_cpu: float = 0.0
    load_cpu: float = 0.0
    machine_cpu: float = 0.0  # theirs and everybody else's
    deliveries: int = 0
    latencies: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Spread:
    """Samples of one figure, told as a median and a range; none when all failed."""

    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle sample (the lower one of two)."""
        return percentile(self.values, 0.5)

    def text(self, form: str) -> str:
        """Median and range, each in a format such as `.2f`."""
        if not self.values:
            return "failed"
        low, high = min(self.values), max(self.values)
        return f"{self.median:{form}} ({low:{form}} to {high:{form}})"


@dataclass(slots=True)
class Samples:
    """What repeated runs of one target in one shape brought; times in seconds."""

    rate: Spread = field(default_factory=Spread)  # deliveries a second
    cost: Spread = field(default_factory=Spread)  # CPU seconds of the server per million
    p50: Spread = field(default_factory=Spread)
    p99: Spread = field(default_factory=Spread)
    server_busy: Spread = field(default_factory=Spread)  # share of its core
    load_busy: Spread = field(default_factory=Spread)
    others_busy: Spread = field(default_factory=Spread)  # the noise: what else ran meanwhile

    def add(self, outcome: Outcome) -> None:
        """Take in one run."""
        self.rate.values.append(outcome.deliveries / outcome.seconds)
        self.cost.values.append(per_million(outcome.server_cpu, outcome.deliveries))
        self.p50.values.append(percentile(outcome.latencies, 0.50))
        self.p99.values.append(percentile(outcome.latencies, 0.99))
        self.server_busy.values.append(outcome.server_cpu / outcome.seconds)
        self.load_busy.values.append(outcome.load_cpu / outcome.seconds)
        others = outcome.machine_cpu - outcome.server_cpu - outcome.load_cpu
        self.others_busy.values.append(max(0.0, others / outcome.seconds))
