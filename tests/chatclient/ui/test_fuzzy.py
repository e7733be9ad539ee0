"""Names are found by their letters, the best first, and fast however many there are."""

import time

import pytest

from chatclient.ui.fuzzy import Names, matched

ROOMS = Names(["#lobby", "#python", "#python-dev", "#dev", "#hyperloop", "alice", "typhon"])


def test_the_better_a_name_fits_the_earlier_it_comes() -> None:
    """Begun so, with a word begun so, with the letters together, with the letters apart."""
    assert ROOMS.find("dev", 9) == [(0, "#dev"), (1, "#python-dev")]
    assert ROOMS.find("ho", 9)[:3] == [(2, "#python"), (2, "#python-dev"), (2, "typhon")]
    assert ROOMS.find("pn", 9) == [(3, "#python"), (3, "#python-dev"), (3, "typhon")]


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("l", "#lobby"),
        ("pyd", "#python-dev"),
        ("alc", "alice"),
        ("#dev", "#dev"),
        ("tph", "typhon"),
    ],
)
def test_a_few_letters_are_enough(typed: str, best: str) -> None:
    """In that order, wherever they are; a sign before a room need not be typed."""
    assert ROOMS.find(typed, 9)[0][1] == best


@pytest.mark.parametrize("typed", ["", "xyz", "ecila", "a\nb"])
def test_what_fits_nothing(typed: str) -> None:
    """Nothing is found, not even by letters in another order."""
    assert not ROOMS.find(typed, 9)


def test_no_more_is_looked_for_than_is_wanted() -> None:
    """The first ones are the more important ones."""
    names = Names(f"nick{number}" for number in range(1000))
    assert [name for _, name in names.find("nick", 3)] == ["nick0", "nick1", "nick2"]


@pytest.mark.parametrize(
    ("folded", "typed", "places"),
    [
        ("#python", "py", [1, 2]),
        ("happy-py", "py", [6, 7]),
        ("#hyperloop", "hlp", [1, 6, 9]),
        ("alice", "z", []),
        ("alice", "alicex", []),
    ],
)
def test_the_letters_that_were_typed_are_told(folded: str, typed: str, places: list[int]) -> None:
    """Side by side, at the beginning of a word, or else the first ones that there are."""
    assert [*matched(folded, typed)] == places


def test_ten_thousand_names_take_a_few_milliseconds() -> None:
    """Whether or not something is found (the CPU's time, not that of the clock)."""
    names = Names(f"{number * 7919 % 99991:05d}-nick-{number}" for number in range(10_000))
    begun = time.process_time()
    for typed in ("n", "ni", "nick", "zzzz", "12-n", "9n9", "nickel"):
        names.find(typed, 200)
    assert (time.process_time() - begun) / 7 < 0.02
