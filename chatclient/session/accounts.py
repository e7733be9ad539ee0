"""Accounts beside logging in: making one, another password, and who of the others has which.

Rules: passwords are answers to questions; they are sent only where nobody else can read them, and
kept for logging in again, nowhere else.
"""

from collections.abc import Callable

from chatclient.model import Kind, Question
from chatclient.session.login import note_proven, set_account
from chatclient.session.state import Heard, State
from chatwire import caps
from chatwire.text import plain

NICKSERV = "NickServ"

_NONE = "*"


class Unable(Exception):
    """It cannot be done here; the text says why, and what to do."""


def ask_secret(state: State, label: str, then: Callable[[str], None], *, twice: bool) -> None:
    """Ask for a password, and if it is a new one, again, and give it to `then`."""

    def take(password: str | None) -> None:
        if password is None:
            return
        if not twice:
            then(password)
            return
        state.world.ask(
            Question(f"{label}, again", lambda same: check(password, same), hidden=True)
        )

    def check(password: str, same: str | None) -> None:
        if same == password:
            then(password)
        elif same is not None:
            text = "these were not the same; type the password anew, or press Esc"
            state.world.tell(state.world.active, text, time=state.now, kind=Kind.ERROR)
            ask_secret(state, label, then, twice=True)  # typed now, it would be said in the room

    state.world.ask(Question(label, take, hidden=True))


# --- making one ----------------------------------------------------------------------------------


def register(state: State, account: str) -> None:
    """Make an account, named as we are if `account` is ""; asks for what it takes. Raises `Unable`."""
    _need_privacy(state)  # first, as servers offer nothing where it is missing
    offered = state.offered.get(caps.ACCOUNT_REGISTRATION)
    if offered is None:
        raise Unable(
            "this server makes no accounts by itself; if it has NickServ: "
            "/msg NickServ REGISTER PASSWORD E-MAIL (the password is shown nowhere)"
        )
    keys = {token.partition("=")[0] for token in offered.split(",")}
    custom = "custom-account-name" in keys and account
    if account and not custom and not state.is_me(account):
        raise Unable(f"an account is called as you are here: /nick {account} first")
    name = account or state.nick

    def send(email: str, password: str) -> None:
        state.registering = (name, password)
        state.send("REGISTER", name if custom else _NONE, email, password)

    def ask_password(email: str | None) -> None:
        if email is not None:
            label = f"new password for {plain(name)}"
            ask_secret(state, label, lambda password: send(email, password), twice=True)

    if "email-required" in keys:
        state.world.ask(Question("e-mail address (or invitation code)", ask_password))
    else:
        ask_password(_NONE)


def verify(state: State, code: str) -> None:
    """Send the code that the server has sent for a new account. Raises `Unable`."""
    account, _ = state.registering
    if not account:
        raise Unable("there is no new account to verify; /register makes one")
    state.send("VERIFY", account, code)


def on_register(state: State, heard: Heard) -> None:
    """An account is made, or nearly (REGISTER, VERIFY)."""
    account, message = heard.text(1), plain(heard.last)
    if heard.text(0) == "VERIFICATION_REQUIRED":
        text = f"{message} (then /verify CODE)"
        state.world.tell(state.world.active, text, time=heard.time)
        return
    if heard.text(0) != "SUCCESS":
        return
    credentials, (_, password) = state.credentials, state.registering
    state.registering = ("", "")
    credentials.account = account
    credentials.password = password or credentials.password
    credentials.typed = bool(password)
    state.world.tell(state.world.active, message, time=heard.time)
    set_account(state, account)
    note_proven(state)


# --- another password ----------------------------------------------------------------------------


def change_password(state: State) -> None:
    """Ask for another password and have it set. Raises `Unable`.

    Who is logged in is so by services, so nobody else can be called as they are.
    """
    if not state.status.account:
        raise Unable("you are not logged in: /login ACCOUNT")
    _need_privacy(state)

    def send(password: str) -> None:
        state.secrets |= {password}
        state.send("PRIVMSG", NICKSERV, f"SET PASSWORD {password}")
        state.credentials.password = password

    label = f"new password for {state.status.account}"
    ask_secret(state, label, send, twice=True)


def _need_privacy(state: State) -> None:
    if not state.status.private:
        raise Unable("others can read this connection: connect with --tls or ircs:// for that")


# --- who has which -------------------------------------------------------------------------------


def account_of(written: str) -> str:
    """Return an account as the server writes it, "" for none."""
    return "" if written in ("", _NONE, "0") else plain(written)


def on_account(state: State, heard: Heard) -> None:
    """Somebody logs in or out, maybe we (account-notify)."""
    account = account_of(heard.text(0))
    note_account(state, heard.nick, account)
    if state.is_me(heard.nick):
        set_account(state, account)


def note_account(state: State, nick: str, account: str) -> None:
    """Take note of whose account somebody has."""
    for buffer in state.rooms_of(nick):
        member = buffer.members.get(nick)
        if member:
            member.account = account


def note_account_tag(state: State, heard: Heard) -> None:
    """Take the account that a line comes from (account-tag); without it, it comes from none."""
    if not heard.nick or heard.history or not state.has(caps.ACCOUNT_TAG):
        return
    account = account_of(heard.message.tags.get("account", ""))
    room = state.room(heard.text(0))
    member = room.members.get(heard.nick) if room else None
    if room is None or (member is not None and member.account != account):
        note_account(state, heard.nick, account)
