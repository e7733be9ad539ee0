"""The command: `python -m tests.reliability kills --kills 200`, `… cuts --cuts 1000`.

Progress goes to standard error, the report to standard output (and as JSON to a file, if one is named);
the exit status is 1 when anything is wrong.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.reliability import cuts, fulldisk, kills
from tests.reliability.report import Report


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.reliability", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    killing = commands.add_parser("kills", help="kill the server again and again")
    killing.add_argument("--kills", type=int, default=200)
    killing.add_argument("--irc", type=int, default=8, help="IRC peers")
    killing.add_argument("--plain", type=int, default=4, help="peers at netcat")
    killing.add_argument("--clients", type=int, default=4, help="processes of chatclient")
    cutting = commands.add_parser("cuts", help="cut the connections of chatclient")
    cutting.add_argument("--cuts", type=int, default=1000)
    cutting.add_argument("--clients", type=int, default=20, help="processes of chatclient")
    cutting.add_argument(
        "--archives", action="store_true", help="keep archives, and kill the clients too"
    )
    filling = commands.add_parser("full-disk", help="fill the server's disk up and free it again")
    filling.add_argument("--times", type=int, default=5)
    for each in (killing, cutting, filling):
        each.add_argument("--seed", type=int, default=1)
        each.add_argument("--json", type=Path, help="a file for the report as JSON")
    given = parser.parse_args(arguments)
    # As Ctrl-C: what was started is ended, and what was made removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="reliability-") as directory:
        report = asyncio.run(_run(given, Path(directory)))
    print(report.markdown())
    if given.json:
        given.json.write_text(report.json() + "\n")
    for problem in report.problems():
        print(problem, file=sys.stderr)
    return 0 if report.clean else 1


async def _run(given: argparse.Namespace, directory: Path) -> Report:
    if given.command == "kills":
        plan = kills.Plan(given.kills, given.irc, given.plain, given.clients, seed=given.seed)
        return await kills.run(plan, directory, _tell)
    if given.command == "full-disk":
        return await fulldisk.run(fulldisk.Plan(given.times, seed=given.seed), directory, _tell)
    return await cuts.run(
        cuts.Plan(given.cuts, given.clients, seed=given.seed, archives=given.archives),
        directory,
        _tell,
    )


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
