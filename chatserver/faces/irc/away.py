"""AWAY: going away with a message and coming back, also before registration (IRCv3 draft/pre-away).

Rule: `AWAY *` says that nobody is at this connection, and nothing of the person: they are away when that
is true of all their connections.
"""

from collections.abc import Sequence

from chatserver.core.commands import SetAway
from chatserver.core.effects import AwaySet
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message

_AWAY = "306", "You have been marked as being away"
_BACK = "305", "You are no longer marked as being away"


def away(session: Session, message: Message) -> Items:
    """AWAY: go away with a message, or come back without one."""
    text = message.param(0)
    if session.registered:
        return [SetAway(text)]
    if not session.has(caps.PRE_AWAY):
        return [session.tell("451", text="You have not registered")]
    session.away = text
    code, words = _AWAY if text else _BACK
    return [session.tell(code, text=words)]


def away_set(inquiry: Inquiry, reply: AwaySet) -> Sequence[bytes]:
    """Return what somebody is told who went away or came back."""
    code, words = _AWAY if reply.away else _BACK
    return [inquiry.numeric(code, text=words)]
