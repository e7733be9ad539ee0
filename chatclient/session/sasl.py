"""The ways to prove an account (SASL): EXTERNAL, SCRAM-SHA-256, PLAIN.

Rules: an exchange answers one challenge after another, and never raises. SCRAM tells the server
nothing that it could use elsewhere, and finds out whether the server knows the account (`proven`).
"""

import re
from typing import Protocol

EXTERNAL, SCRAM, PLAIN = "EXTERNAL", "SCRAM-SHA-256", "PLAIN"

MOST_ITERATIONS = 5_000_000
"""What a server may have us compute: a few seconds."""

_ITERATIONS = re.compile(r"(?:^|,)i=([0-9]{1,9})(?:,|$)")


class Exchange(Protocol):
    """One run of a mechanism."""

    name: str
    begun: bool
    """Whether the server has taken part, so that a refusal is about the password."""
    proven: bool
    """Whether the server may be the one that it should be."""

    def answer(self, challenge: bytes) -> bytes | str:
        """Return the answer to a challenge, or in words why there is none. It may take a while."""


class External:
    """The client certificate, which the server has seen, says it all (RFC 4422, appendix A)."""

    name, begun, proven = EXTERNAL, True, True

    def answer(self, challenge: bytes) -> bytes | str:
        """Return that no other identity is wanted."""
        return b""


class Plain:
    """Account and password as they are (RFC 4616)."""

    name, begun, proven = PLAIN, True, True

    def __init__(self, account: str, password: str) -> None:
        self._account, self._password = account, password

    def answer(self, challenge: bytes) -> bytes | str:
        """Return them."""
        if "\0" in self._account + self._password:
            return "a password has no NUL in it"
        return f"\0{self._account}\0{self._password}".encode(errors="replace")


class Scram:
    """A proof that one knows the password, and that the server does (RFC 5802, RFC 7677)."""

    name = SCRAM

    def __init__(self, account: str, password: str, nonce: str) -> None:
        """`nonce` is random, and never the same."""
        self._account, self._password, self._nonce = account, password, nonce
        self.begun = self.proven = False
        self._steps = iter((self._first, self._final, self._verify))

    def answer(self, challenge: bytes) -> bytes | str:
        """Return the next of our messages; the second takes a while."""
        from scramp import ScramException  # noqa: PLC0415 - only who logs in needs it

        step = next(self._steps, None)
        if step is None:
            return "the server asks for more than there is"
        try:
            return step(challenge.decode())
        except (ScramException, ValueError, LookupError, TypeError) as error:
            self._steps = iter(())
            return f"the server's proof makes no sense: {error}"

    def _first(self, challenge: str) -> bytes | str:
        from scramp import ScramClient  # noqa: PLC0415 - see above

        self._client = ScramClient([SCRAM], self._account, self._password, c_nonce=self._nonce)
        first: str = self._client.get_client_first()
        return first.encode()

    def _final(self, challenge: str) -> bytes | str:
        self.begun = True
        told = _ITERATIONS.search(challenge)
        if told and int(told[1]) > MOST_ITERATIONS:
            return "the server asks for a proof that takes too long to compute"
        self._client.set_server_first(challenge)
        final: str = self._client.get_client_final()
        return final.encode()

    def _verify(self, challenge: str) -> bytes | str:
        self._client.set_server_final(challenge)
        self.proven = True
        return b""
