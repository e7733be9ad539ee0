"""The command: chooses what to measure, repeats it in turn, and prints or writes the tables."""

import argparse
import os
import platform
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from itertools import product
from pathlib import Path

from benchmarks import measures, report
from benchmarks.load import Shape
from benchmarks.process import await_quiet, cores
from benchmarks.room import LoadError
from benchmarks.samples import Samples, Spread
from benchmarks.servers import TARGETS, Target

QUIET_SECONDS = 5.0  # how long a run may wait for others to be quiet
MEASURES = ("fanout", "rate", "start", "idle")


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; exits with a usage message when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the server beside others."
    )
    parser.add_argument("--measure", nargs="+", choices=MEASURES, default=MEASURES)
    parser.add_argument("--target", nargs="+", help="only targets whose name starts so")
    parser.add_argument("--receivers", nargs="+", type=int, default=[100, 1000])
    parser.add_argument("--window", type=int, default=64, help="messages on their way per sender")
    parser.add_argument("--rate", type=float, default=100.0, help="messages/s at the fixed rate")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of a run")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--members", type=int, default=1000, help="members of an idle room")
    parser.add_argument("--write", type=Path, help="page to put the tables into")
    return parser.parse_args(arguments)


def choose(prefixes: Sequence[str] | None) -> list[Target]:
    """The installed targets whose name starts with one of the prefixes."""
    return [
        target
        for target in TARGETS
        if target.available() and target.name.startswith(tuple(prefixes or [""]))
    ]


def attempt(label: str, sample: Callable[[], None]) -> None:
    """Take one sample and say so; a server that fails loses this sample, not the whole run."""
    print(f"{label} ...", end=" ", flush=True, file=sys.stderr)
    try:
        sample()
    except LoadError as error:
        print(f"failed: {error}", file=sys.stderr)
    else:
        print("done", file=sys.stderr)


def loads(options: argparse.Namespace) -> dict[str, Shape]:
    """The shapes of load that were asked for, by the name that the table gives them."""
    shapes = {}
    if "fanout" in options.measure:
        for receivers in options.receivers:
            shapes[f"{receivers} receivers, closed loop"] = Shape(
                receivers=receivers, window=options.window, seconds=options.seconds
            )
    if "rate" in options.measure:
        receivers = max(options.receivers)
        shapes[f"{receivers} receivers, {options.rate:g} messages/s"] = Shape(
            receivers=receivers, rate=options.rate, seconds=options.seconds
        )
    return shapes


def _add_run(samples: Samples, target: Target, shape: Shape) -> None:
    await_quiet(QUIET_SECONDS)
    samples.outcomes.append(measures.fan_out(target, shape))


def _add_value(values: list[float], sample: Callable[[Target], float], target: Target) -> None:
    values.append(sample(target))


def measure_fan_out(targets: Sequence[Target], options: argparse.Namespace) -> str:
    """Run every load on every target, the repeats in turn, so that noise meets all alike.

    Ctrl-C ends it early, with what was measured until then.
    """
    shapes = loads(options)
    taken = {(target.name, shape, target.kept): Samples() for shape in shapes for target in targets}
    runs = product(range(1, options.repeat + 1), shapes.items(), targets)
    with suppress(KeyboardInterrupt):
        for turn, (name, shape), target in runs:
            samples = taken[target.name, name, target.kept]
            attempt(
                f"{turn}/{options.repeat} {target.name}: {name}",
                partial(_add_run, samples, target, shape),
            )
    return report.fan_out_table(taken) if shapes else ""


def measure_one(
    figure: str,
    form: str,
    targets: Sequence[Target],
    repeat: int,
    sample: Callable[[Target], float],
) -> str:
    """Take one figure of every target, the repeats in turn; Ctrl-C ends it early."""
    spreads = {target.name: Spread() for target in targets}
    with suppress(KeyboardInterrupt):
        for turn, target in product(range(1, repeat + 1), targets):
            values = spreads[target.name].values
            attempt(
                f"{turn}/{repeat} {target.name}: {figure}",
                partial(_add_value, values, sample, target),
            )
    return report.single_table(figure, form, spreads)


def circumstances(targets: Sequence[Target]) -> str:
    """When, on what and against which versions it was measured."""
    server, load = cores()
    programs = [target for target in unique_programs(targets) if target.program != sys.executable]
    versions = ", ".join(map(version, programs))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()} with {os.cpu_count()} cores; server on core "
        f"{min(server)}, load on core {min(load)}. "
        f"{versions}."
    )


def unique_programs(targets: Sequence[Target]) -> list[Target]:
    """One target for each program."""
    firsts: dict[str, Target] = {}
    for target in targets:
        firsts.setdefault(target.program, target)
    return list(firsts.values())


def version(target: Target) -> str:
    """What the program says that it is: the first line it prints."""
    told = subprocess.run(
        [target.program, "--version"], capture_output=True, text=True, check=False
    )
    return (told.stdout or told.stderr).partition("\n")[0].strip()


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; the tables go to standard output or into a page."""
    options = parse(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    targets = choose(options.target)
    sections = [circumstances(targets), measure_fan_out(targets, options)]
    each = unique_programs(targets)
    if "start" in options.measure:
        sections.append(
            measure_one("ms from exec to the first connection", ".0f", each, 5 * options.repeat,
                        lambda target: measures.start_up(target) * 1e3)
        )  # fmt: skip
    if "idle" in options.measure:
        sections.append(
            measure_one(f"KiB per idle member ({options.members} in one room)", ".1f", targets, 1,
                        lambda target: measures.idle_kib(target, options.members))
        )  # fmt: skip
    text = "\n\n".join(filter(None, sections))
    if options.write:
        options.write.write_text(report.place(options.write.read_text(), text))
    else:
        print(text)


if __name__ == "__main__":
    main()
