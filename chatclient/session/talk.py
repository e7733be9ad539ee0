"""What people say, as it is heard: messages, echoes, lines of the past."""

import re
from functools import lru_cache

from chatclient.model import Buffer, BufferKind, Kind, Line
from chatclient.session.accounts import account_of, note_account_tag
from chatclient.session.confidential import hide, hide_words, is_service
from chatclient.session.outbox import NONCE_TAG, Entry
from chatclient.session.people import converse
from chatclient.session.reactions import answered, on_reaction
from chatclient.session.state import Heard, State
from chatclient.session.typing import on_typing
from chatwire.text import action, is_ctcp, strip_formatting


def on_message(state: State, heard: Heard) -> None:
    """Somebody says something (PRIVMSG, NOTICE), or our own message comes back."""
    mine = bool(heard.nick) and state.is_me(heard.nick)
    note_account_tag(state, heard)
    if _confirm(state, heard, mine=mine):
        return
    text = heard.text(1)
    if not mine and state.ignores(heard.message.source):
        return
    if mine and hide(heard.text(0), text) != text:
        return  # it was shown, without the password, when it was said
    if is_ctcp(text) and action(text) is None:
        if not mine and not heard.history:
            query = text.strip("\x01")
            state.tell(heard, f"{heard.nick} asks your client: {query}", state.world.server)
        return
    buffer = _buffer_of(state, heard, mine=mine)
    if buffer is None:
        return
    line = line_of(state, heard, buffer, mine=mine)
    if line.msgid and line.msgid in buffer.msgids:
        return  # it came as history, or is said to ourselves: as echo and as message
    if buffer.typing:
        state.world.set_typing(buffer, heard.nick, None)
    state.world.add(buffer, line)
    on_reaction(state, buffer, heard)


def on_tags(state: State, heard: Heard) -> None:
    """Somebody says something without words (TAGMSG): reacts to a message, or is typing."""
    _, target = state.features.room_of(heard.text(0))
    mine = bool(heard.nick) and state.is_me(heard.nick)
    if not mine and state.ignores(heard.message.source):
        return
    buffer = state.world.find(target if mine or state.features.is_room(target) else heard.nick)
    if buffer is not None:
        on_reaction(state, buffer, heard)
        on_typing(state, buffer, heard)


def line_of(state: State, heard: Heard, buffer: Buffer, *, mine: bool) -> Line:
    """Return the line that a PRIVMSG or NOTICE makes."""
    command, text = heard.message.command, heard.text(1)
    done = action(text)
    kind = Kind.NOTICE if command == "NOTICE" else Kind.MESSAGE if done is None else Kind.ACTION
    said = text if done is None else done
    audience, _ = state.features.room_of(heard.text(0))
    if audience:
        said = f"({audience} only) {said}"
    if mine:
        said = hide(heard.text(0), said)
    elif is_service(heard.nick):
        said = hide_words(said, state.secrets)
    tags = heard.message.tags
    return state.world.make_line(
        kind,
        said,
        time=heard.time,
        source=heard.nick,
        msgid=tags.get("msgid", ""),
        own=mine,
        account=account_of(tags.get("account", "")),
        bot="bot" in tags,
        mention=not mine and (buffer.kind is BufferKind.DIRECT or mentions(state.nick, said)),
        history=heard.history,
        reply_to=answered(heard),
    )


def _buffer_of(state: State, heard: Heard, *, mine: bool) -> Buffer | None:
    """Return where a message belongs, opening a conversation if it begins one.

    A room that is not open has just been closed by the user: what still comes opens it no more.
    """
    world = state.world
    _, target = state.features.room_of(heard.text(0))
    if state.features.is_room(target):
        return state.room(target)
    person = target if mine else heard.nick
    source = heard.message.source or ""
    if not person or ("!" not in source and "." in source):
        return world.server
    if heard.message.command == "NOTICE" and not mine:
        # Services speak in notices; they should not open a conversation each.
        return world.find(person) or (world.active if is_service(person) else world.server)
    return converse(state, person) if state.may_open(person) else world.server


def on_redact(state: State, heard: Heard) -> None:
    """A message is removed (draft/message-redaction)."""
    target, msgid, reason = heard.text(0), heard.text(1), heard.text(2)
    mine = bool(heard.nick) and state.is_me(heard.nick)
    person = target if mine else heard.nick
    buffer = state.world.find(target if state.features.is_room(target) else person)
    if buffer is not None:
        by = "you" if mine else heard.nick
        state.world.redact(buffer, msgid, f"deleted by {by}" + (f": {reason}" if reason else ""))


def entry_of(state: State, heard: Heard) -> Entry | None:
    """Return the own message that this is by its nonce, whoever seems to say it.

    It may be told by another name: when we are back while our old connection still has ours.
    """
    nonce = heard.message.tags.get(NONCE_TAG, "")
    return state.outbox.with_nonce(nonce, heard.text(0), heard.text(1)) if nonce else None


def _confirm(state: State, heard: Heard, *, mine: bool) -> bool:
    """Take an own message that came back as the sign that the server has it; say whether it was."""
    entry = entry_of(state, heard)
    if entry is None and not mine:
        _take_answer(state, heard)
        return False
    if mine:
        source = heard.message.source or ""
        if "!" in source:
            state.source = source
        if entry is None and heard.label:
            entry = state.outbox.marked(heard.label)
        if entry is None and not state.labels and state.echoes:
            entry = state.outbox.echoed(heard.message.command, heard.text(0), heard.text(1))
    if entry is None:
        return False
    msgid = heard.message.tags.get("msgid", "")
    state.outbox.confirm(entry, time=heard.time, msgid=msgid, source=heard.nick)
    return True


def _take_answer(state: State, heard: Heard) -> None:
    """Know that a service has an order by its answer: it does not repeat what it was told."""
    entry = state.outbox.marked(heard.label) if heard.label else None
    if entry is not None and state.world.fold(entry.target) == state.world.fold(heard.nick):
        state.outbox.confirm(entry)


@lru_cache(maxsize=8)
def _nick_pattern(nick: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w\[\]\\`^{{|}}-]){re.escape(nick)}(?![\w\[\]\\`^{{|}}-])", re.IGNORECASE
    )


def mentions(nick: str, text: str) -> bool:
    """Say whether `text` has `nick` as a word of its own."""
    plain_letters = nick.isascii() and text.isascii()
    if not nick or (plain_letters and nick.lower() not in text.lower()):  # as in most texts
        return False
    return _nick_pattern(nick).search(strip_formatting(text)) is not None
