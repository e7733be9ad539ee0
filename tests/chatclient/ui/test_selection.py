"""A message is picked with the keyboard, and something is done with it in three keys at most."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from chatclient.keys import Mode
from chatclient.model import Delivery, Kind, Sign
from chatclient.ui.selection import LACKS
from tests.chatclient.ui.rig import (
    CTRL_C,
    DOWN,
    ENTER,
    ESC,
    NOON,
    PAGE_DOWN,
    PAGE_UP,
    TAB,
    UP,
    Rig,
    join,
    make_world,
    rig,
)

PICK = ESC + "k"


@asynccontextmanager
async def talk(*texts: str, columns: int = 100, rows: int = 24) -> AsyncIterator[Rig]:
    """Run a screen with these messages of bob's, which have the ids m0, m1, ..."""
    async with rig(columns, rows) as seen:
        for number, text in enumerate(texts or ("one", "two", "three")):
            line = seen.world.make_line(Kind.MESSAGE, text, time=NOON, source="bob")
            seen.world.add(seen.world.active, replace(line, msgid=f"m{number}"))
        seen.client.flush()
        await seen.shows((texts or ("three",))[-1].split()[-1])
        yield seen


def picked(seen: Rig) -> str:
    """Return the text of what is picked."""
    line = seen.screen.desk.selection.line(seen.screen.stage.view)
    return line.text if line else ""


def _is_in(seen: Rig, mode: Mode) -> bool:
    return seen.screen.desk.mode is mode


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [PICK, ESC + UP])
async def test_the_newest_is_picked_first(key: str) -> None:
    """It is shown reversed, and the status line says what one can do with it."""
    async with talk() as seen:
        seen.press(key)
        await seen.shows("r reply")
        assert picked(seen) == "three"
        assert seen.cell("three").reverse
        assert not seen.cell("two").reverse


@pytest.mark.asyncio
async def test_up_and_down_pick_another_and_down_comes_back_to_typing() -> None:
    """What was being typed is still there."""
    async with talk() as seen:
        seen.press("draft" + PICK + UP + "k")
        await seen.until(lambda: picked(seen) == "one")
        seen.press(DOWN)
        await seen.until(lambda: picked(seen) == "two")
        seen.press(DOWN + DOWN)
        await seen.hides("r reply")
        seen.press("!")
        await seen.until(lambda: seen.rows[-1] == "#lobby > draft!")


@pytest.mark.asyncio
async def test_the_view_follows_what_is_picked() -> None:
    """Upward beyond what was seen, and back down; Esc is at the end again."""
    async with talk(*(f"line {number}." for number in range(100))) as seen:
        seen.press(PICK + PAGE_UP * 5)
        await seen.until(lambda: picked(seen) == "line 49.")
        await seen.shows("line 49.")
        assert "line 99." not in seen.text
        seen.press(PAGE_DOWN * 2)
        await seen.until(lambda: picked(seen) == "line 69." and "line 69." in seen.text)
        seen.press(ESC)
        await seen.shows("line 99.")
        assert picked(seen) == ""


@pytest.mark.asyncio
async def test_what_is_picked_stays_in_sight() -> None:
    """However much is said meanwhile."""
    async with talk("the one", "another") as seen:
        seen.press(PICK + UP)
        await seen.until(lambda: picked(seen) == "the one")
        for number in range(60):
            seen.say(seen.world.active, "oper", f"noise {number}")
        await seen.shows("more lines below")
        assert "the one" in seen.text
        assert picked(seen) == "the one"


@pytest.mark.asyncio
async def test_joins_are_passed_over() -> None:
    """Only what somebody may want to answer or copy is picked."""
    async with talk("hello") as seen:
        line = seen.world.make_line(Kind.JOIN, "eve joined", time=NOON, source="eve")
        seen.world.add(seen.world.active, line)
        seen.client.flush()
        await seen.shows("eve joined")
        seen.press(PICK)
        await seen.until(lambda: picked(seen) == "hello")


@pytest.mark.asyncio
async def test_nothing_to_pick_is_said() -> None:
    """Instead of nothing happening."""
    async with rig() as seen:
        seen.press(PICK)
        await seen.shows("there is no message above")


@pytest.mark.asyncio
async def test_letters_do_nothing_else_while_a_message_is_picked() -> None:
    """What means nothing is not typed either."""
    async with talk() as seen:
        seen.press(PICK + "xz ")
        await seen.shows("r reply")
        seen.press(ESC)
        await seen.hides("r reply")
        assert seen.screen.editor.buffer.text == ""


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["r", ENTER])
async def test_reply(key: str) -> None:
    """What is answered stands over the input, until it is sent."""
    async with talk() as seen:
        seen.press(PICK + key)
        await seen.shows("replying to bob: three")
        seen.press("indeed" + ENTER)
        await seen.until(lambda: seen.client.replies == [("three", "indeed")])
        await seen.hides("replying")
        assert seen.client.entered == []
        seen.press("next" + ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "next")])


@pytest.mark.asyncio
async def test_esc_answers_nothing() -> None:
    """And leaves what is typed."""
    async with talk() as seen:
        seen.press(PICK + "rhm")
        await seen.shows("replying to bob: three")
        seen.press(ESC)
        await seen.hides("replying")
        seen.press(ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "hm")])


@pytest.mark.asyncio
async def test_ctrl_c_answers_nothing_before_it_leaves() -> None:
    """Who changes their mind does not want to be gone."""
    async with talk() as seen:
        seen.press(PICK + "r")
        await seen.shows("replying to bob: three")
        seen.press(CTRL_C)
        await seen.hides("replying")
        seen.press(PICK)
        await seen.shows("r reply")
        seen.press(CTRL_C)
        await seen.hides("r reply")
        assert seen.client.quits == 0


@pytest.mark.asyncio
async def test_each_room_has_its_answer() -> None:
    """Who looks elsewhere meanwhile answers nothing there, and goes on after."""
    world = make_world()
    async with rig(100, world=world) as seen:
        lobby, other = world.active, join(world, "#other", "anna")
        seen.say(lobby, "bob", "well?")
        seen.press(PICK + "r")
        await seen.shows("replying to bob: well?")
        seen.screen.desk.show(other)
        await seen.hides("replying")
        seen.screen.desk.show(lobby)
        await seen.shows("replying to bob: well?")


@pytest.mark.asyncio
async def test_a_command_is_no_answer() -> None:
    """It is done, and the answer can still be written; two slashes say one."""
    async with talk() as seen:
        seen.press(PICK + "r")
        await seen.shows("replying")
        seen.press("/away" + ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "/away")])
        seen.press("//x" + ENTER)
        await seen.until(lambda: seen.client.replies == [("three", "/x")])


@pytest.mark.asyncio
async def test_react_by_a_digit() -> None:
    """Alt+K, e, 1: the first of the row that is shown."""
    async with talk() as seen:
        seen.press(PICK + "e")
        await seen.shows("react to bob: three")
        await seen.shows("1 👍")
        seen.press("1")
        await seen.until(lambda: seen.client.reactions == [("three", "👍")])
        await seen.hides("react to")
        assert picked(seen) == ""


@pytest.mark.asyncio
async def test_react_with_what_is_typed() -> None:
    """An emoji, or a name that becomes one; what was typed to be said stays."""
    async with talk() as seen:
        seen.press("draft" + PICK + "+")
        await seen.shows("react with >")
        seen.press("🍕" + ENTER)
        await seen.until(lambda: seen.client.reactions == [("three", "🍕")])
        await seen.until(lambda: seen.rows[-1] == "#lobby > draft")


@pytest.mark.asyncio
async def test_react_by_name() -> None:
    """Tab completes it, Enter takes it, Enter reacts."""
    async with talk() as seen:
        seen.press(PICK + "e")
        await seen.shows("react with >")
        seen.press(":rocke")
        await seen.shows(":rocket:")
        seen.press(TAB)
        await seen.until(lambda: seen.screen.editor.buffer.text == "🚀 ")
        seen.press(ENTER)
        await seen.until(lambda: not seen.screen.editor.menu_open or seen.client.reactions)
        if not seen.client.reactions:
            seen.press(ENTER)
        await seen.until(lambda: seen.client.reactions == [("three", "🚀")])


@pytest.mark.asyncio
async def test_esc_goes_back_one_step() -> None:
    """From the choice to the message, from the message to typing."""
    async with talk() as seen:
        seen.press(PICK + "e")
        await seen.shows("react to")
        seen.press(ESC)
        await seen.shows("r reply")
        seen.press(ESC)
        await seen.hides("r reply")
        assert seen.client.reactions == []


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["d", ENTER])
async def test_delete_asks_once(key: str) -> None:
    """A second key says yes."""
    async with talk() as seen:
        seen.press(PICK + "d")
        await seen.shows("delete bob: three")
        assert seen.client.redacted == []
        seen.press(key)
        await seen.until(lambda: seen.client.redacted == ["three"])
        await seen.hides("delete bob")


@pytest.mark.asyncio
async def test_esc_keeps_the_message() -> None:
    """Nothing was deleted."""
    async with talk() as seen:
        seen.press(PICK + "d")
        await seen.shows("delete bob: three")
        seen.press(ESC)
        await seen.hides("delete bob")
        assert seen.client.redacted == []


@pytest.mark.asyncio
@pytest.mark.parametrize(("key", "feature"), [("e", "react"), ("d", "redact")])
async def test_what_the_server_cannot_do_is_said(key: str, feature: str) -> None:
    """Before one is asked anything."""
    async with talk() as seen:
        seen.client.lacking = {feature}
        seen.press(PICK + key)
        await seen.shows(LACKS[feature][:60])
        assert seen.screen.desk.replying is None


@pytest.mark.asyncio
async def test_a_reply_works_on_every_server() -> None:
    """Where the server cannot tell what is answered, the client calls who said it."""
    async with talk() as seen:
        seen.client.lacking = {"reply"}
        seen.press(PICK + "rok" + ENTER)
        await seen.until(lambda: seen.client.replies == [("three", "ok")])


@pytest.mark.asyncio
async def test_a_line_that_the_server_does_not_have_cannot_be_answered() -> None:
    """It has no name yet."""
    async with talk() as seen:
        line = seen.world.make_line(Kind.MESSAGE, "mine", time=NOON, source="anna")
        mine = replace(line, own=True, delivery=Delivery.PENDING)
        seen.world.add(seen.world.active, mine)
        seen.client.flush()
        await seen.shows("mine")
        seen.press(PICK + "r")
        await seen.shows("the server does not have this message yet")


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["c", "y"])
async def test_copy_goes_to_the_terminal(key: str) -> None:
    """By OSC 52, whole, and to Ctrl+Y."""
    async with talk("a text\nof two lines ⚘") as seen:
        seen.press(PICK + key)
        await seen.shows("is copied")
        copied = base64.b64encode("a text\nof two lines ⚘".encode()).decode()
        assert f"\x1b]52;c;{copied}\x07" in seen.raw
        seen.press("\x19")
        await seen.until(lambda: seen.screen.editor.buffer.text == "a text\nof two lines ⚘")


@pytest.mark.asyncio
async def test_open_the_link() -> None:
    """Alt+K, o."""
    async with talk("see https://example.org/a.") as seen:
        seen.press(PICK + "o")
        await seen.shows("opening https://example.org/a")
        assert seen.opened == ["https://example.org/a"]
        assert picked(seen) == ""


@pytest.mark.asyncio
async def test_one_of_several_links_is_chosen_by_a_digit() -> None:
    """Those that are there; other digits do nothing."""
    async with talk("https://a.example https://b.example https://a.example") as seen:
        seen.press(PICK + "o")
        await seen.shows("2 https://b.example")
        assert "3 https" not in seen.text
        seen.press("92")
        await seen.until(lambda: seen.opened == ["https://b.example"])


@pytest.mark.asyncio
async def test_without_a_desktop_the_link_is_copied() -> None:
    """As over ssh."""
    async with talk("https://example.org") as seen:
        seen.has_desktop = False
        seen.press(PICK + "o")
        await seen.shows("no desktop here: the link is copied")
        assert base64.b64encode(b"https://example.org").decode() in seen.raw


@pytest.mark.asyncio
async def test_no_link_is_said() -> None:
    """And the message stays picked."""
    async with talk("no link") as seen:
        seen.press(PICK + "o")
        await seen.shows("there is no link in this message")
        assert picked(seen) == "no link"


@pytest.mark.asyncio
async def test_jump_to_what_is_answered() -> None:
    """It is picked then."""
    async with talk("question?", *(f"noise {number}" for number in range(60))) as seen:
        line = seen.world.make_line(Kind.MESSAGE, "answer!", time=NOON, source="oper")
        seen.world.add(seen.world.active, replace(line, msgid="x", reply_to="m0"))
        seen.client.flush()
        await seen.shows("┌ bob: question?")
        seen.press(PICK + "j")
        await seen.until(lambda: picked(seen) == "question?")
        await seen.shows("noise 5")


@pytest.mark.asyncio
async def test_a_message_that_answers_nothing_says_so() -> None:
    """Nor is one gone to that nobody has."""
    async with talk("plain") as seen:
        seen.press(PICK + "j")
        await seen.shows("this answers nothing")
        line = seen.world.make_line(Kind.MESSAGE, "answer!", time=NOON, source="oper")
        seen.world.add(seen.world.active, replace(line, msgid="x", reply_to="gone"))
        seen.client.flush()
        seen.press(DOWN + "j")
        await seen.shows("is not known here")


@pytest.mark.asyncio
async def test_another_room_picks_nothing() -> None:
    """A letter there is typed."""
    world = make_world()
    async with rig(100, world=world) as seen:
        other = join(world, "#other", "anna")
        seen.say(world.active, "bob", "hi")
        seen.press(PICK)
        await seen.shows("r reply")
        seen.screen.desk.show(other)
        await seen.hides("r reply")
        seen.press("d")
        await seen.until(lambda: seen.rows[-1] == "#other > d")


@pytest.mark.asyncio
async def test_reactions_show_as_they_come() -> None:
    """Under what they are to."""
    async with talk("nice") as seen:
        lobby = seen.world.active
        seen.world.react(lobby, Sign("m0", "👍", "oper", NOON, own=False))
        seen.world.react(lobby, Sign("m0", "👍", "anna", NOON, own=True))
        seen.client.flush()
        await seen.shows("[👍 2]")


@pytest.mark.asyncio
@pytest.mark.parametrize("columns", [30, 50, 70, 120])
async def test_every_step_fits_on_every_screen(columns: int) -> None:
    """Nothing fails where there is little room."""
    async with talk("https://a.example https://b.example", columns=columns, rows=12) as seen:
        seen.press(PICK)
        for key, step in (("e", Mode.REACTING), ("d", Mode.DELETING), ("o", Mode.LINKING)):
            seen.press(key)
            await seen.until(partial(_is_in, seen, step))
            seen.press(ESC)
            await seen.until(lambda: seen.screen.desk.mode is Mode.PICKED)
        seen.press("r")
        await seen.until(lambda: seen.screen.desk.replying)


@pytest.mark.asyncio
async def test_an_action_can_be_a_reply() -> None:
    """/me answers what was to be answered; other commands do not, and leave it as it is."""
    async with talk() as seen:
        seen.press(PICK + "r")
        await seen.shows("replying to bob: three")
        seen.press("/topic" + ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "/topic")])
        assert "replying to bob: three" in seen.text
        seen.press("/me nods" + ENTER)
        await seen.until(lambda: seen.client.replies == [("three", "* nods")])
        await seen.hides("replying")
