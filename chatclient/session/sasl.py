"""The ways to prove an account (SASL): EXTERNAL, SCRAM-SHA-256, PLAIN.

Rules: an exchange answers one challenge after another, and never raises. SCRAM tells the server
nothing that it could use elsewhere, and finds out whether the server knows the account (`proven`).
What takes it long is kept in memory, so that coming back is quick.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from typing import Protocol

EXTERNAL, SCRAM, PLAIN = "EXTERNAL", "SCRAM-SHA-256", "PLAIN"

MOST_ITERATIONS = 5_000_000
"""What a server may have us compute: a few seconds."""


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


class KeptKeys:
    """The last password that was salted: it is the same when we come back."""

    def __init__(self) -> None:
        self._known: tuple[bytes, bytes, int] | None = None
        self._salted = b""

    def salted(self, password: bytes, salt: bytes, iterations: int) -> bytes:
        """Return the salted password (RFC 5802, section 2.2: Hi); it may take a while."""
        asked = password, salt, iterations
        if self._known != asked:
            self._salted = hashlib.pbkdf2_hmac("sha256", *asked)
            self._known = asked
        return self._salted


class Scram:
    """A proof that one knows the password, and that the server does (RFC 5802, RFC 7677)."""

    name = SCRAM

    def __init__(self, account: str, password: str, nonce: str, kept: KeptKeys) -> None:
        """`nonce` is random, and never the same; `kept` outlives the connection."""
        self._account, self._password, self._nonce = account, password, nonce
        self._kept = kept
        self.begun = self.proven = False
        self._steps = iter((self._first, self._final, self._verify))

    def answer(self, challenge: bytes) -> bytes | str:
        """Return the next of our messages; the second takes a while, the first time."""
        step = next(self._steps, None)
        if step is None:
            return "the server asks for more than there is"
        try:
            answer = step(challenge.decode())
        except (LookupError, ValueError) as error:
            answer = f"the server's proof makes no sense: {error}"
        if isinstance(answer, str):
            self._steps = iter(())
        return answer

    def _first(self, challenge: str) -> bytes | str:
        name = _prepared(self._account).replace("=", "=3D").replace(",", "=2C")
        self._bare = f"n={name},r={self._nonce}"
        return f"n,,{self._bare}".encode()

    def _final(self, challenge: str) -> bytes | str:
        self.begun = True
        told = _attributes(challenge)
        nonce, salt, iterations = told["r"], b64decode(told["s"], validate=True), int(told["i"])
        if iterations > MOST_ITERATIONS:
            return "the server asks for a proof that takes too long to compute"
        ours = nonce.startswith(self._nonce) and nonce != self._nonce
        if "m" in told or iterations < 1 or not ours:
            return "the server's proof makes no sense: it is not the answer to ours"
        salted = self._kept.salted(_prepared(self._password).encode(), salt, iterations)
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        said = f"c=biws,r={nonce}"  # "n,,": no channel binding
        proved = f"{self._bare},{challenge},{said}".encode()
        signature = hmac.digest(hashlib.sha256(client_key).digest(), proved, "sha256")
        proof = bytes(one ^ other for one, other in zip(client_key, signature, strict=True))
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        self._expected = hmac.digest(server_key, proved, "sha256")
        return f"{said},p={b64encode(proof).decode()}".encode()

    def _verify(self, challenge: str) -> bytes | str:
        told = _attributes(challenge)
        if "e" in told:
            return f"the server refuses: {told['e']}"
        if not hmac.compare_digest(b64decode(told["v"], validate=True), self._expected):
            return "the server's proof makes no sense: it does not know the password"
        self.proven = True
        return b""


def _attributes(message: str) -> dict[str, str]:
    """Return the attributes of a message of SCRAM (RFC 5802, section 5.1), as it has them."""
    pairs = (each.partition("=") for each in message.split(","))
    return {name: value for name, _, value in pairs}


def _prepared(written: str) -> str:
    """Return a name or a password as it is compared (SASLprep, RFC 4013)."""
    if written.isascii() and written.isprintable():
        return written
    from scramp import ScramException  # noqa: PLC0415 - only who has such a one needs it
    from scramp.utils import saslprep  # noqa: PLC0415 - see above

    try:
        prepared: str = saslprep(written)
    except ScramException as error:
        raise ValueError(str(error)) from error
    return prepared
