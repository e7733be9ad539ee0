"""SEARCH: messages by words, sender, place and time (`soju.im/search`, of the soju bouncer).

Rules: one finds what CHATHISTORY would show: in rooms that one is in, and what oneself wrote and got
with one's account, or under one's nick. What came after the request is not found. Messages come
oldest first: the newest that fit, or the first that fit from `after` on.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from chatserver.core.events import KeptEvent
from chatserver.core.former import call_all
from chatserver.core.history import Scope, Search
from chatserver.core.parties import reads_since
from chatserver.faces.contract import Lookup
from chatserver.faces.irc.history import Invalid, find_target, parse_limit, parse_time, replay
from chatserver.faces.irc.isupport import HISTORY_MOST
from chatserver.faces.irc.lines import as_middle
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message, parse_tags
from chatwire.names import fold

BATCH_TYPE = "soju.im/search"


def _since(wanted: Search, value: str) -> Search:
    return replace(wanted, since=parse_time(value, "after") - 1, oldest=True)


def _until(wanted: Search, value: str) -> Search:
    return replace(wanted, until=parse_time(value, "before") + 1)


ATTRIBUTES: Mapping[str, Callable[[Search, str], Search]] = {
    "after": _since,
    "before": _until,
    "from": lambda wanted, value: replace(wanted, senders=(fold(value),)),
    "limit": lambda wanted, value: replace(wanted, limit=parse_limit(value, "limit")),
    "text": lambda wanted, value: replace(wanted, text=value),
}
"""What each attribute means; `in` needs to know who asks, and stands apart."""


def search(session: Session, message: Message) -> Items:
    """SEARCH: look for messages."""
    if not session.has(caps.SEARCH):
        return [session.tell("421", "SEARCH", text="Unknown command without soju.im/search")]
    attributes = parse_tags(" ".join(message.params))
    place = attributes.pop("in", None)
    wanted = Search((), "", HISTORY_MOST)
    try:
        for name, value in attributes.items():
            wanted = _understand(wanted, name, value)
    except Invalid as invalid:
        context = "INVALID_PARAMS", *map(as_middle, invalid.context)
        return [session.fail("SEARCH", *context, text=invalid.why)]
    return [session.ask(lambda inquiry: _answer(inquiry, wanted, place))]


def _understand(wanted: Search, name: str, value: str) -> Search:
    if name not in ATTRIBUTES:
        raise Invalid("Unknown attribute", name)
    if not value:
        raise Invalid("Empty attribute", name)
    return ATTRIBUTES[name](wanted, value)


def _answer(inquiry: Inquiry, wanted: Search, place: str | None) -> Sequence[bytes] | Lookup:
    session = inquiry.session
    rooms = [member.room for member in inquiry.user.rooms.values()]
    scopes = everything(inquiry) if place is None else _within(inquiry, place)
    if not scopes:
        text = "You can't read what was said there"
        return session.fail("SEARCH", "INVALID_PARAMS", "in", text=text).lines

    def show(found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
        if found is None:
            text = "The search could not be run"
            return session.fail("SEARCH", "INTERNAL_ERROR", text=text).lines
        return replay(session, BATCH_TYPE, past=call_all(found[0], rooms))

    return Lookup((replace(wanted, scopes=scopes, before=inquiry.seq),), show)


def _within(inquiry: Inquiry, place: str) -> tuple[Scope, ...]:
    """Return the one room or conversation `place`, or nothing if the asker may not read it."""
    found = find_target(inquiry, place)
    if found is None:
        return ()
    _, key, start = found
    return (Scope(key, start),)


def everything(inquiry: Inquiry) -> tuple[Scope, ...]:
    """Return all that the asker may read."""
    user = inquiry.user
    rooms = [member.room for member in user.rooms.values()]
    own = Scope(user.identity.party, reads_since(inquiry.state, user), direct=True)
    return (*(Scope(room.log, room.created_seq - 1) for room in rooms), own)
