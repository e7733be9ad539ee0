"""Accounts: names that belong to somebody, who proves it with a password or a certificate.

Rules: no password is here, only what proves one (a verifier of SCRAM-SHA-256, RFC 5802 and 7677), and
nothing here computes one. An account is known by its folded name. A record is replaced as a whole, and
`version` tells which one somebody was checked against: the number of the command that made it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct, field, structs

from chatserver.core.lookalikes import Lookalikes
from chatwire.names import fold

ITERATIONS: Final = 600_000
"""Of PBKDF2 with HMAC-SHA-256 in a verifier, as OWASP's Password Storage Cheat Sheet recommends."""

CERTIFICATES_MOST: Final = 10
"""Certificates that one account may be proved with."""


class Verifier(Struct, frozen=True, gc=False):
    """What proves a password without being one (RFC 5802, section 3); it is kept, and never shown."""

    salt: bytes
    iterations: int
    stored_key: bytes
    server_key: bytes

    def __repr__(self) -> str:
        """Return nothing of it: what went wrong is logged with the command that it was."""
        return "Verifier(…)"


class Account(Struct, frozen=True, gc=False):
    """What is known of an account; times are in ms since 1970 (UTC)."""

    name: str
    """In the spelling in which it was registered."""
    created_at: int
    created_seq: int
    """What was written to its name up to this number was written to somebody else."""
    version: int
    """The number of the command that made this record."""
    verifier: Verifier | None = None
    """None when no password opens it."""
    certificates: tuple[str, ...] = ()
    """SHA-256 of client certificates that open it: 64 hexadecimal digits in lower case, each."""
    email: str = ""
    invitation: str = ""
    """A digest of the invitation code that it was made with, if that is good for one account alone."""
    always_on: bool = False
    """Whether it stays in its rooms while none of its devices is connected."""
    nick: str = ""
    """Its nick, kept for one that is always on."""
    username: str = ""
    host: str = ""
    realname: str = ""
    """Who it is to others, likewise."""
    left_seq: int = 0
    """With which number its last device left, likewise; 0 while one is there."""
    rooms: tuple[str, ...] = ()
    """The names of its rooms, likewise."""
    metadata: dict[str, str] = field(default_factory=dict)
    """What it says of itself, by key (draft/metadata-3)."""

    @property
    def key(self) -> str:
        """Its folded name."""
        return fold(self.name)

    def with_place_of(self, other: "Account") -> "Account":
        """Return it as it is, where `other` is: that changes by what need not be kept at once."""
        return structs.replace(
            self, nick=other.nick, username=other.username, host=other.host,
            realname=other.realname, left_seq=other.left_seq, rooms=other.rooms,
        )  # fmt: skip


class Accounts:
    """All accounts."""

    def __init__(self) -> None:
        self._known: dict[str, Account] = {}
        """By folded name."""
        self._certificates: dict[str, str] = {}
        """By fingerprint, the folded name of the account that it opens."""
        self._lookalikes = Lookalikes()
        self._invitations: dict[str, str] = {}
        """By digest of an invitation code, the folded name of the account that was made with it."""
        self.changed: set[str] = set()
        """Keys of those whose record must be written, or removed; whoever writes takes them out."""

    def __len__(self) -> int:
        return len(self._known)

    def __iter__(self) -> Iterator[Account]:
        """Go through all, by folded name."""
        return (self._known[key] for key in sorted(self._known))

    def restore(self, accounts: Iterable[Account]) -> None:
        """Bring back what was kept."""
        for account in accounts:
            self._index(account)

    def find(self, name: str) -> Account | None:
        """Return the account `name`, in any case of letters."""
        return self._known.get(fold(name)) if name else None

    def find_similar(self, name: str) -> Iterator[str]:
        """Yield the folded names that look like `name`, itself among them; one may come twice."""
        return self._lookalikes.find(name)

    def find_by_certificate(self, fingerprint: str) -> Account | None:
        """Return the account that the certificate with this SHA-256 opens; none for ""."""
        key = self._certificates.get(fingerprint)
        return self._known.get(key) if key is not None else None

    def has_used(self, invitation: str) -> bool:
        """Say whether there is an account that was made with the invitation code of this digest."""
        return invitation in self._invitations

    def put(self, account: Account) -> None:
        """Have `account` be what is known of its name, and be written."""
        self.drop(account.name)
        self._index(account)
        self.changed.add(account.key)

    def drop(self, name: str) -> None:
        """Forget the account `name`, and have its record removed."""
        account = self._known.pop(fold(name), None)
        if account is not None:
            for fingerprint in account.certificates:
                self._certificates.pop(fingerprint, None)
            self._invitations.pop(account.invitation, None)
            self._lookalikes.discard(account.key)
            self.changed.add(account.key)

    def take_changed(self) -> tuple[Sequence[Account], Sequence[str]]:
        """Return what changed since the last call: records to write, and keys of those to remove."""
        changed = sorted(self.changed)
        self.changed.clear()
        known = [self._known[key] for key in changed if key in self._known]
        return known, [key for key in changed if key not in self._known]

    def _index(self, account: Account) -> None:
        self._known[account.key] = account
        self._lookalikes.add(account.key)
        for fingerprint in account.certificates:
            self._certificates[fingerprint] = account.key
        if account.invitation:
            self._invitations[account.invitation] = account.key
