"""One value of the configuration, checked by its row of the table.

Rules: an error is one line that names the place (file and line, flag, variable), the key, and what
is allowed; it never shows a secret.
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert

from chatserver.config.table import Setting


class ConfigError(Exception):
    """The configuration is wrong: `str()` says what, in one line for whoever starts the server."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value as it was given, and where."""

    value: Any
    where: object
    """Its `str()` is `--port`, `CHATSERVER_PORT`, or `chat.toml, line 3: port`."""
    text: bool = False
    """Whether it came as text, whatever its type is (flags and variables)."""


def check(setting: Setting, given: Given) -> object:
    """Return a value, checked and of its type. Raises `ConfigError`."""
    value = given.value
    if setting.table:
        if not isinstance(value, tuple):
            raise ConfigError(f"{given.where} must be tables, written [[{setting.key}]]")
        return value
    if setting.many and isinstance(value, str | list):
        texts = value.split(",") if isinstance(value, str) else value
        value = [text.strip() if isinstance(text, str) else text for text in texts if text != ""]
    try:
        return convert(value, setting.bounded, strict=not given.text)
    except ValidationError:
        shown = "" if setting.about.secret else f", not {_show(given.value)}"
        raise ConfigError(f"{given.where} must be {setting.allowed}{shown}") from None


def _show(value: object) -> str:
    """Return a value as people write it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def read(path: Path) -> str:
    """Return the text of a file that the configuration names. Raises `ConfigError`."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: it is not UTF-8 text") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def suggest(key: str, known: Mapping[str, object]) -> str:
    """Return a guess at what was meant, as the end of a sentence."""
    close = difflib.get_close_matches(key, known, 1, 0.5)
    return f"; did you mean {close[0]}?" if close else ""
