"""What whoever runs the server does to accounts of others; they are no user of it."""

from collections.abc import Sequence

from msgspec import structs

from chatserver.core.accounts import Account
from chatserver.core.commands import ChangePassword, DropAccount
from chatserver.core.effects import AccountSettled, Effect, Emission, Reason, Refused
from chatserver.core.events import AccountChanged, AccountKept
from chatserver.core.execute.accounts import assign
from chatserver.core.execute.people import remove, with_peers
from chatserver.core.execute.turn import Stamp, Turn
from chatserver.core.state import Audience, State, User

DROPPED = "Account dropped"
"""Why somebody leaves who was there by their account alone."""


def set_password_of(state: State, stamp: Stamp, command: ChangePassword) -> Sequence[Effect]:
    """Have another password open an account; who has it now, keeps it."""
    account = state.accounts.find(command.account)
    if account is None:
        return (Refused(Reason.NO_SUCH_ACCOUNT, command.account),)
    state.accounts.put(structs.replace(account, verifier=command.verifier, version=stamp.seq))
    settled = AccountSettled(account.name, "ChangePassword")
    return (_kept(stamp, account, "ChangePassword", None), settled)


def drop_account_of(state: State, stamp: Stamp, command: DropAccount) -> Sequence[Effect]:
    """Forget an account; who has it stays without it, under their nick, if they are connected."""
    account = state.accounts.find(command.account)
    if account is None:
        return (Refused(Reason.NO_SUCH_ACCOUNT, command.account),)
    user = state.find_online(account.name)
    state.accounts.drop(account.name)
    kept = _kept(stamp, account, "DropAccount", user)
    settled = AccountSettled(account.name, "DropAccount")
    if user is None:
        return (kept, settled)
    if not user.devices:
        left = remove(Turn(state, user, stamp.seq, stamp.at), user, DROPPED)
        return (kept, *left, settled)
    before = user.identity
    assign(state, user, "")
    changed = AccountChanged(stamp.seq, stamp.at, before, "")
    return (kept, Emission(changed, with_peers(state, user)), settled)


def _kept(stamp: Stamp, before: Account, command: str, user: User | None) -> Emission:
    kept = AccountKept(stamp.seq, stamp.at, before.name, before, command)
    return Emission(kept, Audience(()), user)
