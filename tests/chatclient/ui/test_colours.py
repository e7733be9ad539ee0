"""The screen has the theme that is wanted, on the ground that the terminal has."""

from dataclasses import replace

import pytest

from chatclient.settings import Settings, Theme
from tests.chatclient.ui.rig import rig

LIGHT = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
DARK = "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"


@pytest.mark.asyncio
async def test_the_theme_follows_the_terminal() -> None:
    """What it answers is not typed, and everything is drawn in its colours."""
    async with rig() as seen:
        seen.say(seen.world.active, "bob", "hello")
        await seen.shows("hello")
        unknown = seen.cell("bob").fg
        seen.press(LIGHT)
        await seen.until(lambda: seen.cell("bob").fg != unknown)
        light = seen.cell("bob").fg
        seen.press(DARK)
        await seen.until(lambda: seen.cell("bob").fg not in {unknown, light})
        assert seen.screen.editor.buffer.text == ""


@pytest.mark.asyncio
async def test_what_is_set_goes_before_what_the_terminal_says() -> None:
    """A dark theme stays one on white, until another is set; that shows at once."""
    async with rig(settings=Settings(theme=Theme.DARK)) as seen:
        seen.say(seen.world.active, "bob", "hello")
        await seen.shows("hello")
        dark = seen.cell("bob").fg
        seen.press(f"{LIGHT}x")
        await seen.shows("> x")
        assert seen.cell("bob").fg == dark
        seen.client.settings = replace(seen.client.settings, theme=Theme.LIGHT)
        seen.screen.clock.mark()
        await seen.until(lambda: seen.cell("bob").fg != dark)


@pytest.mark.asyncio
async def test_high_contrast_has_no_colours() -> None:
    """Names, times and bars are drawn in the terminal's own two."""
    async with rig(settings=Settings(theme=Theme.CONTRAST)) as seen:
        seen.say(seen.world.active, "bob", "hello")
        await seen.shows("hello")
        for text in ("bob", "12:00", "#lobby"):
            assert seen.cell(text).fg == "default"
        assert seen.cell("#lobby").reverse
