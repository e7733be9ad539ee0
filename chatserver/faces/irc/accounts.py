"""REGISTER and VERIFY: making an account (IRCv3 draft/account-registration), and what is told of one.

Rules: a password is hashed on a thread, and only its verifier is in a command. Whoever made an account
has it from then on, also before they are a user. What is refused is a FAIL that a program can read.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from chatserver.core.commands import Register
from chatserver.core.effects import (
    AccountSettled,
    LoggedIn,
    LoggedOut,
    Reason,
    Refused,
    Registered,
)
from chatserver.core.members import User
from chatserver.core.naming import is_name
from chatserver.core.state import State
from chatserver.faces.contract import Item, Request
from chatserver.faces.irc import proving, services
from chatserver.faces.irc.lines import as_middle, finish
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire.message import Message
from chatwire.names import tidy

REGISTER: Final = "REGISTER"
"""What `Session.voice` is while somebody registers by this command."""

INSECURE: Final = "Others could read a password on this connection: use TLS"

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")

_CODES = {
    Reason.ACCOUNT_EXISTS: "ACCOUNT_EXISTS",
    Reason.ACCOUNT_INVALID: "BAD_ACCOUNT_NAME",
    Reason.HAS_ACCOUNT: "ALREADY_AUTHENTICATED",
    Reason.INVITATION_USED: "INVALID_EMAIL",
    Reason.NICK_TOO_SIMILAR: "BAD_ACCOUNT_NAME",
}
"""What the specification calls a reason to refuse; TEMPORARILY_UNAVAILABLE for all others."""

_SETTLED = {
    "ChangePassword": "The password of {} is changed",
    "ChangeCertificate": "The certificates of {} are changed",
    "DropAccount": "The account {} is nobody's any more",
}

Refuse = Callable[[str, str], Item]
"""Makes the answer to who may not register: from a code, and from a text for people."""


def register(session: Session, message: Message) -> Items | Request:
    """REGISTER: make an account."""
    written, email, password = message.params[:3]

    def refuse(code: str, text: str) -> Item:
        return session.fail(REGISTER, code, as_middle(written), text=text)

    if not session.registered and not may_register_early(session):
        return [refuse("COMPLETE_CONNECTION_REQUIRED", "Connect first")]
    if not session.registered and not session.nick:
        return [session.fail(REGISTER, "NEED_NICK", "*", text="Send NICK first")]
    if session.account and not session.registered:
        return [refuse("ALREADY_AUTHENTICATED", f"You are logged in as {session.account}")]
    name = "" if written == "*" else tidy(written)
    if not session.registered:
        name = name or session.nick
    if name and not is_name(name, session.server.limits):
        return [refuse("BAD_ACCOUNT_NAME", "That can't be a nick, so it can't be an account")]
    found = make_account(session, name, "" if email == "*" else email, password, refuse)
    return services.voiced(REGISTER, session, found)


def verify(session: Session, message: Message) -> Items:
    """VERIFY: confirm an account with a code, of which we send none."""
    account = as_middle(message.param(0))
    if not session.registered and not may_register_early(session):
        return [
            session.fail("VERIFY", "COMPLETE_CONNECTION_REQUIRED", account, text="Connect first")
        ]
    text = "Accounts need no verification here"
    return [session.fail("VERIFY", "INVALID_CODE", account, text=text)]


def may_register_early(session: Session) -> bool:
    """Say whether an account can be made before one is a user: not without the server's password."""
    return session.server.accounts.before_connect and session.server.password is None


def offer(session: Session) -> str | None:
    """Return the value of the capability `draft/account-registration`; None when it is not offered."""
    accounts = session.server.accounts
    if accounts.registration == "closed" or not proving.may_send_password(session):
        return None
    needs_email = accounts.email_required or accounts.registration == "invitation"
    keys = {
        "before-connect": may_register_early(session),
        "custom-account-name": True,
        "email-required": needs_email,
    }
    return ",".join(key for key, offered in keys.items() if offered)


def make_account(
    session: Session, name: str, email: str, password: str, refuse: Refuse
) -> Items | Request:
    """Make the account `name` ("": as the nick of the user), or say by `refuse` why not."""
    accounts = session.server.accounts
    if accounts.registration == "closed":
        return [refuse("TEMPORARILY_UNAVAILABLE", "Only administrators make accounts here")]
    if not proving.may_send_password(session):
        return [refuse("UNACCEPTABLE_PASSWORD", INSECURE)]
    invited = accounts.registration == "invitation"
    if not invited and email and not _ADDRESS.fullmatch(email):
        return [refuse("INVALID_EMAIL", "That is not an address")]
    if not invited and not email and accounts.email_required:
        return [refuse("INVALID_EMAIL", "An account needs an e-mail address")]

    def work() -> Request:
        if wait := accounts.attempts.wait(session.host):
            return Request((refuse("TEMPORARILY_UNAVAILABLE", proving.too_many(wait)),))
        invitation = accounts.redeem(email.partition("@")[0]) if invited else ""
        if invitation is None:
            text = "An account needs an invitation code, in the place of the e-mail address"
            return proving.deny(session, refuse("INVALID_EMAIL", text))
        try:
            verifier = accounts.hash(password)
        except ValueError as unfit:
            return Request((refuse("WEAK_PASSWORD", str(unfit)),))
        accounts.attempts.fail(session.host)  # nobody makes many
        address = "" if invited else email
        command = Register(name, verifier, address, session.certificate, invitation)
        return Request((command,))

    return Request((), work=work)


def registration_refused(session: Session, state: State, reply: Refused, text: str) -> bytes:
    """Return why an account was not made; `text` says it to people."""
    code = _CODES.get(reply.reason, "TEMPORARILY_UNAVAILABLE")
    if reply.reason is Reason.ACCOUNT_INVALID and state.find_user(reply.subject):
        code, text = "ACCOUNT_EXISTS", "Somebody is called so right now"
    (line,) = session.fail(REGISTER, code, as_middle(reply.subject), text=text).lines
    return line


def registered(session: Session, user: User | None, reply: Registered) -> Sequence[bytes]:
    """Return what who made an account is told; who is a user is told by `logged_in` as well."""
    text = f"The account {reply.account} is made, and yours"
    nick = user.nick if user else ""
    if session.voice not in ("", REGISTER):
        return [services.notice(session, nick, text)]
    line = finish(f":{session.server.name} REGISTER SUCCESS {reply.account} :{text}")
    if user is not None:
        return [line]
    account = session.server.accounts.find(reply.account)
    session.account, session.proof = reply.account, account.version if account else 0
    return [line, proving.logged_in(session, None, reply.account)]


def logged_in(inquiry: Inquiry, reply: LoggedIn) -> Sequence[bytes]:
    """Return what who has an account now is told."""
    account = reply.identity.account
    lines = [proving.logged_in(inquiry.session, inquiry.user, account)]
    return [*lines, *_said(inquiry, f"You are now logged in as {account}")]


def logged_out(inquiry: Inquiry, reply: LoggedOut) -> Sequence[bytes]:
    """Return what who has no account any more is told."""
    text = "You are now logged out"
    line = inquiry.numeric("901", reply.identity.mask, text=text)
    return [line, *_said(inquiry, text)]


def settled(inquiry: Inquiry, reply: AccountSettled) -> Sequence[bytes]:
    """Return what who changed their account is told."""
    if reply.command == "SetAlwaysOn":
        account = inquiry.state.accounts.find(reply.account)
        stays = "stays" if account is not None and account.always_on else "no longer stays"
        return _said(inquiry, f"{reply.account} {stays} in its rooms while it is not connected")
    return _said(inquiry, _SETTLED[reply.command].format(reply.account))


def _said(inquiry: Inquiry, text: str) -> Sequence[bytes]:
    """Return `text` as a notice of the service that was asked, nothing if none was."""
    session = inquiry.session
    if session.voice in ("", REGISTER):
        return []
    return [services.notice(session, inquiry.user.nick, text)]
