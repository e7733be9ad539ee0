"""What somebody did in a room, as a sentence: the same for what happens and for what happened."""

from collections.abc import Callable, Mapping
from typing import Final

from chatclient.model import Kind
from chatclient.session.state import Heard, State
from chatwire.text import plain

Told = tuple[Kind, str]


def with_reason(sentence: str, reason: str) -> str:
    """Return a sentence with a reason, if there is one."""
    return f"{sentence}: {reason}" if reason else sentence


def _join(state: State, heard: Heard) -> Told:
    mine = state.is_me(heard.nick)
    return Kind.JOIN, f"you joined {heard.text(0)}" if mine else f"{heard.nick} joined"


def _part(state: State, heard: Heard) -> Told:
    if state.is_me(heard.nick):
        return Kind.PART, f"you left {heard.text(0)}"
    return Kind.PART, with_reason(f"{heard.nick} left", heard.text(1))


def _kick(state: State, heard: Heard) -> Told:
    victim = plain(heard.text(1))
    whom = f"you from {heard.text(0)}" if state.is_me(victim) else victim
    return Kind.KICK, with_reason(f"{heard.nick} removed {whom}", heard.text(2))


def _quit(state: State, heard: Heard) -> Told:
    # Many servers put "Quit: " before what the user said, if that was anything.
    told = heard.text(0)
    reason = "" if told == "Quit" else told.removeprefix("Quit:").strip()
    return Kind.QUIT, with_reason(f"{heard.nick} left the chat", reason)


def _nick(state: State, heard: Heard) -> Told:
    new = plain(heard.text(0))
    mine = state.is_me(heard.nick)
    return Kind.NICK, f"you are now {new}" if mine else f"{heard.nick} is now {new}"


def _topic(state: State, heard: Heard) -> Told:
    topic = heard.text(1)
    done = f"set the topic to: {topic}" if topic else "removed the topic"
    return Kind.TOPIC, f"{heard.nick} {done}"


def _mode(state: State, heard: Heard) -> Told:
    return Kind.MODE, f"{heard.nick} set mode {' '.join(heard.message.params[1:])}"


SENTENCES: Final[Mapping[str, Callable[[State, Heard], Told]]] = {
    "JOIN": _join,
    "KICK": _kick,
    "MODE": _mode,
    "NICK": _nick,
    "PART": _part,
    "QUIT": _quit,
    "TOPIC": _topic,
}
"""How each event is told that history may have, beside messages."""


def narrate(state: State, heard: Heard) -> Told:
    """Return the kind of an event of `SENTENCES`, and what to say of it."""
    return SENTENCES[heard.message.command](state, heard)
