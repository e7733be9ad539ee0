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

    @property
    def others_busy(self) -> float:
        """The noise: what neither the server nor the load used, as a share of one core."""
        others = self.machine_cpu - self.server_cpu - self.load_cpu
        return max(0.0, others / self.seconds)


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
    """What repeated runs of one target in one shape brought."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def cost(self) -> Spread:
        """CPU seconds of the server per million deliveries, which noise changes little."""
        return Spread([per_million(run.server_cpu, run.deliveries) for run in self.outcomes])

    @property
    def calmest(self) -> Outcome:
        """The run with the least else on the machine: rates and latencies are told of it."""
        return min(self.outcomes, key=lambda run: run.others_busy)
