"""What a server says about itself: the tokens of RPL_ISUPPORT (Modern IRC, "RPL_ISUPPORT").

Rules: unknown tokens are kept and harmless; a value that makes no sense leaves the default; without
tokens the defaults are those of RFC 1459.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from chatclient.model import CASEMAPPINGS, Fold

_HEX = re.compile(r"\\x([0-9A-Fa-f]{2})")
_PREFIX = re.compile(r"\(([A-Za-z]*)\)(\S*)")

_MOST = 500
"""Tokens that are remembered."""


class Features:
    """The tokens of one connection, and what they mean."""

    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self.prefixes: dict[str, str] = {"o": "@", "v": "+"}
        """The member modes and their prefixes, highest first."""
        self._lists, self._always, self._when_set = "b", "k", "l"
        self._room_signs: Sequence[str] = ("#", "&")
        self._status_signs = ""

    def update(self, tokens: Iterable[str]) -> None:
        """Take the tokens of one line (`KEY=value`, `KEY`, `-KEY`)."""
        for token in tokens:
            key, _, value = token.partition("=")
            if key.startswith("-"):
                self._tokens.pop(key[1:].upper(), None)
            elif len(self._tokens) < _MOST or key.upper() in self._tokens:
                self._tokens[key.upper()] = _HEX.sub(lambda found: chr(int(found[1], 16)), value)
        found = _PREFIX.fullmatch(self._tokens.get("PREFIX", "(ov)@+"))
        if found and len(found[1]) == len(found[2]):
            self.prefixes = dict(zip(found[1], found[2], strict=True))
        kinds = [*self._tokens.get("CHANMODES", "b,k,l,imnpst").split(","), "", "", ""]
        self._lists, self._always, self._when_set = kinds[:3]
        self._room_signs = tuple(self._tokens.get("CHANTYPES", "#&"))
        self._status_signs = self._tokens.get("STATUSMSG", "")

    @property
    def network(self) -> str:
        """The name of the network, "" if it has none."""
        return self._tokens.get("NETWORK", "")

    @property
    def fold(self) -> Fold:
        """How the server compares names; as RFC 1459 does if it names no way that we know.

        UTF8MAPPING says how it compares all letters, where CASEMAPPING tells of ASCII alone.
        """
        for token in ("UTF8MAPPING", "CASEMAPPING"):
            if found := CASEMAPPINGS.get(self._tokens.get(token, "").lower()):
                return found
        return CASEMAPPINGS["rfc1459"]

    @property
    def ranks(self) -> str:
        """The prefixes of members, highest first."""
        return "".join(self.prefixes.values())

    @property
    def line_length(self) -> int:
        """The bytes that a line may have, its CR LF included (LINELEN; else 512)."""
        return max(512, self._number("LINELEN", 512))

    @property
    def user_length(self) -> int:
        """The most characters that a user name has."""
        return self._number("USERLEN", 10)

    @property
    def host_length(self) -> int:
        """The most characters that a host has."""
        return self._number("HOSTLEN", 63)

    @property
    def history_page(self) -> int:
        """The most messages that one CHATHISTORY gives; 0 if the server does not say."""
        return self._number("CHATHISTORY", 0)

    @property
    def history_by_id(self) -> bool:
        """Whether CHATHISTORY can name a message by its id (MSGREFTYPES)."""
        return "msgid" in self._tokens.get("MSGREFTYPES", "msgid").split(",")

    @property
    def lists_by_name(self) -> bool:
        """Whether LIST takes a pattern for names (ELIST)."""
        return "M" in self._tokens.get("ELIST", "").upper()

    @property
    def whox(self) -> bool:
        """Whether WHO tells what it is asked for, and no more (WHOX)."""
        return "WHOX" in self._tokens

    @property
    def watched(self) -> int:
        """How many people the server lets one watch (MONITOR), 0 if none."""
        return self._number("MONITOR", 100) if "MONITOR" in self._tokens else 0

    def relays(self, tag: str) -> bool:
        """Say whether the server relays a client's tag, named without its `+` (CLIENTTAGDENY)."""
        denied = self._tokens.get("CLIENTTAGDENY", "").split(",")
        return f"-{tag}" in denied if "*" in denied else tag not in denied

    def is_room(self, target: str) -> bool:
        """Say whether `target` is a room's name (CHANTYPES)."""
        return target[:1] in self._room_signs

    def room_of(self, target: str) -> tuple[str, str]:
        """Return the prefix of a message to some members of a room alone (STATUSMSG), and the room.

        "@#ops" gives ("@", "#ops"), "#ops" gives ("", "#ops"), a nick gives ("", nick).
        """
        if target[:1] not in self._status_signs:
            return "", target
        name = target.lstrip(self._status_signs)
        return (target[: len(target) - len(name)], name) if self.is_room(name) else ("", target)

    def modes(self, changes: str, params: Iterable[str]) -> Iterator[tuple[bool, str, str]]:
        """Iterate over the changes of a room's MODE: given or taken, letter, parameter or ""."""
        rest = iter(params)
        given = True
        for letter in changes:
            if letter in "+-":
                given = letter == "+"
                continue
            takes = letter in self.prefixes or letter in self._lists or letter in self._always
            takes = takes or (given and letter in self._when_set)
            yield given, letter, next(rest, "") if takes else ""

    def is_flag(self, letter: str) -> bool:
        """Say whether a mode belongs to the room itself, not to a member or to a list."""
        return letter not in self.prefixes and letter not in self._lists

    def _number(self, key: str, default: int) -> int:
        value = self._tokens.get(key, "")
        return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
