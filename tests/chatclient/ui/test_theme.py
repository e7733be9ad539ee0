"""Colours are readable, steady, and not needed."""

import pytest

from chatclient.ui.theme import NICK_COLOURS, NICKS, Ground, nick_style, sheet


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2) of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = {Ground.DARK: ("#000000", "#1e1e1e"), Ground.LIGHT: ("#ffffff", "#f6f6f6")}


@pytest.mark.parametrize("ground", [Ground.DARK, Ground.LIGHT])
def test_every_colour_is_read_on_its_ground(ground: Ground) -> None:
    """Names and all else: at least 4.5:1, on the darkest and on the usual ground alike."""
    for name, look in sheet(ground).style_rules:
        attrs = sheet(ground).get_attrs_for_style_str(f"class:{name}")
        grounds = (f"#{attrs.bgcolor}",) if attrs.bgcolor else GROUNDS[ground]
        if attrs.color:
            ratios = [_contrast(f"#{attrs.color}", each) for each in grounds]
            assert min(ratios) >= 4.5, (name, look)


@pytest.mark.parametrize("colour", NICK_COLOURS[Ground.UNKNOWN])
def test_nicks_are_read_on_black_and_on_white(colour: str) -> None:
    """At least 3.3:1 either way, while the terminal's ground is not known."""
    assert min(_contrast(colour, "#000000"), _contrast(colour, "#ffffff")) >= 3.3


def test_high_contrast_is_the_terminals_own_colours() -> None:
    """No colour, nothing faint; what is bold, underlined or reversed still is."""
    found = sheet(Ground.UNKNOWN, contrast=True)
    for name, _ in found.style_rules:
        attrs = found.get_attrs_for_style_str(f"class:{name}")
        assert not attrs.color
        assert not attrs.bgcolor
        assert not attrs.dim
    assert found.get_attrs_for_style_str("class:bar").reverse


def test_a_nick_keeps_its_colour() -> None:
    """In every run: not Python's own hash, which differs."""
    assert nick_style("anna") == "class:nick3"
    assert {nick_style(f"nick{number}") for number in range(200)} == {
        f"class:nick{number}" for number in range(NICKS)
    }


@pytest.mark.parametrize("name", ["bar", "bar.good", "more", "completion-menu.completion"])
def test_without_colours_grounds_are_reversed(name: str) -> None:
    """What stood on a colour stands out still."""
    assert sheet(Ground.UNKNOWN).get_attrs_for_style_str(f"class:{name}").bgcolor
    plain = sheet(Ground.UNKNOWN, colours=False).get_attrs_for_style_str(f"class:{name}")
    assert plain.reverse
    assert not plain.bgcolor
