"""The one function that changes state: a stamped command in, its effects out.

Rules: it is deterministic, it never waits, and it never raises for anything that a peer can ask. A
command of somebody who is gone has no effect.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chatserver.core import commands
from chatserver.core.commands import Command
from chatserver.core.effects import NOTHING, Effect, Reason, Refused
from chatserver.core.execute import modes, operators, people, rooms, speech
from chatserver.core.execute.turn import Stamp, Turn
from chatserver.core.state import State

__all__ = ["HANDLERS", "Stamp", "execute"]

Handler = Callable[[Turn, Any], Sequence[Effect]]

HANDLERS: Mapping[type[Command], Handler] = {
    commands.Quit: people.leave,
    commands.ChangeNick: people.change_nick,
    commands.SetAway: people.set_away,
    commands.SetRealname: people.set_realname,
    commands.Join: rooms.join,
    commands.Part: rooms.part,
    commands.Kick: rooms.kick,
    commands.Invite: rooms.invite,
    commands.SetTopic: rooms.set_topic,
    commands.Say: speech.say,
    commands.Respond: speech.respond,
    commands.Tag: speech.tag,
    commands.ChangeRoomModes: modes.change_room_modes,
    commands.ChangeUserModes: modes.change_user_modes,
    commands.BecomeOperator: operators.become_operator,
    commands.SendWallops: operators.send_wallops,
    commands.Kill: operators.kill,
    commands.ChangeHost: operators.change_host,
}
"""What each command of a user does; `Connect` makes the user, and stands apart."""


def execute(state: State, stamp: Stamp, session: int, command: Command) -> Sequence[Effect]:
    """Do `command` of the session with the number `session` at its place in the order of all.

    Returns what it leads to, in the order in which it is to be shown.
    """
    user = state.users.get(session)
    if isinstance(command, commands.Connect):
        if user is not None:
            return (Refused(Reason.ALREADY_CONNECTED),)
        return people.connect(state, stamp, session, command)
    if user is None:
        return NOTHING
    return HANDLERS[type(command)](Turn(state, user, stamp.seq, stamp.at), command)
