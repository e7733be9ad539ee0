"""The command: chooses what to measure, takes it run by run, and prints or writes tables and plots."""

import argparse
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import goals, measures, plot, report
from benchmarks.crowd import LoadError
from benchmarks.history import build
from benchmarks.load import Shape
from benchmarks.process import cores
from benchmarks.sections import (
    FanOut,
    Figure,
    ManyRooms,
    OneByOne,
    Section,
    Storms,
    growth_cases,
    mixed_cases,
    pair_cases,
)
from benchmarks.servers import ECHOING, TARGETS, Target, find, with_data

MEASURES = ("fanout", "rate", "mixed", "pairs", "acknowledged", "storm", "growth", "start")
GROWN = (10, 100, 1_000, 10_000)
"""Members of a room that grows."""
ROOMS = (1, 100, 10_000)
PAIRS = 100


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; exits with a usage message when it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the server beside others."
    )
    parser.add_argument("--measure", nargs="+", choices=MEASURES, default=MEASURES)
    parser.add_argument("--target", nargs="+", help="only targets whose name starts so")
    parser.add_argument("--receivers", nargs="+", type=int, default=[100, 1000])
    parser.add_argument("--window", type=int, default=16, help="on their way per sender")
    parser.add_argument("--rate", type=float, default=100.0, help="messages/s at the fixed rate")
    parser.add_argument("--seconds", type=float, default=1.2, help="length of a run")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--members", type=int, default=10_000, help="who come and go at once")
    parser.add_argument(
        "--stored", type=int, default=200_000, help="messages that are stored before"
    )
    parser.add_argument(
        "--write", type=Path, help="page to put the tables into; plots go beside it"
    )
    return parser.parse_args(arguments)


def choose(prefixes: Sequence[str] | None) -> list[Target]:
    """The installed targets whose name starts with one of the prefixes."""
    return [
        target
        for target in TARGETS
        if target.available() and target.name.startswith(tuple(prefixes or [""]))
    ]


def shapes(options: argparse.Namespace) -> Mapping[str, Shape]:
    """The shapes of load in one room that were asked for, by the name that the table gives them."""
    found = {}
    if "fanout" in options.measure:
        for receivers in options.receivers:
            found[f"{receivers} receivers, {report.CLOSED}"] = Shape(
                receivers=receivers, window=options.window, seconds=options.seconds
            )
    if "rate" in options.measure:
        receivers = max(options.receivers)
        found[f"{receivers} receivers, {options.rate:g} messages/s"] = Shape(
            receivers=receivers, rate=options.rate, seconds=options.seconds
        )
    return found


def sections(
    targets: Sequence[Target], options: argparse.Namespace, stored: Path
) -> Mapping[str, Section]:
    """What was asked for, by the heading of its table."""
    ours = [target for target in targets if target.name.startswith("chatserver")]
    with_rooms = [one for one in targets if one.name not in {"naive", report.LIMIT}]
    few = [one for one in with_rooms if one.name != "chatserver, IRC"]  # but with tags
    many = Shape(receivers=0, window=8, seconds=options.seconds)
    found: dict[str, Section] = {}
    if named := shapes(options):
        found["One room"] = FanOut(targets, named, options.repeat)
    if "mixed" in options.measure:
        once = [one for one in with_rooms if one.name not in {one.name for one in ours[1:]}]
        shape = Shape(receivers=0, window=options.window, seconds=options.seconds)
        found["Ten rooms, everybody in two"] = ManyRooms(mixed_cases(once, shape), 1)
    if "pairs" in options.measure:
        found["No fan-out"] = ManyRooms(pair_cases(few, PAIRS, many), 1)
    if "acknowledged" in options.measure and ours:
        found["One by one"] = OneByOne([ECHOING], 2 * options.seconds)
    if "storm" in options.measure:
        found["All at once"] = Storms(few, options.members)
    if "growth" in options.measure and ours:
        shape = Shape(receivers=100, window=options.window, seconds=options.seconds)
        known = with_data(ours[0], goals.STORED, stored)
        grown = {
            f"{count:,} receivers": Shape(
                receivers=count, window=options.window, seconds=options.seconds
            )
            for count in GROWN
        }
        least = [one for one in targets if one.name == report.LIMIT]
        found["Growth: members"] = FanOut([*ours[:1], *least], grown, options.repeat)
        found["Growth: rooms"] = ManyRooms(
            growth_cases(ours[-1], ROOMS, Shape(receivers=0, seconds=options.seconds)), 1
        )
        found["Growth: stored messages"] = FanOut(
            [ours[0], known], {"100 receivers": shape}, options.repeat
        )
    if "start" in options.measure:
        found["Start"] = Figure(
            "ms from exec to the first connection", ".0f", unique_programs(targets), 5,
            lambda target: measures.start_up(target) * 1e3,
        )  # fmt: skip
    return found


def take(found: Mapping[str, Section]) -> None:
    """Make all runs, and say how far it is; Ctrl-C ends it early, with what was measured until then."""
    tasks = [task for section in found.values() for task in section.tasks()]
    begin = time.monotonic()
    with suppress(KeyboardInterrupt):
        for number, (label, run) in enumerate(tasks, 1):
            minutes, seconds = divmod(int(time.monotonic() - begin), 60)
            head = f"[{number:3}/{len(tasks)} {minutes}:{seconds:02}] {label} ..."
            print(head, end=" ", flush=True, file=sys.stderr)
            try:
                run()
            except LoadError as error:
                print(f"failed: {error}", file=sys.stderr)
            else:
                print("done", file=sys.stderr)


def circumstances(targets: Sequence[Target], options: argparse.Namespace) -> str:
    """When, on what and against which versions it was measured."""
    server, load = cores()
    programs = [target for target in unique_programs(targets) if target.program != sys.executable]
    versions = ", ".join(map(version, programs))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()} with {os.cpu_count()} cores; server on core "
        f"{min(server)}, load on core {min(load)}. {versions}. "
        f"The history has {options.stored:,} messages."
    )


def unique_programs(targets: Sequence[Target]) -> list[Target]:
    """One target for each program that is a server of its own."""
    firsts: dict[str, Target] = {}
    for target in targets:
        firsts.setdefault(target.program, target)
    return list(firsts.values())


def version(target: Target) -> str:
    """The program's name, and the number that it says is its version."""
    program = find(target.program) or target.program
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d+(\.\d+)+", told.stdout or told.stderr)
    return f"{Path(program).name} {number[0] if number else '(?)'}"


def write(page: Path, text: str, found: Mapping[str, Section]) -> None:
    """Put the tables into the page, and plots beside it."""
    room = found.get("One room")
    costs = report.costs_by_shape(room.samples) if isinstance(room, FanOut) else {}
    for shape, by_target in costs.items():
        title = f"CPU seconds per million deliveries: {shape}"
        name = "-".join(shape.replace(",", "").replace("/", "-").split())
        picture = page.with_name(f"performance-{name}.svg")
        picture.write_text(plot.bars(title, by_target))
        text += f"\n\n![{title}]({picture.name})"
    page.write_text(report.place(page.read_text(), text))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what was asked for; the tables go to standard output or into a page."""
    options = parse(arguments)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, hard), hard))
    targets = choose(options.target)
    with tempfile.TemporaryDirectory(prefix="bench-") as stored:
        if "growth" in options.measure:
            build(Path(stored), options.stored)
        found = sections(targets, options, Path(stored))
        take(found)
    tables = [f"### {title}\n\n{section.text()}" for title, section in found.items()]
    if isinstance(room := found.get("One room"), FanOut):
        tables.append(f"### The load\n\n{report.load_table(room.samples)}")
    figures = {
        (title, *key): figure
        for title, section in found.items()
        for key, figure in section.figures().items()
    }
    reached = f"### Goals\n\n{goals.goals_table(figures)}"
    text = "\n\n".join([circumstances(targets, options), reached, *tables])
    if options.write:
        write(options.write, text, found)
    else:
        print(text)


if __name__ == "__main__":
    main()
