"""WHO, with the fields of WHOX (Modern IRC, "WHO message"; IRCv3 WHOX)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from chatserver.core import queries
from chatserver.core.members import Membership, User
from chatserver.faces.irc.lines import as_middle, finish
from chatserver.faces.irc.people import bare_address
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import looks_like_room

PEOPLE_MOST = 1000
"""People that a mask finds for who is no operator: long answers can be asked for often."""

_WHOX = re.compile(r"([^%]*)%([A-Za-z]*)(?:,([0-9]{1,3}))?")
_HIDDEN_ADDRESS = "255.255.255.255"


class Row(Struct, frozen=True):
    """A line of the answer: somebody, the place by which they are listed, the client's token."""

    inquiry: Inquiry
    user: User
    member: Membership | None
    token: str

    @property
    def room(self) -> str:
        """The room by which they are listed, or `*`."""
        return self.member.room.name if self.member else "*"

    @property
    def flags(self) -> str:
        """Here or gone, operator, prefixes in the room, bot: in that order."""
        prefixes = self.member.entry.prefixes if self.member else ""
        if not self.inquiry.session.has(caps.MULTI_PREFIX):
            prefixes = prefixes[:1]
        away, operator = "G" if self.user.away else "H", "*" if self.user.operator else ""
        return f"{away}{operator}{prefixes}{'B' if self.user.bot else ''}"

    @property
    def address(self) -> str:
        """Their address, for themselves and for server operators."""
        asker = self.inquiry.user
        if self.user.devices and (asker is self.user or asker.operator):
            return bare_address(self.user.address)
        return _HIDDEN_ADDRESS

    @property
    def idle(self) -> int:
        """Seconds since they said something last."""
        return max(self.inquiry.at - self.user.active_at, 0) // 1000

    @property
    def server(self) -> str:
        """The server that they are on."""
        return self.inquiry.session.server.name


_FIELDS: Mapping[str, Callable[[Row], str]] = {
    "t": lambda row: row.token,
    "c": lambda row: row.room,
    "u": lambda row: row.user.identity.username,
    "i": lambda row: row.address,
    "h": lambda row: row.user.identity.host,
    "s": lambda row: row.server,
    "n": lambda row: row.user.nick,
    "f": lambda row: row.flags,
    "d": lambda _row: "0",
    "l": lambda row: str(row.idle),
    "a": lambda row: row.user.identity.account or "0",
    "o": lambda _row: "n/a",
}
"""The fields of RPL_WHOSPCRPL in its order; the real name, `r`, comes last as a text."""


def who(session: Session, message: Message) -> Items:
    """WHO: people by nick, by mask, or by room."""
    mask, written = message.param(0), message.param(1)
    found = _WHOX.fullmatch(written)
    flags = found[1] if found else written
    fields = found[2] if found else None
    token = (found[3] or "") if found else ""

    def answer(inquiry: Inquiry) -> Sequence[bytes]:
        rows = (Row(inquiry, user, member, token) for user, member in _find(inquiry, mask))
        listed = (row for row in rows if "o" not in flags or row.user.operator)
        lines = [_plain(row) if fields is None else _chosen(row, fields) for row in listed]
        return [*lines, inquiry.numeric("315", mask, text="End of WHO list")]

    return [session.ask(answer)]


def _find(inquiry: Inquiry, mask: str) -> Iterator[tuple[User, Membership | None]]:
    state, asker = inquiry.state, inquiry.user
    if looks_like_room(mask):
        for member in queries.members(state, asker, mask):
            yield member.user, member
        return
    found = queries.find_people(state, asker, "*" if mask == "0" else mask)
    for user in found if asker.operator else islice(found, PEOPLE_MOST):
        yield user, next(queries.memberships(asker, user), None)


def _plain(row: Row) -> bytes:
    who = row.user.identity
    mask = f"{as_middle(who.username)} {as_middle(who.host)}"
    return finish(
        f":{row.server} 352 {row.inquiry.user.nick} {row.room} {mask} {row.server} {who.nick} {row.flags}"
        f" :0 {who.realname}"
    )


def _chosen(row: Row, fields: str) -> bytes:
    values = [
        as_middle(value(row))
        for letter, value in _FIELDS.items()
        if letter in fields and (letter != "t" or row.token)
    ]
    line = " ".join([f":{row.server} 354 {row.inquiry.user.nick}", *values])
    return finish(f"{line} :{row.user.identity.realname}" if "r" in fields else line)
