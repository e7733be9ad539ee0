"""Accounts by the command line, on the data of a server that does not run."""

import io
import json
import sys
from pathlib import Path

import pytest

from chatserver.cli import main
from chatserver.storage.sqlite import SqliteStore
from chatserver.tools import terms
from tests.chatserver.tools.servers import running


@pytest.fixture(autouse=True)
def fewer_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have passwords cost little."""
    monkeypatch.setenv("CHATSERVER_PASSWORD_ITERATIONS", "4096")


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Have `text` on standard input."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def accounts_of(directory: Path) -> dict[str, int]:
    """Return what a server finds that starts: by name, the version of the record."""
    store = SqliteStore(directory)
    try:
        return {one.name: one.version for one in store.open().accounts}
    finally:
        store.close()


def test_accounts_are_made_listed_changed_and_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On disk, for the server that starts next; also where none ever did."""
    place = ("--data", str(tmp_path / "data"))
    type_in(monkeypatch, "sesame sesame\nmore\n")
    assert main(["account", "add", "Ann", "--email", "ann@example.org", *place]) == 0
    assert capsys.readouterr() == ("the account Ann is made\n", "")
    (before,) = accounts_of(tmp_path / "data").values()
    type_in(monkeypatch, "open sesame\n")
    assert main(["account", "password", "ann", *place]) == 0
    (after,) = accounts_of(tmp_path / "data").values()
    assert after > before
    capsys.readouterr()
    assert main(["account", "list", *place]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Ann                       since 20")
    assert line.endswith("password, ann@example.org")
    assert main(["account", "list", "--json", *place]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["name"], shown["password"], shown["certificates"]) == ("Ann", True, [])
    assert main(["account", "drop", "ANN", *place]) == 0
    assert accounts_of(tmp_path / "data") == {}


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (["add"], 2, "account add takes a NAME"),
        (["list", "ann"], 2, "account list takes no NAME"),
        (["make", "ann"], 2, "invalid choice"),
        ([], 2, "required"),
        (["drop", "eve"], 1, "there is no account eve"),
        (["password", "eve"], 1, "there is no account eve"),
        (["add", "ann"], 1, "there is an account ann already"),
        (["add", "1st"], 1, "1st can't be the name of an account"),
    ],
)
def test_mistakes_are_told_in_one_line(
    arguments: list[str], status: int, told: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """With exit status 2 for what is wrong on the command line, 1 for what cannot be done."""
    type_in(monkeypatch, "sesame sesame\n")
    main(["account", "add", "ann", "--data", str(tmp_path)])
    capsys.readouterr()
    type_in(monkeypatch, "sesame sesame\n")
    assert main(["account", *arguments, "--data", str(tmp_path)]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert told in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("typed", "status", "told"),
    [("short\n", 1, "at least 8 characters; nothing was done"), ("\n", 2, "empty")],
)
def test_a_password_that_is_none_makes_no_account(
    typed: str, status: int, told: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """And is not shown."""
    type_in(monkeypatch, typed)
    assert main(["account", "add", "ann", "--data", str(tmp_path / "data")]) == status
    assert told in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_where_no_server_ever_ran_there_is_no_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is made by looking."""
    data = tmp_path / "data"
    assert main(["account", "list", "--data", str(data)]) == 1
    assert capsys.readouterr().err == f"chatserver: there is no {data / 'chat.db'}\n"
    assert not data.exists()


def test_a_server_that_runs_but_cannot_be_asked_is_to_be_stopped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As its data is its own."""
    with running(tmp_path):
        assert main(["account", "drop", "ann", "--data", str(tmp_path)]) == 1
    assert "stop it" in capsys.readouterr().err


def test_a_password_is_typed_twice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """At a terminal, without being seen."""

    class Terminal(io.StringIO):
        """Standard input that is a terminal."""

        def isatty(self) -> bool:
            """Say so."""
            return True

    typed = iter(["sesame sesame", "sesame sesam", "sesame sesame", "sesame sesame"])
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(terms, "getpass", lambda _prompt: next(typed))
    assert main(["account", "add", "ann", "--data", str(tmp_path)]) == 2
    assert "the two are not the same" in capsys.readouterr().err
    assert main(["account", "add", "ann", "--data", str(tmp_path)]) == 0
