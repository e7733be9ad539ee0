"""The module `*playback` of ZNC, as clients know it that were made for bouncers (`znc.in/playback`).

Rules: `PLAY` gives what CHATHISTORY would, of rooms that one is in and of people, and later of rooms
that one enters: Textual asks before it does. Times are seconds since 1970, with a fraction, and left
out themselves. Own words to people go only to who gets echoes: others take them for somebody else's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chatserver.core.events import KeptEvent, Said
from chatserver.core.history import NEWEST, Page, conversation
from chatserver.core.parties import reads_since
from chatserver.faces.contract import Item, Lookup, Request
from chatserver.faces.irc.history import find_target, partners, talked
from chatserver.faces.irc.isupport import HISTORY_MOST
from chatserver.faces.irc.lines import finish
from chatserver.faces.irc.recall import recall
from chatserver.faces.irc.session import Inquiry, Items, Playback, Session
from chatwire import caps
from chatwire.names import fold, looks_like_room, matches

MODULE = "*playback"
PLAYED_MOST = 500
"""Messages that one PLAY gives, of all rooms and people together."""

PATTERNS_MOST = 20
"""Names or masks in one command."""

_TIME = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,9}))?")


Known = dict[str, str]
"""With whom the asker talked, as the log tells: by party, the name."""


class Buffer(Struct, frozen=True):
    """A room or a conversation that the asker may read: its name, and what all of it is."""

    name: str
    page: Page


def command(session: Session, text: str) -> Items | Request:
    """Do what is written to the module: `PLAY`, `LIST` or `CLEAR`."""
    verb, *words = text.split() or [""]
    handler = _COMMANDS.get(verb.upper(), _help)
    known: Known = {}
    items = handler(session, words, known)
    if handler not in (_play, _list):
        return items

    def look(inquiry: Inquiry) -> Lookup:
        def show(pages: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
            talk = pages[0] if pages else ()
            known.update((key, name) for key, (name, _) in partners(inquiry, talk).items())
            return ()

        return Lookup((talked(inquiry),), show)

    return Request((session.ask(look),), then=lambda: Request(tuple(items)))


def _help(session: Session, _words: Sequence[str], _known: Known) -> Items:
    usage = ("PLAY <*|#room|nick,...> [from [to]]", "LIST [*|#room|nick,...]")
    return [session.ask(lambda inquiry: [*_told(inquiry, *usage)])]


def _clear(session: Session, _words: Sequence[str], _known: Known) -> Items:
    text = "Nothing is cleared: what was said belongs to those who were there"
    return [session.ask(lambda inquiry: [*_told(inquiry, text)])]


def _told(inquiry: Inquiry, *texts: str) -> Iterator[bytes]:
    """Yield texts as the module says them."""
    source = f"{MODULE}!playback@{inquiry.session.server.name}"
    for text in texts:
        yield finish(f":{source} PRIVMSG {inquiry.user.nick} :{text}")


def _play(session: Session, words: Sequence[str], known: Known) -> Items:
    times = [parse_time(word) for word in words[1:3]]
    if not words or len(words) > 3 or None in times:
        return _help(session, (), known)
    since, until, *_ = *(time for time in times if time is not None), *(-1, NEWEST)[len(times) :]
    wanted = Playback(tuple(words[0].split(",")[:PATTERNS_MOST]), since, until)
    session.playback = wanted
    return [
        session.ask(lambda inquiry: _played(inquiry, wanted, find_buffers(inquiry, wanted, known)))
    ]


def parse_time(written: str) -> int | None:
    """Return a time in ms that is written in seconds, None if it is no time."""
    found = _TIME.fullmatch(written)
    return int(found[1]) * 1000 + int((found[2] or "").ljust(3, "0")[:3]) if found else None


def _played(
    inquiry: Inquiry, wanted: Playback, buffers: Sequence[Buffer]
) -> Sequence[bytes] | Lookup:
    """Return what was said in `buffers` in the time that is wanted: the newest, if it is too much."""
    if not buffers:
        return ()
    limit = max(1, min(HISTORY_MOST, PLAYED_MOST // max(1, len(buffers))))
    pages = tuple(
        replace(one.page, limit=limit, since=wanted.since, until=wanted.until) for one in buffers
    )

    def show(found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
        if found is None:
            return [*_told(inquiry, "It can't be read right now; try again in a moment")]
        lines: list[bytes] = []
        for one, page in zip(buffers, found, strict=True):
            lines += _buffer_lines(inquiry, one.name, page)
        return lines

    return Lookup(pages, show)


def _buffer_lines(inquiry: Inquiry, name: str, page: Sequence[KeptEvent]) -> Sequence[bytes]:
    session, own = inquiry.session, inquiry.user.identity.party
    to = ""
    if not looks_like_room(name):
        to = inquiry.user.nick
        if not session.has(caps.ECHO_MESSAGE):
            page = [one for one in page if isinstance(one, Said) and one.who.party != own]
    return recall(session, "znc.in/playback", name, page, to) if page else ()


def find_buffers(inquiry: Inquiry, wanted: Playback, known: Known) -> list[Buffer]:
    """Return the rooms and conversations that are wanted, each once."""
    user, seq = inquiry.user, inquiry.seq
    own, since = user.identity.party, reads_since(inquiry.state, user)
    every = [
        *(Buffer(member.room.name, Page(member.room.log, member.room.created_seq, seq, 1))
          for member in user.rooms.values()),
        *(Buffer(name, Page(conversation(own, key), since, seq, 1))
          for key, name in {**user.conversations, **known}.items()),
    ]  # fmt: skip
    found = {
        one.page.target: one
        for one in every
        if any(matches(pattern, one.name) for pattern in wanted.patterns)
    }
    for pattern in wanted.patterns:
        target = find_target(inquiry, pattern)
        if target is not None and target[1] not in found:
            name, key, start = target
            found[key] = Buffer(name, Page(key, start, seq, 1))
    return [*found.values()]


def is_wanted(session: Session, name: str) -> bool:
    """Say whether the room `name` is played when it is entered, as the last PLAY said."""
    wanted = session.playback
    return wanted is not None and any(matches(pattern, name) for pattern in wanted.patterns)


def on_entering(session: Session, name: str) -> tuple[Sequence[Item], Sequence[Item]]:
    """Return what comes before and after entering the room `name`: it is played then, if wanted."""
    wanted = session.playback
    if wanted is None or not is_wanted(session, name):
        return (), ()
    inside: set[str] = set()

    def look(inquiry: Inquiry) -> Sequence[bytes]:
        inside.update(inquiry.user.rooms)
        return ()

    def play(inquiry: Inquiry) -> Sequence[bytes] | Lookup:
        if fold(name) in inside or fold(name) not in inquiry.user.rooms:
            return ()
        buffers = find_buffers(inquiry, Playback((name,)), {})
        return _played(inquiry, wanted, buffers)

    return (session.ask(look),), (session.ask(play),)


def _list(session: Session, words: Sequence[str], known: Known) -> Items:
    wanted = Playback(tuple(words[0].split(",")[:PATTERNS_MOST]) if words else ("*",))

    def answer(inquiry: Inquiry) -> Sequence[bytes] | Lookup:
        buffers = find_buffers(inquiry, wanted, known)
        if not buffers:
            return ()
        ends = [(replace(one.page, oldest=True), one.page) for one in buffers]

        def show(found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
            if found is None:
                return [*_told(inquiry, "It can't be read right now; try again in a moment")]
            pages = iter(found)
            rows = [
                f"{one.name} {_seconds(first[0].at)} {_seconds(last[0].at)}"
                for one, first, last in zip(buffers, pages, pages, strict=True)
                if first and last
            ]
            return [*_told(inquiry, *rows)]

        return Lookup(tuple(page for pair in ends for page in pair), show)

    return [session.ask(answer)]


def _seconds(at: int) -> str:
    """Return a time in ms as the module writes it."""
    return f"{at // 1000}.{at % 1000:03}"


_COMMANDS: Mapping[str, Callable[[Session, Sequence[str], Known], Items]] = {
    "CLEAR": _clear,
    "LIST": _list,
    "PLAY": _play,
}
