"""NickServ: one's account, for clients that know neither SASL nor `REGISTER`.

Rule: a nick that is registered is never somebody else's, so there is nobody to be thrown out of it: GHOST and
RECOVER log in, and take the nick.
"""

import re
from collections.abc import Sequence
from functools import partial
from typing import Final

from chatserver.core.accounts import Account
from chatserver.core.commands import (
    ChangeCertificate,
    ChangeNick,
    ChangePassword,
    DropAccount,
    Login,
    Logout,
    SetAlwaysOn,
)
from chatserver.faces.contract import Item, Request
from chatserver.faces.irc import proving
from chatserver.faces.irc.accounts import INSECURE, make_account
from chatserver.faces.irc.lines import readable_time
from chatserver.faces.irc.services import Order, Service, ask, say
from chatserver.faces.irc.session import Inquiry, Items, Session

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_SWITCH = {"ON": True, "OFF": False}


def _register(session: Session, words: Sequence[str]) -> Items | Request:
    email = words[1] if len(words) > 1 and words[1] != "*" else ""

    def refuse(_code: str, text: str) -> Item:
        return say(session, text)

    return make_account(session, "", email, words[0], refuse)


def _identify(session: Session, words: Sequence[str]) -> Items | Request:
    """Log in; with the password alone as whom the client wanted to be called, and couldn't."""
    name, password = (session.reserved, words[0]) if len(words) == 1 else words[:2]
    if not name:
        return [say(session, "Say which account: IDENTIFY account password")]
    return _check(session, name, password, _log_in if len(words) > 1 else _recover)


def _ghost(session: Session, words: Sequence[str]) -> Items | Request:
    return _check(session, words[0], words[1], _recover)


def _log_in(account: Account) -> Items:
    return [Login(account.name, account.version)]


def _recover(account: Account) -> Items:
    return [Login(account.name, account.version), ChangeNick(account.name)]


def _check(session: Session, name: str, password: str, use: proving.Use) -> Items | Request:
    """Return what `use` asks for if the password is right."""
    if not proving.may_send_password(session):
        return [say(session, INSECURE)]
    wrong = f"That is not the password of {name}"
    return proving.check_password(session, name, password, use, partial(say, session), wrong)


def _log_out(_session: Session, _words: Sequence[str]) -> Items:
    return [Logout()]


def _set_password(session: Session, words: Sequence[str]) -> Items | Request:
    if not proving.may_send_password(session):
        return [say(session, INSECURE)]
    return Request((), work=partial(_hash, session, words[0]))


def _hash(session: Session, password: str) -> Request:
    accounts = session.server.accounts
    if wait := accounts.attempts.wait(session.host):
        return Request((say(session, proving.too_many(wait)),))
    try:
        verifier = accounts.hash(password)
    except ValueError as unfit:
        return Request((say(session, str(unfit)),))
    accounts.attempts.fail(session.host)  # as costly as a wrong one
    return Request((ChangePassword(verifier),))


def _set_always_on(session: Session, words: Sequence[str]) -> Items:
    on = _SWITCH.get(words[0].upper())
    return [say(session, "Say ON or OFF") if on is None else SetAlwaysOn(on)]


def _drop(session: Session, words: Sequence[str]) -> Items | Request:
    def give_up(found: Account) -> Items:
        return [*_log_in(found), DropAccount(found.name)]

    return _check(session, words[0], words[1], give_up)


def _info(session: Session, words: Sequence[str]) -> Items:
    return [ask(session, lambda inquiry: _describe(inquiry, words[0] if words else ""))]


def _describe(inquiry: Inquiry, name: str) -> Sequence[str]:
    """Say of an account what everybody may know, and of one's own all."""
    own = inquiry.user.identity.account
    account = inquiry.state.accounts.find(name or own)
    if account is None:
        return [f"There is no account {name}" if name else "You are not logged in"]
    lines = [f"{account.name}: registered {readable_time(account.created_at)}"]
    if account.name == own or inquiry.user.operator:
        if account.email:
            lines.append(f"E-mail: {account.email}")
        lines.append(f"Password: {'yes' if account.verifier else 'no'}")
        lines.append(f"Certificates: {len(account.certificates)}")
        lines.append(f"Stays in its rooms: {'yes' if account.always_on else 'no'}")
    return lines


def _add_certificate(session: Session, words: Sequence[str]) -> Items:
    fingerprint = _fingerprint(words[0]) if words else session.certificate
    if not fingerprint:
        return [
            say(session, "You have shown no certificate: connect with one, or name its SHA-256")
        ]
    if not _FINGERPRINT.fullmatch(fingerprint):
        return [say(session, "The SHA-256 of a certificate has 64 hexadecimal digits")]
    return [ChangeCertificate(fingerprint, adding=True)]


def _remove_certificate(_session: Session, words: Sequence[str]) -> Items:
    return [ChangeCertificate(_fingerprint(words[0]), adding=False)]


def _list_certificates(session: Session, _words: Sequence[str]) -> Items:
    def find(inquiry: Inquiry) -> Sequence[str]:
        account = inquiry.state.accounts.find(inquiry.user.identity.account)
        if account is None:
            return ["You are not logged in"]
        return account.certificates or [f"No certificate opens {account.name}"]

    return [ask(session, find)]


def _fingerprint(written: str) -> str:
    """Return a fingerprint as it is kept, whether or not it was written with colons."""
    return written.replace(":", "").lower()


NICKSERV: Final = Service(
    "NickServ",
    "your account, by which your nick is yours.",
    {
        "REGISTER": Order(_register, "password [email]", "Make your nick an account of yours.", 1),
        "IDENTIFY": Order(_identify, "[account] password", "Log in.", 1),
        "LOGOUT": Order(_log_out, "", "Have no account any more, on this connection."),
        "GHOST": Order(_ghost, "nick password", "Log in and take the nick.", 2),
        "RECOVER": Order(_ghost, "nick password", "The same.", 2),
        "INFO": Order(_info, "[account]", "What is known of an account."),
        "SET PASSWORD": Order(
            _set_password, "password", "Have another password; log your other devices out.", 1
        ),
        "SET ALWAYSON": Order(
            _set_always_on, "ON|OFF", "Stay in your rooms while you are not connected.", 1
        ),
        "CERT ADD": Order(
            _add_certificate,
            "[fingerprint]",
            "Let a TLS certificate log you in: yours, or the named.",
        ),
        "CERT DEL": Order(_remove_certificate, "fingerprint", "Let it log you in no more.", 1),
        "CERT LIST": Order(_list_certificates, "", "The certificates that log you in."),
        "DROP": Order(_drop, "account password", "Give up your account, for good.", 2),
    },
)
"""The service."""
