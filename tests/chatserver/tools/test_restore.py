"""A backup is brought back whole or not at all, and what was there is still somewhere."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from chatserver.cli import main
from chatserver.ports import StoreUnusable
from tests.chatserver.storage.test_searches import IndexedStore, found
from tests.chatserver.tools.servers import crash, make_data, running, small_files, texts_in
from tests.waiting import eventually


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """Return a backup that has two messages."""
    make_data(tmp_path / "source", "one", "two")
    file = tmp_path / "backup"
    assert main(["backup", str(file), "--data", str(tmp_path / "source")]) == 0
    return file


def restore(file: Path, data: Path) -> int:
    """Run the command and return its status."""
    return main(["restore", str(file), "--data", str(data)])


def aside(data: Path) -> Path:
    """Return where what was there is."""
    (found,) = data.glob("before-restore-*")
    return found


def test_where_nothing_was(
    tmp_path: Path, backup: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The directory is made; a server goes on from there, under numbers that never were."""
    data = tmp_path / "new" / "data"
    capsys.readouterr()
    assert restore(backup, data) == 0
    assert capsys.readouterr() == (f"{data}/chat.db is as in {backup}\n", "")
    assert sorted(one.name for one in data.iterdir()) == ["chat.db", "chat.lock"]
    assert (data / "chat.db").stat().st_mode & 0o777 == 0o600
    assert texts_in(data) == ["one", "two"]


def test_what_was_there_is_kept(
    tmp_path: Path, backup: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of it, also what only the write-ahead log of a crashed server has."""
    for make, before in ((make_data, ["other"]), (crash, ["before", "other"])):
        data = tmp_path / make.__name__
        make(data, "other")
        capsys.readouterr()
        assert restore(backup, data) == 0
        assert capsys.readouterr().out == (
            f"{data}/chat.db is as in {backup}; what was there is in {aside(data)}\n"
        )
        assert texts_in(data) == ["one", "two"]
        assert texts_in(aside(data)) == before


def test_twice(tmp_path: Path, backup: Path) -> None:
    """Each time another place is made for what was there."""
    for _ in range(2):
        assert restore(backup, tmp_path / "data") == 0
    assert restore(backup, tmp_path / "data") == 0
    assert len([*(tmp_path / "data").glob("before-restore-*")]) == 2
    assert texts_in(tmp_path / "data") == ["one", "two"]


def test_searching_follows(tmp_path: Path, backup: Path) -> None:
    """The index of what was there is not taken for that of the backup."""
    data = tmp_path / "data"
    with running(data, "other", "one", "else", "one"):
        pass
    assert restore(backup, data) == 0
    store = IndexedStore(data)
    store.open()
    assert found(store, "one") == [1]
    eventually(lambda: store.indexed() == store.newest())
    assert found(store, "one") == [1]
    assert found(store, "other") == []
    store.close()


def test_a_server_that_runs(
    tmp_path: Path, backup: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused, and the server does not notice."""
    with running(tmp_path / "data", "other"):
        assert restore(backup, tmp_path / "data") == 1
        assert capsys.readouterr().err == (
            f"chatserver: a chatserver uses {tmp_path}/data (process {os.getpid()}); stop it first\n"
        )
    assert texts_in(tmp_path / "data") == ["other"]
    assert not [*(tmp_path / "data").glob("before-restore-*")]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda file: file.unlink(), "there is no"),
        (lambda file: file.write_bytes(b""), "nothing was ever kept"),
        (lambda file: file.write_bytes(b"no database, " * 100), "not a database"),
        (lambda file: file.write_bytes(file.read_bytes()[:-8192]), "malformed"),
        (lambda file: execute(file, "pragma application_id = 1"), "another program"),
        (lambda file: execute(file, "pragma user_version = 99"), "newer chatserver"),
        (lambda file: overwrite(file, 2 * 4096), "damaged|malformed"),
    ],
)
def test_what_is_no_backup_changes_nothing(
    tmp_path: Path, backup: Path, spoil: Callable[[Path], object], why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """It is looked at first, and said in one line."""
    make_data(tmp_path / "data", "other")
    spoil(backup)
    capsys.readouterr()
    assert restore(backup, tmp_path / "data") == 1
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert any(part in message for part in why.split("|")), message
    assert texts_in(tmp_path / "data") == ["other"]
    assert not [*(tmp_path / "data").glob("before-restore-*")]


def execute(path: Path, statement: str) -> None:
    """Change a file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def overwrite(path: Path, start: int) -> None:
    """Damage a file from some place on."""
    with path.open("r+b") as file:
        file.seek(start)
        file.write(b"\xff" * (path.stat().st_size - start))


def test_what_the_server_uses_is_no_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By whatever name."""
    make_data(tmp_path / "data", "other")
    (tmp_path / "link").symlink_to(tmp_path / "data" / "chat.db")
    for name in ("data/chat.db", "link"):
        assert restore(tmp_path / name, tmp_path / "data") == 1
        assert "is what the server uses" in capsys.readouterr().err
    assert texts_in(tmp_path / "data") == ["other"]


def test_a_copy_that_somebody_made_by_hand(tmp_path: Path) -> None:
    """The files of a server that stopped are a backup too."""
    make_data(tmp_path / "source", "one")
    assert restore(tmp_path / "source" / "chat.db", tmp_path / "data") == 0
    assert texts_in(tmp_path / "data") == texts_in(tmp_path / "source") == ["one"]


def test_a_full_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was there stays in its place, and nothing is left of what did not fit."""
    make_data(tmp_path / "source", *["x" * 300] * 1_000)
    make_data(tmp_path / "data", "other")
    before = sorted(one.name for one in (tmp_path / "data").iterdir())
    with small_files(100_000):
        assert restore(tmp_path / "source" / "chat.db", tmp_path / "data") == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert told.startswith(f"chatserver: cannot write {tmp_path / 'data' / 'chat.db.restored'}: ")
    assert sorted(one.name for one in (tmp_path / "data").iterdir()) == before
    assert texts_in(tmp_path / "data") == ["other"]


class Crashed(BaseException):
    """The process is gone."""


@contextmanager
def crashing(at: int) -> Iterator[None]:
    """Have the process end at its `at`th change of a directory, or wish to have something on disk."""
    left = at

    def step(real: Callable[..., object]) -> Callable[..., object]:
        def stepping(*arguments: object, **named: object) -> object:
            nonlocal left
            left -= 1
            if left <= 0:
                raise Crashed
            return real(*arguments, **named)

        return stepping

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", step(os.fsync))
        for name in ("mkdir", "unlink", "replace", "rename", "rmdir", "hardlink_to"):
            patch.setattr(Path, name, step(getattr(Path, name)))
        yield


def test_a_crash_at_any_step_leaves_the_one_or_the_other(tmp_path: Path, backup: Path) -> None:
    """Or a server that says what to do; doing it once more ends well, and nothing is lost."""
    seen: set[str] = set()
    for turn in range(1, 60):
        data = tmp_path / f"data-{turn}"
        now: list[object]
        crash(data, "other")
        crashed = False
        try:
            with crashing(turn):
                assert restore(backup, data) == 0
        except Crashed:
            crashed = True
        try:
            now = [*texts_in(data)]
        except StoreUnusable as refused:
            now = ["not the one that it was written for" in str(refused)]
        assert now in ([True], ["before", "other"], ["one", "two"])
        seen.add(str(now[-1]))
        assert restore(backup, data) == 0
        assert texts_in(data) == ["one", "two"]
        assert not (data / "restore.unfinished").exists()
        assert ["before", "other"] in [texts_in(one) for one in data.glob("before-restore-*")]
        if not crashed:
            break
    assert not crashed
    assert seen == {"other", "True", "two"}
