"""The table of keys is whole, says nothing twice, and is what the page says."""

from collections import Counter
from pathlib import Path

from prompt_toolkit.key_binding import KeyBindings

from chatclient import docs
from chatclient.keys import KEYS, Action, grouped

PAGE = Path(__file__).parents[2] / "docs" / "keys.md"


def test_the_page_is_what_the_table_says() -> None:
    """docs/keys.md is made by `make docs`; when this fails, make it again."""
    assert PAGE.read_text(encoding="utf-8") == docs.keys_page()


def test_every_key_is_on_the_page() -> None:
    """Whatever the page looks like, each key and its help are in it."""
    page = docs.keys_page()
    assert all(key.label in page and key.help in page for key in KEYS)


def test_every_action_has_a_key_and_every_key_with_an_action_a_sequence() -> None:
    """What the screen can do, somebody can ask for."""
    assert {key.action for key in KEYS} - {None} == set(Action)
    assert all(bool(key.sequences) == (key.action is not None) for key in KEYS)


def test_no_sequence_means_two_things() -> None:
    """A key does one thing in one mode."""
    counts = Counter((key.mode, sequence) for key in KEYS for sequence in key.sequences)
    assert [sequence for sequence, count in counts.items() if count > 1] == []


def test_sequences_are_those_of_the_toolkit() -> None:
    """A misspelt name would bind nothing; prompt_toolkit refuses it."""
    bindings = KeyBindings()
    for key in KEYS:
        for sequence in key.sequences:
            bindings.add(*sequence)(lambda _: None)
    assert len(bindings.bindings) == sum(len(key.sequences) for key in KEYS)


def test_groups_are_not_torn_apart() -> None:
    """Each group stands once."""
    names = [name for name, _ in grouped()]
    assert len(names) == len(set(names))


def test_an_unknown_page_is_refused() -> None:
    """`python -m chatclient.docs nonsense` writes nothing."""
    assert docs.main(["nonsense"]) == 2
