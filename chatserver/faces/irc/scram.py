"""SCRAM-SHA-256 by AUTHENTICATE: the three messages, between the library and the exchange.

Rule: it is imported when somebody logs in like that, as the library takes its time.
"""

from collections.abc import Generator
from typing import Final

from scramp import ScramException, ScramMechanism

from chatserver.core.accounts import Account
from chatserver.faces.contract import Request
from chatserver.faces.irc.proving import challenge, deny, fail, prove, stop, too_many
from chatserver.faces.irc.session import Session
from chatwire.names import fold

_MECHANISM: Final = ScramMechanism("SCRAM-SHA-256")


class Scram:
    """SCRAM-SHA-256 (RFC 5802, RFC 7677): neither the password nor anything like it is sent."""

    def __init__(self, session: Session) -> None:
        self.received = ""
        self._session = session
        self._account: Account | None = None
        self._server = _MECHANISM.make_server(self._find, s_nonce=session.server.accounts.nonce())
        self._steps = self._talk()
        next(self._steps)

    def take(self, message: bytes) -> Request:
        """Take the next of three messages, if anybody may still try."""
        session = self._session
        if wait := session.server.accounts.attempts.wait(session.host):
            return Request(tuple(stop(session, too_many(wait))))
        try:
            return self._steps.send(message)
        except (ScramException, UnicodeDecodeError):
            session.exchange = None
            wrong = deny(session, fail(session))
            return Request((), work=lambda: wrong)

    def _talk(self) -> Generator[Request, bytes, None]:
        server, session = self._server, self._session
        first = yield Request(())
        server.set_client_first(first.decode())
        final = yield Request((challenge(server.get_server_first().encode()),))
        server.set_client_final(final.decode())
        yield Request((challenge(server.get_server_final().encode()),))
        session.exchange = None
        found = self._account
        yield Request(tuple(prove(session, found)) if found else (fail(session),))

    def _find(self, name: str) -> tuple[bytes, bytes, bytes, int]:
        accounts = self._session.server.accounts
        self._account = accounts.find(name)
        verifier = self._account.verifier if self._account is not None else None
        shown = verifier or accounts.decoy(fold(name))
        return shown.salt, shown.stored_key, shown.server_key, shown.iterations
