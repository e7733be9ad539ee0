"""Parties: as whom people take part in conversations, which is what may be read of these by whom.

Rules: who has an account is a party by it, under whatever nick and on whatever device; anybody else by
their nick, for as long as they have it (`Identity.party`). An account reads what was said since it
was made. No guest can have the nick that is an account's name, so parties are never mixed up.
"""

from collections.abc import Mapping

from msgspec import Struct

from chatserver.core.markers import Markers
from chatserver.core.members import User
from chatserver.core.state import State
from chatwire.names import fold


class Party(Struct, frozen=True):
    """Somebody whom one can have a conversation with, there or not."""

    key: str
    """See `Identity.party`."""
    name: str
    """The nick that they have, or had, or the name of their account."""


def find_party(state: State, asker: User, name: str) -> Party:
    """Return whom `asker` means by `name`: who has that nick, the account, or who had it with them."""
    if (other := state.find_user(name)) is not None:
        return Party(other.identity.party, other.nick)
    if (account := state.accounts.find(name)) is not None:
        return Party(account.key, account.name)
    known = reversed([*asker.conversations.items()])
    return next(
        (Party(key, nick) for key, nick in known if fold(nick) == fold(name)),
        Party(fold(name), name),
    )


def name_party(state: State, asker: User, key: str, nick: str) -> str:
    """Return by which name `asker` finds the party `key`, who was called `nick`."""
    found = find_party(state, asker, nick)
    if found.key == key:
        return found.name
    account = state.accounts.find(key)
    return account.name if account is not None else nick


def reads_since(state: State, user: User) -> int:
    """Return the number after which what was said in conversations of the party `user` is theirs."""
    account = state.accounts.find(user.identity.account)
    return account.created_seq if account is not None else user.named_seq


def markers_of(state: State, user: User) -> Markers:
    """Return the read markers of `user`, to be read."""
    account = state.accounts.find(user.identity.account)
    return state.markers.of(account) if account is not None else user.markers


def metadata_of(state: State, user: User) -> Mapping[str, str]:
    """Return what `user` says of themselves, by key."""
    account = state.accounts.find(user.identity.account)
    return account.metadata if account is not None else user.metadata
