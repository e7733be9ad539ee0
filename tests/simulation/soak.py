"""Runs many seeds on all processors, and prints how it goes.

Rules: the failing seed is named as soon as it is known, with how to replay it.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.simulation.run import Outcome, run_seed

PACK = 10
"""Seeds that a process is given at once."""


def _run_pack(seeds: Sequence[int]) -> list[Outcome]:
    return [run_seed(seed) for seed in seeds]


def run_seeds(seeds: Sequence[int]) -> Iterator[Outcome]:
    """Yield what comes of each seed, in order."""
    packs = [seeds[at : at + PACK] for at in range(0, len(seeds), PACK)]
    workers = min(len(packs), os.cpu_count() or 1)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            for outcomes in pool.map(_run_pack, packs):
                yield from outcomes
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def explain(outcome: Outcome) -> str:
    """Return which seed failed, why, and how to see it again."""
    replay = f"python -m tests.simulation --seed {outcome.seed}"
    return f"seed {outcome.seed}: {outcome.failure}\n  replay with its trace: {replay}"


def soak(seeds: Sequence[int], say: Callable[[str], None]) -> int:
    """Run `seeds`, say how it goes, and return how many failed."""
    started = told = time.monotonic()
    totals: Counter[str] = Counter()
    failed = done = 0
    for outcome in run_seeds(seeds):
        done += 1
        totals.update(outcome.counts)
        if outcome.failure:
            failed += 1
            say(explain(outcome))
        if time.monotonic() - told > 5:
            told = time.monotonic()
            rate = done / (told - started)
            say(f"{done} of {len(seeds)} seeds, {rate:.1f} per second, {failed} failed")
    taken = time.monotonic() - started
    say(f"{done} seeds in {taken:.0f} s, {failed} failed")
    for line in _describe(totals.items()):
        say(line)
    return failed


def _describe(totals: Iterable[tuple[str, int]]) -> Iterator[str]:
    """Yield what was counted, a line each."""
    for what, count in sorted(totals):
        yield f"  {count:>12,} {what}"
