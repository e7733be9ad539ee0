"""One rule broken: where, how, and which tests have to notice. Pure, but for reading the file."""

from dataclasses import dataclass
from pathlib import Path


class TableError(Exception):
    """The table no longer fits the sources or the tests; the text says where."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A change of a few words that breaks one rule."""

    name: str
    breaks: str
    """What is wrong with the program then."""
    path: str
    old: str
    """What stands exactly once in the file."""
    new: str
    tests: tuple[str, ...]
    """Files of tests of which one at least must fail."""

    def applied(self, text: str) -> str:
        """Return the text of the file with the rule broken. Raises `TableError`."""
        count = text.count(self.old)
        if count != 1:
            raise TableError(f"{self.name}: {self.path} has {count} times {self.old!r}, not once")
        broken = text.replace(self.old, self.new)
        try:
            compile(broken, self.path, "exec")
        except SyntaxError as error:
            raise TableError(f"{self.name}: {self.path} is no Python any more: {error}") from error
        return broken

    def apply(self, tree: Path) -> str:
        """Break the rule in a copy of the sources, and return the text that stood there."""
        path = tree / self.path
        before = path.read_text()
        path.write_text(self.applied(before))
        return before
