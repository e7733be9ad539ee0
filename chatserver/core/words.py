"""Words of messages, in any script: what an index keeps of a text, and whether a text fits a search.

Rules: case, width, accents and what cannot be seen make no difference. A word of a script with spaces
is found by itself, or by its first letters if these are three or more; in scripts without spaces, and
in Korean, where words grow endings, any part of a text is found; so is any symbol. A word with other
signs in it (`example.org`, `#room`, `c++`) is found as it stands. Whatever fits a search has all terms
of it, so an index by terms finds it: and perhaps more, so the text is to be looked at as well.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final
from unicodedata import normalize

from chatwire.text import action, strip_formatting

PREFIX_LEAST: Final = 3
"""Letters by which a longer word is found."""

PREFIX_MOST: Final = 8
"""Letters of a word that an index knows it by."""

WORDS_MOST: Final = 16
"""Words of a search that count."""


def _letters(*ranges: tuple[int, int]) -> str:
    """Return the inside of a character class."""
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


_UNSPACED: Final = _letters(
    (0x0E00, 0x109F),  # Thai, Lao, Tibetan, Burmese
    (0x1100, 0x11FF),  # parts of Korean syllables
    (0x1780, 0x17FF),  # Khmer
    (0x1950, 0x19DF), (0x1A20, 0x1AAF),  # Tai
    (0x2E80, 0x2FDF),  # parts of Chinese characters
    (0x3005, 0x3007), (0x3021, 0x302F), (0x3031, 0x303C),
    (0x3040, 0x309F), (0x30A1, 0x30FA), (0x30FC, 0x31FF),  # Japanese, Bopomofo
    (0x3400, 0x4DBF), (0x4E00, 0xA4CF),  # Chinese characters, Yi
    (0xA960, 0xA97F), (0xAA60, 0xAADF), (0xAC00, 0xD7FF),  # Korean, Burmese, Tai
    (0xF900, 0xFAFF), (0x1AFF0, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
_SYMBOLS: Final = _letters((0x20A0, 0x20CF), (0x2100, 0x2BFF), (0x1F000, 0x1FAFF))
_SIGNS: Final = _letters(
    (0x00, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0xA9), (0xAB, 0xB4), (0xB6, 0xB9), (0xBB, 0xBF),
    (0xD7, 0xD7), (0xF7, 0xF7), (0x37E, 0x37E), (0x387, 0x387), (0x55A, 0x55F), (0x589, 0x58A),
    (0x5BE, 0x5BE), (0x5C0, 0x5C0), (0x5C3, 0x5C3), (0x5C6, 0x5C6), (0x5F3, 0x5F4), (0x609, 0x60D),
    (0x61B, 0x61F), (0x66A, 0x66D), (0x6D4, 0x6D4), (0x700, 0x70D), (0x964, 0x965), (0x970, 0x970),
    (0x10FB, 0x10FB), (0x1360, 0x1368), (0x166D, 0x166E), (0x1680, 0x1680), (0x1800, 0x180A),
    (0x2000, 0x206F), (0x2E00, 0x2E7F), (0x3000, 0x3004), (0x3008, 0x3020), (0x3030, 0x3030),
    (0x303D, 0x303F), (0x30A0, 0x30A0), (0x30FB, 0x30FB), (0xD800, 0xDFFF), (0xFD3E, 0xFD3F),
)  # fmt: skip
_LETTER: Final = f"[^{_SIGNS}{_SYMBOLS}{_UNSPACED}]"
"""A letter or digit, or a mark on one, of a script with spaces: whatever is nothing else."""

_ASCII_WORD: Final = re.compile("[0-9a-z]+")

_UNSEEN: Final = (
    (0xAD, 0xAD), (0x300, 0x36F), (0x591, 0x5BD), (0x5BF, 0x5BF), (0x5C1, 0x5C2), (0x5C4, 0x5C5),
    (0x5C7, 0x5C7), (0x610, 0x61A), (0x640, 0x640), (0x64B, 0x65F), (0x670, 0x670), (0x6D6, 0x6DC),
    (0x6DF, 0x6E8), (0x6EA, 0x6ED), (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x20D0, 0x20FF), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0xFEFF, 0xFEFF), (0x1F3FB, 0x1F3FF), (0xE0000, 0xE0FFF),
)  # fmt: skip
"""Accents, vowel points, joiners, selectors, directions, colours of skin: what makes no difference."""

_UNDIVIDED: Final[dict[str, str | None]] = {
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "\u0131": "i", "ð": "d", "æ": "ae", "œ": "oe",
    "þ": "th",
}  # fmt: skip
"""Letters that Unicode does not divide into a simpler one and its mark."""


@cache
def _letter() -> re.Pattern[str]:
    """Return what finds a letter or digit of a script with spaces."""
    return re.compile(_LETTER)


@cache
def _parts() -> re.Pattern[str]:
    """Return what finds a word, a run of a script without spaces, or a symbol."""
    return re.compile(f"({_LETTER}+)|([{_UNSPACED}]+)|([{_SYMBOLS}])")


@cache
def _folding() -> dict[int, str | None]:
    """Return what is dropped of a text, and what else stands for it, once Unicode has divided it."""
    dropped: dict[int, str | None] = {
        code: None for first, last in _UNSEEN for code in range(first, last + 1)
    }
    return {**dropped, **str.maketrans(_UNDIVIDED)}


def fold_text(text: str) -> str:
    """Return what a message says in the form in which texts are compared."""
    if not text.isprintable():
        said = action(text)
        text = strip_formatting(text if said is None else said)
    if text.isascii():
        return text.lower()
    return normalize("NFC", normalize("NFKD", text).casefold().translate(_folding()))


def terms(text: str) -> set[str]:
    """Return the terms by which the folded `text` is found."""
    found: set[str] = set()
    if text.isascii():
        for word in _ASCII_WORD.findall(text):
            found.update(_known_by(word))
        return found
    for word, run, symbol in _parts().findall(text):
        if word:
            found.update(_known_by(word))
        elif run:
            found.update(run)
            found.update(map("".join, pairwise(run)))
        else:
            found.add(symbol)
    return found


@lru_cache(maxsize=2048)  # people use few words: it halves what indexing a message costs
def _known_by(word: str) -> tuple[str, ...]:
    """Return the terms of a word: its beginnings, or a short one itself."""
    size = len(word)
    if size <= PREFIX_LEAST:
        return (word,)
    return tuple([word[:end] for end in range(PREFIX_LEAST, min(size, PREFIX_MOST) + 1)])


class Needle:
    """What is looked for: each of some words."""

    def __init__(self, text: str) -> None:
        """Take the words of `text`; more than `WORDS_MOST` do not count."""
        words = [*dict.fromkeys(fold_text(text).split())][:WORDS_MOST]
        self._words = [_Word(word) for word in words]
        self.terms = frozenset(term for word in words for term in _needed(word))
        """What an index has of whatever fits; none of what only looking at the text can tell."""

    def __bool__(self) -> bool:
        """Say whether there is any word."""
        return bool(self._words)

    def fits(self, text: str) -> bool:
        """Say whether `text` has every word."""
        folded = fold_text(text)
        return all(word.stands_in(folded) for word in self._words)


class _Word:
    """A word as it is to stand in a text: not inside another, and whole if it ends in few letters."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._begins = _is_letter(word[0])
        last = 0
        while last < len(word) and _is_letter(word[-1 - last]):
            last += 1
        self._ends = 0 < last < PREFIX_LEAST

    def stands_in(self, text: str) -> bool:
        """Say whether it is anywhere in `text`."""
        word, size = self._word, len(self._word)
        start = text.find(word)
        while start >= 0:
            end = start + size
            inside = self._begins and start > 0 and _is_letter(text[start - 1])
            goes_on = self._ends and end < len(text) and _is_letter(text[end])
            if not (inside or goes_on):
                return True
            start = text.find(word, start + 1)
        return False


@lru_cache(maxsize=256)
def needle(text: str) -> Needle:
    """Return the needle for the words of `text`."""
    return Needle(text)


def _is_letter(sign: str) -> bool:
    """Say whether `sign` is a letter or digit, or a mark on one, of a script with spaces."""
    return sign.isalnum() if sign.isascii() else _letter().match(sign) is not None


def _needed(word: str) -> Iterator[str]:
    """Yield the terms that every text has in which `word` stands."""
    for letters, run, symbol in _parts().findall(word):
        if letters:
            yield letters[:PREFIX_MOST]
        elif len(run) > 1:
            yield from map("".join, pairwise(run))
        else:
            yield run or symbol
