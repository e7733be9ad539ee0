"""Saying up to when one has read."""

from collections.abc import Sequence

from chatserver.core.commands import MarkRead
from chatserver.core.effects import Effect, Emission, MarkerKept
from chatserver.core.events import MarkerMoved
from chatserver.core.execute.turn import Turn
from chatwire.names import fold


def mark_read(turn: Turn, command: MarkRead) -> Sequence[Effect]:
    """Move a marker of the asker forward, at most to the present."""
    user = turn.user
    member = user.rooms.get(fold(command.target))
    target = member.room.name if member else command.target
    read_at = min(command.read_at, turn.at)
    if user.markers.move(target, read_at):
        return (Emission(MarkerMoved(turn.seq, turn.at, target, read_at), user.alone),)
    return (MarkerKept(target, user.markers.find(target) or 0),)
