"""What is kept over a restart, and whether one may count on that."""

from pathlib import Path

import pytest

from chatclient.keeping import Keeping


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("chatclient.archive.default_path", lambda: tmp_path / "archive.db")


def test_what_is_kept_lasts() -> None:
    """In a file; not in memory alone."""
    for lasting in (True, False):
        keeping = Keeping(lasting=lasting)
        assert not keeping.lasts  # nothing is open yet
        keeping.remember("drafts", "home", "hello")
        keeping.close()
        assert keeping.lasts is lasting


def test_nothing_lasts_in_a_broken_file(tmp_path: Path) -> None:
    """Nobody is promised that what they said is said at the next start."""
    (tmp_path / "archive.db").write_bytes(b"this is no database " * 1000)
    keeping = Keeping(lasting=True)
    keeping.remember("drafts", "home", "hello")
    keeping.close()
    assert not keeping.lasts
