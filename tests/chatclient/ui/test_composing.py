"""Large pastes, bursts, what was typed before, hints, emoji, typing notices, another editor."""

import asyncio
import stat
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from chatclient.model import NoArchive
from chatclient.settings import Ring, Settings
from tests.chatclient.ui.rig import (
    BACK_TAB,
    CTRL_C,
    DEADLINE,
    ENTER,
    ESC,
    NOON,
    TAB,
    UP,
    Rig,
    join,
    make_world,
    rig,
)

CTRL_R, UNDO, REDO, YANK = "\x12", "\x1f", "\x1b_", "\x19"


class Remembering(NoArchive):
    """An archive of what was typed alone."""

    def __init__(self, *typed: str) -> None:
        self.typed = [*typed]

    def inputs(self, most: int = 1000) -> list[str]:
        """Return it."""
        return self.typed[-most:]

    def add_input(self, text: str) -> None:
        """Keep it."""
        self.typed.append(text)


def _lines(count: int) -> str:
    return "\n".join(f"line {number}" for number in range(count))


def _is_held(seen: Rig, text: str) -> bool:
    pasted = seen.screen.editor.pasted
    return pasted is not None and pasted.text == text


# --- pastes ------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_large_paste_is_shown_before_it_is_anywhere() -> None:
    """How many lines, what Enter sends, how it begins and ends."""
    async with rig(100) as seen:
        seen.paste(_lines(30))
        await seen.shows("30 lines pasted: Enter sends 30 messages")
        assert "line 0" in seen.text
        assert "26 more lines" in seen.text
        assert "line 29" in seen.text
        assert seen.screen.editor.buffer.text == ""
        assert seen.client.entered == []


@pytest.mark.asyncio
async def test_enter_sends_a_paste() -> None:
    """With what was typed around it."""
    async with rig() as seen:
        seen.press("look: ")
        seen.paste(_lines(30))
        await seen.shows("Enter sends 30 messages")
        seen.press(ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "look: " + _lines(30))])
        await seen.hides("Enter sends")


@pytest.mark.asyncio
async def test_a_server_of_many_lines_takes_a_paste_as_one_message() -> None:
    """Which is what is said."""
    world = make_world()
    world.set_status(replace(world.status, multiline=24))
    async with rig(100, world=world) as seen:
        seen.paste(_lines(20))
        await seen.shows("Enter sends one message of 20 lines")
        seen.press(ESC)
        await seen.hides("Enter sends")
        seen.paste(_lines(30))
        await seen.shows("Enter sends 30 lines in 2 messages")


@pytest.mark.asyncio
async def test_e_edits_a_paste_first() -> None:
    """It stands in the input, and nothing is sent."""
    async with rig() as seen:
        seen.paste(_lines(6))
        await seen.shows("6 lines")
        seen.press("e")
        await seen.until(lambda: seen.screen.editor.buffer.text == _lines(6))
        assert seen.client.entered == []


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [ESC, CTRL_C])
async def test_a_paste_is_dropped(key: str) -> None:
    """Other letters do nothing to it."""
    async with rig() as seen:
        seen.press("draft")
        seen.paste(_lines(6))
        await seen.shows("6 lines")
        seen.press("x")
        seen.press(key)
        await seen.hides("6 lines")
        assert seen.screen.editor.buffer.text == "draft"
        assert seen.client.quits == 0


@pytest.mark.asyncio
async def test_a_paste_of_one_long_line_is_large_too() -> None:
    """From 2 KiB on."""
    async with rig(100) as seen:
        seen.paste("x" * 3000)
        await seen.shows("3,000 characters pasted: Enter sends one message")


@pytest.mark.asyncio
async def test_a_small_paste_is_typed() -> None:
    """As many lines as the setting leaves."""
    async with rig(settings=Settings(paste_guard=0)) as seen:
        seen.paste(_lines(30))
        await seen.until(lambda: seen.screen.editor.buffer.text == _lines(30))
    async with rig() as seen:
        seen.paste(_lines(4))
        await seen.until(lambda: seen.screen.editor.buffer.text == _lines(4))


@pytest.mark.asyncio
async def test_a_paste_that_is_not_marked_sends_nothing() -> None:
    """Old terminals send it as keys."""
    async with rig() as seen:
        seen.press(_lines(30).replace("\n", "\r") + "\r")
        await seen.shows("Enter sends 30 messages")
        seen.press(ESC)
        await seen.hides("Enter sends")
        assert seen.client.entered == []


@pytest.mark.asyncio
async def test_64_kilobytes_that_are_not_marked_are_one_paste() -> None:
    """Whole, and without a message."""
    async with rig() as seen:
        text = "\r".join(f"{number:060}" for number in range(1000))
        for at in range(0, len(text), 4000):
            seen.press(text[at : at + 4000])
            await seen.until(partial(_is_held, seen, text[: at + 4000].replace("\r", "\n")))
        assert seen.client.entered == []


@pytest.mark.asyncio
async def test_pasted_controls_are_made_visible_in_what_is_held() -> None:
    """Before they are shown anywhere."""
    async with rig() as seen:
        seen.paste(_lines(5) + "\n\x1b]0;title\x07")
        await seen.shows("␛]0;title␇")


# --- what was typed before ---------------------------------------------------------------------


@pytest.mark.asyncio
async def test_what_was_typed_is_there_after_a_restart() -> None:
    """Newest first; and what is typed now is kept."""
    archive = Remembering("first", "second")
    async with rig(archive=archive) as seen:
        seen.press(UP)
        await seen.until(lambda: seen.rows[-1] == "#lobby > second")
        seen.press(UP)
        await seen.until(lambda: seen.rows[-1] == "#lobby > first")
        seen.press("!" + ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "first!")])
        assert archive.typed[-1] == "first!"


@pytest.mark.asyncio
async def test_secrets_are_not_kept() -> None:
    """What has a password in it is typed for nobody else."""
    archive = Remembering()
    async with rig(archive=archive) as seen:
        seen.press("secret word" + ENTER)
        await seen.until(lambda: seen.client.entered)
        assert archive.typed == []


@pytest.mark.asyncio
async def test_ctrl_r_searches_letter_by_letter() -> None:
    """Again: what is older. Enter takes it, and sends nothing."""
    async with rig(archive=Remembering("/join #rust", "hello", "/join #python")) as seen:
        await seen.until(lambda: len(seen.screen.editor.buffer.history.get_strings()) == 3)
        seen.press("draft" + CTRL_R)
        await seen.shows("search:")
        seen.press("join")
        await seen.shows("/join #python")
        seen.press(CTRL_R)
        await seen.shows("/join #rust")
        seen.press(ENTER)
        await seen.until(lambda: seen.rows[-1] == "#lobby > /join #rust")
        assert seen.client.entered == []


@pytest.mark.asyncio
async def test_a_search_says_when_there_is_nothing() -> None:
    """Backspace takes a letter back; Esc leaves what was typed."""
    async with rig(archive=Remembering("hello")) as seen:
        await seen.until(seen.screen.editor.buffer.history.get_strings)
        seen.press("draft" + CTRL_R + "hex")
        await seen.shows("nothing like that")
        seen.press("\x7f")
        await seen.shows("  hello")
        seen.press(ESC)
        await seen.hides("search:")
        assert seen.screen.editor.buffer.text == "draft"


@pytest.mark.asyncio
async def test_undo_and_redo() -> None:
    """A step back and forth."""
    async with rig() as seen:
        seen.press("one two")
        seen.press("\x17")
        await seen.until(lambda: seen.screen.editor.buffer.text == "one ")
        seen.press(UNDO)
        await seen.until(lambda: seen.screen.editor.buffer.text == "one two")
        seen.press(REDO)
        await seen.until(lambda: seen.screen.editor.buffer.text == "one ")


# --- hints -------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_command_says_how_it_goes_on() -> None:
    """The argument where the cursor is stands out."""
    async with rig(100) as seen:
        seen.press("/invite ")
        await seen.shows("/invite <nick> [room]")
        assert seen.cell("<nick>").underscore
        seen.press("bob ")
        await seen.until(lambda: seen.cell("[room]").underscore)
        assert not seen.cell("<nick>").underscore


@pytest.mark.asyncio
async def test_a_command_that_is_none_is_told_before_enter() -> None:
    """With what may have been meant."""
    async with rig(100) as seen:
        seen.press("/joni #x")
        await seen.shows("there is no /joni")
        seen.press("\x15//joni")
        await seen.hides("there is no /joni")


# --- emoji -------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_emoji_are_offered_by_name() -> None:
    """From two letters on, without Tab; Tab takes the first."""
    async with rig() as seen:
        seen.press("nice :thumbsu")
        await seen.shows(":thumbsup:")
        seen.press(TAB)
        await seen.until(lambda: seen.screen.editor.buffer.text == "nice 👍 ")


@pytest.mark.asyncio
async def test_tab_takes_an_emoji_that_is_shorter_than_its_name() -> None:
    """In the middle of what is typed too, and Shift+Tab goes back to what was typed."""
    async with rig() as seen:
        seen.press("hello bob, how are you :thumb")
        await seen.shows(":thumbsup:")
        seen.press(TAB)
        await seen.shows("how are you 👍")
        seen.press(BACK_TAB)
        await seen.shows("how are you :thumb")
        seen.press(TAB + ENTER + ENTER)  # the first one takes it
        await seen.until(lambda: seen.client.entered)
        assert seen.client.entered == [("#lobby", "hello bob, how are you 👍 ")]


@pytest.mark.asyncio
async def test_a_whole_name_becomes_its_emoji() -> None:
    """As soon as its second colon is typed."""
    async with rig() as seen:
        seen.press(":ta")
        await seen.shows(":tada:")
        seen.press("da:")
        await seen.until(lambda: seen.screen.editor.buffer.text == "🎉")


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["at 12:30", "std::vector", "a: b", ":-)", "http://x"])
async def test_colons_are_colons(text: str) -> None:
    """No menu comes between who writes and their text."""
    async with rig() as seen:
        seen.press(text + ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", text)])


@pytest.mark.asyncio
async def test_pasted_names_stay_as_they_are() -> None:
    """They may be anything, as in a log or a program."""
    async with rig() as seen:
        seen.press(":ta")
        await seen.shows(":tada:")
        seen.press(CTRL_C)
        seen.paste("sep :tada:")
        await seen.until(lambda: seen.screen.editor.buffer.text == "sep :tada:")


# --- typing ------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_others_are_told_that_one_types() -> None:
    """For each key; and when nothing is typed any more."""
    async with rig() as seen:
        seen.press("hi")
        await seen.until(lambda: seen.client.typed == [("#lobby", True)] * 2)
        seen.press(CTRL_C)
        await seen.until(lambda: seen.client.typed[-1] == ("#lobby", False))


@pytest.mark.asyncio
async def test_nobody_is_told_of_commands() -> None:
    """Which are no message; but what one does is one."""
    async with rig() as seen:
        seen.press("/whois bob")
        await seen.until(lambda: seen.screen.editor.buffer.text == "/whois bob")
        assert {told for _, told in seen.client.typed} == {False}
        seen.press("\x15//x")
        await seen.until(lambda: seen.client.typed[-1] == ("#lobby", True))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("nicks", "told"),
    [
        (("bob",), "bob is typing…"),
        (("eve", "bob"), "bob and eve are typing…"),
        (("a", "b", "c"), "3 people are typing…"),
    ],
)
async def test_who_is_typing_is_told(nicks: tuple[str, ...], told: str) -> None:
    """In the status line, so that nothing moves."""
    async with rig(100) as seen:
        for nick in nicks:
            seen.world.set_typing(seen.world.active, nick, NOON + 6)
        seen.client.flush()
        await seen.shows(told)
        for nick in nicks:
            seen.world.set_typing(seen.world.active, nick, None)
        seen.client.flush()
        await seen.hides("typing…")


@pytest.mark.asyncio
async def test_who_does_not_want_to_know_is_not_told() -> None:
    """By the setting."""
    async with rig(100, settings=Settings(show_typing=False)) as seen:
        seen.world.set_typing(seen.world.active, "bob", NOON + 6)
        seen.client.flush()
        seen.say(seen.world.active, "oper", "hello")
        await seen.shows("hello")
        assert "typing…" not in seen.text


# --- another editor ----------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_another_editor_has_the_text_and_gives_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a file for nobody else; what is saved is not sent, and is made safe."""
    script = tmp_path / "editor.py"
    script.write_text(
        "import os, sys\n"
        "name = sys.argv[1]\n"
        f"open({str(tmp_path / 'seen')!r}, 'w').write("
        "open(name).read() + oct(os.stat(name).st_mode))\n"
        "open(name, 'w').write('edited\\nin two lines \\x1b[31m\\n')\n"
    )
    editor = tmp_path / "edit"
    editor.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    async with rig() as seen:
        seen.press("draft")
        seen.press("\x18\x05")
        await seen.until(lambda: seen.screen.editor.buffer.text.startswith("edited"))
        await seen.shows("in two lines ␛[31m")
        assert seen.client.entered == []
    told = (tmp_path / "seen").read_text()
    assert told.startswith("draft")
    assert stat.S_IMODE(int(told.removeprefix("draft"), 8)) == 0o600


@pytest.mark.asyncio
async def test_no_editor_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said which were tried, and what to set; what was typed is as it was."""
    monkeypatch.setattr("chatclient.ui.elsewhere.EDITORS", (str(tmp_path / "none"),))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "no-such-editor 'x")
    async with rig(columns=160) as seen:
        seen.press("draft\x18\x05")
        await seen.shows("no editor starts; set $EDITOR to one (tried no-such-editor 'x, /")
        assert seen.screen.editor.buffer.text == "draft"
        monkeypatch.setenv("EDITOR", "false")
        seen.press("\x18\x05")
        await seen.shows("false ended with status 1; what you typed is as it was")


@pytest.mark.asyncio
async def test_nobody_calls_while_the_editor_has_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to write into what it shows; when it has ended, one is called."""
    begun, ended = tmp_path / "begun", tmp_path / "ended"
    editor = tmp_path / "edit"
    editor.write_text(f"#!/bin/sh\ntouch {begun}\nuntil test -e {ended}; do sleep 0.01; done\n")
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    world = make_world()
    elsewhere = join(world, "#python")
    async with rig(world=world, settings=Settings(ring=Ring.OSC9)) as seen:
        seen.press("draft\x18\x05")
        async with asyncio.timeout(DEADLINE):
            while not begun.exists():
                await asyncio.sleep(0.01)
        seen.say(elsewhere, "bob", "anna: look", mention=True)
        assert "\x1b]9;" not in seen.raw
        ended.touch()
        await seen.until(lambda: "\x1b]9;bob in #python: anna: look" in seen.raw)
