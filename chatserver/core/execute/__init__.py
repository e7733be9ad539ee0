"""The one function that changes state: a stamped command in, its effects out.

Rules: it is deterministic, it never waits, and it never raises for anything that a peer can ask. A
command of somebody who is gone has no effect.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from chatserver.core import commands
from chatserver.core.commands import Command
from chatserver.core.effects import NOTHING, Close, Effect, Reason, Refused
from chatserver.core.execute.accounts import (
    change_certificate,
    change_password,
    drop_account,
    logout,
    register,
    register_stranger,
    set_always_on,
)
from chatserver.core.execute.administration import drop_account_of, set_password_of
from chatserver.core.execute.arrival import connect, login
from chatserver.core.execute.devices import leave
from chatserver.core.execute.markers import mark_read
from chatserver.core.execute.metadata import (
    adopt,
    clear_metadata,
    follow,
    set_metadata,
    synchronize,
    unfollow,
)
from chatserver.core.execute.modes import change_room_modes, change_user_modes
from chatserver.core.execute.monitoring import list_monitored, monitor, tell_watchers
from chatserver.core.execute.operators import become_operator, change_host, kill, send_wallops
from chatserver.core.execute.ownership import (
    drop_room,
    register_room,
    set_standing,
    transfer_room,
)
from chatserver.core.execute.people import change_nick, set_away, set_realname
from chatserver.core.execute.redaction import redact
from chatserver.core.execute.renaming import rename_room
from chatserver.core.execute.rooms import invite, join, kick, part, set_topic
from chatserver.core.execute.speech import respond, say, speak, tag
from chatserver.core.execute.turn import Stamp, Turn
from chatserver.core.state import State

__all__ = ["HANDLERS", "Stamp", "execute"]

Handler = Callable[[Turn, Any], Sequence[Effect]]

HANDLERS: Mapping[type[Command], Handler] = {
    commands.Quit: leave,
    commands.ChangeNick: change_nick,
    commands.SetAway: set_away,
    commands.SetRealname: set_realname,
    commands.Join: join,
    commands.Part: part,
    commands.Kick: kick,
    commands.Invite: invite,
    commands.SetTopic: set_topic,
    commands.RenameRoom: rename_room,
    commands.RegisterRoom: register_room,
    commands.DropRoom: drop_room,
    commands.TransferRoom: transfer_room,
    commands.SetStanding: set_standing,
    commands.Say: say,
    commands.Speak: speak,
    commands.Respond: respond,
    commands.Tag: tag,
    commands.Redact: redact,
    commands.MarkRead: mark_read,
    commands.ChangeRoomModes: change_room_modes,
    commands.ChangeUserModes: change_user_modes,
    commands.BecomeOperator: become_operator,
    commands.Monitor: monitor,
    commands.ListMonitored: list_monitored,
    commands.SetMetadata: set_metadata,
    commands.ClearMetadata: clear_metadata,
    commands.Follow: follow,
    commands.Unfollow: unfollow,
    commands.Synchronize: synchronize,
    commands.Adopt: adopt,
    commands.SendWallops: send_wallops,
    commands.Kill: kill,
    commands.ChangeHost: change_host,
    commands.Login: login,
    commands.Logout: logout,
    commands.Register: register,
    commands.ChangePassword: change_password,
    commands.ChangeCertificate: change_certificate,
    commands.SetAlwaysOn: set_always_on,
    commands.DropAccount: drop_account,
}
"""What each command of a user does; `Connect` makes the user, and stands apart."""

STRANGERS: Mapping[type[Command], Callable[[State, Stamp, Any], Sequence[Effect]]] = {
    commands.Register: register_stranger,
    commands.ChangePassword: set_password_of,
    commands.DropAccount: drop_account_of,
}
"""What commands do of who is no user: somebody who has not joined yet, or who runs the server."""


def execute(state: State, stamp: Stamp, session: int, command: Command) -> Sequence[Effect]:
    """Do `command` of the session with the number `session` at its place in the order of all.

    Returns what it leads to, in the order in which it is to be shown.
    """
    effects = _execute(state, stamp, session, command)
    if state.following:
        for effect in effects:
            if isinstance(effect, Close):
                state.following.forget(effect.session)
    changed = state.nicks.changed
    if changed:
        state.nicks.changed = {}
    if not state.monitors or isinstance(command, commands.Join):
        return effects
    return (*effects, *tell_watchers(state, stamp, effects, changed))


def _execute(state: State, stamp: Stamp, session: int, command: Command) -> Sequence[Effect]:
    user = state.sessions.get(session)
    if isinstance(command, commands.Connect):
        if user is not None:
            return (Refused(Reason.ALREADY_CONNECTED),)
        return connect(state, stamp, session, command)
    if user is None:
        stranger = STRANGERS.get(type(command))
        return stranger(state, stamp, command) if stranger is not None else NOTHING
    return HANDLERS[type(command)](Turn(state, user, stamp.seq, stamp.at, session), command)
