"""A table of settings out of a struct: what each field is called, may be, and is for, everywhere.

Rules: a setting is called `nick_length` in the file, `--nick-length` as a flag and
`CHATSERVER_NICK_LENGTH` in the environment; no name is written down twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct, structs

ENVIRONMENT_PREFIX = "CHATSERVER_"


@dataclass(frozen=True, slots=True)
class About:
    """What people are told about a setting, beside its name, type and default."""

    group: str
    help: str
    unit: str = ""
    allowed: str = ""
    """What a value may be, where the type does not say it well."""
    default: str = ""
    """The default in words, where the value does not say it well."""
    secret: bool = False
    reload: bool = False
    """Whether a running server takes a new value when it reads its configuration again."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of a table: a field of a struct of settings, with all that is known of it."""

    key: str
    bounded: Any
    """The type with its bounds, as msgspec converts to it."""
    kind: Any
    """The type without them."""
    default: Any
    """`NODEFAULT` where a value must be given."""
    about: About
    allowed: str
    """What a value may be, in words."""

    @property
    def table(self) -> type[Struct] | None:
        """What each of its tables is, for a setting that is written as tables."""
        inner = get_args(self.kind)[0] if self.many else None
        return inner if isinstance(inner, type) and issubclass(inner, Struct) else None

    @property
    def many(self) -> bool:
        """Whether it has several values."""
        return get_origin(self.kind) is tuple

    @property
    def flag(self) -> str:
        """Its flag, or "" where it has none."""
        return "" if self.about.secret or self.table else f"--{self.key.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Its environment variable, or "" where it has none."""
        return "" if self.table else ENVIRONMENT_PREFIX + self.key.upper()


def _describe(kind: object, bounds: Meta | None) -> str:
    """Say in words what a value of the type `kind` within `bounds` may be."""
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    if kind is bool:
        return "true or false"
    if kind in {int, float}:
        low, high = (
            bounds and (bounds.ge if bounds.ge is not None else bounds.gt),
            bounds and bounds.le,
        )
        above = "above" if bounds and bounds.ge is None else "from"
        return f"{'a whole number' if kind is int else 'a number'} {above} {low} to {high}"
    if get_origin(kind) is tuple:
        return "a list of texts"
    if bounds and bounds.description:
        return bounds.description
    most = f" of at most {bounds.max_length} characters" if bounds and bounds.max_length else ""
    return f"text{most}"


def _row(field: structs.FieldInfo, hint: object) -> Setting:
    """Return the row of one field, whose annotation is `hint`."""
    kind, *notes = get_args(hint)
    about = next(note for note in notes if isinstance(note, About))
    bounds = next((note for note in notes if isinstance(note, Meta)), None)
    allowed = about.allowed or _describe(kind, bounds)
    return Setting(field.name, field.type, kind, field.default, about, allowed)


@cache
def rows(table: type[Struct]) -> Mapping[str, Setting]:
    """Return the settings of the struct `table` by their keys, in order."""
    hints = get_type_hints(table, include_extras=True)
    return {field.name: _row(field, hints[field.name]) for field in structs.fields(table)}


def is_required(setting: Setting) -> bool:
    """Say whether a value must be given, because there is no default."""
    return setting.default is NODEFAULT
