"""Whom the user does not want to hear: masks as IRC writes them, `nick` or `nick!user@host`.

Rules: `*` is any text and `?` any letter; what has neither `!` nor `@` is a nick. Names are compared
as the server compares them.
"""

import re
from collections.abc import Sequence

from chatclient.model.folding import Fold

MOST = 500
"""Masks of a network."""


class Ignores:
    """The masks of a network, in the order in which they were added."""

    def __init__(self, masks: Sequence[str] = ()) -> None:
        self.masks: tuple[str, ...] = tuple(dict.fromkeys(masks))[:MOST]
        """As the user wrote them."""
        self._known: dict[str, bool] = {}
        self._fold: Fold | None = None

    def add(self, mask: str, fold: Fold) -> bool:
        """Add a mask; say whether it was not there, and there was room."""
        if self._find(mask, fold) or len(self.masks) >= MOST:
            return False
        self.masks += (mask,)
        self._known.clear()
        return True

    def remove(self, mask: str, fold: Fold) -> bool:
        """Remove a mask, in any spelling; say whether it was there."""
        found = self._find(mask, fold)
        self.masks = tuple(each for each in self.masks if each != found)
        self._known.clear()
        return bool(found)

    def have(self, source: str, fold: Fold) -> bool:
        """Say whether the user does not want to hear `source`: `nick!user@host`, or a nick."""
        if not self.masks:
            return False
        if fold is not self._fold or len(self._known) >= MOST:
            self._known.clear()
            self._fold = fold
        known = self._known.get(source)
        if known is None:
            known = self._known[source] = any(_fits(mask, source, fold) for mask in self.masks)
        return known

    def _find(self, mask: str, fold: Fold) -> str:
        return next((each for each in self.masks if fold(each) == fold(mask)), "")


def _fits(mask: str, source: str, fold: Fold) -> bool:
    nick, at, host = source.partition("@")
    nick, _, user = nick.partition("!")
    wanted_nick, bang, wanted_user = mask.partition("!")
    if not bang and "@" not in mask:
        return _matches(mask, nick, fold)
    if not bang:  # user@host, whatever the nick
        wanted_nick, wanted_user = "*", mask
    user_host = f"{user}{at}{host}"
    return _matches(wanted_nick, nick, fold) and _matches(wanted_user, user_host, fold)


def _matches(mask: str, text: str, fold: Fold) -> bool:
    folded = re.sub(r"\*+", "*", fold(mask))
    pattern = re.escape(folded).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, fold(text), re.DOTALL) is not None
