"""AUTHENTICATE: proving an account with a password or a certificate (IRCv3 sasl 3.1 and 3.2).

Rules: a message comes in chunks of 400 characters of base64, and ends with a shorter one. What is wrong
ends the exchange, and the client may begin anew. Whether an account is there can't be told from an
answer, nor from how long it takes: SCRAM shows something of every name. Who is a user already changes
accounts by another exchange.
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from chatserver.core.accounts import Account
from chatserver.core.commands import Login
from chatserver.core.state import State, User
from chatserver.faces.accounts import attempt
from chatserver.faces.contract import Answer, Ask, Item, Moment, Request
from chatserver.faces.irc.lines import finish
from chatserver.faces.irc.session import Exchange, Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold

CHUNK: Final = 400
"""Characters of base64 in a line."""

_MESSAGE_LIMIT: Final = 8 * CHUNK
_WRONG = "SASL authentication failed"

Use = Callable[[Account], Items]
"""What is asked for once an account is proved."""


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


def fail(session: Session, why: str = _WRONG) -> Ask:
    """Answer that it failed."""
    return session.tell("904", text=why)


def too_many(wait: int) -> str:
    """Say for how many seconds nobody may try from where the client is."""
    return f"Too many attempts: try again in {wait} s"


def may_send_password(session: Session) -> bool:
    """Say whether the client may send a password: nobody can listen in, or the server does not mind."""
    return session.private or session.server.accounts.clear


def logged_in(session: Session, user: User | None, account: str) -> bytes:
    """Return what says that the client, a user or none yet, has `account` now."""
    mask = (
        user.identity.mask
        if user
        else f"{session.nick or '*'}!{session.username or '*'}@{session.host}"
    )
    text = f"You are now logged in as {account}"
    return session.numeric("900", user.nick if user else "", mask, account, text=text)


def prove(session: Session, account: Account) -> Items:
    """Give the client the account that it has proved: at once, or when it becomes a user."""
    if session.registered:
        return [Login(account.name, account.version), session.ask(partial(_confirm, account))]

    def accept(_state: State, _user: User | None, _moment: Moment) -> tuple[bytes, bytes]:
        session.account, session.proof = account.name, account.version
        return logged_in(session, None, account.name), _success(session, "")

    return [Ask(accept)]


def _confirm(account: Account, inquiry: Inquiry) -> list[bytes]:
    """Say that it succeeded, unless logging in was refused."""
    if fold(inquiry.user.identity.account) != account.key:
        return []
    return [_success(inquiry.session, inquiry.user.nick)]


def _success(session: Session, nick: str) -> bytes:
    return session.numeric("903", nick, text="SASL authentication successful")


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


def stop(session: Session, why: str) -> Items:
    """End the exchange that is under way, and say why it failed."""
    session.exchange = None
    return [fail(session, why)]


def challenge(message: bytes) -> Answer:
    """Answer with a message of the server, in chunks."""
    written = b64encode(message).decode()
    chunks = [written[start : start + CHUNK] for start in range(0, len(written), CHUNK)]
    if not chunks or len(chunks[-1]) == CHUNK:
        chunks.append("+")
    return Answer(tuple(finish(f"AUTHENTICATE {chunk}") for chunk in chunks))


def deny(session: Session, item: Item) -> Request:
    """Count a wrong proof, and answer with `item` a moment later."""
    session.server.accounts.attempts.fail(session.host)
    return Request((item,), wrong=True)


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
        return check_password(session, name, password, use, refuse, _WRONG)


def check_password(
    session: Session, name: str, password: str, use: Use, refuse: Callable[[str], Item], wrong: str
) -> Request:
    """Return what `use` asks for of the account `name`, if `password` opens it.

    Else what `refuse` makes of a text: of `wrong`, unless nobody may try.
    """
    accounts = session.server.accounts
    account = accounts.find(name)

    def work() -> Request:
        return attempt(
            accounts.attempts,
            session.host,
            partial(accounts.verify, password, account),
            lambda: Request(tuple(use(account)) if account is not None else ()),
            Request((refuse(wrong),), wrong=True),
            lambda wait: Request((refuse(too_many(wait)),)),
        )

    return Request((), work=work)


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
