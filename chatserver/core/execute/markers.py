"""Read markers: saying up to when one has read."""

from collections.abc import Sequence

from chatserver.core.commands import MarkRead
from chatserver.core.effects import Effect, Emission, MarkerKept
from chatserver.core.events import MarkerMoved
from chatserver.core.execute.turn import Turn
from chatserver.core.former import marked_as
from chatserver.core.parties import markers_of
from chatwire.names import fold


def mark_read(turn: Turn, command: MarkRead) -> Sequence[Effect]:
    """Move a marker of the asker forward, at most to the present; all their devices are told."""
    state, user = turn.state, turn.user
    member = user.rooms.get(fold(command.target))
    target = member.room.name if member else command.target
    key, read_at = marked_as(state, target), min(command.read_at, turn.at)
    if account := state.accounts.find(user.identity.account):
        moved = state.markers.move(account, key, read_at)
    else:
        moved = user.mark_read(key, read_at)
    if moved:
        return (Emission(MarkerMoved(turn.seq, turn.at, target, read_at), user.alone),)
    return (MarkerKept(target, markers_of(state, user).find(key) or 0),)
