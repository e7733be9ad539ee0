"""What operators of the server can do."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from chatserver.core.audiences import Audience
from chatserver.core.commands import BecomeOperator, ChangeHost, Kill, ModeChange, SendWallops
from chatserver.core.effects import Effect, Emission, OperatorGranted, Reason, Refused
from chatserver.core.events import (
    HostChanged,
    Identity,
    Killed,
    Seat,
    UserModesChanged,
    WallopsSent,
)
from chatserver.core.execute.people import identify, remove
from chatserver.core.execute.turn import Turn, shorten
from chatserver.core.members import User


def become_operator(turn: Turn, command: BecomeOperator) -> Sequence[Effect]:
    """Make the asker an operator; whoever submits this has checked that they may."""
    user = turn.user
    user.operator = command.name
    turn.state.note_modes(user)
    effects: list[Effect] = [OperatorGranted()]
    if "o" not in user.modes:
        user.modes |= {"o"}
        change = (ModeChange(True, "o"),)
        effects.append(
            Emission(UserModesChanged(turn.seq, turn.at, user.identity, change), user.alone)
        )
    return effects


def send_wallops(turn: Turn, command: SendWallops) -> Sequence[Effect]:
    """Tell something to all who listen to operators (`+w`), and to the operators."""
    if not turn.user.operator:
        return (Refused(Reason.NOT_SERVER_OPERATOR),)
    audience = Audience(user for user in turn.state.users.values() if "w" in user.modes)
    return (Emission(WallopsSent(turn.seq, turn.at, turn.user.identity, command.text), audience),)


def kill(turn: Turn, command: Kill) -> Sequence[Effect]:
    """End somebody's connection."""
    if not turn.user.operator:
        return (Refused(Reason.NOT_SERVER_OPERATOR),)
    victim = turn.find_user(command.nick)
    if isinstance(victim, Refused):
        return (victim,)
    reason = shorten(command.reason, turn.state.limits.reason)
    by = turn.user.identity
    told = Emission(Killed(turn.seq, turn.at, by, victim.nick, reason), victim.alone)
    return (told, *remove(turn, victim, f"Killed ({by.nick} ({reason}))"))


def change_host(turn: Turn, command: ChangeHost) -> Sequence[Effect]:
    """Change how somebody's user name and host look to others."""
    if not turn.user.operator:
        return (Refused(Reason.NOT_SERVER_OPERATOR),)
    user = turn.find_user(command.nick)
    if isinstance(user, Refused):
        return (user,)
    was = user.identity
    identify(
        turn.state,
        user,
        Identity(was.nick, command.username, command.host, was.realname, was.account),
    )
    event = HostChanged(turn.seq, turn.at, was, command.username, command.host)
    return (
        Emission(event, user.alone),
        *(
            Emission(replace(event, seats=seats, away=user.away), Audience(others))
            for seats, others in _witnesses(user).items()
        ),
    )


def _witnesses(user: User) -> Mapping[tuple[Seat, ...], Sequence[User]]:
    """Return who shares a room with `user`, by the rooms that they share."""
    shared: dict[User, list[Seat]] = {}
    for member in user.rooms.values():
        seat = Seat(member.room.name, member.status)
        for other in member.room.members:
            shared.setdefault(other, []).append(seat)
    shared.pop(user, None)
    alike: dict[tuple[Seat, ...], list[User]] = {}
    for other, seats in shared.items():
        alike.setdefault(tuple(seats), []).append(other)
    return alike
