"""The fields of a table of the configuration, as people write them in the file and in commands.

Rules: a field is of a type that stands in `_DESCRIPTIONS`, or of an enumeration of words; `_` in
its name is written `-`. A value of another type is never taken for what may have been meant.
"""

import enum
import re
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from typing import Any, Final, TypeVar, get_type_hints

from chatclient.config import ArgumentError

Value = TypeVar("Value")

_DESCRIPTIONS: Final[Mapping[Any, str]] = {
    bool: "true or false",
    int: "a whole number",
    str: "a text in quotes",
    tuple[str, ...]: "a list of texts, as ['#one', '#two']",
}
_YES: Final = ("true", "yes", "on")
_NO: Final = ("false", "no", "off")


def option(default: Value, text: str, *, at_start: bool = False) -> Value:
    """Return a field of a dataclass: `text` says what it is for, in /set and in the docs.

    A change of one that is read `at_start` alone holds from the next start on.
    """
    made: Value = field(default=default, metadata={"text": text, "at_start": at_start})
    return made


def key_of(name: str) -> str:
    """Return how a field is written."""
    return name.replace("_", "-")


@cache
def types(table: type) -> Mapping[str, Any]:
    """Return the types of the fields of a table, by their names."""
    return get_type_hints(table)


def find(table: type, written: str) -> str:
    """Return the field that is meant, however it is written. Raises `ArgumentError`."""
    name = written.lower().replace("-", "_")
    names = types(table)
    if name in names:
        return name
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    near = get_close_matches(name, names, 1)
    raise ArgumentError(
        f"there is no {written}" + (f"; do you mean {key_of(near[0])}?" if near else "")
    )


def words(expected: object) -> tuple[str, ...]:
    """Return the words that are the values of a type, () if it has others."""
    if expected is bool:
        return ("true", "false")
    if isinstance(expected, type) and issubclass(expected, enum.Enum):
        return tuple(str(each.value) for each in expected)
    return ()


def description(expected: object) -> str:
    """Return what a value of that type is."""
    return _DESCRIPTIONS.get(expected) or f"one of {', '.join(words(expected))}"


def take(table: type, name: str, value: object) -> object:
    """Return a value that was read from TOML as the field has it. Raises `ArgumentError`."""
    expected = types(table)[name]
    if expected is bool or expected is int or expected is str:
        if type(value) is expected:  # True is an int, and no number
            return value
    elif expected == tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
    elif value in words(expected):
        return expected(value)
    raise ArgumentError(f"{key_of(name)} is {description(expected)}, not {value!r}")


def parse(table: type, name: str, typed: str) -> object:
    """Return the value of a field that a user typed in a command. Raises `ArgumentError`."""
    expected = types(table)[name]
    value: object = typed
    if expected is bool and typed.lower() in (*_YES, *_NO):
        value = typed.lower() in _YES
    elif expected is int and re.fullmatch(r"\d{1,9}", typed):
        value = int(typed)
    elif expected == tuple[str, ...]:
        value = typed.replace(",", " ").split()
    return take(table, name, value)


def plain(value: object) -> object:
    """Return a value as TOML has it."""
    if isinstance(value, enum.Enum):
        return value.value
    return list(value) if isinstance(value, tuple) else value


def shown(value: object) -> str:
    """Return a value as a user types it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
