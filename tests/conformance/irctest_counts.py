"""Makes the table in docs/irc.md of what irctest found, from what `--junitxml` of pytest wrote."""

import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

_OUTCOMES = ("passed", "failed", "skipped")


def count(*results: str) -> dict[str, Counter[str]]:
    """Return how many tests of each module passed, failed and were skipped, in one run or in its parts."""
    found: dict[str, Counter[str]] = {}
    parts = map(ET.fromstring, results)
    for case in (case for part in parts for case in part.iter("testcase")):
        module = case.get("classname", "").partition("server_tests.")[2].rpartition(".")[0]
        kinds = {child.tag for child in case}
        outcome = (
            "skipped"
            if "skipped" in kinds
            else "failed"
            if kinds & {"failure", "error"}
            else "passed"
        )
        found.setdefault(module, Counter())[outcome] += 1
    return found


def table(found: dict[str, Counter[str]]) -> Iterator[str]:
    """Yield the lines of the table, and of the sums."""
    yield "| module | passed | failed | skipped |"
    yield "| --- | --- | --- | --- |"
    sums: Counter[str] = Counter()
    for module in sorted(found):
        sums.update(found[module])
        yield _row(f"`{module}`", found[module])
    yield _row("**all**", sums)


def _row(name: str, counts: Counter[str]) -> str:
    return f"| {name} | {' | '.join(str(counts[outcome]) for outcome in _OUTCOMES)} |"


def main(arguments: Sequence[str]) -> int:
    """Print the table of a run."""
    results = (Path(path).read_text(encoding="utf-8") for path in arguments)
    print("\n".join(table(count(*results))))  # noqa: T201 - its purpose
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
