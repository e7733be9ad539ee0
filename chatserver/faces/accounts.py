"""What faces know of accounts: which there are, how one is made, how one is proved to be had.

Rules: `hash` and `verify` take their time on purpose, so they are called in a `Request.work` alone. There,
right before, `attempts` is asked whether anybody may try, and told at once of what was wrong: so nobody has
more tries by having many connections, or by closing them before the answer.
"""

from collections.abc import Callable
from typing import Literal, Protocol

from msgspec import Struct

from chatserver.core.accounts import Account, Verifier
from chatserver.faces.contract import Request

Registration = Literal["open", "invitation", "closed"]
"""Who may make an account: everybody, who has an invitation code, or nobody but administrators."""


class Attempts(Protocol):
    """Counts wrong passwords, and accounts that are made, by the address from which they came."""

    def wait(self, host: str) -> int:
        """Return for how many seconds nobody may try from `host` any more, 0 if they may."""
        ...

    def fail(self, host: str) -> None:
        """Know of a wrong password, invitation or certificate, or of one more account."""
        ...


class Unlimited:
    """Lets everybody try as often as they like."""

    def wait(self, host: str) -> int:
        """Return 0."""
        return 0

    def fail(self, host: str) -> None:
        """Do nothing."""


def attempt(
    attempts: Attempts,
    host: str,
    check: Callable[[], bool],
    right: Callable[[], Request],
    wrong: Request,
    later: Callable[[int], Request],
) -> Request:
    """Return what is asked when a password is right, or when it is not: the work of a request.

    Or what `later` makes of the seconds for which nobody may try from `host` any more.
    """
    if wait := attempts.wait(host):
        return later(wait)
    if check():
        return right()
    attempts.fail(host)
    return wrong


def _unknown(_name: str) -> Account | None:
    return None


def _unhashed(_password: str) -> Verifier:
    return Verifier(b"", 1, b"", b"")


class AccountFacts(Struct, frozen=True, kw_only=True):
    """Accounts, as faces see them."""

    registration: Registration = "open"
    redeem: Callable[[str], str | None] = lambda _code: None
    """Returns what `Register.invitation` is for an invitation code, None for one that does not count."""
    before_connect: bool = True
    """Whether one may make an account before one is a user."""
    email_required: bool = False
    """Whether an account needs an e-mail address; nothing is sent to it."""
    find: Callable[[str], Account | None] = _unknown
    """Finds an account by its name, as it is now."""
    find_by_certificate: Callable[[str], Account | None] = _unknown
    """Finds it by the SHA-256 of a client certificate (hexadecimal, lower case)."""
    hash: Callable[[str], Verifier] = _unhashed
    """Makes what proves a password: takes long, raises ValueError with what is wrong with the password."""
    verify: Callable[[str, Account | None], bool] = lambda _password, _account: False
    """Says whether a password opens an account: takes long, and as long for one that is not there."""
    decoy: Callable[[str], Verifier] = _unhashed
    """Makes what SCRAM shows of a name that no password opens: for the same name always the same.

    Nobody can tell it from what proves a password, and none opens it.
    """
    nonce: Callable[[], str] = lambda: "nonce"
    """Makes what nobody can foresee, in printable ASCII without a comma (RFC 5802, section 5.1)."""
    attempts: Attempts = Unlimited()
    clear: bool = False
    """Whether passwords are taken over connections of plain text that others could listen in on."""
    tls_hint: str = ""
    """The command that a person with netcat can use instead, "" if the server has no TLS."""
