"""Letters that take one cell each, whatever stands beside them: most texts have no others.

Rules: such a text needs no table to be measured or cut, and the tables are loaded only for another.
"""

from itertools import chain

_RANGES = (
    (" ", "~"),
    ("\xa1", "\xac"),
    ("\xae", "\u02ff"),
    ("\u0370", "\u0482"),
    ("\u2010", "\u2027"),
    ("\u2500", "\u257f"),
    ("\u2190", "\u2193"),
)
"""Latin, Greek and Cyrillic, dashes and quotes, box drawing, arrows."""

_SIGNS = "○◌◔●✓✗⋯↵"
"""What else our own frame is drawn with."""

_SINGLE = frozenset(
    chain(_SIGNS, *(map(chr, range(ord(first), ord(last) + 1)) for first, last in _RANGES))
)


def are_single(text: str) -> bool:
    """Say whether each character of `text` is known to be a cluster of its own, of one cell."""
    return _SINGLE.issuperset(text)
