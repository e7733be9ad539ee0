"""Conversations with one person: who is there (MONITOR), and up to when the user has read (MARKREAD).

Rules: the people with whom there is a conversation are watched, as many as the server allows; what
was read, here or on another device, is unread nowhere; the server is told of it only when the user
does something, as what is on the screen may be seen by nobody, and now and then.
"""

from chatclient.model import CONVERSATION, Buffer, BufferKind, Delivery
from chatclient.session.state import Heard, State, parse_time, write_time
from chatwire import caps
from chatwire.text import plain

PAUSE = 2.0
"""Seconds between two markers."""

_LINE = 400
_LOOKED_BACK = 200  # lines in which one to mark is looked for


def converse(state: State, nick: str) -> Buffer:
    """Return the conversation with somebody; one that is new is watched, and its marker asked for."""
    buffer = state.world.find(nick)
    if buffer is None and state.ready:
        _watch(state, [nick])
        if state.has(caps.READ_MARKER):
            state.send("MARKREAD", nick)
    return buffer or state.world.open_direct(nick)


def watch_all(state: State) -> None:
    """Watch those with whom there are conversations, on a new connection, and ask for the markers."""
    nicks = [each.target for each in state.world.buffers if each.kind is BufferKind.DIRECT]
    _watch(state, nicks)
    for nick in nicks if state.has(caps.READ_MARKER) else ():
        state.send("MARKREAD", nick)


def forget_presence(state: State) -> None:
    """Know of nobody any more whether they are there."""
    for buffer in state.world.buffers:
        if buffer.kind is BufferKind.DIRECT:
            state.world.set_presence(buffer, online=None)


def watch_as(state: State, old: str, new: str) -> None:
    """Watch somebody by their new nick, "" for nobody."""
    if state.features.watched:
        state.send("MONITOR", "-", old)
        _watch(state, [new] if new else [])


def _watch(state: State, nicks: list[str]) -> None:
    most = state.features.watched
    rest = [nick for nick in nicks if nick and not set(nick) & set(" ,*")][:most]
    while rest:
        line = rest.pop(0)
        while rest and len((line + rest[0]).encode()) < _LINE:
            line += "," + rest.pop(0)
        state.send("MONITOR", "+", line)


# --- what is heard -------------------------------------------------------------------------------


def on_online(state: State, heard: Heard) -> None:
    """Some of those who are watched are there (RPL_MONONLINE)."""
    _set_presence(state, heard, online=True)


def on_offline(state: State, heard: Heard) -> None:
    """Some are not (RPL_MONOFFLINE)."""
    _set_presence(state, heard, online=False)


def _set_presence(state: State, heard: Heard, *, online: bool) -> None:
    for source in heard.text(1).split(","):
        buffer = state.conversation(plain(source.partition("!")[0]))
        if buffer is not None and buffer.online is not online:
            state.world.set_presence(buffer, online=online)


def on_away(state: State, heard: Heard) -> None:
    """Somebody goes away or is back (away-notify, extended-monitor)."""
    note_away(state, heard.nick, away=bool(heard.text(0)))


def note_away(state: State, nick: str, *, away: bool) -> None:
    """Take note that somebody is away or back, in rooms and in a conversation."""
    if buffer := state.conversation(nick):
        state.world.set_presence(buffer, online=True, away=away)
    for buffer in state.rooms_of(nick):
        if member := buffer.members.get(nick):
            member.away = away
            state.world.members_changed(buffer)


def on_marker(state: State, heard: Heard) -> None:
    """Up to then the user has read something, here or on another device (MARKREAD)."""
    buffer = state.world.find(heard.text(0))
    time = parse_time(heard.text(1).removeprefix("timestamp="))
    if buffer is not None and time is not None:
        state.world.mark_read(buffer, time)


# --- what is told --------------------------------------------------------------------------------


def see(state: State, buffer: Buffer, now: float, *, pause: float = PAUSE) -> None:
    """Tell the server that the user has read what stands in a buffer, if they had not before."""
    known = state.has(caps.READ_MARKER) and state.ready and buffer.kind is not BufferKind.SERVER
    if not known or buffer.behind or state.marked_at <= now < state.marked_at + pause:
        return
    lines = reversed(buffer.lines[-_LOOKED_BACK:])
    said = (line for line in lines if line.kind in CONVERSATION)
    time = next((line.time for line in said if line.delivery is Delivery.CONFIRMED), None)
    if time is not None and (buffer.read_time is None or time > buffer.read_time):
        state.marked_at = now
        buffer.read_time = time
        state.send("MARKREAD", buffer.target, write_time(time))
