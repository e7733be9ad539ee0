"""The command: `python -m tests.mutations` tries every mutation of the table, or those named.

Each is applied to a copy of the sources, where one at least of its tests must fail; first, all of these
tests must pass on the sources as they are. The exit status is 1 when a mutation survives, 2 when the table
does not fit the sources any more. `--write` puts the table of what noticed into a page.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.report import place, table
from tests.mutations.mutation import Mutation, TableError
from tests.mutations.table import MUTATIONS
from tests.mutations.trial import Outcome, copy_sources, run_tests


def main(arguments: Sequence[str] | None = None) -> int:
    """Try what the command line asks for and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("name", nargs="*", help="mutations whose name has this in it")
    parser.add_argument("--jobs", type=int, default=2, help="how many to try at a time")
    parser.add_argument("--write", type=Path, help="a page to put the table into")
    given = parser.parse_args(arguments)
    chosen = [
        each
        for each in MUTATIONS
        if not given.name or any(part in each.name for part in given.name)
    ]
    try:
        outcomes = _try_all(chosen, given.jobs)
    except TableError as error:
        print(error, file=sys.stderr)
        return 2
    if given.write:
        given.write.write_text(place(given.write.read_text(), _rows(chosen, outcomes), "mutations"))
    survivors = [
        each.name for each, outcome in zip(chosen, outcomes, strict=True) if not outcome.failed
    ]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutations were noticed")
    for name in survivors:
        print(f"survived: {name}", file=sys.stderr)
    return 1 if survivors else 0


def _try_all(chosen: Sequence[Mutation], jobs: int) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="mutations-") as name, ThreadPoolExecutor(jobs) as pool:
        trees = [copy_sources(Path(name, str(job))) for job in range(jobs)]
        for mutation in chosen:  # what does not fit is told before anything is run
            mutation.applied((trees[0] / mutation.path).read_text())
        sound = run_tests(trees[0], {test for each in chosen for test in each.tests})
        if sound.failed:
            raise TableError(f"without any mutation these fail: {', '.join(sound.failed)}")
        free = [*trees]

        def attempt(mutation: Mutation) -> Outcome:
            tree = free.pop()
            before = mutation.apply(tree)
            try:
                outcome = run_tests(tree, mutation.tests)
            finally:
                (tree / mutation.path).write_text(before)
                free.append(tree)
            told = f"noticed by {len(outcome.failed)}" if outcome.failed else "SURVIVED"
            print(f"{mutation.name}: {told} ({outcome.seconds:g} s)", file=sys.stderr, flush=True)
            return outcome

        return [*pool.map(attempt, chosen)]


def _rows(chosen: Sequence[Mutation], outcomes: Sequence[Outcome]) -> str:
    def cells() -> Iterator[tuple[str, ...]]:
        for mutation, outcome in zip(chosen, outcomes, strict=True):
            module, _, first = (outcome.failed or ["(survived)"])[0].rpartition("::")
            more = f" and {len(outcome.failed) - 1} more" if len(outcome.failed) > 1 else ""
            yield mutation.name, mutation.breaks, f"`{first}` in {module}{more}"

    return table(("mutation", "what it breaks", "noticed by"), cells()).replace("---:", "---")


if __name__ == "__main__":
    sys.exit(main())
