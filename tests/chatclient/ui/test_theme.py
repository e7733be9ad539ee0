"""Colours are readable, steady, and not needed."""

import pytest

from chatclient.ui.theme import NICK_COLOURS, nick_style, style


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2) of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", NICK_COLOURS)
def test_nicks_are_read_on_black_and_on_white(colour: str) -> None:
    """At least 3.3:1 either way: the terminal's ground is not known."""
    luminance = _luminance(colour)
    assert (luminance + 0.05) / 0.05 >= 3.3
    assert 1.05 / (luminance + 0.05) >= 3.3


def test_a_nick_keeps_its_colour() -> None:
    """In every run: not Python's own hash, which differs."""
    assert nick_style("anna") == "class:nick3"
    assert {nick_style(f"nick{number}") for number in range(200)} == {
        f"class:nick{number}" for number in range(len(NICK_COLOURS))
    }


@pytest.mark.parametrize("name", ["bar", "bar.good", "more", "completion-menu.completion"])
def test_without_colours_grounds_are_reversed(name: str) -> None:
    """What stood on a colour stands out still."""
    assert style(colours=True).get_attrs_for_style_str(f"class:{name}").bgcolor
    plain = style(colours=False).get_attrs_for_style_str(f"class:{name}")
    assert plain.reverse
    assert not plain.bgcolor
