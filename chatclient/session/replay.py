"""What happened before, as lines in their places.

Rules: what happened in the past changes nothing but lines: who is in a room now, and what it is
about, is told by other means. An own message that is found there has been said; what was removed
since is removed here too.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from chatclient.model import Buffer, Line
from chatclient.session.narration import SENTENCES, narrate
from chatclient.session.reactions import on_reaction
from chatclient.session.state import Heard, Quest, State, server_time
from chatclient.session.talk import entry_of, line_of, on_redact
from chatwire.message import Message
from chatwire.text import action, is_ctcp, plain


def replay(
    state: State,
    buffer: Buffer,
    messages: Sequence[Message],
    now: float,
    *,
    after: str = "",
    beyond: int = 0,
    missed: bool = False,
) -> None:
    """Put what happened into a buffer, but for what is there (see `World.insert`)."""
    lines = [*_lines(state, buffer, messages, now)]
    state.world.insert(buffer, lines, after=after, beyond=beyond, missed=missed)
    replay_changes(state, buffer, messages, now)


def replay_older(state: State, quest: Quest, before: Line, now: float) -> None:
    """Hand what happened directly before a line over to the archive (see `World.find_past`)."""
    lines = [*_lines(state, quest.buffer, quest.messages, now)]
    state.world.find_past(quest.buffer, lines, before, quest.gap)
    replay_changes(state, quest.buffer, quest.messages, now)


def replay_changes(state: State, buffer: Buffer, messages: Sequence[Message], now: float) -> None:
    """Do to messages what was done to them since."""
    for message in messages:
        heard = Heard(message, plain(message.nick), server_time(message, now), history=True)
        if _is_ignored(state, heard):
            continue
        if message.command == "REDACT":
            on_redact(state, heard)
        elif message.command in {"PRIVMSG", "NOTICE", "TAGMSG"}:
            on_reaction(state, buffer, heard)


def _lines(state: State, buffer: Buffer, messages: Iterable[Message], now: float) -> Iterator[Line]:
    for message in messages:
        time = server_time(message, now)
        heard = Heard(message, plain(message.nick), time, history=True)
        if _is_ignored(state, heard):
            continue
        if message.command in {"PRIVMSG", "NOTICE"}:
            text = message.param(1)
            if is_ctcp(text) and action(text) is None:
                continue
            entry = entry_of(state, heard)
            if entry and entry.buffer is buffer:  # it was said after all
                msgid = message.tags.get("msgid", "")
                yield state.outbox.take(entry, time=time, msgid=msgid, source=heard.nick)
            else:
                mine = bool(heard.nick) and state.is_me(heard.nick)
                yield line_of(state, heard, buffer, mine=mine)
        elif message.command in SENTENCES and _is_about(state, message, buffer):
            kind, text = narrate(state, heard)
            mine = bool(heard.nick) and state.is_me(heard.nick)
            line = state.world.make_line(kind, text, time=time, source=heard.nick, own=mine)
            yield replace(line, msgid=message.tags.get("msgid", ""), history=True)


_IGNORED = frozenset({"PRIVMSG", "NOTICE", "TAGMSG", "JOIN", "PART", "QUIT", "NICK"})


def _is_ignored(state: State, heard: Heard) -> bool:
    """Say whether the user does not want to hear of it."""
    if heard.message.command not in _IGNORED or (heard.nick and state.is_me(heard.nick)):
        return False
    return state.ignores(heard.message.source)


def _is_about(state: State, message: Message, buffer: Buffer) -> bool:
    """Say whether an event belongs in a buffer; whoever quits or changes nick was in it."""
    fold = state.world.fold
    everywhere = message.command in {"QUIT", "NICK"}
    return everywhere or fold(message.param(0)) == fold(buffer.target)
