"""Commands about the account.

Rules: passwords are never typed in a command: they are asked for, unseen.
"""

from collections.abc import Callable

from chatclient.commands.calls import Call, UsageError, needed


def login(call: Call) -> None:
    """Log in to an account."""
    account = _one_word(call, "the password is asked for then")
    session = call.session
    if session.online and not session.offers_login:
        raise UsageError(
            "this server has no login (SASL); if it has NickServ: "
            "/msg NickServ IDENTIFY ACCOUNT PASSWORD (the password is shown nowhere)"
        )
    session.login(account or session.account or session.world.status.nick)


def logout(call: Call) -> None:
    """Log out."""
    call.session.logout()


def register(call: Call) -> None:
    """Make an account."""
    account = _one_word(call, "the password is asked for then")
    call.need_server()
    _try(lambda: call.session.register(account))


def verify(call: Call) -> None:
    """Confirm a new account."""
    code = needed(call.argument)
    call.need_server()
    _try(lambda: call.session.verify(code))


def password(call: Call) -> None:
    """Change the password of the account."""
    _one_word(call, "it is asked for then", most=0)
    call.need_server()
    _try(call.session.change_password)


def _one_word(call: Call, why: str, most: int = 1) -> str:
    if len(call.argument.split()) > most:
        raise UsageError(f"type no password here: {why}")
    return call.argument


def _try(do: Callable[[], None]) -> None:
    from chatclient.session import Unable  # noqa: PLC0415 - a screen has commands before a session

    try:
        do()
    except Unable as error:
        raise UsageError(str(error)) from error
