"""Coming: a session becomes a user, or one more device of somebody who is there; then, or by a login later.

Rules: whoever proves an account that is there is who is there, whatever nick they asked for; so is a guest
who has the key of one who is there, if they ask for that one's nick. A session that becomes somebody else
by a login takes its rooms along where they may enter; if it was all that kept the one it was before, that
one leaves.
"""

from collections.abc import Iterator, Sequence

from chatserver.core.accounts import Account
from chatserver.core.commands import ABSENT, Connect, Join, Login
from chatserver.core.devices import Device
from chatserver.core.effects import (
    Attached,
    Close,
    Effect,
    Emission,
    LoggedIn,
    Reason,
    Recall,
    Refused,
    Welcomed,
)
from chatserver.core.events import Identity, Parted, Renamed
from chatserver.core.execute.accounts import have
from chatserver.core.execute.devices import depends_on, forget, gather, release, settle
from chatserver.core.execute.people import note_away, remove, tell_away
from chatserver.core.execute.rooms import join
from chatserver.core.execute.turn import Stamp, Turn, shorten
from chatserver.core.members import User
from chatserver.core.naming import refuse_nick
from chatserver.core.state import State


def connect(state: State, stamp: Stamp, session: int, command: Connect) -> Sequence[Effect]:
    """Make a user of a session, or a device of who has its account; in the place of one with its key."""
    account = _find_proved(state, command.account, command.version) if command.account else None
    if isinstance(account, Refused):
        return (account,)
    device = Device(
        session,
        stamp.at,
        command.address,
        command.secure,
        command.face,
        command.key,
        certificate=command.certificate,
    )
    if account is not None and (person := state.find_online(account.name)) is not None:
        return _go_on(state, stamp, device, command, person)
    return _come(state, stamp, device, command, account)


def _go_on(
    state: State, stamp: Stamp, device: Device, command: Connect, person: User
) -> Sequence[Effect]:
    """Make a session a device of somebody who is there: nobody else sees it."""
    turn = Turn(state, person, stamp.seq, stamp.at, device.session)
    settled = settle(turn, device, command.away)
    return (*settled, Welcomed(person.identity, resumed=True), *gather(turn))


def _come(
    state: State, stamp: Stamp, device: Device, command: Connect, account: Account | None
) -> Sequence[Effect]:
    """Make a user, who is not there yet."""
    before = state.find_guest(device.key)
    leaving = before is not None and depends_on(state, before, state.keys[device.key])
    nick = _choose_nick(state, command, before if leaving else None)
    if isinstance(nick, Refused):
        return (nick,)
    if before is not None and account is None and _is_guest(before, nick):
        return _go_on(state, stamp, device, command, before)
    user = User(device.session, _identity(state, command, nick, account), stamp.at)
    turn = Turn(state, user, stamp.seq, stamp.at, device.session)
    replaced = release(turn, device.key)
    user.key = b"" if account is not None else device.key
    user.named_seq = state.guests.take(nick, user.key, stamp.seq, stamp.at)
    resumed = user.named_seq < stamp.seq
    if before is not None and resumed and not before.identity.account:
        user.conversations = before.conversations
    state.add_user(user)
    state.add_device(user, device)
    note_away(turn, command.away)
    state.follow(user)
    welcomed = Welcomed(user.identity, resumed or account is not None)
    return (*replaced, Attached(user, user.identity, stamp.seq), welcomed)


def _is_guest(user: User, nick: str) -> bool:
    """Say whether `user` is a guest, and has that nick."""
    return not user.identity.account and user.nick == nick


def _identity(state: State, command: Connect, nick: str, account: Account | None) -> Identity:
    limits = state.limits
    return Identity(
        nick,
        shorten(command.username, limits.username),
        command.host,
        shorten(command.realname, limits.realname),
        account.name if account is not None else "",
    )


def _choose_nick(state: State, command: Connect, before: User | None) -> str | Refused:
    """Return the first of the nicks wanted that is valid and free, or `before`'s; or why there is none."""
    refused = Refused(Reason.NICK_INVALID)
    for nick in command.nicks:
        found = refuse_nick(state, nick, command.account, before)
        if found is None:
            return nick
        refused = found
    return refused


def _find_proved(state: State, name: str, version: int) -> Account | Refused:
    """Return the account `name`, if its record still is what it was proved against."""
    account = state.accounts.find(name)
    if account is None:
        return Refused(Reason.NO_SUCH_ACCOUNT, name)
    return account if account.version == version else Refused(Reason.PROOF_OUTDATED, account.name)


def login(turn: Turn, command: Login) -> Sequence[Effect]:
    """Give the asker the account that they have proved to have, or make them who has it already."""
    state, user = turn.state, turn.user
    account = _find_proved(state, command.account, command.version)
    if isinstance(account, Refused):
        return (account,)
    person = state.find_online(account.name)
    if person is not None and person is not user:
        return [*_become(turn, person)]
    if person is None and not depends_on(state, user, turn.session):
        return (Refused(Reason.SHARES_ACCOUNT, user.identity.account or user.nick),)
    return have(turn, account.name)


def _become(turn: Turn, person: User) -> Iterator[Effect]:
    """Let the asker's session be a device of `person`, and of nobody else.

    It takes the rooms along that `person` may enter, and learns of those where they are.
    """
    state, before = turn.state, turn.user
    device, was = before.devices[turn.session], before.identity
    places = [*before.rooms.values()]
    known = {place.room.key for place in places}
    if depends_on(state, before, turn.session):
        gone = remove(turn, before, f"Logged in as {person.nick}")
        yield from (effect for effect in gone if not isinstance(effect, Close))
    else:
        away = before.away
        forget(turn)
        yield from tell_away(turn, away)
    theirs = Turn(state, person, turn.seq, turn.at, turn.session)
    shared = known & person.rooms.keys()
    yield from settle(theirs, device, ABSENT if device.absent else "")
    if was.nick != person.nick:
        renamed = Renamed(turn.seq, turn.at, was, person.nick)
        yield Emission(renamed, person.alone, session=turn.session)
    yield LoggedIn(person.identity)
    for place in places:
        if place.room.key not in shared:
            yield from _take_along(theirs, place.room.name)
    yield from gather(theirs, known & person.rooms.keys())


def _take_along(turn: Turn, room: str) -> Iterator[Effect]:
    """Let the asker enter a room where their session is, as somebody else; or let it out of there."""
    effects = join(turn, Join(room))
    if any(isinstance(effect, Refused) for effect in effects):
        parted = Parted(turn.seq, turn.at, room, turn.user.identity, "You may not be in it as this")
        yield Emission(parted, turn.user.alone, session=turn.session)
        return
    yield from (effect for effect in effects if not isinstance(effect, Recall))
