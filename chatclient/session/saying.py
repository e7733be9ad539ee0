"""What the user says: lines of text as messages that fit, pending until their fate is known."""

from collections.abc import Iterator

from chatclient.model import Buffer, BufferKind, Delivery, Kind, Line
from chatclient.session.confidential import hide, secrets_of
from chatclient.session.multiline import MULTILINE, batch, limits, parts
from chatclient.session.outbox import MOST, NONCE_TAG, Entry, failed, new_nonce
from chatclient.session.reactions import REPLY, whom
from chatclient.session.splitting import clean, lines_of, split
from chatclient.session.state import State, encode
from chatclient.session.typing import forget_typing
from chatwire import caps
from chatwire.text import action

_ACTION = "\x01ACTION {}\x01"
_ACTION_LENGTH = len(_ACTION.format(""))
_SPARE = 16  # we may have a longer nick when it is sent, or be known by a longer host


def say(
    state: State,
    buffer: Buffer,
    text: str,
    now: float,
    kind: Kind,
    reply_to: Line | str = "",
) -> None:
    """Say `text` in a buffer, as pending lines, one a message; the first answers `reply_to`.

    What has a password in it is sent at once or not at all, and shown without it.
    """
    forget_typing(state, buffer)
    named, called = whom(state, buffer, reply_to)
    if called and kind is Kind.MESSAGE:
        text = f"{called}: {text}"
    command = "NOTICE" if kind is Kind.NOTICE else "PRIVMSG"
    if (shown := hide(buffer.target, text)) != text:
        _say_in_confidence(state, buffer, command, text.strip(), shown, now)
        return
    limit = _room_for_text(state, command, buffer.target)
    if kind is Kind.ACTION:
        limit -= _ACTION_LENGTH
    for piece in _messages(state, text, limit, kind):
        _say_piece(state, buffer, piece, now, kind, named)
        named = ""
    send_queued(state)


def _say_in_confidence(
    state: State, buffer: Buffer, command: str, text: str, shown: str, now: float
) -> None:
    if state.ready:
        state.secrets |= secrets_of(text, shown)
        state.send(command, buffer.target, text)
        state.world.tell(buffer, f"you said: {shown}", time=now)
    else:
        told = "not connected; a password does not wait until you are"
        state.world.tell(buffer, told, time=now, kind=Kind.ERROR)


def _messages(state: State, text: str, limit: int, kind: Kind) -> Iterator[str]:
    """Cut what was typed into messages, as few as the server takes."""
    if state.multiline and kind is not Kind.ACTION:
        most = limits(state.offered.get(MULTILINE, ""))
        return parts(clean(text), most, limit)
    return (piece for line in lines_of(text) for piece in split(line, limit))


def say_again(state: State, line_id: int, now: float) -> bool:
    """Send a failed line again; say whether there is one of that id that can be."""
    if not state.outbox.retry(line_id, now):
        return False
    open_all(state)
    send_queued(state)
    return True


def take_back(state: State, buffer: Buffer) -> str:
    """Take back what was not sent yet, and return it as it was typed."""
    taken = state.outbox.take_back(buffer)
    done = ((action(entry.wire), entry.wire) for entry in taken)
    return "\n".join(wire if said is None else f"/me {said}" for said, wire in done)


def _say_piece(
    state: State, buffer: Buffer, piece: str, now: float, kind: Kind, reply_to: str
) -> None:
    line = state.world.make_line(
        kind,
        piece,
        time=now,
        source=state.nick,
        own=True,
        delivery=Delivery.PENDING,
        reply_to=reply_to,
    )
    state.world.add(buffer, line)
    command = "NOTICE" if kind is Kind.NOTICE else "PRIVMSG"
    wire = _ACTION.format(piece) if kind is Kind.ACTION else piece
    if reason := _impossible(state, command, buffer.target, wire):
        state.world.settle(buffer, failed(line, reason))
        return
    if _can_send(state, buffer):
        state.outbox.open(buffer)
    state.outbox.put(Entry(buffer, line, command, wire, new_nonce(state.random), reply_to))


def _impossible(state: State, command: str, target: str, wire: str) -> str:
    """Return why a message can never be sent, "" if it can."""
    if len(state.outbox) >= MOST:
        return f"{MOST} lines are waiting already"
    try:
        encode(command, target, wire)
    except ValueError:
        return "this is no name for a room or a person"
    return ""


def open_all(state: State) -> None:
    """Let what waits be sent to where nothing holds it any more."""
    for buffer in state.outbox.waiting():
        if _can_send(state, buffer):
            state.outbox.open(buffer)


def _can_send(state: State, buffer: Buffer) -> bool:
    """Say whether messages to a buffer can be sent now, in their order.

    To a room that one is not in, and is not about to be in again, the server says what it thinks.
    """
    if not state.ready:
        return False
    if buffer.kind is BufferKind.ROOM and not buffer.joined:
        return not buffer.wanted
    return not buffer.behind


def send_queued(state: State) -> None:
    """Send the messages whose turn it is.

    On a server without labels and echoes, a PONG after them will confirm what nothing else does.
    """
    if not len(state.outbox):
        return

    def encoded(entry: Entry) -> bytes:
        tags = {"label": entry.mark} if state.labels else {}
        if state.has(caps.MESSAGE_TAGS):
            tags[NONCE_TAG] = entry.nonce
            if entry.reply_to:
                tags[REPLY] = entry.reply_to
        command, target, wire = entry.command, entry.target, entry.wire
        limit = _room_for_text(state, command, target)
        if not state.multiline or not ("\n" in wire or len(wire.encode()) > limit):
            return encode(command, target, wire, tags=tags)
        lines = batch(command, target, wire, limit, entry.mark)
        first = next(lines)[1]
        rest = (encode(*params, tags=tags) for tags, params in lines)
        return encode(*first, tags=tags) + b"".join(rest)

    limited = state.labels or not state.echoes
    for data in state.outbox.to_send(encoded, limited=limited):
        state.output += data
    if not state.labels and not state.echoes and (token := state.outbox.new_barrier()):
        state.send("PING", token)


def _room_for_text(state: State, command: str, target: str) -> int:
    """Return how many bytes of text fit in a message, as the server sends it to others."""
    features = state.features
    source = len(state.source.encode()) or (
        len(state.nick) + features.user_length + features.host_length + len("!~@")
    )
    overhead = len(f":  {command}  :\r\n".encode()) + source + len(target.encode(errors="replace"))
    return features.line_length - overhead - _SPARE
