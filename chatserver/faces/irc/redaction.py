"""REDACT: removing a message (IRCv3 draft/message-redaction).

Rules: the message is looked up first, in what the asker may read, so that nobody learns here whether
something was said elsewhere; what was found there decides with the state. What is told of the removal
is told to who has the capability.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from chatserver.core.commands import Redact
from chatserver.core.effects import Reason, Refused
from chatserver.core.events import KeptEvent, Said
from chatserver.core.history import Page
from chatserver.core.parties import reads_since
from chatserver.faces.contract import Answer, Item, Lookup, Request
from chatserver.faces.irc.dialect import dialect_for
from chatserver.faces.irc.history import MESSAGE_ID, find_target
from chatserver.faces.irc.lines import as_middle
from chatserver.faces.irc.messages import is_composed, message_id
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold, looks_like_room

CODES: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.NOT_YOUR_MESSAGE: ("REDACT_FORBIDDEN", "It is not yours to remove"),
    Reason.TOO_LATE: ("REDACT_WINDOW_EXPIRED", "You can't remove it any more"),
}
"""The code and the words of each reason to refuse a removal."""


class _Removal:
    """What a client wants removed, and what came of looking for it."""

    def __init__(self, session: Session, target: str, written: str, reason: str) -> None:
        self._session = session
        self._target = target
        self._written = written
        self._reason = reason
        found = MESSAGE_ID.fullmatch(written)
        self._own = ""
        """As whom the client takes part in conversations."""
        self._seq = int(found[1], 16) if found else 0
        self._next: Item = self._fail("UNKNOWN_MSGID", "There is no such message here")

    def look(self, inquiry: Inquiry) -> Lookup | Sequence[bytes]:
        """Look for the message where the asker may read."""
        user = inquiry.user
        name = self._target.lstrip("@+")
        direct = name != self._target and looks_like_room(name)
        place = find_target(inquiry, name if direct else self._target)
        if place is None:
            self._next = self._session.fail(
                "REDACT", "INVALID_TARGET", as_middle(self._target), text="You can't read there"
            )
            return ()
        _, key, start = place
        self._own = user.identity.party
        if direct:  # what was said to a status is found with who could read it
            key, start = self._own, max(start, reads_since(inquiry.state, user))
        page = Page(key, max(start, self._seq - 1), self._seq + 1, 1, direct=direct)
        return Lookup((page,), self._take)

    def _take(self, pages: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
        if pages is None:
            self._next = self._fail("MESSAGE_ERROR", "The message could not be read")
        for event in pages[0] if pages else ():
            if isinstance(event, Said) and self._is_there(event):
                own = event.who.party == self._own
                self._next = Redact(
                    event.target if own else self._target,
                    event.seq,
                    event.who.nick,
                    event.at,
                    self._count_lines(event),
                    self._reason,
                    event.who.account,
                    event.to_account,
                )
        return ()

    def _is_there(self, event: Said) -> bool:
        """Say whether a message that was found was said to the target: it may be of another status."""
        return self._target[:1] not in {"@", "+"} or fold(event.target) == fold(self._target)

    def _count_lines(self, event: Said) -> int:
        """Return as how many lines with ids of their own a message is shown, at most."""
        if is_composed(event):
            return 1
        return dialect_for(self._session.server.name, ()).render(event).count(b"\n")

    def _fail(self, code: str, text: str) -> Answer:
        context = as_middle(self._target), as_middle(self._written)
        return self._session.fail("REDACT", code, *context, text=text)

    def proceed(self) -> Request:
        """Ask for the removal, or answer why it can't be."""
        return Request((self._next,))


def redact(session: Session, message: Message) -> Items | Request:
    """REDACT: remove a message."""
    if not session.has(caps.MESSAGE_REDACTION):
        text = "Unknown command without draft/message-redaction"
        return [session.tell("421", "REDACT", text=text)]
    removal = _Removal(session, *(message.param(index) for index in range(3)))
    return Request((session.ask(removal.look),), then=removal.proceed)


def refuse(session: Session, reply: Refused) -> Sequence[bytes]:
    """Return why a message is not removed."""
    code, text = CODES[reply.reason]
    context = [as_middle(reply.subject), message_id(int(reply.detail))]
    if reply.reason is Reason.TOO_LATE:
        context.append(str(session.server.limits.redaction_window // 1000))
    return session.fail("REDACT", code, *context, text=text).lines
