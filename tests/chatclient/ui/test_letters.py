"""Letters of one cell."""

import sys

import pytest
import wcwidth

from chatclient.ui.cells import clusters
from chatclient.ui.letters import are_single

SINGLE = [chr(each) for each in range(sys.maxunicode + 1) if are_single(chr(each))]


def test_each_takes_one_cell_beside_any_other() -> None:
    """By the tables, too: none of them takes two cells or none, or becomes one with the next."""
    beside = "".join([*SINGLE, *reversed(SINGLE)])
    assert {wcwidth.wcwidth(letter) for letter in SINGLE} == {1}
    assert list(wcwidth.iter_graphemes(beside)) == list(beside)
    assert len(list(clusters(beside))) == wcwidth.width(beside) == len(beside)


@pytest.mark.parametrize(
    "text", ["", "hello", "Über", "жизнь", "λόγος", "“so” – …", "│─ ○◌● · ✓✗ ← ↓ ⋯ ↵"]
)
def test_most_texts_are_of_them(text: str) -> None:
    """Words of Latin, Greek and Cyrillic letters, and what our own frame is drawn with."""
    assert are_single(text)


@pytest.mark.parametrize(
    "text", ["a\tb", "\x1b", "\x85", "\xa0", "so\xadft", "e\u0301", "漢", "👍", "א", "x\u200b"]
)
def test_others_are_looked_at(text: str) -> None:
    """Control characters, blanks that are special, marks, wide letters, and scripts that join."""
    assert not are_single(text)
