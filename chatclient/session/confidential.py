"""What has a password in it: orders to services, and some commands of IRC.

Rules: rather too much is hidden than too little; an order keeps its verb, so that one sees what was
done.
"""

import re

HIDDEN = "•••"
"""What stands in the place of what is hidden."""

_SERVICE = re.compile(r"(?:\S*serv|[qx])(?:@\S+)?", re.IGNORECASE)
_ORDERS = frozenset(
    {
        *("AUTH", "CONFIRM", "DROP", "GHOST", "ID", "IDENTIFY", "LOGIN", "NEWPASS", "PASSWORD"),
        *("RECLAIM", "RECOVER", "REGAIN", "REGISTER", "RELEASE", "RESETPASS", "SETPASS"),
        *("SIDENTIFY", "VERIFY"),
    }
)
_COMMANDS = frozenset({"AUTHENTICATE", "OPER", "PASS", "REGISTER", "VERIFY"})


def hide(target: str, text: str) -> str:
    """Return a message to `target` as it may be shown."""
    if not _SERVICE.fullmatch(target):
        return text
    words = text.split()
    verb = words[0].upper() if words else ""
    if verb in _ORDERS and len(words) > 1:
        return f"{words[0]} {HIDDEN}"
    for place, word in enumerate(words[1:-1], 2):
        if verb == "SET" and word.upper().startswith("PASS"):
            return " ".join([*words[:place], HIDDEN])
    return text


def is_service(nick: str) -> bool:
    """Say whether somebody is a service by their name."""
    return _SERVICE.fullmatch(nick) is not None


def secrets_of(text: str, shown: str) -> frozenset[str]:
    """Return the words of an order that are not shown."""
    return frozenset(text.split()).difference(shown.split())


def hide_words(text: str, words: frozenset[str]) -> str:
    """Return what a service says, without the words that were told to it in confidence."""
    for word in words:
        text = text.replace(word, HIDDEN)
    return text


def is_confidential(command: str, *params: str) -> bool:
    """Say whether a line of IRC has a password in it."""
    verb = command.upper()
    if verb in {"PRIVMSG", "NOTICE"} and len(params) > 1:
        return hide(params[0], params[1]) != params[1]
    return verb in _COMMANDS or (verb in {"NS", "NICKSERV"} and bool(params))
