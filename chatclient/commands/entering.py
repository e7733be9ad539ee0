"""What is done with what the user types: a command, or something to say.

Rules: a line that starts with `/` is a command, `//` says a line that starts with `/`, anything
else is said in the buffer. What the user did wrong is told where they typed it, with the usage.
"""

from typing import TYPE_CHECKING

from chatclient.commands.calls import Call, UsageError, usage
from chatclient.commands.messages import say
from chatclient.commands.table import BY_NAME
from chatclient.model import Buffer, Kind
from chatclient.session.confidential import hide, is_confidential

if TYPE_CHECKING:
    from chatclient.session import Session


def is_secret(session: "Session", buffer: Buffer, text: str) -> bool:
    """Say whether what was typed has a password in it, so that no history should keep it."""
    if not text.startswith("/") or text.startswith("//"):
        return hide(buffer.target, text) != text
    name, _, argument = text[1:].partition(" ")
    command = BY_NAME.get(name.lower())
    first, _, rest = argument.strip().partition(" ")
    match command.name if command else "":
        case "login" | "register":
            return bool(rest)
        case "password" | "verify":
            return bool(argument)
        case "msg" | "query" | "notice":
            return hide(first, rest) != rest
        case "raw":
            target, _, last = rest.partition(" ")
            return is_confidential(first, *filter(None, (target, last.strip().removeprefix(":"))))
        case "":  # another client's way to say it, or a slip
            return is_confidential(name, argument.strip()) or hide("NickServ", text[1:]) != text[1:]
        case _:
            return False


def enter(session: "Session", buffer: Buffer, text: str, now: float) -> None:
    """Do what the user typed in `buffer`: a command, or something to say, of one line or more.

    Only the first line can be a command, and then it is all: a pasted text cannot hide one.
    """
    call = Call(session, buffer, text, now)
    try:
        if text.startswith("//"):
            say(call, text[1:], Kind.MESSAGE)
        elif text.startswith("/") and "\n" not in text.rstrip("\r\n"):
            _run(session, buffer, text[1:].rstrip("\r\n"), now)
        elif text.strip():
            say(call, text, Kind.MESSAGE)
    except UsageError as error:
        call.tell(str(error), Kind.ERROR)


def _run(session: "Session", buffer: Buffer, text: str, now: float) -> None:
    name, _, argument = text.partition(" ")
    command = BY_NAME.get(name.lower())
    if command is None:
        raise UsageError(f"there is no /{name}; /help lists the commands, //{name} says it")
    try:
        command.handler(Call(session, buffer, argument.strip(), now))
    except UsageError as error:
        raise UsageError(str(error) or f"usage: {usage(command)}") from None
