"""CHATHISTORY: what was said before, to who asks (IRCv3 draft/chathistory, draft/event-playback).

Rules: members of a room read its history, and two people what they wrote to each other: since their
account was made, or while they had the nick that they have. An answer has nothing that came after
the request: that is shown live. A person is called as the asker calls them, as they have no other
name that stays. A message id is the number of the message, so it is a bound whether or not the
message is there.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter

from msgspec import Struct, structs

from chatserver.core.events import KeptEvent, RoomRenamed, Said
from chatserver.core.former import call
from chatserver.core.history import Page, conversation, parties_of
from chatserver.core.parties import find_party, name_party, reads_since
from chatserver.faces.contract import Lookup
from chatserver.faces.irc.dialect import dialect_for, in_batch
from chatserver.faces.irc.isupport import HISTORY_MOST
from chatserver.faces.irc.lines import as_middle, finish, iso_time
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import is_nick, looks_like_room

MESSAGE_ID = re.compile(r"([0-9a-f]{1,15})(?:-[mr]?[0-9]{0,4})?")
_LOOKED_AT = 1000
"""So many direct messages tell with whom somebody talked, beside whom they are remembered with."""

_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z", re.ASCII)


class Invalid(Exception):
    """A parameter makes no sense: the code of the failure, its context, and why."""

    def __init__(self, why: str, *context: str, code: str = "INVALID_PARAMS") -> None:
        super().__init__(why)
        self.why = why
        self.context = context
        self.code = code


class Point(Struct, frozen=True):
    """A message or a moment: one of both is not negative."""

    seq: int = -1
    at: int = -1

    def after(self, page: Page) -> Page:
        """Return `page` with only what comes after this."""
        if self.at >= 0:
            return structs.replace(page, since=self.at)
        return structs.replace(page, after=max(page.after, self.seq))

    def before(self, page: Page) -> Page:
        """Return `page` with only what comes before this."""
        if self.at >= 0:
            return structs.replace(page, until=self.at)
        return structs.replace(page, before=min(page.before, self.seq))

    @property
    def previous(self) -> "Point":
        """The point right before: this itself comes after it."""
        return Point(at=self.at - 1) if self.at > 0 else Point(seq=self.seq - 1)


def _latest(page: Page, points: Sequence[Point]) -> tuple[Page, ...]:
    return (points[0].after(page),) if points else (page,)


def _before(page: Page, points: Sequence[Point]) -> tuple[Page, ...]:
    return (points[0].before(page),)


def _after(page: Page, points: Sequence[Point]) -> tuple[Page, ...]:
    return (structs.replace(points[0].after(page), oldest=True),)


def _around(page: Page, points: Sequence[Point]) -> tuple[Page, ...]:
    """Half of it before the point, and half from the point on."""
    (point,) = points
    half = page.limit // 2
    ahead = structs.replace(page, limit=page.limit - half, oldest=True)
    return structs.replace(point.before(page), limit=half), point.previous.after(ahead)


def _between(page: Page, points: Sequence[Point]) -> tuple[Page, ...]:
    """Count from the first point to the second; one of both directions has nothing in it."""
    start, end = points
    return structs.replace(end.before(start.after(page)), oldest=True), start.before(
        end.after(page)
    )


class Selection(Struct, frozen=True):
    """A subcommand about one target: how many points it takes, and the pages that it means."""

    points: int
    pages: Callable[[Page, Sequence[Point]], tuple[Page, ...]]
    free: bool = False
    """Whether `*` can stand for the point."""


SELECTIONS: Mapping[str, Selection] = {
    "AFTER": Selection(1, _after),
    "AROUND": Selection(1, _around),
    "BEFORE": Selection(1, _before),
    "BETWEEN": Selection(2, _between),
    "LATEST": Selection(1, _latest, free=True),
}
"""All subcommands but TARGETS."""


def chathistory(session: Session, message: Message) -> Items:
    """CHATHISTORY: pages of what was said, or with whom and where something was said."""
    if not session.has(caps.CHATHISTORY):
        text = "Unknown command without draft/chathistory"
        return [session.tell("421", "CHATHISTORY", text=text)]
    written, *params = message.params or ("",)
    try:
        return _understand(session, written.upper(), params)
    except Invalid as invalid:
        context = [as_middle(word) for word in (written, *invalid.context)]
        return [session.fail("CHATHISTORY", invalid.code, *context, text=invalid.why)]


def _understand(session: Session, subcommand: str, params: Sequence[str]) -> Items:
    if subcommand == "TARGETS":
        return _ask_targets(session, params)
    if subcommand not in SELECTIONS:
        raise Invalid("Unknown command")
    return _ask_page(session, subcommand, params)


def _check_count(params: Sequence[str], count: int) -> None:
    if len(params) < count:
        raise Invalid("Insufficient parameters")
    if len(params) > count:
        raise Invalid("Too many parameters")


def parse_limit(written: str, context: str = "") -> int:
    """Return how many messages are wanted, no more than allowed. Raises `Invalid`, about `context`."""
    if not (written.isascii() and written.isdigit() and len(written) < 10 and int(written)):
        raise Invalid("Invalid limit", context or written)
    return min(int(written), HISTORY_MOST)


def parse_point(written: str, target: str) -> Point:
    """Return the point that is written as `timestamp=…` or `msgid=…`. Raises `Invalid`."""
    kind, equals, value = written.partition("=")
    if not equals:
        raise Invalid("Invalid message reference", written)
    if kind == "timestamp":
        return Point(at=parse_time(value, written))
    if kind != "msgid":
        why = f"{kind}-based history requests are not supported"
        raise Invalid(why, target, code="INVALID_MSGREFTYPE")
    found = MESSAGE_ID.fullmatch(value)
    if not found:
        raise Invalid("Invalid msgid", written)
    return Point(seq=int(found[1], 16))


def parse_time(value: str, context: str) -> int:
    """Return a time of server-time in ms since 1970; what was before 1970 is 1970.

    Raises `Invalid`, about `context`.
    """
    try:
        if _TIMESTAMP.fullmatch(value):
            seconds, _, fraction = value.removesuffix("Z").partition(".")
            whole = int(datetime.fromisoformat(seconds + "+00:00").timestamp())
            return max(0, whole * 1000 + int(fraction.ljust(3, "0")))
    except ValueError:
        pass
    raise Invalid("Invalid timestamp", context)


def _ask_page(session: Session, subcommand: str, params: Sequence[str]) -> Items:
    selection = SELECTIONS[subcommand]
    _check_count(params, selection.points + 2)
    target, *references, written = params
    free = selection.free and references == ["*"]
    points = [] if free else [parse_point(reference, target) for reference in references]
    limit = parse_limit(written)

    def answer(inquiry: Inquiry) -> Sequence[bytes] | Lookup:
        found = find_target(inquiry, target)
        if found is None:
            return _fail(session, "INVALID_TARGET", subcommand, target)
        name, key, start = found
        everything = session.has(caps.EVENT_PLAYBACK)
        page = Page(key, start, inquiry.seq, limit, everything=everything)

        def show(pages: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
            if pages is None:
                return _fail(session, "MESSAGE_ERROR", subcommand, target)
            past = [event for page in pages for event in page]
            return replay(session, "chathistory", name, past=past)

        return Lookup(selection.pages(page, points), show)

    return [session.ask(answer)]


def _fail(session: Session, code: str, subcommand: str, target: str) -> Sequence[bytes]:
    context = subcommand, as_middle(target)
    text = "Messages could not be retrieved"
    return session.fail("CHATHISTORY", code, *context, text=text).lines


def find_target(inquiry: Inquiry, target: str) -> tuple[str, str, int] | None:
    """Return how a target is called and kept, and after which number the asker may read it."""
    user, state = inquiry.user, inquiry.state
    if looks_like_room(target):
        room = state.find_room(target)
        if room is None or user not in room.members:
            return None
        return room.name, room.log, room.created_seq - 1  # with the JOIN that made it
    if not is_nick(target, state.limits.nick):
        return None
    party = find_party(state, user, target)
    return target, conversation(user.identity.party, party.key), reads_since(state, user)


def replay(session: Session, *batch: str, past: Iterable[KeptEvent]) -> Sequence[bytes]:
    """Return what happened, oldest first, as the client can tell it from what happens.

    `batch` is the type of the batch that says so, and its parameters. What happened in a room has its
    present name.
    """
    dialect = dialect_for(session.server.name, session.caps)
    if len(batch) > 1 and looks_like_room(batch[1]):
        past = (call(event, batch[1]) for event in past)
    shown = (event for event in past if not isinstance(event, RoomRenamed))
    lines = b"".join(map(dialect.render, shown))
    return batched(session, *batch, lines=lines.splitlines(keepends=True))


def batched(session: Session, *params: str, lines: Sequence[bytes]) -> Sequence[bytes]:
    """Return lines as a batch of the type and with the target in `params`, to who knows batches."""
    if not session.has(caps.BATCH):
        return lines
    session.batches += 1
    server, reference = session.server.name, f"batch-{session.batches}"
    start = finish(" ".join([f":{server} BATCH +{reference}", *params]))
    return [start, *in_batch(server, lines, reference).splitlines(keepends=True)]


def _ask_targets(session: Session, params: Sequence[str]) -> Items:
    _check_count(params, 3)
    start, end = (parse_point(written, "*") for written in params[:2])
    if start.at < 0 or end.at < 0:
        why = "Targets are found by timestamps alone"
        raise Invalid(why, "*", code="INVALID_MSGREFTYPE")
    limit = parse_limit(params[2])

    def answer(inquiry: Inquiry) -> Lookup:
        user, seq = inquiry.user, inquiry.seq
        rooms = [member.room for member in user.rooms.values()]
        own, since = user.identity.party, reads_since(inquiry.state, user)
        pages = (
            *(Page(room.log, room.created_seq, seq, 1) for room in rooms),
            *(Page(conversation(own, key), since, seq, 1) for key in user.conversations),
            talked(inquiry, min(start.at, end.at)),
        )

        def show(found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
            if found is None:
                return _fail(session, "MESSAGE_ERROR", "TARGETS", "*")
            said_in = zip(rooms, found, strict=False)
            newest = [(page[0].at, room.name) for room, page in said_in if page]
            people = sorted(chain.from_iterable(found[len(rooms) :]), key=attrgetter("seq"))
            newest += [(at, name) for name, at in partners(inquiry, people).values()]
            return _list_targets(session, _choose(newest, start.at, end.at, limit))

        return Lookup(pages, show)

    return [session.ask(answer)]


def talked(inquiry: Inquiry, since: int = -1) -> Page:
    """Return the newest of what the asker said to people and got from them, from a time (ms) on."""
    user = inquiry.user
    start = reads_since(inquiry.state, user)
    return Page(user.identity.party, start, inquiry.seq, _LOOKED_AT, since=since, direct=True)


def partners(inquiry: Inquiry, talk: Iterable[KeptEvent]) -> Mapping[str, tuple[str, int]]:
    """Return with whom the asker talked in messages, oldest first: by party, the name, and when last."""
    state, user = inquiry.state, inquiry.user
    own = user.identity.party
    newest: dict[str, tuple[str, int]] = {}
    for event in talk:
        if isinstance(event, Said) and not looks_like_room(event.target.lstrip("@+")):
            actor, other = parties_of(event)
            key, nick = (other, event.target) if actor == own else (actor, event.who.nick)
            newest[key] = nick, event.at
    return {key: (name_party(state, user, key, nick), at) for key, (nick, at) in newest.items()}


def _choose(
    newest: Iterable[tuple[int, str]], start: int, end: int, limit: int
) -> Sequence[tuple[int, str]]:
    """Return `limit` of those between two times, counted from the first of them, oldest first."""
    low, high = sorted((start, end))
    within = sorted(one for one in newest if low < one[0] < high)
    return within[:limit] if start <= end else within[-limit:]


def _list_targets(session: Session, chosen: Iterable[tuple[int, str]]) -> Sequence[bytes]:
    server = session.server.name
    lines = [finish(f":{server} CHATHISTORY TARGETS {name} {iso_time(at)}") for at, name in chosen]
    return batched(session, "draft/chathistory-targets", lines=lines)
