"""Accounts in plain text: /register, /login, /logout, /password, and /oper for operators of the server.

Rules: a password is in what is checked on a thread and nowhere else, never in a line. Where others could
listen in it is not taken, and who sends it is told what to do instead. Who has an account is called
like it, if nobody else is.
"""

from collections.abc import Callable, Sequence
from functools import partial

from chatserver.core import commands
from chatserver.core.accounts import Account
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.accounts import attempt
from chatserver.faces.contract import Ask, Moment, Request
from chatserver.faces.plain.reader import Items, Reader
from chatwire.names import fold, tidy

GUEST = "guest-"
"""How the nicks of guests begin: nobody wants an account of that name without knowing."""


def register(face: Reader, rest: str) -> Items:
    """Make an account for the reader."""
    accounts = face.facts.accounts
    if accounts.registration == "closed":
        return "only administrators make accounts here"
    more = "CODE" if accounts.registration == "invitation" else "EMAIL"
    needs_more = accounts.registration == "invitation" or accounts.email_required
    usage = f"/register NAME PASSWORD{f' {more}' if needs_more else ''}"
    head, _, last = rest.rpartition(" ") if needs_more else (rest, "", "")
    name, _, password = head.strip().rpartition(" ") if needs_more else head.partition(" ")
    if not password and not needs_more:
        name, password = "", name
    if not password:
        return f"which name and password? {usage}"
    if refused := _refuse_password(face):
        return refused
    if name:
        return Request((), work=partial(_make, face, tidy(name.strip()), password.strip(), last))
    if not face.joined:
        return f"which name? {usage}"

    def go_on(nick: str) -> Request:
        if nick.startswith(GUEST):
            return Request((face.say(f"which name? {usage}"),))
        return Request((), work=partial(_make, face, nick, password, last))

    return _with_nick(go_on)


def _make(face: Reader, name: str, password: str, more: str) -> Request:
    """Return what makes the account `name`; `more` is an invitation code or an address, if needed."""
    accounts = face.facts.accounts
    if wait := accounts.attempts.wait(face.host):
        return _too_many(face, wait)
    invited = accounts.registration == "invitation"
    invitation = accounts.redeem(more) if invited else ""
    if invitation is None:
        accounts.attempts.fail(face.host)
        return Request((face.say("that invitation code does not count"),), wrong=True)
    try:
        verifier = accounts.hash(password)
    except ValueError as unfit:
        return Request((face.say(str(unfit)),))
    accounts.attempts.fail(face.host)  # nobody makes many
    address = "" if invited else more
    made = commands.Register(name, verifier, address, invitation=invitation)
    return Request((made,), then=partial(_take_name, name))


def login(face: Reader, rest: str) -> Items:
    """Give the reader an account whose password they know."""
    name, _, password = rest.partition(" ")
    if not password:
        name, password = "", name
    if not password or not (name or face.joined):
        return "as whom? /login ACCOUNT PASSWORD"
    if refused := _refuse_password(face):
        return refused
    prove = partial(_prove, face, password.strip())
    return prove(name) if name else _with_nick(prove)


def _prove(face: Reader, password: str, name: str) -> Request:
    """Return what checks a password, and gives the reader the account `name` if it is right."""
    accounts = face.facts.accounts
    account = accounts.find(name)
    check = partial(accounts.verify, password, account)

    def log_in() -> Request:
        return _log_in(account) if account is not None else Request(())

    return _attempt(face, check, log_in, "wrong account or password")


def _log_in(account: Account) -> Request:
    proved = commands.Login(account.name, account.version)
    return Request((proved,), then=partial(_take_name, account.name))


def logout(_face: Reader, _rest: str) -> Items:
    """Let the reader have no account."""
    return (commands.Logout(),)


def change_password(face: Reader, rest: str) -> Items:
    """Give the reader's account another password."""
    if not rest:
        return "which one? /password NEW"
    if refused := _refuse_password(face):
        return refused

    def work() -> Request:
        accounts = face.facts.accounts
        if wait := accounts.attempts.wait(face.host):
            return _too_many(face, wait)
        try:
            verifier = accounts.hash(rest)
        except ValueError as unfit:
            return Request((face.say(str(unfit)),))
        accounts.attempts.fail(face.host)  # as costly as a wrong one
        return Request((commands.ChangePassword(verifier),))

    return Request((), work=work)


def become_operator(face: Reader, rest: str) -> Items:
    """Make the reader an operator of the server."""
    name, _, password = rest.partition(" ")
    check = face.facts.operators.get(name, face.facts.stranger)
    if not password:
        return "as whom? /oper NAME PASSWORD"
    if refused := _refuse_password(face, even_if_clear=True):
        return refused

    right = Request((commands.BecomeOperator(name),))
    return _attempt(face, partial(check, password), lambda: right, "wrong name or password")


def _attempt(
    face: Reader, check: Callable[[], bool], right: Callable[[], Request], wrong: str
) -> Request:
    """Return what is asked if a password is right; else `wrong` is said, and counted."""
    attempts, host = face.facts.accounts.attempts, face.host
    denied = Request((face.say(wrong),), wrong=True)
    later = partial(_too_many, face)
    return Request((), work=lambda: attempt(attempts, host, check, right, denied, later))


def _too_many(face: Reader, wait: int) -> Request:
    text = f"too many wrong passwords came from your address; try again in {wait} s"
    return Request((face.say(text),))


def _refuse_password(face: Reader, *, even_if_clear: bool = False) -> str:
    """Say why no password is taken from the reader, "" if one is."""
    accounts = face.facts.accounts
    if not face.private and (even_if_clear or not accounts.clear):
        hint = f". Use TLS: {accounts.tls_hint}" if accounts.tls_hint else ""
        return (
            f"not over an unencrypted connection: others could read the password on its way{hint}"
        )
    return ""


def _with_nick(go_on: Callable[[str], Request]) -> Request:
    """Return what goes on with the nick that the reader has when it is their turn."""
    found = [""]

    def look(_state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        found[0] = user.nick if user is not None else ""
        return ()

    return Request((Ask(look),), then=lambda: go_on(found[0]))


def _take_name(name: str) -> Request:
    """Return what has the reader be called like their account `name`, if it is theirs and nobody is."""
    wanted: list[commands.ChangeNick] = []

    def look(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        if user is not None and fold(user.identity.account) == fold(name) != fold(user.nick):
            free = state.find_user(name) is None
            wanted.extend([commands.ChangeNick(name)] if free else [])
        return ()

    return Request((Ask(look),), then=lambda: Request(tuple(wanted)))
