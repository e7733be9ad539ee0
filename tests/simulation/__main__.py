"""`python -m tests.simulation --seed N` replays a seed with its trace; `--seeds N` runs many."""

import argparse
import sys
from functools import partial

from tests.simulation.run import run_seed
from tests.simulation.soak import explain, soak


def main() -> int:
    """Run what is asked for, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this seed, with its trace")
    parser.add_argument("--seeds", type=int, default=5000, help="run so many (default: 5000)")
    parser.add_argument("--first", type=int, default=0, help="the first of them (default: 0)")
    arguments = parser.parse_args()
    if arguments.seed is None:
        seeds = range(arguments.first, arguments.first + arguments.seeds)
        return bool(soak(seeds, partial(print, flush=True)))
    outcome = run_seed(arguments.seed, print)
    print(explain(outcome) if outcome.failure else "every promise was kept", file=sys.stderr)
    return bool(outcome.failure)


if __name__ == "__main__":
    sys.exit(main())
