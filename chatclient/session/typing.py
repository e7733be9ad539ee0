"""Who is typing, told and heard (IRCv3 typing).

Rules: that the user is typing is told every `PAUSE` seconds while they do, and its end once, never
sooner than `PAUSE` after the last; a message says it by itself. What is heard lasts as long as the
specification has it, or until the next message.
"""

from chatclient.model import Buffer, BufferKind
from chatclient.session.state import Heard, State
from chatwire import caps

TYPING = "+typing"

PAUSE = 3.0
"""Seconds between two notices about one buffer."""

_LASTS = {"active": 6.0, "paused": 30.0}
"""For how many seconds a notice is taken to be true."""


def can_tell(state: State, buffer: Buffer) -> bool:
    """Say whether others in a buffer can be told now that the user is typing."""
    if not state.ready or not state.has(caps.MESSAGE_TAGS):
        return False
    there = buffer.joined if buffer.kind is BufferKind.ROOM else buffer.kind is BufferKind.DIRECT
    return there and state.features.relays(TYPING[1:])


def tell_typing(state: State, buffer: Buffer, now: float, *, active: bool) -> None:
    """Tell that the user is typing, or has given it up."""
    told = state.typed.get(buffer)
    if active and can_tell(state, buffer):
        state.stopped.discard(buffer)
        if told is None or now >= told + PAUSE or now < told:
            state.typed[buffer] = now
            _tell(state, buffer, "active")
    elif told is not None:
        state.stopped.add(buffer)
        tell_stopped(state, now)


def tell_stopped(state: State, now: float) -> float | None:
    """Tell what could not be told yet; return when to look again, None for never."""
    for buffer in [*state.stopped]:
        if now >= state.typed[buffer] + PAUSE:
            if can_tell(state, buffer):
                _tell(state, buffer, "done")
            forget_typing(state, buffer)
    return min((state.typed[each] + PAUSE for each in state.stopped), default=None)


def forget_typing(state: State, buffer: Buffer) -> None:
    """Tell no more of it: the message is said."""
    state.typed.pop(buffer, None)
    state.stopped.discard(buffer)


def _tell(state: State, buffer: Buffer, what: str) -> None:
    state.send("TAGMSG", buffer.target, tags={TYPING: what})


def on_typing(state: State, buffer: Buffer, heard: Heard) -> None:
    """Take a notice, if the message is one."""
    told = heard.message.tags.get(TYPING)
    if told is not None and not state.is_me(heard.nick):
        lasts = _LASTS.get(told)
        # By our clock: the server's may be another.
        state.world.set_typing(buffer, heard.nick, state.now + lasts if lasts else None)
