"""The nick that the user wants, and what is done while it cannot be had.

Rules: while we register, a nick that is taken or refused is replaced by another like it, ten times;
later on the one that is wanted is taken as soon as it is free. All devices of an account want the
nick that one of them took last.
"""

import re
from random import Random

from chatclient.model import CommandWanted, Kind
from chatclient.session.state import Heard, State
from chatwire import numerics as n
from chatwire.text import plain

_TRIES = 10
_NOT_IN_NICKS = re.compile(r"[^A-Za-z0-9\[\]\\`_^{|}\-]|^[0-9\-]+")
_OLD_LENGTH = 9  # what every server takes (RFC 2812, 1.2.1)


def alternative(nick: str, tries: int, random: Random, *, plain_letters: bool = True) -> str:
    """Return another nick to try, after `tries` that did not do.

    `plain_letters` says that the server may not know other letters than those of ASCII.
    """
    base = (_NOT_IN_NICKS.sub("", nick) if plain_letters else nick) or "guest"
    if tries == 1 and base != nick:
        return base
    if tries <= 2:
        return base + "_"
    base = _NOT_IN_NICKS.sub("", nick) or "guest"
    return f"{base[: _OLD_LENGTH - 4]}{random.randrange(1000, 10000)}"


def on_nick_refused(state: State, heard: Heard) -> None:
    """Try another nick while registering; later on, say that the nick cannot be had."""
    reason = heard.last
    if state.regaining:
        state.regaining = False
        return
    if state.registered:
        state.renaming = False
        state.desired = state.nick
        state.tell(heard, f"{heard.text(1)}: {reason}", kind=Kind.ERROR)
        return
    state.nick_tries += 1
    if state.nick_tries > _TRIES:
        state.fatal = f"no nick like {state.desired} is free, the server says: {plain(reason)}"
        state.send("QUIT")
        return
    taken = heard.message.command == n.ERR_NICKNAMEINUSE
    state.nick = alternative(state.desired, state.nick_tries, state.random, plain_letters=not taken)
    state.send("NICK", state.nick)


def take_nick(state: State, nick: str) -> None:
    """Take the nick that the server says is ours.

    If we have an account and did not ask for it, another device of ours did: two that each want
    their own would take it from each other without end.
    """
    if state.status.account and not state.is_me(nick):
        state.desired = nick
    if state.renaming and state.world.fold(nick) == state.world.fold(state.desired):
        state.renaming = False
        state.world.want(CommandWanted(state.world.active, "nick", nick))
    state.set_nick(nick)


def regain(state: State, freed: str) -> None:
    """Ask for the nick that the user wants, when who had it has left it."""
    fold = state.world.fold
    if fold(freed) == fold(state.desired) and not state.is_me(freed):
        state.send("NICK", state.desired)


def regain_now(state: State) -> None:
    """Ask for the nick that the user wants, now and then: who has it may be gone by now.

    On this server it may have been our own connection before, which was cut off.
    """
    if state.registered and not state.regaining and not state.is_me(state.desired):
        state.regaining = True
        state.send("NICK", state.desired)
