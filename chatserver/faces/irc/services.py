"""Services: NickServ and ChanServ, which take orders as messages, for clients that know nothing newer.

Rules: what is said to a service goes nowhere else: it may have a password in it, so it is not echoed,
kept, logged or relayed. A service answers with notices. While an order of its is done, `Session.voice`
names the service, so that whatever is replied to the commands of the order is said by it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, structs

from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Moment, Request
from chatserver.faces.irc.lines import finish
from chatserver.faces.irc.session import Inquiry, Items, Session

OrderHandler = Callable[[Session, Sequence[str]], Items | Request]
"""What an order asks for, from the words after it."""


class Order(Struct, frozen=True):
    """A row of the table of a service."""

    handler: OrderHandler
    usage: str
    """Its parameters, as HELP shows them."""
    summary: str
    minimum: int = 0
    """How many words it needs at least."""


class Service(Struct, frozen=True):
    """A service: its name, what it is for, and its orders by name (`SET PASSWORD` may be one)."""

    name: str
    summary: str
    orders: Mapping[str, Order]


def consult(service: Service, session: Session, text: str) -> Items | Request:
    """Return what the order `text`, said to `service`, asks for."""
    words = text.split()
    name, order = _find_order(service, words)
    if order is None:
        return voiced(service.name, session, _help(service, session, words))
    rest = words[len(name.split()) :]
    if len(rest) < order.minimum:
        asked: Items | Request = [say(session, f"Usage: {name} {order.usage}", order.summary)]
    else:
        asked = order.handler(session, rest)
    return voiced(service.name, session, asked)


def say(session: Session, *texts: str) -> Ask:
    """Answer with notices of the service that is asked."""
    return ask(session, lambda _inquiry: texts)


def ask(session: Session, find: Callable[[Inquiry], Sequence[str]]) -> Ask:
    """Answer with notices of the service that is asked: with the texts that `find` returns."""

    def answer(state: State, user: User | None, moment: Moment) -> Sequence[bytes]:
        if user is None:
            return ()
        inquiry = Inquiry(session, state, user, moment.at, moment.seq)
        return [notice(session, user.nick, text) for text in find(inquiry)]

    return Ask(answer)


def notice(session: Session, nick: str, text: str) -> bytes:
    """Return what the service that is asked says to `nick`."""
    voice, server = session.voice, session.server.name
    return finish(f":{voice}!{voice}@{server} NOTICE {nick or '*'} :{text}")


def _find_order(service: Service, words: Sequence[str]) -> tuple[str, Order | None]:
    """Return the order that `words` begin with, and its name: of two words, or of one."""
    for count in (2, 1):
        name = " ".join(words[:count]).upper()
        if name in service.orders:
            return name, service.orders[name]
    return "", None


def voiced(voice: str, session: Session, asked: Items | Request) -> Request:
    """Return `asked` such that `voice` says what is replied; also to what its work leads to."""
    request = asked if isinstance(asked, Request) else Request(tuple(asked))
    work = request.work
    items = (_speak(session, voice), *request.items, _speak(session, ""))
    later = None if work is None else lambda: voiced(voice, session, work())
    return structs.replace(request, items=items, work=later)


def _speak(session: Session, voice: str) -> Ask:
    """Let what follows be said by the service called `voice`, or again by the server ("")."""

    def answer(_state: State, _user: User | None, _moment: Moment) -> Sequence[bytes]:
        session.voice = voice
        return ()

    return Ask(answer)


def _help(service: Service, session: Session, words: Sequence[str]) -> Items:
    """Return what HELP says, also to who gave no order or an unknown one."""
    asked = words[1:] if words and words[0].upper() == "HELP" else words
    if not asked:
        return [say(session, f"{service.name}: {service.summary}", *_overview(service, ""))]
    name, order = _find_order(service, asked)
    if order is not None:
        return [say(session, f"{name} {order.usage}".rstrip(), order.summary)]
    first = asked[0].upper()
    unknown = f"There is no order {first[:50]}; HELP lists all"
    return [say(session, *(list(_overview(service, f"{first} ")) or [unknown]))]


def _overview(service: Service, start: str) -> Iterator[str]:
    """Yield a line for each order whose name begins with `start`."""
    for name, order in service.orders.items():
        if name.startswith(start):
            yield f"{name} {order.usage}".rstrip() + f" \N{EN DASH} {order.summary}"
