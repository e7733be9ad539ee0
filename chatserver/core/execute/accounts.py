"""Accounts: making one, proving it, changing how it is proved, giving it up.

Rules: what changes a record says so first (`AccountKept`), before all else that the command leads to;
when that cannot be kept, `put_back` makes all as it was, and nobody was told. Proofs are computed
before, outside: `Login` names the version of the record that was proved. Who has an account by a password
that opens it no more has it no longer: all devices leave but the one that asked, once the record is kept.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import structs

from chatserver.core.accounts import CERTIFICATES_MOST, Account
from chatserver.core.audiences import Audience
from chatserver.core.commands import (
    ChangeCertificate,
    ChangePassword,
    DropAccount,
    Logout,
    Register,
    SetAlwaysOn,
)
from chatserver.core.effects import (
    NOTHING,
    AccountSettled,
    Dismiss,
    Effect,
    Emission,
    LoggedIn,
    LoggedOut,
    Reason,
    Refused,
    Registered,
)
from chatserver.core.events import AccountChanged, AccountKept, Renamed
from chatserver.core.execute.devices import depends_on, seat
from chatserver.core.execute.metadata import tell_differences
from chatserver.core.execute.ownership import restore_statuses
from chatserver.core.execute.people import identify, with_peers
from chatserver.core.execute.turn import Stamp, Turn
from chatserver.core.members import User
from chatserver.core.naming import refuse_nick
from chatserver.core.parties import metadata_of
from chatserver.core.records import Past
from chatserver.core.state import State
from chatwire.names import fold

PASSWORD_CHANGED: Final = "the password of the account was changed"  # noqa: S105 - words about one
"""Why devices leave whose owner may know the one before alone."""

DROPPED: Final = "Account dropped"
"""Why somebody leaves who was there by their account, and has not dropped it here."""


def register(turn: Turn, command: Register) -> Sequence[Effect]:
    """Make an account for the asker, who has none.

    Not for several devices, as a dropped account leaves them: who has the others need not be the asker.
    """
    if turn.user.identity.account:
        return (Refused(Reason.HAS_ACCOUNT, turn.user.identity.account),)
    if not depends_on(turn.state, turn.user, turn.session):
        return (Refused(Reason.SHARES_ACCOUNT, turn.user.nick),)
    command = structs.replace(command, account=command.account or turn.user.nick)
    kept = _make(turn.state, Stamp(turn.seq, turn.at), command, turn.user)
    if isinstance(kept, Refused):
        return (kept,)
    return (kept, Registered(command.account), *have(turn, command.account))


def register_stranger(state: State, stamp: Stamp, command: Register) -> Sequence[Effect]:
    """Make an account for who is no user yet: they are one with it when they connect."""
    kept = _make(state, stamp, command, None)
    return (kept,) if isinstance(kept, Refused) else (kept, Registered(command.account))


def _make(state: State, stamp: Stamp, command: Register, user: User | None) -> Emission | Refused:
    name, certificate = command.account, command.certificate
    if state.accounts.find(name) is not None:
        return Refused(Reason.ACCOUNT_EXISTS, name)
    if state.accounts.has_used(command.invitation):
        return Refused(Reason.INVITATION_USED, name)
    if found := refuse_nick(state, name, "", user):
        similar = found.reason is Reason.NICK_TOO_SIMILAR
        return found if similar else Refused(Reason.ACCOUNT_INVALID, name)
    if state.accounts.find_by_certificate(certificate) is not None:
        certificate = ""
    account = Account(
        name,
        created_at=stamp.at,
        # who registers the nick that they have keeps what was said to them since they have it
        created_seq=user.named_seq if user is not None and user.nick == name else stamp.seq,
        version=stamp.seq,
        verifier=command.verifier,
        certificates=(certificate,) if certificate else (),
        email=command.email,
        invitation=command.invitation,
        metadata=dict(user.metadata) if user is not None else {},
    )
    state.accounts.put(account)
    kept = AccountKept(stamp.seq, stamp.at, name, None, "Register")
    return Emission(kept, Audience(()), user)


def _kept(turn: Turn, before: Account, command: str) -> Emission:
    """Return what says that the new record of the asker's account must be kept."""
    kept = AccountKept(turn.seq, turn.at, before.name, before, command)
    return Emission(kept, Audience(()), turn.user)


def logout(turn: Turn, _command: Logout) -> Sequence[Effect]:
    """Let the asker have no account any more, nor a nick that belongs to one.

    Not one of several devices: it would have to be somebody else than they are, without asking to be.
    """
    account = turn.user.identity.account
    if not account:
        return (Refused(Reason.NO_ACCOUNT),)
    if not depends_on(turn.state, turn.user, turn.session):
        return (Refused(Reason.SHARES_ACCOUNT, account),)
    changed = _change(turn, "", metadata_of(turn.state, turn.user))
    renamed = _release_nick(turn)
    return (*changed, *renamed, LoggedOut(turn.user.identity))


def have(turn: Turn, name: str) -> Sequence[Effect]:
    """Let the asker have the account `name` from now on."""
    if turn.user.identity.account == name:
        return (LoggedIn(turn.user.identity),)
    turn.user.key = b""
    turn.state.guests.take(turn.user.nick, b"", turn.seq, turn.at)
    changed = _change(turn, name, metadata_of(turn.state, turn.user))
    return (LoggedIn(turn.user.identity), *changed, *restore_statuses(turn, turn.user))


def _change(turn: Turn, account: str, said: Mapping[str, str]) -> Sequence[Emission]:
    """Let the asker have another account, or none; `said` is what they said of themselves before."""
    before = turn.user.identity
    assign(turn.state, turn.user, account)
    event = AccountChanged(turn.seq, turn.at, before, account)
    changed = Emission(event, with_peers(turn.state, turn.user))
    return (changed, *tell_differences(turn, said))


def assign(state: State, user: User, account: str) -> None:
    """Let `user` have the account `account`, or none ("")."""
    identify(state, user, structs.replace(user.identity, account=account))


def _release_nick(turn: Turn) -> Sequence[Effect]:
    """Give who has no account another nick, if theirs is an account's."""
    state, user = turn.state, turn.user
    if state.accounts.find(user.nick) is None:
        return ()
    before, number = user.identity, turn.seq
    while refuse_nick(state, nick := f"guest-{number % 0x1000000:x}", ""):
        number += 1
    state.past.add(Past(before, turn.at))
    user.begin_anew(turn.seq)
    state.guests.take(nick, user.key, turn.seq, turn.at)
    identify(state, user, structs.replace(before, nick=nick))
    renamed = Renamed(turn.seq, turn.at, before, nick)
    return (Emission(renamed, with_peers(state, user), rooms=user.logs),)


def change_password(turn: Turn, command: ChangePassword) -> Sequence[Effect]:
    """Have another password open the asker's account; their other devices leave."""
    account = _own(turn)
    if isinstance(account, Refused):
        return (account,)
    changed = structs.replace(account, verifier=command.verifier, version=turn.seq)
    settled = _settle(turn, account, changed, "ChangePassword")
    return (*settled, *dismiss(turn.other_sessions, PASSWORD_CHANGED))


def change_certificate(turn: Turn, command: ChangeCertificate) -> Sequence[Effect]:
    """Let a certificate open the asker's account, or open it no more."""
    account, fingerprint = _own(turn), command.fingerprint
    if isinstance(account, Refused):
        return (account,)
    others = tuple(one for one in account.certificates if one != fingerprint)
    if command.adding:
        owner = turn.state.accounts.find_by_certificate(fingerprint)
        if owner is not None and owner.key != account.key:
            return (Refused(Reason.CERTIFICATE_TAKEN, fingerprint),)
        if len(others) >= CERTIFICATES_MOST:
            return (Refused(Reason.TOO_MANY_CERTIFICATES, account.name),)
        others = (*others, fingerprint)
    elif not others and account.verifier is None:
        return (Refused(Reason.LAST_PROOF, account.name),)
    changed = structs.replace(account, certificates=others, version=turn.seq)
    return _settle(turn, account, changed, "ChangeCertificate")


def set_always_on(turn: Turn, command: SetAlwaysOn) -> Sequence[Effect]:
    """Have the asker's account stay while none of its devices is connected, or not."""
    account = _own(turn)
    if isinstance(account, Refused):
        return (account,)
    changed = structs.replace(account, always_on=command.on)
    settled = _settle(turn, account, changed, "SetAlwaysOn")
    turn.state.follow(turn.user)
    return settled


def drop_account(turn: Turn, command: DropAccount) -> Sequence[Effect]:
    """Forget the asker's account; they stay, under their nick, which is anybody's from then on.

    That is with the device that asked: the others leave.
    """
    account = _own(turn)
    if isinstance(account, Refused):
        return (account,)
    if command.account and account.key != fold(command.account):
        return NOTHING  # logging in to it before was refused, and they were told
    turn.state.accounts.drop(account.name)
    kept = _kept(turn, account, "DropAccount")
    changed = _change(turn, "", account.metadata)
    settled = AccountSettled(account.name, "DropAccount")
    out = LoggedOut(turn.user.identity)
    return (kept, *changed, settled, out, *dismiss(turn.other_sessions, DROPPED))


def dismiss(sessions: Iterable[int], reason: str) -> Sequence[Dismiss]:
    """Have sessions leave, if there are any, once the record is kept that they are no part of any more."""
    numbers = tuple(sessions)
    return (Dismiss(numbers, reason),) if numbers else ()


def _own(turn: Turn) -> Account | Refused:
    """Return the asker's account."""
    return turn.state.accounts.find(turn.user.identity.account) or Refused(Reason.NO_ACCOUNT)


def _settle(turn: Turn, before: Account, changed: Account, command: str) -> Sequence[Effect]:
    """Have `changed` be the record of the asker's account."""
    turn.state.accounts.put(changed)
    return (_kept(turn, before, command), AccountSettled(changed.name, command))


def put_back(state: State, event: AccountKept, user: User | None) -> None:
    """Make all as it was before `user` changed a record that could not be kept; the newest change first."""
    before = event.before
    now = state.accounts.find(event.account)
    if before is not None and now is not None:  # that need not be kept at once
        before = structs.replace(before, metadata=now.metadata)
    if before is None:
        state.accounts.drop(event.account)
    elif now is not None and before.always_on:
        state.accounts.put(before.with_place_of(now))
    else:
        state.accounts.put(before)
    if user is not None and state.users.get(user.id) is user:
        assign(state, user, before.name if before else "")
        if before is None and user.newest is not None:  # a guest again, who can come back as one
            user.key = user.newest.key
            state.guests.take(user.nick, user.key, user.named_seq, event.at)
    elif user is not None and before is not None:
        _bring_back(state, user, before)


def _bring_back(state: State, user: User, account: Account) -> None:
    """Have somebody be there again who was there by their account alone: nobody saw them leave."""
    if not (account.always_on and user.left_seq):
        return
    if refuse_nick(state, user.nick, account.name):  # somebody has it by now
        return
    seat(state, user, account)
    state.nicks.changed.pop(fold(user.nick), None)
