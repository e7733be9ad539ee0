"""AUTHENTICATE: proving an account with a password or a certificate (IRCv3 sasl 3.1 and 3.2).

Rules: a message comes in chunks of 400 characters of base64, and ends with a shorter one. What is wrong
ends the exchange, and the client may begin anew. Whether an account is there can't be told from an
answer, nor from how long it takes: SCRAM shows something of every name. Who is a user already changes
accounts by another exchange.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from chatserver.faces.contract import Ask, Request
from chatserver.faces.irc.proving import (
    CHUNK,
    WRONG,
    challenge,
    check_password,
    fail,
    may_send_password,
    prove,
    stop,
    too_many,
)
from chatserver.faces.irc.session import Exchange, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold

_MESSAGE_LIMIT: Final = 8 * CHUNK


def authenticate(session: Session, message: Message) -> Items | Request:
    """AUTHENTICATE: begin an exchange, go on with it, or end it."""
    if not session.has(caps.SASL):
        return [fail(session, "The capability sasl comes first")]
    chunk, exchange = message.param(0), session.exchange
    if chunk == "*":
        return [abort(session)]
    if exchange is None:
        return _begin(session, chunk.upper())
    if len(chunk) > CHUNK:
        session.exchange = None
        return [session.tell("905", text="SASL message too long")]
    exchange.received += "" if chunk == "+" else chunk
    if len(exchange.received) > _MESSAGE_LIMIT:
        return stop(session, "That is more than any proof has")
    if len(chunk) == CHUNK:
        return []
    written, exchange.received = exchange.received, ""
    try:
        return exchange.take(b64decode(written, validate=True))
    except NotBase64:
        return stop(session, "That is not base64")


def mechanisms(session: Session) -> str:
    """Return the value of the capability: what this client can prove an account with.

    That is a certificate, if it has one; and a password, where nobody can listen in.
    """
    return ",".join(name for name, row in _MECHANISMS.items() if row[0](session))


def abort(session: Session) -> Ask:
    """End the exchange that is under way, and say so."""
    session.exchange = None
    return session.tell("906", text="SASL authentication aborted")


def _begin(session: Session, name: str) -> Items:
    accounts = session.server.accounts
    if wait := accounts.attempts.wait(session.host):
        return [fail(session, too_many(wait))]
    offered, make = _MECHANISMS.get(name, (lambda _session: False, None))
    if make is None or not offered(session):
        listed = session.tell("908", mechanisms(session), text="are available SASL mechanisms")
        return [listed, fail(session)]
    session.exchange = make(session)
    return [challenge(b"")]


class _Plain:
    """PLAIN (RFC 4616): the password as it is."""

    def __init__(self, session: Session) -> None:
        self.received = ""
        self._session = session

    def take(self, message: bytes) -> Request:
        """Check the password."""
        session = self._session
        session.exchange = None
        try:
            parts = message.decode().split("\0")
        except UnicodeDecodeError:
            parts = []
        if len(parts) != 3 or not all(parts[1:]) or fold(parts[0]) not in ("", fold(parts[1])):
            return Request((fail(session),))
        _, name, password = parts
        use, refuse = partial(prove, session), partial(fail, session)
        return check_password(session, name, password, use, refuse, WRONG)


class _External:
    """EXTERNAL (RFC 4422, appendix A): the certificate that the client has shown."""

    def __init__(self, session: Session) -> None:
        self.received = ""
        self._session = session

    def take(self, message: bytes) -> Request:
        """Look whose certificate it is."""
        session = self._session
        session.exchange = None
        account = session.server.accounts.find_by_certificate(session.certificate)
        wanted = fold(message.decode(errors="replace"))
        if account is None or wanted not in ("", account.key):
            how = "log in with the password, then NickServ CERT ADD"
            return Request((fail(session, f"The certificate opens no such account: {how}"),))
        return Request(tuple(prove(session, account)))


def _make_scram(session: Session) -> Exchange:
    from chatserver.faces.irc.scram import Scram  # noqa: PLC0415 - its library takes its time

    return Scram(session)


_MECHANISMS: Mapping[str, tuple[Callable[[Session], bool], Callable[[Session], Exchange]]] = {
    "PLAIN": (may_send_password, _Plain),
    "EXTERNAL": (lambda session: bool(session.certificate), _External),
    "SCRAM-SHA-256": (lambda _session: True, _make_scram),
}
"""By name: to whom it is offered, and what takes its messages."""
