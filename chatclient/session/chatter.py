"""Chatter: what others say in rooms, which is most of what comes, taken by a short way.

Rules: it does what the handlers do (session/talk.py), in a third of the time, and leaves to them
whatever is not quite usual: other commands and tags, own messages, services, control characters.
What it knows of who speaks where holds until something else is heard, and no longer than one read.
"""

from functools import lru_cache
from typing import NamedTuple

from chatclient.model import Buffer
from chatclient.session.accounts import account_of
from chatclient.session.confidential import is_service
from chatclient.session.state import State, parse_time
from chatclient.session.talk import mentions
from chatwire import caps
from chatwire.message import parse_tags
from chatwire.text import plain, visible

_TAGS = frozenset({"time", "msgid", "account"})
"""The tags that say nothing but what a line has room for."""

_WORDS = 3  # source, command and room


class _Speaker(NamedTuple):
    """Who speaks, and where."""

    nick: str
    buffer: Buffer
    account: str | None
    """What is known as their account, None where the server does not tell with each message."""


class Chatter:
    """Takes the messages of one read."""

    def __init__(self, state: State, now: float) -> None:
        self._state = state
        self._now = now
        self._speakers: dict[str, _Speaker | None] = {}
        """By all that stands before the text, None for what is left to the handlers."""
        self._own = state.nick.lower() if state.nick.isascii() else ""

    def forget(self) -> None:
        """Know nothing of who speaks any more: something else was heard."""
        self._speakers.clear()
        self._own = self._state.nick.lower() if self._state.nick.isascii() else ""

    def take(self, line: bytes) -> bool:
        """Take a line if it is as usual; say whether it was."""
        try:
            written = line.decode()
        except UnicodeDecodeError:
            return False
        msgid = account = ""
        told = None
        if written[0] == "@":
            between, _, written = written[1:].partition(" ")
            tags = parse_tags(between)
            if not tags.keys() <= _TAGS:
                return False
            msgid, account = tags.get("msgid", ""), account_of(tags.get("account", ""))
            told = parse_time(tags["time"]) if tags.get("time") else None
        head, _, text = written.partition(" :")
        speaker = self._speakers[head] if head in self._speakers else self._meet(head)
        if speaker is None or not text.isprintable():
            return False
        nick, buffer, known = speaker
        if buffer.typing or (msgid and msgid in buffer.msgids) or known not in (None, account):
            return False
        state = self._state
        called = (self._own in text.lower() or not text.isascii()) and mentions(state.nick, text)
        state.world.hear(
            buffer,
            nick,
            text if text.isascii() else visible(text),
            self._now if told is None else told,
            mention=called,
            msgid=msgid,
            account=account,
        )
        return True

    def _meet(self, head: str) -> _Speaker | None:
        """Return who speaks where, None if that is not as usual."""
        state = self._state
        speaker = None
        source, nick, target = _who_and_where(head)
        if nick and not state.is_me(nick) and not state.ignores(source):
            buffer = None if state.batches else self._room(target)
            if buffer is not None:
                account = None
                if state.has(caps.ACCOUNT_TAG):
                    member = buffer.members.get(nick)
                    account = member.account if member else None
                speaker = _Speaker(nick, buffer, account)
        self._speakers[head] = speaker
        return speaker

    def _room(self, target: str) -> Buffer | None:
        features = self._state.features
        usual = not features.room_of(target)[0] and features.is_room(target)
        return self._state.room(target) if usual else None


@lru_cache(maxsize=256)  # the same people speak in read after read
def _who_and_where(head: str) -> tuple[str, str, str]:
    """Return the source, the nick in it and the target; "" for all if they are not as usual."""
    words = head.split(" ")
    if len(words) != _WORDS or words[1] != "PRIVMSG" or words[0][:1] != ":":
        return "", "", ""
    source = words[0][1:]
    nick = source.partition("!")[0].partition("@")[0]
    usual = plain(nick) == nick and not is_service(nick)
    return (source, nick, words[2]) if usual else ("", "", "")
