"""Proving an account to the IRC face: what is answered, and what follows, whichever way it is proved.

Rule: whoever is a user already is somebody else from the place of the command in the order on; who is none
yet has the account when they become one.
"""

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Final

from chatserver.core.accounts import Account
from chatserver.core.commands import Login
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.accounts import attempt
from chatserver.faces.contract import Answer, Ask, Item, Moment, Request
from chatserver.faces.irc.lines import finish
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire.names import fold

CHUNK: Final = 400
"""Characters of base64 in a line of AUTHENTICATE."""

WRONG: Final = "SASL authentication failed"

Use = Callable[[Account], Items]
"""What is asked for once an account is proved."""


def fail(session: Session, why: str = WRONG) -> Ask:
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
