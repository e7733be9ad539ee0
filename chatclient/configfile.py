"""The configuration file: settings and networks in TOML, read strictly, and written back.

Rules: a key that is not known and a value of another type are errors that name the line, and say
what is right. What is changed leaves comments and order as they were; what several clients change at once
is all there. It holds no password. A new file is for its owner alone.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from chatclient import options
from chatclient.config import ArgumentError
from chatclient.directories import config_directory
from chatclient.files import alone, replace_file
from chatclient.networks import Network, check_name, written
from chatclient.settings import Settings

SETTINGS, NETWORKS = "settings", "networks"

_HEAD: Final = "# The configuration of chatclient; docs/configuration.md lists what can be set.\n\n"
_HEADER: Final = re.compile(r"(?m)^([^#\n].*\n)(?=\[(settings|networks\.[^\]]+)\])")
"""A line that a table begins right after: a new one stands apart, as a person would have it."""

_NO_SECRETS: Final = (
    "no password stands in this file, which is plain text: keyring = true (and /login) has the "
    "system's keyring keep it, or password-command = 'pass show chat' prints it"
)

Table = TypeVar("Table", Settings, Network)


class ConfigError(ArgumentError):
    """The file cannot be read or written, or says what makes no sense; the text says what is right."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What is in the file."""

    settings: Settings = Settings()
    networks: Mapping[str, Network] = field(default_factory=dict)

    def find(self, name: str) -> str:
        """Return the network of that name as it is written, "" if there is none."""
        return next((each for each in self.networks if each.casefold() == name.casefold()), "")


def default_path() -> Path:
    """Return where the file is on this platform."""
    return config_directory() / "config.toml"


class ConfigFile:
    """The file at `path`, which need not be there."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> Saved:
        """Return what is in the file, the defaults if it is not there. Raises `ConfigError`."""
        text = self._text()
        try:
            data = tomllib.loads(text) if text else {}
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{self.path} is no TOML: {error}") from error
        places = _Places(self.path, text)
        for name, table in data.items():
            if name not in (SETTINGS, NETWORKS) or not isinstance(table, dict):
                raise places.wrong(
                    name, "", f"{name} has no place here; [settings] and [networks.NAME] do"
                )
        settings = _fill(Settings(), data.get(SETTINGS, {}), places, SETTINGS)
        networks = {}
        for name, table in data.get(NETWORKS, {}).items():
            where = f"{NETWORKS}.{name}"
            if not isinstance(table, dict):
                raise places.wrong(NETWORKS, name, f"a network is a table: [networks.{name}]")
            networks[check_name(name)] = network = _fill(Network(), table, places, where)
            if not network.host:
                raise places.wrong(where, "", f'[{where}] has no host: host = "chat.example.org"')
        return Saved(settings, networks)

    def save_setting(self, name: str, value: object) -> None:
        """Write a setting, by the name of its field. Raises `ConfigError`."""
        self._write({(SETTINGS,): {name: value}})

    def save_network(self, name: str, network: Network) -> None:
        """Write a network, in the place of the one of that name if there is one. Raises `ConfigError`."""
        gone = {each.name: None for each in fields(Network)}
        self._write({(NETWORKS, check_name(name)): {**gone, **written(network)}})

    def save_in_network(self, name: str, key: str, value: object) -> None:
        """Write one key of a network, by the name of its field. Raises `ConfigError`."""
        self._write({(NETWORKS, name): {key: value}})

    def forget_network(self, name: str) -> None:
        """Take a network out of the file. Raises `ConfigError`."""
        self._write({(NETWORKS, name): None})

    # --- writing -----------------------------------------------------------------------------

    def _write(self, changes: Mapping[tuple[str, ...], Mapping[str, object] | None]) -> None:
        try:
            with alone(self.path):
                replace_file(self.path, self._changed(changes))
        except OSError as error:
            raise ConfigError(f"cannot write {self.path}: {error.strerror or error}") from error

    def _changed(self, changes: Mapping[tuple[str, ...], Mapping[str, object] | None]) -> str:
        """Return what the file says with changes. Raises `ConfigError`."""
        import tomlkit  # noqa: PLC0415 - only who changes something needs it

        self.read()  # what cannot be read is not written over
        text = self._text()
        document, grown = tomlkit.parse(text or _HEAD), False
        for names, values in changes.items():
            table: Any = document
            for name in names[:-1]:
                table = table.setdefault(name, tomlkit.table(is_super_table=True))
            if values is None:
                table.pop(names[-1], None)
                continue
            grown = grown or names[-1] not in table
            table = table.setdefault(names[-1], tomlkit.table())
            for name, value in values.items():
                if value is None:
                    table.pop(options.key_of(name), None)
                else:
                    table[options.key_of(name)] = options.plain(value)
        made = tomlkit.dumps(document)
        return _HEADER.sub(r"\1\n", made) if grown else made

    def _text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeError) as error:
            why = getattr(error, "strerror", None) or error
            raise ConfigError(f"cannot read {self.path}: {why}") from error


class _Places:
    """Where in the file what is."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._lines = text.split("\n")

    def wrong(self, table: str, key: str, why: str) -> ConfigError:
        """Return an error about a key of a table, or about the table itself."""
        line = self._line(table, key)
        return ConfigError(f"{self._path}{f', line {line}' if line else ''}: {why}")

    def _line(self, table: str, key: str) -> int:
        """Return the number of a line, the first being 1; 0 if it is written in another way."""
        header = re.compile(rf"\s*\[\s*{re.escape(table)}\s*\]")
        wanted = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        inside = False
        for number, line in enumerate(self._lines, 1):
            if line.lstrip().startswith("["):
                inside = header.match(line) is not None
                if inside and not key:
                    return number
            elif inside and key and wanted.match(line):
                return number
        return 0


def _fill(table: Table, data: Mapping[str, object], places: _Places, where: str) -> Table:
    """Return a table with what is written of it. Raises `ConfigError`."""
    kind = type(table)
    values: dict[str, Any] = {}
    for key, value in data.items():
        try:
            name = _field(kind, key)
            values[name] = options.take(kind, name, value)
        except ArgumentError as error:
            raise places.wrong(where, key, f"[{where}] {error}") from error
    return replace(table, **values)


def _field(table: type, key: str) -> str:
    """Return the field that a key of the file is for. Raises `ArgumentError`."""
    if key == "password":
        raise ArgumentError(_NO_SECRETS)
    name = options.find(table, key)
    if options.key_of(name) != key:
        raise ArgumentError(f"{key} is written {options.key_of(name)}")
    return name
