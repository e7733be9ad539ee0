"""Nicks for guests: `guest-` and two syllables that can be said aloud."""

from random import Random

_FIRST, _VOWELS = "bdfgklmnprstvz", "aeiou"


def guest_nicks(random: Random, number: int) -> tuple[str, ...]:
    """Return `number` nicks to try, in that order; the last ones are longer, in case many are taken."""
    return tuple(
        "guest-" + "".join(
            random.choice(_FIRST) + random.choice(_VOWELS) for _ in range(2 if turn < number // 2 else 4)
        )
        for turn in range(number)
    )  # fmt: skip
