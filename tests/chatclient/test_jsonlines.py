"""Lines as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chatclient.jsonlines import json_line
from chatclient.model import Kind, Status, World


def _told(target: str, text: str, *, time: float = 1_700_000_000.25, msgid: str = "") -> str:
    world = World(Status("test:9000"))
    is_room = target.startswith("#")
    buffer = world.server
    if target:
        buffer = world.open_room(target) if is_room else world.open_direct(target)
    line = world.make_line(Kind.MESSAGE, text, time=time, source="bob")
    return json_line(buffer, replace(line, msgid=msgid))


def test_a_message() -> None:
    """All keys are there, in the same order; text is readable, not escaped."""
    assert _told("#ops", "grüß di 日本", msgid="m1") == (
        '{"time": "2023-11-14T22:13:20.250Z", "kind": "message", "room": "#ops", "with": null, '
        '"from": "bob", "account": "", "bot": false, "text": "grüß di 日本", '
        '"msgid": "m1", "own": false, "mention": false, "history": false}'
    )


def test_the_page_tells_every_key_and_kind() -> None:
    """docs/tool.md has a row for each key, and names each kind."""
    page = (Path(__file__).parents[2] / "docs" / "tool.md").read_text(encoding="utf-8")
    assert all(f"\n| `{key}` | " in page for key in json.loads(_told("#ops", "x")))
    assert all(f"`{kind}`" in page for kind in Kind)


def test_conversations_and_the_server() -> None:
    """A conversation has no room, the server has neither."""
    direct, server = json.loads(_told("bob", "psst")), json.loads(_told("", "hi"))
    assert (direct["room"], direct["with"]) == (None, "bob")
    assert (server["room"], server["with"]) == (None, None)


@pytest.mark.parametrize("time", [float("nan"), float("inf"), -1e30, 1e30])
def test_times_beyond_the_calendar(time: float) -> None:
    """A server that tells nonsense as time breaks nothing."""
    assert json.loads(_told("#ops", "x", time=time))["time"] == "1970-01-01T00:00:00.000Z"


def test_one_line_that_controls_nothing() -> None:
    """Whatever is in text and id, it is one line of JSON without control characters."""
    line = _told("#ops", '"\\\n\r\x1b[2J\x9b31m\u202e\u2028\t', msgid='\x1b]0;x\x07\x9d\u2029"')
    assert line.isprintable()
    json.loads(line)
