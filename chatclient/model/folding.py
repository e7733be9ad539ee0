"""When two names are the same: the casemappings that servers announce (Modern IRC, CASEMAPPING)."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from chatwire import names

Fold = Callable[[str], str]
"""Returns the one spelling that stands for all spellings of a name."""

_RFC1459_STRICT = str.maketrans("[]\\", "{}|")
_RFC1459 = str.maketrans("[]\\~", "{}|^")


def _fold_rfc1459(name: str) -> str:
    return _fold_short(name) if len(name) <= _SHORT else _fold_long(name)


def _fold_long(name: str) -> str:
    return names.fold_ascii(name).translate(_RFC1459)


_SHORT = 64
_fold_short = lru_cache(maxsize=4096)(_fold_long)  # the same few names come in every line


def _fold_rfc1459_strict(name: str) -> str:
    return names.fold_ascii(name).translate(_RFC1459_STRICT)


CASEMAPPINGS: Final[Mapping[str, Fold]] = MappingProxyType(
    {
        "ascii": names.fold_ascii,
        "rfc1459": _fold_rfc1459,
        "rfc1459-strict": _fold_rfc1459_strict,
        "precis": names.fold,
        "rfc7613": names.fold,
        "rfc8265": names.fold,
    }
)
"""The fold of each casemapping, by its name in ISUPPORT."""
