"""What the screen says to somebody who does not know what to do."""

import pytest

from chatclient import keys
from chatclient.model import CommandWanted, Kind
from chatclient.ui.cells import width
from chatclient.ui.guide import guide, help_rows
from tests.chatclient.ui.rig import ESC, NOON, join, make_world, rig


@pytest.mark.parametrize("cells", [12, 20, 40, 80])
def test_the_page_of_keys_has_them_all_and_fits(cells: int) -> None:
    """Whatever the width, each key is there; rows are no wider than they may be."""
    rows = [row.text for row in help_rows(cells)]
    text = " ".join(" ".join(rows).split())
    assert all(key.label in text for key in keys.KEYS)
    assert all(width(row.rstrip()) <= max(cells, 18) for row in rows)


def test_the_guide_is_for_empty_rooms() -> None:
    """As soon as somebody said something, it is in the way."""
    world = make_world()
    room = join(world, "#new")
    assert guide(world, room, 60)
    world.add(room, world.make_line(Kind.JOIN, "bob joined", time=NOON, source="bob"))
    assert guide(world, room, 60)
    world.add(room, world.make_line(Kind.MESSAGE, "hi", time=NOON, source="bob"))
    assert not guide(world, room, 60)


def test_a_conversation_names_who_reads() -> None:
    """It is one person, not a room."""
    world = make_world()
    text = " ".join(row.text for row in guide(world, world.open_direct("zoe"), 80))
    assert "zoe reads it" in text


def test_the_server_says_how_to_get_to_the_rooms() -> None:
    """When there are some; else the first steps."""
    world = make_world()
    text = " ".join(row.text for row in guide(world, world.server, 80))
    assert "Ctrl+N goes to the next one" in text


@pytest.mark.asyncio
async def test_help_is_a_page() -> None:
    """/help opens the page of F1, with the part on a command if one was named; Esc closes it."""
    async with rig(columns=100) as seen:
        for argument, row in (("", "Alt+Enter"), ("kick", "/kick [room] <nick> [reason]")):
            seen.world.want(CommandWanted(seen.world.active, "help", argument))
            seen.client.flush()
            await seen.shows(row)
            assert "Esc closes" in seen.text
        assert "/join" not in seen.text
        seen.press(ESC)
        await seen.hides("/kick [room]")
