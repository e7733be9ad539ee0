"""Says whether a delivery costs more than when it was last recorded: `python -m benchmarks.check`.

Rules: a cost is told as a ratio to that of the least that can be done (`limit`) in the same turn, as a
machine's speed changes and a ratio hardly does. The least of all turns counts, as noise only adds to
what we cost. What seems worse is measured once more before it is reported.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import measures
from benchmarks.figures import per_million
from benchmarks.load import Shape
from benchmarks.report import LIMIT
from benchmarks.servers import TARGETS, Target

RECORD = Path(__file__).with_name("recorded.json")
TOLERANCE = 0.15
TURNS = 2
RECEIVERS = (100, 1000)
MEASURED = ("chatserver, plain", "chatserver, IRC with tags")
SECONDS, WARM_UP = 1.5, 0.3

Ratios = dict[str, float]


def target_named(name: str) -> Target:
    """Return a target by its name."""
    return next(target for target in TARGETS if target.name == name)


def cost(target: Target, receivers: int) -> float:
    """CPU seconds of a target per million deliveries, in one short run."""
    shape = Shape(receivers=receivers, warm_up=WARM_UP, seconds=SECONDS)
    outcome = measures.fan_out(target, shape)
    return per_million(outcome.server_cpu, outcome.deliveries)


def measure(turns: int, best: Ratios) -> Ratios:
    """Measure all shapes so many times; return the least ratios, of these and those of before."""
    ratios = dict(best)
    for _ in range(turns):
        for receivers in RECEIVERS:
            least = cost(target_named(LIMIT), receivers)
            for name in MEASURED:
                ratio = cost(target_named(name), receivers) / least
                key = f"{name}, {receivers} receivers"
                ratios[key] = min(ratio, ratios.get(key, ratio))
                print(f"{key}: {ratio:.2f} times the limit", file=sys.stderr)
    return ratios


def regressions(recorded: Mapping[str, float], measured: Mapping[str, float]) -> Sequence[str]:
    """Return a line for each ratio that is more than the tolerance above what was recorded."""
    return [
        f"{name}: {measured[name]:.2f} times the limit, {measured[name] / before - 1:+.0%}"
        for name, before in recorded.items()
        if name in measured and measured[name] > before * (1 + TOLERANCE)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and compare, or record; return 1 when something costs too much more."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.check", description="Compare costs with those recorded last."
    )
    parser.add_argument("--record", action="store_true", help="record what is measured now")
    options = parser.parse_args(arguments)
    ratios = measure(TURNS, {})
    if options.record:
        rounded = {name: round(ratio, 3) for name, ratio in ratios.items()}
        RECORD.write_text(json.dumps(rounded, indent=2) + "\n")
        return 0
    recorded = json.loads(RECORD.read_text())
    if regressions(recorded, ratios):
        print("once more, to be sure", file=sys.stderr)
        ratios = measure(TURNS, ratios)
    found = regressions(recorded, ratios)
    print("\n".join(found) or f"no delivery costs over {TOLERANCE:.0%} more than recorded")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
