"""How much of everything the core allows: part of the configuration, passed in, never imported."""

from typing import Final

from msgspec import Struct

LINE: Final = 510
"""Bytes of a line of IRC without its tags and its end: what one line says cannot be longer."""
HOST: Final = 63
"""Characters of a host."""


class Limits(Struct, frozen=True, kw_only=True):
    """What bounds names, texts and lists. Lengths are in bytes of UTF-8, unless said otherwise."""

    nick: int = 32
    unicode_names: bool = True
    """Whether nicks and accounts may have letters beyond ASCII."""
    username: int = 16
    room: int = 64
    realname: int = 150
    topic: int = 390
    away: int = 300
    reason: int = 300
    """Of a part, quit, kick or kill."""
    room_key: int = 32
    """Characters of a room's password (`+k`)."""
    rooms_per_user: int = 100
    list_entries: int = 100
    """Masks on one list of a room (`+b`, `+e`, `+I`), each list by itself."""
    mode_changes: int = 20
    """Changes with a parameter in one MODE."""
    whowas: int = 1000
    """People that are remembered after they left."""
    history_on_join: int = 20
    """Messages of a room shown to who joins it; 0 shows none."""
    room_expiry: int = 30 * 24 * 3600 * 1000
    """How long an empty room keeps topic, modes, bans and operators, in milliseconds."""
    redaction_window: int = 24 * 3600 * 1000
    """How long who said a message may remove it, in milliseconds; 0 for not at all."""
    empty_rooms: int = 10_000
    """Empty rooms that are kept at most; of more, blank ones are forgotten, then the youngest."""
    lobby: str = "#lobby"
    """The room where plain guests land; always there, and nobody is its operator by being first."""

    def topic_of(self, room: int) -> int:
        """Return how long a topic may be, of a room whose name has `room` bytes.

        The line that tells it must hold it whole, whoever set it: `:nick!user@host TOPIC #room :topic`.
        """
        mask = self.nick + self.username + HOST + len("!@")
        return min(self.topic, LINE - mask - room - len(": TOPIC  :"))
