"""Chatter: what others say in rooms, which is most of what comes, taken by a short way.

Rules: it does what the handlers do (session/talk.py), in a third of the time, and leaves to them
whatever is not quite usual: other commands and tags, own messages, services, control characters.
What it knows of who speaks where holds until something else is heard, and no longer than one read.
"""

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
        tags: dict[str, str] = {}
        if written[0] == "@":
            between, _, written = written[1:].partition(" ")
            tags = parse_tags(between)
            if not tags.keys() <= _TAGS:
                return False
        head, _, text = written.partition(" :")
        speaker = self._speakers[head] if head in self._speakers else self._meet(head)
        if speaker is None or not text.isprintable():
            return False
        nick, buffer, known = speaker
        msgid, account = tags.get("msgid", ""), account_of(tags.get("account", ""))
        if buffer.typing or (msgid and msgid in buffer.msgids) or known not in (None, account):
            return False
        state = self._state
        told = parse_time(tags["time"]) if tags.get("time") else None
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
        words, state = head.split(" "), self._state
        speaker = None
        if len(words) == _WORDS and words[1] == "PRIVMSG" and words[0][:1] == ":":
            nick = words[0][1:].partition("!")[0].partition("@")[0]
            buffer = None if state.batches else self._room(words[2])
            usual = nick and plain(nick) == nick and not state.is_me(nick) and not is_service(nick)
            usual = usual and not state.ignores(words[0][1:])
            if buffer is not None and usual:
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
