"""Who may take which nick: valid, free, and nobody else's by an account."""

from typing import Final

from chatserver.core.effects import Reason, Refused
from chatserver.core.state import State, User
from chatwire.names import fold, is_nick

SERVICES: Final = frozenset(
    {"botserv", "chanserv", "global", "hostserv", "memoserv", "nickserv", "operserv"}
)
"""Folded names of what is a service on some server: nobody else is called so, and gets passwords."""


def refuse_nick(state: State, nick: str, account: str, *own: User | None) -> Refused | None:
    """Say why who has `account` ("" for a guest) may not take `nick`; None if they may.

    It is no obstacle that one of `own` has it.
    """
    if not is_nick(nick, state.limits.nick) or fold(nick) in SERVICES:
        return Refused(Reason.NICK_INVALID, nick)
    holder = state.find_user(nick)
    if holder is not None and holder not in own:
        return Refused(Reason.NICK_IN_USE, nick)
    owner = state.accounts.find(nick)
    if owner is not None and owner.key != fold(account):
        return Refused(Reason.NICK_RESERVED, nick)
    return None
