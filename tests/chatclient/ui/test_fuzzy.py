"""Names are found by their letters, the best first, and fast however many there are."""

import pytest

from chatclient.ui.fuzzy import Names, matched
from tests.steps import steps

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


@pytest.mark.parametrize("typed", ["n", "ni", "nick", "zzzz", "12-n", "9n9", "nickel"])
def test_many_names_are_no_more_work_than_few(typed: str) -> None:
    """Whether or not something is found: they are gone through in C, and the best made alone."""

    def work(count: int) -> int:
        names = Names(f"{number * 7919 % 99991:05d}-nick-{number}" for number in range(count))
        names.find(typed, 20)  # whose pattern is known from then on
        return steps(lambda: names.find(typed, 20))

    assert work(20_000) <= work(5000)


def test_no_name_is_gone_through_in_every_way() -> None:
    """Letters that are apart are looked for once: in every way that they fit, this never ends."""
    assert not Names(["n" * 10_000]).find("n" * 20 + "z", 9)
