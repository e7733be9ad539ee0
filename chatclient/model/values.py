"""Values: dataclasses that are never changed, and are made by the thousand.

Rules: that nobody changes one is held by the type checker, not at run time: what `frozen=True` does
for that makes a line of 16 fields take five times as long.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True)
def value(cls: type[_Class]) -> type[_Class]:
    """Make a class a dataclass with slots, whose instances can be compared and hashed."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
