"""`python -m tests.power [--cuts N] [--seed S]`: cut the power at N places, and print what was lost.

A run that fails says its seed, which fails again in the same way.
"""

import argparse
import sys
import time

from chatserver.storage import sqlite
from tests.power.cuts import Loss, Run, quick_place

SHARE = 0.5
"""Of the places of a run."""


def main() -> int:
    """Try one seed after the other; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.power", description=__doc__)
    parser.add_argument("--cuts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    asked = parser.parse_args()
    sqlite._TIDY_AGAIN = 0.0  # type: ignore[misc]  # with each redaction
    began, tried, seed = time.monotonic(), 0, asked.seed
    while tried < asked.cuts:
        try:
            with quick_place() as place:
                run = Run(place, seed)
                tried += sum(run.try_cuts(SHARE))
            with quick_place() as place:
                run = Run(place, seed)
                run.go_on()
                tried += sum(run.try_cuts(SHARE))
        except Loss as loss:
            print(f"seed {seed}: {loss}", file=sys.stderr)
            return 1
        print(
            f"seed {seed}: {tried} cuts, nothing lost, {time.monotonic() - began:.0f} s", flush=True
        )
        seed += 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
