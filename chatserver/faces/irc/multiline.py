"""Messages of several lines as a client sends them: a batch of lines (IRCv3 draft/multiline, client-batch).

Rules: nothing of a batch is said before its end, and a batch with a mistake is not said at all: the
first mistake is answered, under the label of its start, and what still comes of it is ignored. One is
open at a time; how much of it is held is bounded. Lines outside of it are taken as ever.
"""

import re

from chatserver.core.commands import Say
from chatserver.faces.contract import Request
from chatserver.faces.irc.isupport import MULTILINE_BYTES, MULTILINE_LINES
from chatserver.faces.irc.lines import as_middle
from chatserver.faces.irc.messages import BATCH_TYPE, CONCAT
from chatserver.faces.irc.session import Items, OpenBatch, Session
from chatserver.faces.irc.talk import client_tags
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold
from chatwire.text import action

_REFERENCE = re.compile("[A-Za-z0-9-]{1,64}")


def belongs(session: Session, message: Message) -> bool:
    """Say whether a message is a line of a batch, or would be if that were open."""
    return "batch" in message.tags and session.has(caps.MULTILINE) and session.has(caps.BATCH)


def batch(session: Session, message: Message) -> Items | Request | None:
    """BATCH: start or end a batch. None when there is nothing to say yet."""
    if not (session.has(caps.MULTILINE) and session.has(caps.BATCH)):
        return [session.tell("421", "BATCH", text="Unknown command without draft/multiline")]
    sign, reference = message.param(0)[:1], message.param(0)[1:]
    if sign == "-":
        return _end(session, reference)
    if sign != "+":
        return _invalid(session, "A batch starts with + and ends with -")
    if session.batch is not None:
        return _invalid(session, "Another batch is still open")
    held = OpenBatch(reference, session.valid_label(message.tags.get("label", "")))
    session.batch = held
    if not _REFERENCE.fullmatch(reference):
        return _break(session, held, "INVALID_REFTAG", reference, text="Invalid reference tag")
    kind, target = message.param(1), message.param(2)
    if kind != BATCH_TYPE:
        return _break(session, held, "UNKNOWN_TYPE", reference, kind, text="Unknown batch type")
    if not target or "," in target:
        return _break(session, held, "MULTILINE_INVALID", text="A multiline batch has one target")
    held.target = target
    held.tags = client_tags(session, message)
    return None


def add(session: Session, message: Message) -> Items | Request | None:
    """Take a line of a batch."""
    held = session.batch
    if held is None or held.reference != message.tags["batch"]:
        return _invalid(session, "There is no such batch")
    if held.broken:
        return None
    if message.command not in {"PRIVMSG", "NOTICE"}:
        return _break(session, held, "MULTILINE_INVALID", text="Only messages can be in a batch")
    if held.command not in {"", message.command}:
        return _break(
            session, held, "MULTILINE_INVALID", text="A batch is all PRIVMSG or all NOTICE"
        )
    target = message.param(0)
    if fold(target) != fold(held.target):
        context = "MULTILINE_INVALID_TARGET", held.target, target
        return _break(session, held, *context, text="Invalid multiline target")
    joined = CONCAT in message.tags
    if joined and not message.param(1):
        return _break(
            session, held, "MULTILINE_INVALID", text="A blank line can't go on with another"
        )
    held.command = message.command
    return _append(session, held, message.param(1), joined=joined)


def _append(session: Session, held: OpenBatch, line: str, *, joined: bool) -> Request | None:
    """Hold one more line, unless that is too much."""
    between = "" if joined or not held.lines else "\n"
    held.size += len(between) + len(line.encode())
    held.lines += 1
    if held.lines > MULTILINE_LINES:
        context = "MULTILINE_MAX_LINES", str(MULTILINE_LINES)
        return _break(session, held, *context, text="Multiline batch max-lines exceeded")
    if held.size > MULTILINE_BYTES:
        context = "MULTILINE_MAX_BYTES", str(MULTILINE_BYTES)
        return _break(session, held, *context, text="Multiline batch max-bytes exceeded")
    if joined and held.text:
        held.cuts += (len(held.text),)
    held.text += between + line
    return None


def _end(session: Session, reference: str) -> Items | Request | None:
    held = session.batch
    if held is None or held.reference != reference:
        return _invalid(session, "There is no such batch")
    session.batch = None
    if held.broken:
        return None
    if mistake := _mistake(held):
        return Request((session.fail("BATCH", "MULTILINE_INVALID", text=mistake),), held.label)
    notice = held.command == "NOTICE"
    say = Say(held.target, held.text, notice, held.tags, cuts=held.cuts)
    return Request((say,), held.label)


def _mistake(held: OpenBatch) -> str:
    """Say what is wrong with a batch as a whole, "" if nothing is."""
    if not held.text.strip("\n"):
        return "Multiline batch with blank lines only"
    if "\x01" in held.text and (done := action(held.text)) is not None and "\x01" not in done:
        return ""
    return "Of CTCP only an action has several lines" if "\x01" in held.text else ""


def _break(session: Session, held: OpenBatch, code: str, *context: str, text: str) -> Request:
    """Answer the first mistake in the open batch, of which nothing will be said."""
    session.batch = OpenBatch(held.reference, broken=True)
    answer = session.fail("BATCH", code, *map(as_middle, context), text=text)
    return Request((answer,), held.label)


def _invalid(session: Session, text: str) -> Items:
    """Answer what belongs to no batch."""
    return [session.fail("BATCH", "MULTILINE_INVALID", text=text)]
