"""Who may take which name: valid, free, nobody else's by an account, and not like one of somebody else.

Rules: PRECIS (RFC 8265, UsernameCaseMapped) decides which letters a name has beyond ASCII; the marks
that mean something in IRC, or in a line of the server, are in none, nor what looks like them. A name
must not look like that of somebody else who is there, or has an account. Between two names of ASCII
that counts only if one is an account's: `foo` and `f00` may talk, and nobody is taken for `bill` as `BiII`.
"""

from functools import lru_cache
from typing import Final

from precis_i18n import get_profile

from chatserver.core.effects import Reason, Refused
from chatserver.core.limits import Limits
from chatserver.core.lookalikes import skeletons
from chatserver.core.members import User
from chatserver.core.state import State
from chatwire.names import fold, is_nick

_SPELLED = get_profile("UsernameCasePreserved")
_MAPPED = get_profile("UsernameCaseMapped")

_MEANING = frozenset(' !"#$%&*+,/:;<=>?@~')
"""What no name can look like it had; a dot, an apostrophe and a hyphen do no harm within one."""

SERVICES: Final = frozenset(
    {"botserv", "chanserv", "global", "hostserv", "memoserv", "nickserv", "operserv"}
)
"""Folded names of what is a service on some server: nobody else looks like one, and gets passwords."""

_OF_SERVICES = frozenset(seen for name in SERVICES for seen in skeletons(name))


def is_name(name: str, limits: Limits) -> bool:
    """Say whether `name` may be a nick or an account, whoever has it."""
    if not is_nick(name, limits.nick) or not _OF_SERVICES.isdisjoint(skeletons(name)):
        return False
    return name.isascii() or (limits.unicode_names and _is_allowed(name))


@lru_cache(maxsize=4096)
def _is_allowed(name: str) -> bool:
    """Say whether a name that is not all ASCII is right by PRECIS, and seems to be what it is."""
    try:
        if _SPELLED.enforce(name) != name or not _MAPPED.enforce(name):
            return False
    except UnicodeEncodeError:
        return False
    return not any(
        _MEANING.intersection(seen) or seen.startswith(("-", ".", "'")) for seen in skeletons(name)
    )


def refuse_nick(state: State, nick: str, account: str, *own: User | None) -> Refused | None:
    """Say why who has `account` ("" for a guest) may not take `nick`; None if they may.

    It is no obstacle that one of `own` has it, or what looks like it.
    """
    if not is_name(nick, state.limits):
        return Refused(Reason.NICK_INVALID, nick)
    owner = state.accounts.find(nick)
    if owner is not None and owner.key != fold(account):
        return Refused(Reason.NICK_RESERVED, nick)
    holder = state.find_user(nick)
    if holder is not None and holder not in own:
        return Refused(Reason.NICK_IN_USE, nick)
    if similar := _find_similar(state, nick, fold(account), own):
        return Refused(Reason.NICK_TOO_SIMILAR, nick, similar)
    return None


def _find_similar(state: State, nick: str, account: str, own: tuple[User | None, ...]) -> str:
    """Return whose name `nick` could be taken for, "" if nobody's; `account` is folded."""
    for key in state.accounts.find_similar(nick):
        known = state.accounts.find(key)
        if known is not None and key not in (account, fold(nick)):
            return known.name
    for key in state.nicks.find_similar(nick):
        user = state.nicks[key]
        same = user in own or (account and fold(user.identity.account) == account)
        if not same and key != fold(nick) and not (key.isascii() and nick.isascii()):
            return user.nick
    return ""
