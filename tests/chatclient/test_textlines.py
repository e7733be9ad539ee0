"""Lines of the world as lines of text."""

import time
from calendar import timegm
from dataclasses import replace

import pytest

from chatclient.model import Kind, Status, World
from chatclient.textlines import text_lines, written

_WORLD = World(Status("srv:1"))
_ROOM = _WORLD.open_room("#ops")
_NOON = timegm((2026, 11, 22, 12, 3, 4))


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (Kind.MESSAGE, "hello", "bob: hello"),
        (Kind.ACTION, "waves", "* bob waves"),
        (Kind.NOTICE, "beware", "-bob- beware"),
        (Kind.TOPIC, "bob removed the topic", "-- bob removed the topic"),
        (Kind.MESSAGE, "a\tb", "bob: a b"),
    ],
)
def test_kinds(kind: Kind, text: str, told: str) -> None:
    """Day, time and room, then what happened; no control character, not even a TAB."""
    line = _WORLD.make_line(kind, text, time=_NOON, source="bob")
    assert [*text_lines(_ROOM, line)] == [f"2026-11-22 12:03:04 #ops {told}"]


def test_every_line_can_be_read_alone() -> None:
    """A message of several lines has who said it before each."""
    line = _WORLD.make_line(Kind.MESSAGE, "one\ntwo", time=_NOON, source="bob")
    assert [each.partition("#ops ")[2] for each in text_lines(_ROOM, line)] == [
        "bob: one",
        "bob: two",
    ]


def test_hostile_text() -> None:
    """Whatever comes from outside controls nothing."""
    line = replace(_WORLD.make_line(Kind.MESSAGE, "", time=0, source="x"), text="\x1b[2J\u202eevil")
    assert all(each.isprintable() for each in text_lines(_ROOM, line))


def test_a_time_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may tell any time; one that cannot be told is that of 1970, as it was here."""
    assert written(1e30) == written(0.0) == "1970-01-01 00:00:00"
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    assert written(1e30) == written(0.0) == "1970-01-01 09:00:00"
