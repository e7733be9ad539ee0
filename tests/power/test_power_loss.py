"""What was acknowledged survives a power cut at any moment; `python -m tests.power` tries thousands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatserver.storage import directory, sqlite
from tests.power.cuts import Loss, Run, quick_place
from tests.power.disk import CHOICES
from tests.power.steps import Kind


@pytest.fixture(autouse=True)
def _scrub_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty the log with each redaction, however soon it comes after another."""
    monkeypatch.setattr(sqlite, "_TIDY_AGAIN", 0.0)


@pytest.fixture
def place() -> Iterator[Path]:
    """Return an empty directory."""
    with quick_place() as place:
        yield place


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_acknowledged_is_lost(place: Path, seed: int) -> None:
    """Some hundred cuts: of the first writes, checkpoints, redactions, ends, newer schemas."""
    run = Run(place, seed)
    assert sum(run.try_cuts(0.012)) > 8 * len(CHOICES)


def test_the_first_writes_can_be_cut_anywhere(place: Path) -> None:
    """Directory, lock, file, journal and log come into being one after the other."""
    run = Run(place, 1)
    run.steps = run.steps[:45]
    assert sum(run.try_cuts(1)) == 45 * len(CHOICES)


def test_nothing_is_lost_after_a_second_cut(place: Path) -> None:
    """A server that went on with what a cut left is cut too."""
    run = Run(place, 3)
    run.go_on()
    assert sum(run.try_cuts(0.012))


def test_all_that_the_store_does_is_recorded(place: Path) -> None:
    """What SQLite does, and what the store does itself."""
    steps = Run(place, 1).steps
    done = {(step.kind, Path(step.path).name) for step in steps}
    assert done >= {
        (Kind.MAKE_DIRECTORY, "data"),
        (Kind.SYNC_DIRECTORY, "data"),
        (Kind.WRITE, "chat.lock"),
        (Kind.SYNC, "chat.lock"),
        (Kind.CREATE, "chat.db"),
        (Kind.SYNC, "chat.db"),
        (Kind.WRITE, "chat.db-wal"),
        (Kind.DELETE, "chat.db-wal"),
        (Kind.TRUNCATE, "chat.db-wal"),
    }


def lazy_commits(patch: pytest.MonkeyPatch) -> None:
    """Let SQLite sync at checkpoints alone."""
    lazy = [one.replace("synchronous = full", "synchronous = normal") for one in sqlite._SETTINGS]
    patch.setattr(sqlite, "_SETTINGS", lazy)


def lazy_names(patch: pytest.MonkeyPatch) -> None:
    """Let no name of a file be sure to last."""
    patch.setattr(directory, "sync_directory", lambda _: None)


@pytest.mark.parametrize("sin", [lazy_commits, lazy_names])
def test_a_store_that_does_not_sync_is_found_out(
    place: Path, monkeypatch: pytest.MonkeyPatch, sin: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """The test can fail."""
    sin(monkeypatch)
    run = Run(place, 1)
    with pytest.raises(Loss):
        sum(run.try_cuts(0.1))
