"""Modules that are loaded when something of them is used, not when they are imported.

Rules: only for modules that others import as we start, of which a start needs nothing. Each is
loaded once, whichever thread is first. (With `importlib.util.LazyLoader`, the second import loads.)
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from threading import RLock
from types import ModuleType
from typing import Any


def defer(*names: str) -> None:
    """Have the modules of those names loaded late, but for those that are imported already."""
    sys.meta_path.insert(0, _Finder(names))


class _Finder:
    """Finds those modules."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load one of the modules, None for all others."""
        if fullname not in self._names:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            late: Any = _Loader(spec.loader)  # a loader is whatever has the two methods
            spec.loader = late
        return spec


class _Loader:
    """Makes one module, and loads it later, by what would have loaded it."""

    def __init__(self, loader: Any) -> None:  # noqa: ANN401 - see above
        self._loader = loader
        self._lock = RLock()
        self._waits = False

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return a module that is empty."""
        return _Late(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Leave it empty, but have it loaded from now on."""
        self._waits = True

    def load(self, module: ModuleType) -> None:
        """Load it, unless that was done, or it is what this thread does."""
        with self._lock:
            if self._waits:
                self._waits = False
                self._loader.exec_module(module)
                module.__loader__ = self._loader
                module.__class__ = ModuleType


class _Late(ModuleType):
    """A module that is loaded when it is asked for something that it does not have yet."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever is in it
        """Load the module, and return what it has by that name."""
        loader: Any = self.__loader__
        if isinstance(loader, _Loader):
            loader.load(self)
        return ModuleType.__getattribute__(self, name)  # its class is another one now
