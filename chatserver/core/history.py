"""What is asked of the log: pages of what happened in a room or between two people, and searches.

Rules: the log is asked by target, which is a room's folded name, or the two parties of a conversation
(`Identity.party`), so that both find what they wrote to each other. Bounds are left out themselves.
"""

from typing import Final

from msgspec import Struct

from chatserver.core.events import KeptEvent, Reacted, Redacted, Said
from chatserver.core.words import needle
from chatwire.names import fold, looks_like_room

NEWEST: Final = 1 << 62
"""Above the number and the time of every event."""

SEARCHED: Final = 20_000
"""How many messages of a target a search looks at without an index, so that it ends soon."""


class Page(Struct, frozen=True):
    """A question: the newest `limit` messages of `target` with `after < seq < before`."""

    target: str
    after: int
    before: int
    limit: int
    since: int = -1
    """Only what happened later than this (ms since 1970)."""
    until: int = NEWEST
    """Only what happened earlier than this (ms since 1970)."""
    oldest: bool = False
    """The oldest `limit` within the bounds, not the newest."""
    everything: bool = False
    """Joins, leaves, nicks, topics and modes too, not messages alone."""
    direct: bool = False
    """`target` is a party: what was said to or by it, and not to all of a room (`Record.readers`)."""


class Scope(Struct, frozen=True):
    """Where to search: in the messages of `target` with `after < seq`."""

    target: str
    after: int = 0
    direct: bool = False
    """`target` is a party: what was said to or by it, and not to all of a room."""


class Search(Struct, frozen=True):
    """A question: the newest `limit` messages in any of `scopes` that have the words of `text`.

    `core.words` says what it is to have a word. It is answered like a page: messages alone, oldest
    first, each once.
    """

    scopes: tuple[Scope, ...]
    text: str
    """Words, separated by spaces; "" if the text does not matter."""
    limit: int
    senders: tuple[str, ...] = ()
    """Folded nicks: only what one of them said. None is anybody."""
    before: int = NEWEST
    """Only what has a lower number."""
    since: int = -1
    """Only what was said later than this (ms since 1970)."""
    until: int = NEWEST
    """Only what was said earlier than this (ms since 1970)."""
    oldest: bool = False
    """The oldest `limit` of them, not the newest."""

    def fits(self, event: KeptEvent) -> bool:
        """Say whether `event` is a message by whom and with the words that are asked for."""
        if not isinstance(event, Said):
            return False
        if self.senders and fold(event.who.nick) not in self.senders:
            return False
        return needle(self.text).fits(event.text)


Question = Page | Search
"""What a store answers."""


def conversation(one: str, other: str) -> str:
    """Return the target of what two parties say to each other."""
    return ",".join(sorted((fold(one), fold(other))))


def target_of(event: Said | Redacted | Reacted) -> str:
    """Return the target under which a message, its removal or a reaction is written down."""
    if looks_like_room(event.target.lstrip("@+")):
        return fold(event.target)
    one, other = parties_of(event)
    return conversation(one, other)


def parties_of(event: Said | Redacted | Reacted) -> tuple[str, str]:
    """Return as whom somebody said or removed a message to a person, and as whom that person got it."""
    actor = event.by if isinstance(event, Redacted) else event.who
    return actor.party, fold(event.to_account or event.target)
