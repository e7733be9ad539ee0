"""Formatting and links become fragments; colours can be read on any ground."""

import pytest

from chatclient.model import Span
from chatclient.ui.looks import PALETTE, runs, span_style


def _light(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: float, other: float) -> float:
    low, high = sorted((one, other))
    return (high + 0.05) / (low + 0.05)


def test_a_plain_text_is_one_fragment() -> None:
    """Which costs next to nothing."""
    assert runs("hello", (), "class:event") == [("class:event", "hello")]


def test_formatting_and_links_may_overlap() -> None:
    """A link that is bold in part is one link still."""
    text = "see https://example.org now"
    assert runs(text, (Span(0, 12, bold=True),), "") == [
        ("bold", "see "),
        ("bold class:link", "https://", "https://example.org"),
        ("class:link", "example.org", "https://example.org"),
        ("", " now"),
    ]


def test_a_span_beyond_the_text_is_cut() -> None:
    """Whoever made it."""
    assert runs("ab", (Span(1, 9, italic=True),), "") == [("", "a"), ("italic", "b")]


@pytest.mark.parametrize(
    ("span", "style"),
    [
        (Span(0, 1, bold=True, italic=True), "bold italic"),
        (Span(0, 1, underline=True, strike=True), "underline strike"),
        (Span(0, 1, mono=True), "class:mono"),
        (Span(0, 1, reverse=True), "reverse"),
        (Span(0, 1, colour=98), span_style(Span(0, 1, colour="ffffff"))),
        (Span(0, 1, colour=99), ""),
        (Span(0, 1, colour="nonsense"), ""),
    ],
)
def test_each_code_has_a_style(span: Span, style: str) -> None:
    """In the names of prompt_toolkit."""
    assert span_style(span) == style


@pytest.mark.parametrize("colour", range(99))
def test_a_colour_can_be_read_on_dark_and_on_light(colour: int) -> None:
    """With a contrast of nearly 3:1 at least, as nobody knows the ground."""
    light = _light(span_style(Span(0, 1, colour=colour)))
    assert _contrast(light, 0.0) >= 2.8
    assert _contrast(light, 1.0) >= 2.8


@pytest.mark.parametrize("ground", range(99))
def test_letters_can_be_read_on_their_ground(ground: int) -> None:
    """Letters of the ground's colour become black or white."""
    letters, paper = span_style(Span(0, 1, colour=ground, ground=ground)).split()
    assert _contrast(_light(letters), _light(paper.removeprefix("bg:"))) >= 4


def test_two_colours_that_go_together_stay() -> None:
    """Yellow on blue is what was meant."""
    assert span_style(Span(0, 1, colour=8, ground=2)) == "#ffff00 bg:#000077"


def test_there_are_99_colours() -> None:
    """As the specification counts them."""
    assert len(PALETTE) == 99
