"""Answers to one message: replies, reactions, removal (IRCv3 reply, draft/react, message-redaction).

Rules: a message is named by its id, which servers with message-tags give; where they do not, a
reply calls the nick, and the rest is said to be impossible. A reaction shows once the server has it:
by its echo, or where there are no echoes, at once.
"""

from chatclient.model import Buffer, BufferKind, Kind, Line, Sign
from chatclient.session.state import Heard, State, is_name
from chatwire import caps

REPLY = "+reply"
REACT = "+draft/react"
UNREACT = "+draft/unreact"

_DRAFT = "+draft/reply"
_LONGEST = 64  # characters of a reaction; longer ones are a message, or mischief


def whom(state: State, buffer: Buffer, reply_to: Line | str) -> tuple[str, str]:
    """Return the id of the message that is answered, or if that cannot be told, the nick to call."""
    msgid = reply_to if isinstance(reply_to, str) else reply_to.msgid
    if msgid and can_reply(state):
        return msgid, ""
    line = state.world.line_with(buffer, msgid) if isinstance(reply_to, str) else reply_to
    return "", line.source if line and not line.own else ""


def can_reply(state: State) -> bool:
    """Say whether an answer can name a message that has an id, rather than who said it."""
    return state.features.relays(REPLY[1:])


def can_react(state: State) -> bool:
    """Say whether the server relays reactions."""
    relays = state.features.relays
    return state.ready and state.has(caps.MESSAGE_TAGS) and relays(REACT[1:]) and relays(REPLY[1:])


def can_redact(state: State) -> bool:
    """Say whether the server removes messages."""
    return state.ready and state.has(caps.MESSAGE_REDACTION)


def answered(heard: Heard) -> str:
    """Return the id of the message that this is an answer to, "" for none."""
    tags = heard.message.tags
    return tags.get(REPLY) or tags.get(_DRAFT) or ""


def react(state: State, buffer: Buffer, line: Line, text: str, now: float) -> None:
    """React to a message, or take it back if the user had done the same before."""
    if not can_react(state) or not line.msgid or buffer.kind is BufferKind.SERVER:
        told = _why_not(state, line, "carries no reactions")
        state.world.tell(buffer, told, time=now, kind=Kind.ERROR)
        return
    given = not any(each.text == text and each.own for each in line.reactions)
    tags = {REPLY: line.msgid, REACT if given else UNREACT: text}
    state.send("TAGMSG", buffer.target, tags=tags)
    if not state.echoes:
        state.world.react(buffer, Sign(line.msgid, text, state.nick, now, own=True, given=given))


def redact(state: State, buffer: Buffer, line: Line, reason: str, now: float) -> None:
    """Have a message removed, for all to see."""
    if not can_redact(state) or not is_name(line.msgid) or buffer.kind is BufferKind.SERVER:
        told = _why_not(state, line, "removes no messages")
        state.world.tell(buffer, told, time=now, kind=Kind.ERROR)
        return
    state.send("REDACT", buffer.target, line.msgid, *filter(None, [reason]))
    if not state.echoes:
        state.world.redact(buffer, line.msgid, "deleted by you" + (f": {reason}" if reason else ""))


def _why_not(state: State, line: Line, what: str) -> str:
    if not state.ready:
        return "not connected; try again when you are"
    if line.msgid:
        return f"this server {what}"
    return "this is no message that the server can name"


def on_reaction(state: State, buffer: Buffer, heard: Heard) -> None:
    """Take the reaction that a message carries, if it carries one."""
    tags = heard.message.tags
    text = tags.get(REACT) or tags.get(UNREACT)
    if not text:
        return
    msgid = answered(heard)
    if msgid and text.strip() and len(text) <= _LONGEST:
        own = bool(heard.nick) and state.is_me(heard.nick)
        given = REACT in tags
        sign = Sign(
            msgid, text, heard.nick, heard.time, own=own, given=given, id=tags.get("msgid", "")
        )
        state.world.react(buffer, sign)
