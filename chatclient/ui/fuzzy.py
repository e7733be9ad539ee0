"""Fuzzy search in names: all letters of what is typed, in that order, wherever they are.

Rules: pure. Thousands of names are one text, which is gone through in C; a name that begins so comes
first, then one with a word that begins so, one with the letters together, and one with the letters
apart. No more is looked for than is wanted. Names are folded by who asks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

_BETWEEN = frozenset("#&+!@ -_.|[]{}/:~^`")
"""What a word begins after."""
_SIGILS = ("", "#", "##", "&", "+", "!")
"""What a name begins with that nobody types."""


class Names:
    """Folded names to search in, the more important ones first."""

    def __init__(self, names: Iterable[str]) -> None:
        self._text = "\n".join(("", *names, ""))

    def find(self, typed: str, most: int) -> Sequence[tuple[int, str]]:
        """Return the best names for what is typed (folded), each after how badly it fits (0 to 3)."""
        if not typed or "\n" in typed:
            return ()
        found: dict[str, int] = {}
        for sigil in _SIGILS:
            for name, _ in islice(self._having(f"\n{sigil}{typed}", 1), most):
                found.setdefault(name, 0)
        if len(found) < most:
            there = sorted(islice(self._having(typed, 0), 2 * most), key=lambda each: not each[1])
            for name, is_word in there:
                found.setdefault(name, 1 if is_word else 2)
        if len(found) < most and len(typed) > 1:
            for name in islice(self._apart(typed), most):
                found.setdefault(name, 3)
        return [(fit, name) for name, fit in islice(found.items(), most)]

    def _having(self, part: str, skip: int) -> Iterator[tuple[str, bool]]:
        """Yield the names with that part, and whether a word begins with it."""
        text = self._text
        at = text.find(part)
        while at >= 0:
            begin = text.rfind("\n", 0, at + skip) + 1
            end = text.find("\n", at + skip)
            yield text[begin:end], text[at - 1] in _BETWEEN
            at = text.find(part, end)

    def _apart(self, typed: str) -> Iterator[str]:
        """Yield the names with those letters in that order."""
        letters = (re.escape(letter) for letter in typed)
        pattern = re.compile(r"\n" + "".join(rf"[^{each}\n]*+{each}" for each in letters))
        text = self._text
        for match in pattern.finditer(text):
            yield text[match.start() + 1 : text.find("\n", match.end())]


def matched(folded: str, typed: str) -> Sequence[int]:
    """Return where the letters of what is typed stand in a name that was found, () if nowhere."""
    at = _together(folded, typed)
    if at >= 0:
        return range(at, at + len(typed))
    places: list[int] = []
    start = 0
    for letter in typed:
        place = folded.find(letter, start)
        if place < 0:
            return ()
        places.append(place)
        start = place + 1
    return places


def _together(folded: str, typed: str) -> int:
    """Return where the letters stand side by side, at the beginning of a word if they do."""
    first = at = folded.find(typed)
    while at > 0 and folded[at - 1] not in _BETWEEN:
        at = folded.find(typed, at + 1)
    return at if at >= 0 else first
