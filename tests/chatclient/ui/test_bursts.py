"""Keys that come faster than anybody types are a paste."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import pytest
from prompt_toolkit.input.base import Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from chatclient.ui.bursts import MANY, RIGHT_AFTER, VERY_MANY, Bursts


class _Typed(Input):
    """An input that reads what a test says."""

    def __init__(self, *reads: str) -> None:
        names = {"\r": Keys.ControlM, "\n": Keys.ControlJ, "\x1b": Keys.Escape}
        self.reads = [[KeyPress(names.get(key, key), key) for key in read] for read in reads]

    def read_keys(self) -> list[KeyPress]:
        return self.reads.pop(0) if self.reads else []

    @property
    def closed(self) -> bool:
        return False

    def fileno(self) -> int:
        return -1

    def typeahead_hash(self) -> str:
        return ""

    def raw_mode(self) -> AbstractContextManager[None]:
        return nullcontext()

    cooked_mode = detach = raw_mode

    def attach(self, input_ready_callback: Callable[[], None]) -> AbstractContextManager[None]:
        return nullcontext()


def _read(*reads: str, now: Callable[[], float] = lambda: 0.0) -> list[tuple[Keys | str, str]]:
    bursts = Bursts(_Typed(*reads), now)
    return [(key.key, key.data) for key in bursts.read_keys()]


@pytest.mark.parametrize("text", ["hello\r", "one\rtwo\r", "x" * (MANY * 2), "y" * MANY + "\r"])
def test_what_somebody_may_have_typed_is_keys(text: str) -> None:
    """A line with its end, short lines that were typed ahead, letters without a line end."""
    assert [data for _, data in _read(text)] == [*text]


@pytest.mark.parametrize("text", ["line one is\rlong enough\r", "a" * VERY_MANY])
def test_a_burst_is_one_paste(text: str) -> None:
    """With its line ends as they came."""
    assert _read(text) == [(Keys.BracketedPaste, text)]


def test_all_that_waits_is_of_the_paste() -> None:
    """As a terminal gives a kilobyte at a time."""
    assert _read("a\r" * MANY, "b\r", "c") == [(Keys.BracketedPaste, "a\r" * MANY + "b\rc")]


def test_other_keys_in_between_are_keys() -> None:
    """They are not lost, nor does their place change."""
    text = "a\r" * MANY
    assert _read(text + "\x1b" + "b") == [
        (Keys.BracketedPaste, text),
        (Keys.Escape, "\x1b"),
        (Keys.BracketedPaste, "b"),
    ]


def test_what_comes_right_after_is_of_the_paste() -> None:
    """The last line end of a paste sends nothing, however late it is read; a later one does."""
    clock = [0.0]
    inner = _Typed("a\r" * MANY, "", "\r")
    bursts = Bursts(inner, lambda: clock[0])
    bursts.read_keys()
    clock[0] = RIGHT_AFTER / 2
    assert [key.key for key in bursts.read_keys()] == [Keys.BracketedPaste]
    clock[0] = RIGHT_AFTER * 3
    inner.reads = [[KeyPress(Keys.ControlM, "\r")]]
    assert [key.key for key in bursts.read_keys()] == [Keys.ControlM]
