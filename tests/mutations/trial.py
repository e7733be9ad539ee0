"""Copies of the sources, and what the tests say in them.

Rules: the sources themselves are never touched. No bytecode is written, as a file that changes twice within
a second would be taken for the same one.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.mutation import TableError

ROOT = Path(__file__).parents[2]
LIMIT = 600.0
"""Seconds that the tests of one mutation may take."""

PATIENCE = ("-o", "timeout=20", "--maxfail=4", "--hypothesis-profile=hasty")
"""A rule that is broken makes some tests wait for what never comes: neither for long, nor in all."""

_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "dist", "build", "*.egg-info")
_FAILED = re.compile(r"^(?:FAILED|ERROR) ([^\s\[]+)", re.MULTILINE)
_BROKEN_TABLE = {2: "were interrupted", 4: "were not found", 5: "are none"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the tests said."""

    failed: Sequence[str]
    """The tests that failed, by file and name."""
    seconds: float
    told: str = ""
    """The end of what pytest printed."""


def copy_sources(directory: Path) -> Path:
    """Copy the sources into a directory, and return the copy."""
    tree = directory / "tree"
    shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
    found = _python(tree, "-c", "import chatserver; print(chatserver.__file__)").stdout.strip()
    if not found.startswith(str(tree)):
        raise TableError(f"the copy would test {found}")
    return tree


def run_tests(tree: Path, tests: Iterable[str]) -> Outcome:
    """Run tests in a copy. Raises `TableError` when they cannot be run, or take too long."""
    words = ["-m", "pytest", "-q", "-rfE", "-p", "no:cacheprovider", "--tb=no", *PATIENCE]
    chosen = sorted(tests)
    try:
        done = _python(tree, *words, *chosen)
    except subprocess.TimeoutExpired as error:
        raise TableError(f"{', '.join(chosen)} took longer than {LIMIT:g} s") from error
    end = "\n".join([*done.stdout.splitlines()[-20:], *done.stderr.splitlines()[-5:]])
    if done.returncode not in (0, 1):
        how = _BROKEN_TABLE.get(done.returncode, f"ended with {done.returncode}")
        raise TableError(f"{', '.join(chosen)} {how}:\n{end}")
    failed = dict.fromkeys(_FAILED.findall(done.stdout))
    if bool(failed) != bool(done.returncode):
        raise TableError(f"{', '.join(chosen)} ended with {done.returncode}:\n{end}")
    seconds = re.findall(r" in ([\d.]+)s", end)
    return Outcome([*failed], float(seconds[-1]) if seconds else float("nan"), end)


def _python(tree: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    return subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
