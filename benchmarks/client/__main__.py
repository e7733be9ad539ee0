"""The command: measures what was asked for, in rounds, and prints the table or writes the page."""

import argparse
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from itertools import count, product
from pathlib import Path

from benchmarks.client import report
from benchmarks.client.measures import QUICK, SLOW, Sample
from benchmarks.client.processes import MeasureError, obstacle
from benchmarks.client.programs import CHATCLIENT, PROGRAMS, Program
from benchmarks.client.terminal import EndedError, TerminalError
from benchmarks.process import await_quiet
from benchmarks.report import place

QUIET_SECONDS = 5.0  # how long a sample may wait for others to be quiet
TOGETHER = 24
"""Samples that are taken at once where clients only wait."""

_NEED_NETWORK = ("ipv6", "ipv4")

Job = tuple[str, Program, Callable[[], Sample]]


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; exits with a usage message when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.client", description="Measure chatclient beside other clients."
    )
    names = [program.name for program in PROGRAMS]
    parser.add_argument("--client", nargs="+", choices=names, default=names)
    parser.add_argument("--measure", nargs="+", choices=[*QUICK, *SLOW], default=[*QUICK, *SLOW])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", type=Path, help="page to put the table into")
    return parser.parse_args(arguments)


class Run:
    """The samples of one run, by client."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.samples: dict[str, list[Sample]] = {program.name: [] for program in programs}
        self.failed: dict[str, int] = defaultdict(int)

    def take(self, job: Job) -> None:
        """Take a sample and say so; what fails is lost, not the whole run."""
        label, program, measure = job
        begin = time.monotonic()
        try:
            self.samples[program.name].append(measure())
            told = "done"
        except (MeasureError, TerminalError, EndedError) as error:
            self.failed[program.name] += 1
            told = f"failed: {error}"
        seconds = time.monotonic() - begin
        print(f"{program.name}: {label}, {seconds:.1f} s: {told}", file=sys.stderr, flush=True)


def jobs(
    programs: Sequence[Program], chosen: Sequence[str], rounds: int
) -> tuple[list[Job], list[Job]]:
    """Return what is done one after another, and what is done before that, all at once.

    Other clients wait for minutes where chatclient does not, and waiting costs nothing.
    """
    alone: list[Job] = []
    together: list[Job] = []
    numbers = count(1)
    for turn, name, program in product(range(1, rounds + 1), chosen, programs):
        label = f"{name} {turn}/{rounds}"
        if name in QUICK:
            alone.append((label, program, partial(QUICK[name], program)))
        else:
            job = (label, program, partial(SLOW[name], program, next(numbers)))
            (alone if program is CHATCLIENT else together).append(job)
    return alone, together


def circumstances(programs: Sequence[Program], rounds: int) -> str:
    """When, on what, and of which versions it was measured."""
    versions = ", ".join(program.version() for program in programs)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {versions}; Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()} with {os.cpu_count()} cores. "
        + (f"Median of {rounds} rounds, and their range." if rounds > 1 else "One round.")
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for; the table goes to standard output or into a page."""
    options = parse(arguments)
    programs = [each for each in PROGRAMS if each.name in options.client and each.available()]
    chosen = list(options.measure)
    if any(name in chosen for name in _NEED_NETWORK) and (why := obstacle()):
        print(f"no dead addresses: {why}", file=sys.stderr)
        chosen = [name for name in chosen if name not in _NEED_NETWORK]
    run = Run(programs)
    alone, together = jobs(programs, chosen, options.rounds)
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(run.take, together))
    for job in alone:
        await_quiet(QUIET_SECONDS)
        run.take(job)
    text = f"{circumstances(programs, options.rounds)}\n\n{report.lines(run.samples)}"
    if options.write:
        options.write.write_text(place(options.write.read_text(), text, "clients"))
    else:
        print(text)
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
