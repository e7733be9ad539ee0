"""Logs have what was said, in order, once, for the user's eyes alone."""

import stat
from calendar import timegm
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatclient.logs import WAITING_MOST, Logs, safe
from chatclient.model import Kind, Line

NOON = timegm((2023, 11, 15, 12, 0, 0))


@dataclass(frozen=True)
class Room:
    """A place."""

    network: str = "Home"
    target: str = "#Room"


ROOM = Room()


def _line(
    text: str, seconds: float = 0.0, kind: Kind = Kind.MESSAGE, *, history: bool = False
) -> Line:
    return Line(1, kind, NOON + seconds, "bob", text, history=history)


def _read(directory: Path, name: str = "home/#room/2023-11.log") -> list[str]:
    return (directory / name).read_text().splitlines()


def test_what_stands_in_a_log(tmp_path: Path) -> None:
    """A time, who, and what; messages of several lines take several."""
    logs = Logs(tmp_path / "logs")
    lines = [
        _line("hello"),
        _line("waves", kind=Kind.ACTION),
        _line("psst", kind=Kind.NOTICE),
        _line("eve joined", kind=Kind.JOIN),
        _line("two\nlines"),
    ]
    logs.write([(ROOM, number, line) for number, line in enumerate(lines)])
    assert _read(tmp_path / "logs") == [
        "2023-11-15 12:00:00 <bob> hello",
        "2023-11-15 12:00:00 * bob waves",
        "2023-11-15 12:00:00 -bob- psst",
        "2023-11-15 12:00:00 -- eve joined",
        "2023-11-15 12:00:00 <bob> two",
        "2023-11-15 12:00:00 <bob> lines",
    ]


def test_only_the_user_may_read_them(tmp_path: Path) -> None:
    """All directories that are made, and all files."""
    Logs(tmp_path / "logs").write([(ROOM, 1, _line("x"))])
    made = [tmp_path / "logs", *(tmp_path / "logs").rglob("*")]
    modes = {stat.S_IMODE(each.stat().st_mode) for each in made if each.is_dir()}
    assert modes == {0o700}
    assert stat.S_IMODE((tmp_path / "logs/home/#room/2023-11.log").stat().st_mode) == 0o600


def test_each_month_has_a_file(tmp_path: Path) -> None:
    """And so has each room, and each network."""
    logs = Logs(tmp_path)
    logs.write([(ROOM, 1, _line("a")), (ROOM, 2, _line("b", 20 * 86400))])
    logs.write([(Room("other"), 1, _line("c"))])
    assert _read(tmp_path)[0].endswith("a")
    assert _read(tmp_path, "home/#room/2023-12.log")[0].endswith("b")
    assert _read(tmp_path, "other/#room/2023-11.log")[0].endswith("c")


def test_lines_wait_for_what_was_missed(tmp_path: Path) -> None:
    """What was said meanwhile stands after it."""
    logs = Logs(tmp_path)
    logs.write([], [(ROOM, True)])
    logs.write([(ROOM, 9, _line("late", 9))])
    assert not [*tmp_path.iterdir()]
    logs.write([(ROOM, 5, _line("missed", 5, history=True))], [(ROOM, False)])
    logs.write([(ROOM, 10, _line("later", 10))])
    assert [text.rpartition(" ")[2] for text in _read(tmp_path)] == ["missed", "late", "later"]


def test_what_waits_in_the_end_is_logged(tmp_path: Path) -> None:
    """When the client ends before everything is there."""
    logs = Logs(tmp_path)
    logs.write([(ROOM, 9, _line("late"))], [(ROOM, True)])
    logs.close()
    assert len(_read(tmp_path)) == 1


def test_nothing_is_logged_twice(tmp_path: Path) -> None:
    """What the server tells again at the next start is there already."""
    Logs(tmp_path).write([(ROOM, 1, _line("one", 1)), (ROOM, 2, _line("two", 2))])
    again = [_line("one", 1, history=True), _line("two", 2, history=True)]
    new = _line("three", 3, history=True)
    Logs(tmp_path).write([(ROOM, number, line) for number, line in enumerate([*again, new])])
    assert [text.rpartition(" ")[2] for text in _read(tmp_path)] == ["one", "two", "three"]


@pytest.mark.parametrize(
    "name", ["..", ".", "../../x", "a/b", "a\\b", "con:", "x" * 500, "ÄÖ 日本", "#room\0", "\ud800"]
)
def test_names_are_safe(name: str) -> None:
    """No name leaves the directory, or is none."""
    made = safe(name)
    assert made not in {"", ".", ".."}
    assert not set(made) & set("/\\:\0 ")
    assert len(made) < 150
    assert made.isascii()


def test_names_that_differ_are_told_apart() -> None:
    """But for upper and lower case."""
    names = ["#a", "a", "a/b", "a%2fb", "a.b", ".a", "%2Ea", "x" * 300, "x" * 301]
    assert len({safe(name) for name in names}) == len(names)
    assert safe("#Room") == safe("#room")


def test_a_log_that_cannot_be_written_is_no_end(tmp_path: Path) -> None:
    """All else goes on, and what was to be in it is, when it can be."""
    (tmp_path / "file").write_text("")
    logs = Logs(tmp_path / "file")
    logs.write([(ROOM, 1, _line("one"))])
    assert str(tmp_path / "file") in logs.problem
    (tmp_path / "file").unlink()
    logs.write([(ROOM, 2, _line("two"))])
    assert logs.problem == ""
    assert [text.rpartition(" ")[2] for text in _read(tmp_path / "file")] == ["one", "two"]


def test_what_waits_is_bounded(tmp_path: Path) -> None:
    """The newest of it is in the log in the end."""
    (tmp_path / "file").write_text("")
    logs = Logs(tmp_path / "file")
    for number in range(20):
        logs.write([(ROOM, number, _line(f"{number} ".ljust(1 << 20, "x")))])
    (tmp_path / "file").unlink()
    logs.flush()
    (log,) = (tmp_path / "file").rglob("*.log")
    assert (1 << 22) < log.stat().st_size <= WAITING_MOST
    assert " 19 x" in log.read_text()
