"""What whoever runs the server does to accounts of others; they are no user of it.

Rule: none of the devices asked for it, and any may be whom it is done for, so all of them leave.
"""

from collections.abc import Sequence

from msgspec import structs

from chatserver.core.accounts import Account
from chatserver.core.audiences import Audience
from chatserver.core.commands import ChangePassword, DropAccount
from chatserver.core.effects import AccountSettled, Effect, Emission, Reason, Refused
from chatserver.core.events import AccountChanged, AccountKept
from chatserver.core.execute.accounts import DROPPED, PASSWORD_CHANGED, assign, dismiss
from chatserver.core.execute.people import remove, with_peers
from chatserver.core.execute.turn import Stamp, Turn
from chatserver.core.members import User
from chatserver.core.state import State


def set_password_of(state: State, stamp: Stamp, command: ChangePassword) -> Sequence[Effect]:
    """Have another password open an account; who is always on stays, without a device."""
    account = state.accounts.find(command.account)
    if account is None:
        return (Refused(Reason.NO_SUCH_ACCOUNT, command.account),)
    state.accounts.put(structs.replace(account, verifier=command.verifier, version=stamp.seq))
    settled = AccountSettled(account.name, "ChangePassword")
    user = state.find_online(account.name)
    dismissed = dismiss(user.devices, PASSWORD_CHANGED) if user is not None else ()
    return (_kept(stamp, account, "ChangePassword", None), settled, *dismissed)


def drop_account_of(state: State, stamp: Stamp, command: DropAccount) -> Sequence[Effect]:
    """Forget an account, and have who has it leave."""
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
    told = Emission(changed, with_peers(state, user))
    return (kept, told, settled, *dismiss(user.devices, DROPPED))


def _kept(stamp: Stamp, before: Account, command: str, user: User | None) -> Emission:
    kept = AccountKept(stamp.seq, stamp.at, before.name, before, command)
    return Emission(kept, Audience(()), user)
