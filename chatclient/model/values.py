"""Values: dataclasses that are never changed, quick to make and quick to define.

Rules: that nobody changes one is held by the type checker, not at run time: what `frozen=True` does
for that makes a line of 16 fields take five times as long. Of their methods only `__init__` is
compiled for each class, as start-up defines some 60 of them: 0.1 ms each, rather than 0.4.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(cls: type[_Class]) -> type[_Class]:
    """Make a class a dataclass with slots, whose instances can be compared, hashed and printed."""
    made: Any = dataclass(slots=True, eq=False, repr=False)(cls)
    content = _content_of([each.name for each in fields(made)])

    def equals(self: object, other: object) -> bool:
        return content(self) == content(other) if other.__class__ is made else NotImplemented

    def hash_of(self: object) -> int:
        return hash(content(self))

    made.__eq__, made.__hash__, made.__repr__ = equals, hash_of, _show
    return made  # type: ignore[no-any-return]


def _content_of(names: list[str]) -> Callable[[object], object]:
    """Return what returns all that a value has in it."""
    return attrgetter(*names) if names else lambda _: ()


def _show(self: Any) -> str:  # noqa: ANN401 -- of any class that is a value
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
