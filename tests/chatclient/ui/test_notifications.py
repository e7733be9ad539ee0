"""The user is called when they look elsewhere, and for nothing else."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from chatclient.model import Buffer, Kind, Level, Line
from chatclient.settings import Ring, Settings
from chatclient.ui.notifications import PAUSE, Caller, sequence, way
from tests.chatclient.ui.rig import NOON, PAGE_UP, Rig, join, make_world, rig

OSC9 = Settings(ring=Ring.OSC9)
FOCUS_IN, FOCUS_OUT = "\x1b[I", "\x1b[O"


def calls(seen: Rig) -> list[str]:
    """Return what the terminal was asked to tell."""
    return re.findall("\x1b\\]9;([^\x07]*)\x07", seen.raw)


@pytest.mark.asyncio
async def test_who_calls_from_elsewhere_is_told() -> None:
    """With who, where and what; what calls nobody is not."""
    world = make_world()
    room = join(world, "#python")
    async with rig(world=world, settings=OSC9) as seen:
        seen.say(room, "bob", "nothing for you")
        seen.say(room, "bob", "anna: look", mention=True)
        await seen.until(lambda: calls(seen))
        assert calls(seen) == ["bob in #python: anna: look"]


@pytest.mark.asyncio
async def test_what_is_in_view_does_not_call() -> None:
    """Unless the terminal tells that it is not looked at, or one is further up."""
    async with rig(settings=OSC9) as seen:
        room = seen.world.active
        seen.say(room, "bob", "anna: one", mention=True)
        await seen.shows("anna: one")
        seen.press(FOCUS_OUT)
        await seen.until(lambda: seen.screen._caller.focused is False)
        seen.say(room, "bob", "anna: two", mention=True)
        await seen.shows("anna: two")
        assert calls(seen) == ["bob in #lobby: anna: two"]


@pytest.mark.asyncio
async def test_being_looked_at_again() -> None:
    """The terminal's word types nothing, and what is in view calls no more."""
    async with rig(settings=OSC9) as seen:
        seen.press(f"{FOCUS_OUT}{FOCUS_IN}x")
        await seen.shows("#lobby > x")
        seen.say(seen.world.active, "bob", "anna: one", mention=True)
        await seen.shows("anna: one")
        assert not calls(seen)


@pytest.mark.asyncio
async def test_what_is_below_the_view_calls() -> None:
    """Who reads further up does not see it."""
    async with rig(settings=OSC9) as seen:
        room = seen.world.active
        for number in range(60):
            seen.say(room, "bob", f"line {number}")
        await seen.shows("line 59")
        seen.press(PAGE_UP)
        await seen.hides("line 59")
        seen.say(room, "bob", "anna: look", mention=True)
        await seen.until(lambda: calls(seen))


@pytest.mark.asyncio
async def test_the_terminal_is_asked_to_tell_and_in_the_end_no_more() -> None:
    """So that the shell gets no letters that nobody typed."""
    async with rig() as seen:
        assert "\x1b[?1004h" in seen.raw
        seen.client.over.set()
        await seen.task
        assert seen.raw.rindex("\x1b[?1004l") > seen.raw.rindex("\x1b[?1004h")


@pytest.mark.asyncio
async def test_nobody_calls_through_the_name_or_the_text() -> None:
    """What a stranger writes ends no sequence and begins none."""
    async with rig(settings=OSC9) as seen:
        other = join(seen.world, "#x")
        seen.say(
            other, "b\x07ob", "anna\x1b]52;c;aGk=\x07 \x9c hi\nthere" + "x" * 500, mention=True
        )
        await seen.until(lambda: calls(seen))
        (told,) = calls(seen)
        assert told.isprintable()
        assert len(told) < 300
        assert "\x1b]52" not in seen.raw


class Pad:
    """A caller, its clock, and what it sends."""

    def __init__(self, ring: Ring = Ring.BELL) -> None:
        self.world = make_world()
        self.room = join(self.world, "#room")
        self.sent: list[str] = []
        self.time = 0.0
        self.caller = Caller(self.sent.append, lambda: ring, {}, lambda: self.time)

    def say(
        self,
        buffer: Buffer | None = None,
        *,
        in_view: bool = False,
        what: Mapping[str, object] = MappingProxyType({}),
    ) -> bool:
        """Let bob call; say whether the user is called."""
        line = self.world.make_line(Kind.MESSAGE, "anna: hi", time=NOON, source="bob", mention=True)
        before = len(self.sent)
        self.caller.heed(buffer or self.room, _with(line, what), in_view=in_view)
        return len(self.sent) > before


def _with(line: Line, what: Mapping[str, object]) -> Line:
    return replace(line, **what)  # type: ignore[arg-type]  # what a line has


@pytest.mark.parametrize("what", [{"own": True}, {"history": True}, {"kind": Kind.JOIN}])
def test_what_does_not_call(what: dict[str, object]) -> None:
    """Own messages, those of before, and what nobody said."""
    pad = Pad()
    assert not pad.say(what=what)
    assert pad.say()


def test_what_is_caught_up_with_does_not_call() -> None:
    """It was said while nobody listened."""
    pad = Pad()
    pad.room.behind = True
    assert not pad.say()


def test_a_room_calls_once_in_a_while() -> None:
    """Others call meanwhile."""
    pad = Pad()
    assert pad.say()
    assert not pad.say()
    assert pad.say(pad.world.buffers[1])
    pad.time += PAUSE
    assert pad.say()


@pytest.mark.parametrize(
    ("level", "mention", "called"),
    [
        (None, False, False),
        (None, True, True),
        (Level.ALL, False, True),
        (Level.NOTHING, True, False),
    ],
)
def test_the_level_of_the_room_decides(level: Level | None, mention: bool, called: bool) -> None:  # noqa: FBT001 -- parameters of the test
    """All, mentions (which is usual), or nothing."""
    pad = Pad()
    pad.room.level = level
    assert pad.say(what={"mention": mention}) is called


def test_a_conversation_calls_for_all() -> None:
    """It is to the user alone."""
    pad = Pad()
    assert pad.say(pad.world.open_direct("eve"), what={"mention": False})


def test_nothing_means_nothing() -> None:
    """`ring = "nothing"`."""
    assert not Pad(Ring.NOTHING).say()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "xterm-256color"}, Ring.BELL),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, Ring.OSC9),
        ({"TERM": "xterm-kitty"}, Ring.OSC9),
        ({"TERM": "foot"}, Ring.OSC777),
        ({"TERM": "xterm-kitty", "TMUX": "x"}, Ring.BELL),
        ({}, Ring.BELL),
    ],
)
def test_how_a_terminal_calls(environment: dict[str, str], expected: Ring) -> None:
    """As it can, where that is known; the bell is understood by all."""
    assert way(Ring.AUTO, environment) is expected
    assert way(Ring.OSC777, environment) is Ring.OSC777


def test_the_sequences() -> None:
    """Of OSC 9, of OSC 777, whose title has no semicolon, and wrapped for tmux and screen."""
    assert sequence(Ring.OSC9, "bob", "hi", {}) == "\x1b]9;bob: hi\x07"
    assert sequence(Ring.OSC777, "b;b", "a;b", {}) == "\x1b]777;notify;b,b;a;b\x07"
    assert sequence(Ring.BELL, "bob", "hi", {"TMUX": "x"}) == "\x07"
    tmux = sequence(Ring.OSC9, "bob", "hi", {"TMUX": "x"})
    assert tmux == "\x1bPtmux;\x1b\x1b]9;bob: hi\x07\x1b\\"
    assert sequence(Ring.OSC9, "bob", "hi", {"STY": "x"}) == "\x1bP\x1b]9;bob: hi\x07\x1b\\"
