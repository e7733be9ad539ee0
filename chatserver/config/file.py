"""Settings from a TOML file; where one of them is wrong, the line on which it stands is found."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import Struct

from chatserver.config.settings import Config
from chatserver.config.table import Setting, is_required, rows
from chatserver.config.values import ConfigError, Given, check, read, suggest


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a TOML document; the line is looked for when it is asked for."""

    path: Path
    text: str
    at: tuple[str | int, ...]

    def __str__(self) -> str:
        keys = ".".join(step for step in self.at if isinstance(step, str))
        return f"{self.path}, line {self.line}: {keys}"

    @property
    def line(self) -> int:
        """The number of the line on which it begins.

        It is the first line after the longest beginning of the document that is TOML without it,
        so that no second reading of TOML's grammar is needed.
        """
        lines = self.text.split("\n")
        before = 0
        for count in range(1, len(lines) + 1):
            try:
                document = tomllib.loads("\n".join(lines[:count]))
            except tomllib.TOMLDecodeError:
                continue  # inside a value of several lines
            if self._is_in(document):
                break
            before = count
        return before + 1

    def inner(self, step: str | int) -> "Place":
        """Return the place of what stands in it under `step`."""
        return Place(self.path, self.text, (*self.at, step))

    def _is_in(self, document: dict[str, Any]) -> bool:
        inner: Any = document
        for step in self.at:
            try:
                inner = inner[step]
            except (KeyError, IndexError, TypeError):
                return False
        return True


def read_file(path: Path) -> dict[str, Given]:
    """Return what the file says. Raises `ConfigError`."""
    text = read(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    given, known = {}, rows(Config)
    for key, value in document.items():
        place = Place(path, text, (key,))
        if key not in known:
            raise ConfigError(f"{place}: there is no such setting{suggest(key, known)}")
        given[key] = Given(_check_tables(known[key], value, place), place)
    return given


def _check_tables(setting: Setting, value: object, place: Place) -> object:
    """Return the tables of `setting`, checked key by key; any other value as it is."""
    if not setting.table or not isinstance(value, list):
        return value
    tables = enumerate(value)
    return tuple(_check_table(setting.table, one, place.inner(index)) for index, one in tables)


def _check_table(table: type[Struct], value: object, place: Place) -> Struct:
    """Return one table of the file as what it stands for."""
    known = rows(table)
    if not isinstance(value, dict):
        raise ConfigError(f"{place} must be tables, written [[{place.at[0]}]]")
    values = {}
    for key, one in value.items():
        inner = place.inner(key)
        if key not in known:
            raise ConfigError(f"{inner}: there is no such setting{suggest(key, known)}")
        values[key] = check(known[key], Given(one, inner))
    missing = [key for key, setting in known.items() if is_required(setting) and key not in values]
    if missing:
        raise ConfigError(f"{place}: {' and '.join(missing)} must be given")
    return table(**values)
