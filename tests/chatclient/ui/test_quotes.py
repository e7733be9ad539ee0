"""What a message answers is told in a few words."""

from dataclasses import replace

import pytest

from chatclient.model import Kind, Line, NoArchive, Status, World
from chatclient.ui.painting import Painter
from chatclient.ui.quotes import UNKNOWN, Quotes, quote
from chatclient.ui.view import View
from tests.chatclient.ui.rig import NOON, rig


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (Kind.MESSAGE, "shall we?\nyes", "bob: shall we? yes"),
        (Kind.ACTION, "waves", "* bob waves"),
        (Kind.DELETED, "deleted by bob", "a message that was deleted"),
    ],
)
def test_each_kind_has_its_words(kind: Kind, text: str, told: str) -> None:
    """What was removed is not told again."""
    assert quote(Line(1, kind, NOON, "bob", text)) == told


def test_it_is_looked_for_once() -> None:
    """Until something has changed."""
    world = World(Status("host:9000"))
    room = world.open_room("#room")
    quotes = Quotes(room, NoArchive())
    assert quotes.of("") == ""
    assert quotes.of("m1") == UNKNOWN
    world.add(
        room, replace(world.make_line(Kind.MESSAGE, "hi", time=NOON), source="bob", msgid="m1")
    )
    assert quotes.of("m1") == UNKNOWN
    quotes.forget()
    assert quotes.of("m1") == "bob: hi"


def test_a_view_scrolls_past_all_that_stands_above_a_line() -> None:
    """Row by row: the day, the sign for news, and what is answered."""
    world = World(Status("host:9000"))
    room = world.open_room("#room")
    for day in range(6):
        line = world.make_line(Kind.MESSAGE, f"line {day}", time=NOON + day * 86400, source="bob")
        room.lines.append(replace(line, reply_to="gone"))
    room.read_id = room.lines[2].id
    view = View(room, Painter())
    tops = []
    view.rows(40, 5)
    for _ in range(20):
        view.scroll(-1)
        tops.append(view.rows(40, 5)[0].text)
    assert tops[-1].strip("─ ").startswith("Wednesday")
    assert sum("new since" in top for top in tops) == 1


@pytest.mark.asyncio
async def test_an_answer_shows_what_it_answers() -> None:
    """And when that is deleted, no longer what it said."""
    async with rig() as seen:
        lobby = seen.world.active
        first = seen.world.make_line(Kind.MESSAGE, "lunch at noon?", time=NOON, source="bob")
        seen.world.add(lobby, replace(first, msgid="m1"))
        answer = seen.world.make_line(Kind.MESSAGE, "fine by me", time=NOON, source="oper")
        seen.world.add(lobby, replace(answer, msgid="m2", reply_to="m1"))
        seen.client.flush()
        await seen.shows("┌ bob: lunch at noon?")
        seen.world.redact(lobby, "m1", "deleted by bob")
        seen.client.flush()
        await seen.shows("┌ a message that was deleted")
        assert "lunch" not in seen.text
