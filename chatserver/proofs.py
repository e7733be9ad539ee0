"""What proves a password without being one: made, checked, and made up for names that have none.

Rules: verifiers are those of SCRAM-SHA-256 (RFC 5802 and 7677), so a password is prepared as SASLprep
(RFC 4013) has it, whichever way it is proved. Making and checking takes its time on purpose: that
belongs on a thread. It takes as long for a name that there is not.
"""

import hashlib
import hmac
import secrets
from stringprep import in_table_b1
from typing import Final

from chatserver.core.accounts import ITERATIONS, Account, Verifier

PASSWORD_MOST: Final = 1000
"""Bytes of a password."""

_SALT: Final = 16


class Proofs:
    """Makes and checks verifiers, as a server is configured."""

    def __init__(
        self, iterations: int = ITERATIONS, least: int = 1, secret: bytes | None = None
    ) -> None:
        """Make verifiers with so many `iterations`, of passwords that have `least` characters.

        Decoys follow from `secret`: as long as that is the same, they are.
        """
        self._iterations = iterations
        self._least = least
        self._secret = secret or secrets.token_bytes()

    def hash(self, password: str) -> Verifier:
        """Return what proves `password`. Raises `ValueError`, which says what is wrong with it."""
        if sum(not in_table_b1(letter) for letter in password) < self._least:  # SASLprep drops them
            raise ValueError(f"a password has at least {self._least} characters")
        if len(password.encode(errors="replace")) > PASSWORD_MOST:
            raise ValueError(f"a password has at most {PASSWORD_MOST} bytes")
        try:
            return _derive(password, self._iterations, secrets.token_bytes(_SALT))
        except UnusablePasswordError:
            raise ValueError("the password has characters that passwords can't have") from None

    def verify(self, password: str, account: Account | None) -> bool:
        """Say whether `password` opens `account`; it takes as long if there is none."""
        kept = account.verifier if account is not None else None
        against = kept or self.decoy("")
        try:
            found = _derive(password, against.iterations, against.salt)
        except UnusablePasswordError:
            return False
        return hmac.compare_digest(found.stored_key, against.stored_key) and kept is not None

    def decoy(self, name: str) -> Verifier:
        """Return what looks like a verifier, for a name that no password opens: always the same."""
        salt, stored, server = (
            hmac.digest(self._secret, f"{part} {name}".encode(errors="replace"), hashlib.sha256)
            for part in ("salt", "stored", "server")
        )
        return Verifier(salt[:_SALT], self._iterations, stored, server)


def make_nonce() -> str:
    """Return what nobody can foresee, for one exchange of SCRAM."""
    return secrets.token_urlsafe()


class UnusablePasswordError(Exception):
    """SASLprep does not take a password."""


def _derive(password: str, iterations: int, salt: bytes) -> Verifier:
    """Return the verifier of a password. Raises `UnusablePasswordError`."""
    from scramp import ScramException, ScramMechanism  # noqa: PLC0415 - it takes its time, on a thread

    mechanism = ScramMechanism("SCRAM-SHA-256")
    try:
        salt, stored_key, server_key, iterations = mechanism.make_auth_info(
            password, iteration_count=iterations, salt=salt
        )
    except ScramException:
        raise UnusablePasswordError from None
    return Verifier(salt, iterations, stored_key, server_key)
