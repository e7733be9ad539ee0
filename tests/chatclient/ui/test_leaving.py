"""The end: however it comes, the terminal is as before."""

import asyncio
import os
import re
import signal
from dataclasses import replace

import pytest

from tests.chatclient.ui.rig import CTRL_C, CTRL_D, rig

_USUAL = {"7": "h", "25": "h"}  # long lines go on in the next row, and the cursor is seen


def _left_changed(raw: str) -> dict[str, str]:
    """Return the modes (DECSET) of the terminal that are otherwise than they usually are."""
    found = re.findall(r"\x1b\[\?([0-9;]+)([hl])", raw)
    last = {mode: state for modes, state in found for mode in modes.split(";")}
    return {mode: state for mode, state in last.items() if state != _USUAL.get(mode, "l")}


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [CTRL_C, CTRL_D])
async def test_leaving_says_good_bye_and_restores_the_terminal(key: str) -> None:
    """Ctrl+C and Ctrl+D quit the client; the terminal is back on its own screen."""
    async with rig() as seen:
        seen.press(key)
        async with asyncio.timeout(20):
            await seen.client.over.wait()
        await seen.until(lambda: "\x1b[?1049l" in seen.raw)
    assert seen.client.quits == 1
    assert _left_changed(seen.raw) == {}


@pytest.mark.asyncio
async def test_the_mouse_is_given_back() -> None:
    """Who had it scroll can select with it again."""
    async with rig() as seen:
        seen.client.settings = replace(seen.client.settings, mouse=True)
        seen.client.flush()
        await seen.until(lambda: "\x1b[?1006h" in seen.raw)
        seen.press(CTRL_C)
        async with asyncio.timeout(20):
            await seen.task
    assert _left_changed(seen.raw) == {}


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_a_signal_is_a_request_to_leave(number: signal.Signals) -> None:
    """Whoever ends the process finds the terminal in order."""
    async with rig() as seen:
        os.kill(os.getpid(), number)
        async with asyncio.timeout(20):
            await seen.task
    assert seen.client.quits == 1


@pytest.mark.asyncio
async def test_who_is_in_a_hurry_leaves_at_once() -> None:
    """A second Ctrl+C does not wait for the server."""
    async with rig() as seen:
        seen.client.lingers = True
        seen.press(CTRL_C)
        await seen.shows("leaving…")
        seen.press(CTRL_C)
        async with asyncio.timeout(20):
            await seen.task
    assert seen.client.quits == 1


@pytest.mark.asyncio
async def test_a_failure_restores_the_terminal_and_is_told() -> None:
    """When the client breaks, `run` raises what broke it, after the terminal is put right."""
    async with rig() as seen:
        seen.client.problem = ZeroDivisionError("a bug")
        seen.client.over.set()
        seen.failing = True
        with pytest.raises(ZeroDivisionError):
            await seen.task
    assert _left_changed(seen.raw) == {}


@pytest.mark.asyncio
async def test_a_failure_while_drawing_restores_the_terminal() -> None:
    """A bug in a pane ends the screen with its traceback; it does not freeze it."""
    async with rig() as seen:
        seen.world.active.lines.append(None)  # type: ignore[arg-type]
        seen.press("x")
        seen.failing = True
        with pytest.raises(AttributeError):
            await seen.task
    assert _left_changed(seen.raw) == {}
