"""Messages: PRIVMSG, NOTICE and TAGMSG, to people, rooms, and members of a status (`@#room`)."""

import re
from collections.abc import Sequence
from itertools import islice

from chatserver.core.commands import Say, Speak, Tag
from chatserver.core.effects import Repeated
from chatserver.core.events import KeptEvent
from chatserver.core.former import call
from chatserver.core.history import Page
from chatserver.faces.contract import HEARD_MOST, Item, Lookup, Request
from chatserver.faces.irc import playback
from chatserver.faces.irc.dialect import dialect_for
from chatserver.faces.irc.isupport import MOST_TARGETS
from chatserver.faces.irc.lines import BODY_LIMIT, as_middle
from chatserver.faces.irc.messages import message_id
from chatserver.faces.irc.services import consult
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatserver.faces.irc.staff import find_service
from chatwire import caps
from chatwire.framing import OVERLONG, Overlong
from chatwire.message import Message
from chatwire.names import fold

_RELAYED_MOST = BODY_LIMIT - len(": PRIVMSG  :")
"""Bytes of mask, target and text together that others still get whole, in one line."""


_TO_ROOM = re.compile("PRIVMSG #[^ ,]+")


def hear(lines: Sequence[bytes | Overlong], start: int) -> tuple[Request, int] | None:
    """Return what the lines from `start` on say, as long as each is `PRIVMSG #room :text`; and their count.

    It is what `privmsg` would make of each; None if the first is none.
    """
    runs: list[tuple[str, list[str]]] = []
    before, texts = "", list[str]()
    count = 0
    for line in islice(lines, start, start + HEARD_MOST):
        if line is OVERLONG or len(line) > BODY_LIMIT:
            break
        try:
            head, _, text = line.decode().partition(" :")
        except UnicodeDecodeError:
            break
        if head != before:
            if not _TO_ROOM.fullmatch(head):
                break
            before, texts = head, []
            runs.append((head.removeprefix("PRIVMSG "), texts))
        if not text:
            break
        texts.append(text)
        count += 1
    said = (Speak(room, tuple(texts), _RELAYED_MOST) for room, texts in runs if texts)
    return (Request((*said,)), count) if count else None


def targets(written: str) -> list[str]:
    """Return the targets of a list, each once, in order."""
    return [*dict.fromkeys(target for target in written.split(",") if target)]


def client_tags(session: Session, message: Message) -> dict[str, str]:
    """Return the tags to relay: the client-only ones of a client that knows about tags."""
    if not message.tags or not session.has(caps.MESSAGE_TAGS):
        return {}
    return {key: value for key, value in message.tags.items() if key.startswith("+")}


def privmsg(session: Session, message: Message) -> Items | Request:
    """PRIVMSG: say something."""
    named = targets(message.param(0))
    if not named:
        return [session.tell("411", text="No recipient given (PRIVMSG)")]
    if not message.param(1):
        return [session.tell("412", text="No text to send")]
    if fold(named[0]) == playback.MODULE:
        return playback.command(session, message.param(1))
    services = [*filter(find_service, named)]
    if services and len(named) > 1:
        return [session.tell("407", services[0], text="Give an order to one service alone")]
    if service := find_service(named[0]):
        return consult(service, session, message.param(1))
    return [*_says(session, message, named, notice=False), *_excess(session, named)]


def notice(session: Session, message: Message) -> Items:
    """NOTICE: say something that nobody, the server included, answers by itself."""
    named = targets(message.param(0))
    return _says(session, message, named, notice=True) if message.param(1) else []


def _says(session: Session, message: Message, named: list[str], *, notice: bool) -> list[Item]:
    """Return what is to be said to each of `named`; services don't listen to notices."""
    tags = client_tags(session, message)
    text = message.param(1)
    most = 0 if notice else _RELAYED_MOST  # nobody answers a notice, so a long one comes in pieces
    return [
        Say(target, text, notice, tags, most)
        for target in named[:MOST_TARGETS]
        if not find_service(target)
    ]


def repeated(inquiry: Inquiry, reply: Repeated) -> Lookup:
    """Answer a message that was said before with the echo of it, to who gets echoes."""
    session, user = inquiry.session, inquiry.user
    page = Page(reply.target, reply.seq - 1, reply.seq + 1, 1)

    def show(pages: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
        dialect = dialect_for(session.server.name, session.caps)
        if pages and pages[0]:
            said = (call(event, reply.name) for event in pages[0])
            return [*map(dialect.render, said)] if dialect.echo else ()
        if reply.notice or (pages is None and not dialect.echo):
            return ()
        code = "MESSAGE_ERROR" if pages is None else "MESSAGE_GONE"
        why = "it can't be read right now" if pages is None else "it is no longer there"
        text = f"This was said before, and {why}"
        if not session.has(caps.STANDARD_REPLIES):
            return [session.numeric("404", user.nick, reply.name, text=text)]
        context = as_middle(reply.name), message_id(reply.seq)
        return session.fail("PRIVMSG", code, *context, text=text).lines

    return Lookup((page,), show, reply)


def tagmsg(session: Session, message: Message) -> Items:
    """TAGMSG: send tags alone (IRCv3 message-tags)."""
    if not session.has(caps.MESSAGE_TAGS):
        return [session.tell("421", "TAGMSG", text="Unknown command without message-tags")]
    named = targets(message.param(0))
    if not named:
        return [session.tell("411", text="No recipient given (TAGMSG)")]
    tags = client_tags(session, message)
    found = (target for target in named[:MOST_TARGETS] if not find_service(target))
    return [*(Tag(target, tags) for target in found), *_excess(session, named)]


def _excess(session: Session, named: list[str]) -> Items:
    """Refuse the targets that are too many."""
    return [
        session.tell("407", target, text=f"Too many targets, {MOST_TARGETS} at most")
        for target in named[MOST_TARGETS : MOST_TARGETS + 1]
    ]
