"""Styles are written once, and not kept for ever."""

from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from chatclient.ui.inks import PLAIN, Ink


def test_a_style_is_the_same_code_each_time() -> None:
    """And no style is the plain one."""
    ink = Ink(Style.from_dict({"own": "bold"}), ColorDepth.DEPTH_24_BIT)
    assert ink.code("") == PLAIN
    assert ink.code("class:own") == ink.code("class:own")
    assert "1" in ink.code("class:own")


def test_many_colours_take_no_more_memory() -> None:
    """What was let go is made again, the same."""
    ink = Ink(Style.from_dict({}), ColorDepth.DEPTH_24_BIT)
    first = ink.code("#000001")
    for number in range(10_000):
        ink.code(f"#{number:06x}")
    assert len(ink._codes) <= 4096
    assert ink.code("#000001") == first
