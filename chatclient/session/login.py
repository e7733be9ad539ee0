"""Logging in to an account by SASL (IRCv3 sasl-3.1, sasl-3.2), before and after the welcome.

Rules: the best mechanism that the server offers comes first: the certificate, then a proof, then the
password itself, and that only where nobody else can read it, or the user said so. Another one is
tried only if the server could not use the one before: a wrong password is not tried twice. Who
should be logged in and cannot be is not let in as somebody else: the connection ends, and the user
is asked.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from chatclient.model import Kind, PasswordProven, Question, ReconnectWanted, WorkWanted
from chatclient.session.nicks import regain_now
from chatclient.session.outbox import new_nonce
from chatclient.session.sasl import EXTERNAL, PLAIN, SCRAM, Exchange, External, Plain, Scram
from chatclient.session.state import Attempt, Heard, State
from chatwire import caps
from chatwire import numerics as n
from chatwire.text import plain

_CHUNK = 400  # of base64 on one line
_MOST = 64 * 1024
YES, NO = "yes", "no"

PATIENCE = 30.0
"""Seconds that a server may take to let us log in; a proof may take some to compute."""


def mechanisms(state: State) -> list[str]:
    """Return the mechanisms that can be used, the best first."""
    credentials, told = state.credentials, state.offered.get(caps.SASL, "").upper()
    possible = []
    if credentials.certificate and state.status.secure:
        possible.append(EXTERNAL)
    if credentials.account and credentials.password:
        possible.append(SCRAM)
        if state.status.private or credentials.in_clear:
            possible.append(PLAIN)
    return [name for name in possible if not told or name in told.split(",")]


def log_in(state: State) -> None:
    """Begin to log in, or say why that cannot be."""
    names = mechanisms(state)
    if not state.has(caps.SASL):
        _ask_to_go_on(state)
    elif names:
        _try(state, names)
    elif state.credentials.account and not state.credentials.password:
        _ask_password(state, "")
    elif state.credentials.account:
        _ask_in_clear(state)
    else:
        conclude(state)  # the certificate is of no use here


def check(state: State) -> None:
    """Log in by the password that the user has just typed.

    Nothing is said meanwhile: who sees that it was wrong types it again, and would say it to a room.
    """
    log_in(state)
    if state.attempt:
        _wait(state)


def check_anew(state: State) -> None:
    """Log in by it on another connection; also until that stands, nothing is said."""
    if state.credentials.account:
        _wait(state)
    state.world.want(ReconnectWanted())


def _wait(state: State) -> None:
    checking = Question("checking the password", lambda _: None, hidden=True, closed=True)
    state.credentials.checking = checking
    state.world.ask(checking)


def conclude(state: State) -> None:
    """End the negotiation, if all that it waits for is done."""
    if state.registered or state.requests or state.attempt:
        return
    if state.has(caps.PRE_AWAY) and state.away:
        state.send("AWAY", state.away)  # so that nobody sees us come back, and go away again
    if state.has(caps.SESSION):
        state.past.secret = state.past.secret or new_nonce(state.random)
        state.send("SESSION", state.past.secret)
    state.send("CAP", "END")


def _try(state: State, names: list[str]) -> None:
    name, *rest = names
    credentials = state.credentials
    exchange: Exchange
    match name:
        case "EXTERNAL":
            exchange = External()
        case "PLAIN":
            exchange = Plain(credentials.account, credentials.password)
        case _:
            nonce = new_nonce(state.random)
            exchange = Scram(credentials.account, credentials.password, nonce, credentials.kept)
    state.attempt = Attempt(exchange, rest)
    state.send("AUTHENTICATE", name)


# --- the exchange --------------------------------------------------------------------------------


def on_authenticate(state: State, heard: Heard) -> None:
    """Take a challenge, and have it answered (AUTHENTICATE)."""
    attempt = state.attempt
    if attempt is None:
        return
    chunk = heard.text(0)
    if chunk != "+":
        attempt.chunks.append(chunk)
    if len(chunk) == _CHUNK and len(attempt.chunks) * _CHUNK < _MOST:
        return
    try:
        challenge = b64decode("".join(attempt.chunks), validate=True)
    except (binascii.Error, ValueError):
        challenge = b""
    attempt.chunks.clear()
    compute = partial(attempt.exchange.answer, challenge)
    state.world.want(WorkWanted(compute, partial(_answer, state, attempt)))


def _answer(state: State, attempt: Attempt, answer: bytes | str) -> None:
    """Send what was computed, in pieces, unless the login is over by now."""
    if state.attempt is not attempt:
        return
    if isinstance(answer, str):
        state.send("AUTHENTICATE", "*")
        _fail(state, answer)
        return
    text = b64encode(answer).decode()
    for start in range(0, len(text), _CHUNK):
        state.send("AUTHENTICATE", text[start : start + _CHUNK])
    if len(text) % _CHUNK == 0:
        state.send("AUTHENTICATE", "+")


# --- how it ends ---------------------------------------------------------------------------------


def give_up(state: State, now: float) -> float | None:
    """End a login that the server has forgotten; return when to look again, None for never.

    Before the welcome who owns the connection is less patient than this.
    """
    attempt = state.attempt
    if attempt is None or not state.registered:
        return None
    if attempt.due is None:
        attempt.due = now + PATIENCE
    if now >= attempt.due:
        state.send("AUTHENTICATE", "*")
        _fail(state, "it does not say how the login ended")
        return None
    return attempt.due


def on_logged_in(state: State, heard: Heard) -> None:
    """Take the account that the server knows us by (RPL_LOGGEDIN)."""
    set_account(state, heard.text(2) or state.credentials.account)


def on_logged_out(state: State, heard: Heard) -> None:
    """We are nobody in particular (RPL_LOGGEDOUT)."""
    set_account(state, "")


def set_account(state: State, account: str) -> None:
    """Take note which account is ours on this connection."""
    if account == state.status.account:
        return
    before = state.status.account
    state.set_status(replace(state.status, account=account))
    if account and state.registered:
        regain_now(state)  # which may be kept for the account
        text = f"you are logged in as {plain(account)}"
        state.world.tell(state.world.active, text, time=state.now)
    elif before and not account:
        state.world.tell(state.world.active, "you are logged out", time=state.now)


def on_success(state: State, heard: Heard) -> None:
    """The server is convinced (RPL_SASLSUCCESS), if we are."""
    attempt = state.attempt
    if attempt is None:
        return
    state.end_attempt()
    if not attempt.exchange.proven:
        refuse(state, "the server did not prove that it knows the account: it may be another one")
        return
    if not state.status.account:
        set_account(state, state.credentials.account)
    note_proven(state)
    conclude(state)


def note_proven(state: State) -> None:
    """Say that the password that the user typed, if they did, was the right one."""
    credentials = state.credentials
    if credentials.typed:
        credentials.typed = False
        state.world.want(PasswordProven(credentials.account, credentials.password))


def on_failure(state: State, heard: Heard) -> None:
    """The server is not convinced (902, 904, 905, 906), or cannot use the mechanism (908)."""
    attempt = state.attempt
    if attempt is None:
        return
    if heard.message.command == n.RPL_SASLMECHS:
        state.offered[caps.SASL] = heard.text(1)
        possible = mechanisms(state)
        attempt.rest = [name for name in attempt.rest if name in possible]
        return  # ERR_SASLFAIL follows
    reason = _REASONS.get(heard.message.command) or heard.last
    usable = attempt.exchange.begun and attempt.exchange.name != EXTERNAL
    if attempt.rest and not usable and heard.message.command != n.ERR_NICKLOCKED:
        _try(state, attempt.rest)
    else:
        _fail(state, reason)


_REASONS = {n.ERR_SASLTOOLONG: "the name or the password is too long for this server"}


def on_already(state: State, heard: Heard) -> None:
    """The server lets us log in once only (ERR_SASLALREADY): do it on another connection."""
    if state.attempt:
        state.end_attempt()
        state.world.want(ReconnectWanted())


def _fail(state: State, reason: str) -> None:
    state.end_attempt()
    if state.credentials.account:
        _ask_password(state, plain(reason))
        return
    text = f"the server does not know your certificate: {plain(reason)}"
    state.world.tell(state.world.server, text, time=state.now, kind=Kind.ERROR)
    state.credentials.certificate = False
    conclude(state)


# --- what only the user can mend -----------------------------------------------------------------


def _ask_password(state: State, reason: str) -> None:
    """Ask for the password, again if the one that there was is refused for that reason."""
    account = plain(state.credentials.account)
    told = f"{state.status.server} refuses the login as {account}: {reason}"

    def take(password: str) -> None:
        state.credentials.password = password
        state.credentials.typed = True

    text = ("Type the password, or Esc to give up.",)
    _stop(state, told if reason else "", f"password of {account}", take, text=text)


def ask_first(state: State) -> None:
    """Ask for the password before there is a connection."""
    _ask_password(state, "")


def _ask_in_clear(state: State) -> None:
    told = (
        f"{state.status.server} takes the password only as it is, and the connection is not encrypted: "
        "others may read it. --tls or ircs:// encrypts it."
    )

    def take(_: str) -> None:
        state.credentials.in_clear = True

    _stop(
        state, told, "send it anyway?", take, text=("Send it all the same? yes or no",), choose=True
    )


def _ask_to_go_on(state: State) -> None:
    if state.past.account and not state.registered:  # it had: its services will come back
        state.last_error = "the server takes no logins just now (no SASL)"
        state.send("QUIT")
        return
    told = f"{state.status.server} has no login (SASL): you cannot be logged in there."

    def take(_: str) -> None:
        state.credentials.account = ""

    _stop(state, told, "go on?", take, text=("Go on without an account? yes or no",), choose=True)


def _stop(
    state: State,
    told: str,
    label: str,
    take: Callable[[str], None],
    *,
    text: Sequence[str],
    choose: bool = False,
) -> None:
    """Go no further before the user has answered what `take` takes; `told` is what is wrong."""
    early = not state.registered
    if early:
        refuse(state, told)
    elif told:
        state.world.tell(state.world.active, told, time=state.now, kind=Kind.ERROR)

    def answer(written: str | None) -> None:
        if written is None or (choose and written == NO):
            return
        take(written)
        if early:
            state.fatal = ""
            check_anew(state)
        elif state.registered:
            check(state)

    text = [line for line in (told, *text) if line]
    choices = (YES, NO) if choose else ()
    state.world.ask(
        Question(label, answer, text=text, hidden=not choose, choices=choices, holds=early)
    )


def refuse(state: State, told: str) -> None:
    """Take leave of a server that there is no use in being on."""
    state.end_attempt()
    state.fatal = told or f"the password of {plain(state.credentials.account)} is missing"
    state.send("QUIT")
