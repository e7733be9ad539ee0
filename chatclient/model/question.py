"""What the user is asked, in the place of what they would say.

Rules: what answers a question goes to who asked, and nowhere else: it is in no line, no history of
the input and no log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question; it is answered once, or given up."""

    label: str
    """What stands before the answer, as "password of alice"."""
    answer: Callable[[str | None], None]
    """Takes the answer, or None when the user gives it up."""
    text: Sequence[str] = ()
    """What to know before one answers, a line each, safe to show."""
    hidden: bool = False
    """Whether nobody should read the answer over the user's shoulder."""
    choices: Sequence[str] = ()
    """The words that are answers, "" for any text; a beginning that only one has will do."""
    holds: bool = False
    """Whether there is no use in a connection before it is answered."""
    closed: bool = False
    """Whether nothing is an answer: who asked waits for something else, and will withdraw it."""

    def choose(self, written: str) -> str | None:
        """Return the answer that the user means, None if it is none."""
        if self.closed:
            return None
        if not self.choices:
            return written or None
        word = written.strip().lower()
        meant = [choice for choice in self.choices if word and choice.startswith(word)]
        return meant[0] if len(meant) == 1 else None
