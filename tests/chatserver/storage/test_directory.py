"""A data directory has one owner at a time."""

import os
import stat
from pathlib import Path

import pytest

from chatserver.storage.directory import (
    LOCK_NAME,
    Files,
    Owned,
    Ownership,
    make_directory,
    make_file,
)


def test_a_directory_is_made_with_all_above_it(tmp_path: Path) -> None:
    """For the owner's eyes alone; one that is there stays as it is."""
    path = tmp_path / "a" / "b"
    make_directory(path)
    make_directory(path)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_what_is_no_directory_is_told(tmp_path: Path) -> None:
    """A file of that name is not taken for one."""
    make_file(tmp_path / "file")
    for path in (tmp_path / "file", tmp_path / "file" / "data"):
        with pytest.raises(OSError, match=r"exists|Not a directory"):
            make_directory(path)


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    """Only a missing one is made."""
    path = tmp_path / "file"
    make_file(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("x", encoding="utf-8")
    make_file(path)
    assert path.read_text(encoding="utf-8") == "x"


def test_who_comes_second_is_told_who_owns_it(tmp_path: Path) -> None:
    """And does not change what the file says."""
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    first.take()
    for _ in range(2):
        with pytest.raises(Owned, match=f"^process {os.getpid()}$"):
            second.take()
    first.release()
    second.take()
    with pytest.raises(Owned):
        first.take()
    second.release()


def test_what_is_needed_after_a_crash_is_told_after_it(tmp_path: Path) -> None:
    """Again at each start, until somebody ends well."""
    ownership = Ownership(tmp_path)
    assert ownership.take() is None
    ownership.begin(Files(12, 345))
    for _ in range(2):
        ownership.release()
        assert ownership.take() == Files(12, 345)
    assert f"process {os.getpid()}\n" in (tmp_path / LOCK_NAME).read_text(encoding="utf-8")
    ownership.end()
    ownership.release()
    assert ownership.take() is None
    ownership.release()


def test_what_a_crash_left_is_no_lock(tmp_path: Path) -> None:
    """The file alone means nothing."""
    (tmp_path / LOCK_NAME).write_text("process 1\n", encoding="utf-8")
    ownership = Ownership(tmp_path)
    ownership.take()
    ownership.release()
    ownership.release()
