"""Files that are written as a whole."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chatclient.files import alone, replace_file


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """And so is the directory that is made for it."""
    path = tmp_path / "made" / "file"
    replace_file(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    """Whoever lets others read it has reasons."""
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o640)
    replace_file(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_one_program_changes_it_at_a_time(tmp_path: Path) -> None:
    """Whoever else wants to waits, and gives up in the end; a killed program holds nobody up."""
    path = tmp_path / "made" / "file"
    code = (
        "import sys, time; from pathlib import Path; from chatclient.files import alone\n"
        "with alone(Path(sys.argv[1])): print('has it', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(BlockingIOError), alone(path):
            pass
        other.kill()
    with alone(path):
        replace_file(path, "new")
    assert [each.name for each in path.parent.iterdir()] == ["file"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    """And nothing beside it."""
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "\ud800")
    assert [each.read_text() for each in tmp_path.iterdir()] == ["old"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    """What it points to is replaced."""
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    link.symlink_to(real)
    replace_file(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
