"""What people say: messages in and out, echoes, history."""

import re
from dataclasses import replace
from functools import lru_cache

from chatclient.model import Buffer, BufferKind, Delivery, Kind, Line
from chatclient.session.outbox import Entry, failed
from chatclient.session.splitting import lines_of, split
from chatclient.session.state import Heard, State, encode
from chatwire.text import action, is_ctcp, strip_formatting

_NOT_CONNECTED = "not connected"
_ACTION = "\x01ACTION {}\x01"
_ACTION_LENGTH = len(_ACTION.format(""))


# --- out ---------------------------------------------------------------------------------------


def say(state: State, buffer: Buffer, text: str, now: float, kind: Kind) -> None:
    """Say `text` in a buffer, as pending lines, one a message."""
    command = "NOTICE" if kind is Kind.NOTICE else "PRIVMSG"
    limit = _room_for_text(state, command, buffer.target)
    if kind is Kind.ACTION:
        limit -= _ACTION_LENGTH
    for line in lines_of(text):
        for piece in split(line, limit):
            _say_piece(state, buffer, piece, now, kind)


def _say_piece(state: State, buffer: Buffer, piece: str, now: float, kind: Kind) -> None:
    line = state.world.make_line(kind, piece, time=now, source=state.nick)
    line = replace(line, own=True)
    if not state.ready:
        state.world.add(buffer, failed(line, _NOT_CONNECTED))
        return
    line = replace(line, delivery=Delivery.PENDING)
    state.world.add(buffer, line)
    command = "NOTICE" if kind is Kind.NOTICE else "PRIVMSG"
    wire = _ACTION.format(piece) if kind is Kind.ACTION else piece
    mark = state.outbox.new_mark()
    try:
        data = encode(command, buffer.target, wire, label=mark if state.labels else "")
    except ValueError:
        state.world.settle(buffer, failed(line, "this is no name for a room or a person"))
        return
    state.outbox.put(Entry(buffer, line, command, buffer.target, wire, mark, data))
    send_queued(state)


def send_queued(state: State) -> None:
    """Send the messages whose turn it is.

    On a server without labels and echoes, a PONG after them will confirm what nothing else does.
    """
    for entry in state.outbox.to_send(limited=state.labels or not state.echoes):
        state.output += entry.data
    if not state.labels and not state.echoes and (token := state.outbox.new_barrier()):
        state.send("PING", token)


def _room_for_text(state: State, command: str, target: str) -> int:
    """Return how many bytes of text fit in a message, as the server sends it to others."""
    features = state.features
    source = len(state.source.encode()) or (
        len(state.nick) + features.user_length + features.host_length + len("!~@")
    )
    overhead = len(f":  {command}  :\r\n".encode()) + source + len(target.encode(errors="replace"))
    return features.line_length - overhead


# --- in ----------------------------------------------------------------------------------------


def on_message(state: State, heard: Heard) -> None:
    """Somebody says something (PRIVMSG, NOTICE), or our own message comes back."""
    mine = bool(heard.nick) and state.is_me(heard.nick)
    if mine and _confirm(state, heard):
        return
    text = heard.text(1)
    if is_ctcp(text) and action(text) is None:
        if not mine and not heard.history:
            query = text.strip("\x01")
            state.tell(heard, f"{heard.nick} asks your client: {query}", state.world.server)
        return
    buffer = _buffer_of(state, heard, mine=mine)
    if buffer is None:
        return
    line = line_of(state, heard, buffer)
    if line.msgid and any(each.msgid == line.msgid for each in buffer.lines[-20:]):
        return  # said to ourselves: it comes as echo and as message
    state.world.add(buffer, line)


def line_of(state: State, heard: Heard, buffer: Buffer) -> Line:
    """Return the line that a PRIVMSG or NOTICE makes."""
    command, text = heard.message.command, heard.text(1)
    done = action(text)
    kind = Kind.NOTICE if command == "NOTICE" else Kind.MESSAGE if done is None else Kind.ACTION
    said = text if done is None else done
    audience, _ = state.features.room_of(heard.text(0))
    if audience:
        said = f"({audience} only) {said}"
    mine = bool(heard.nick) and state.is_me(heard.nick)
    direct = buffer.kind is BufferKind.DIRECT
    return replace(
        state.world.make_line(kind, said, time=heard.time, source=heard.nick),
        msgid=heard.message.tags.get("msgid", ""),
        own=mine,
        mention=not mine and (direct or mentions(state.nick, said)),
        history=heard.history,
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
        return world.find(person) or world.server
    return world.open_direct(person)


def _confirm(state: State, heard: Heard) -> bool:
    """Take an own message that came back as the sign that the server has it; say whether it was."""
    source = heard.message.source or ""
    if "!" in source:
        state.source = source
    entry = state.outbox.marked(heard.label) if heard.label else None
    if entry is None and not state.labels and state.echoes:
        entry = state.outbox.echoed(heard.message.command, heard.text(0), heard.text(1))
    if entry is None:
        return False
    state.outbox.confirm(entry, time=heard.time, msgid=heard.message.tags.get("msgid", ""))
    return True


@lru_cache(maxsize=8)
def _nick_pattern(nick: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w\[\]\\`^{{|}}-]){re.escape(nick)}(?![\w\[\]\\`^{{|}}-])", re.IGNORECASE
    )


def mentions(nick: str, text: str) -> bool:
    """Say whether `text` has `nick` as a word of its own."""
    return bool(nick) and _nick_pattern(nick).search(strip_formatting(text)) is not None
