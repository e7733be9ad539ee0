"""Who reacted to which message by what: the sums that lines show.

Rules: one nick counts once for one sign; the latest word of a nick on a sign counts, in whatever
order it is heard (live, and again as history). What is said about a message that is not there waits
for it. What is remembered is bounded: the oldest is forgotten, and lines keep what they show.
"""

from collections.abc import Sequence
from dataclasses import replace

from chatclient.model.buffers import Buffer
from chatclient.model.lines import Line, Reaction
from chatclient.model.values import value

_MOST_MESSAGES = 5000
_MOST_SIGNS = 200
"""Reactions to one message, each nick and sign counted, so that nobody fills the memory."""


@value
class Sign:
    """One reaction as it was heard, or its being taken back."""

    msgid: str
    """Of the message that it is about."""
    text: str
    nick: str
    time: float
    own: bool = False
    given: bool = True
    """Whether it is given, and not taken back."""
    id: str = ""
    """The `msgid` that it has itself, by which it can be removed."""


def with_sign(line: Line, sign: Sign) -> Line:
    """Return a line with one more reaction, or one less."""
    told = {each.text: [*each.nicks] for each in line.reactions}
    own = {each.text for each in line.reactions if each.own}
    nicks = told.setdefault(sign.text, [])
    if sign.given and sign.nick not in nicks and sum(map(len, told.values())) < _MOST_SIGNS:
        nicks.append(sign.nick)
    elif not sign.given and sign.nick in nicks:
        nicks.remove(sign.nick)
    if sign.own:
        own = own | {sign.text} if sign.given else own - {sign.text}
    reactions = (Reaction(text, tuple(who), text in own) for text, who in told.items() if who)
    return replace(line, reactions=tuple(reactions))


class Reactions:
    """The latest word of everybody, message by message."""

    def __init__(self) -> None:
        self._signs: dict[tuple[Buffer, str], dict[tuple[str, str], Sign]] = {}
        self._by_id: dict[tuple[Buffer, str], Sign] = {}

    def note(self, buffer: Buffer, sign: Sign, shown: Sequence[Reaction]) -> None:
        """Take note of a reaction to a message, which shows those now if it is there."""
        key = buffer, sign.msgid
        signs = self._signs.get(key)
        if signs is None:
            signs = self._signs[key] = {
                (each.text, nick): Sign(sign.msgid, each.text, nick, 0.0, each.own)
                for each in shown
                for nick in each.nicks
            }
            if len(self._signs) > _MOST_MESSAGES:
                self._drop(next(iter(self._signs)))
        who = sign.text, sign.nick
        before = signs.get(who)
        if before is not None and before.time > sign.time:
            return
        if before is None and len(signs) >= _MOST_SIGNS:
            return
        if before is not None:
            self._by_id.pop((buffer, before.id), None)
        signs[who] = sign
        if sign.id:
            self._by_id[buffer, sign.id] = sign

    def _drop(self, key: tuple[Buffer, str]) -> None:
        for sign in self._signs.pop(key).values():
            self._by_id.pop((key[0], sign.id), None)

    def of(self, buffer: Buffer, msgid: str) -> tuple[Reaction, ...] | None:
        """Return the reactions to a message, None if nothing is known of it here."""
        signs = self._signs.get((buffer, msgid)) if self._signs else None
        if signs is None:
            return None
        nicks: dict[str, list[str]] = {}
        own = set()
        for sign in signs.values():
            if sign.given:
                nicks.setdefault(sign.text, []).append(sign.nick)
                own |= {sign.text} if sign.own else set()
        return tuple(Reaction(text, tuple(who), text in own) for text, who in nicks.items())

    def with_id(self, buffer: Buffer, msgid: str) -> Sign | None:
        """Return the reaction that has an id, None if there is none."""
        return self._by_id.get((buffer, msgid))

    def forget(self, buffer: Buffer) -> None:
        """Forget all about a buffer, which is closed."""
        for key in [key for key in self._signs if key[0] is buffer]:
            self._drop(key)
