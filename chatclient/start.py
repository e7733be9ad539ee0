"""What one run of the program is to do: by the command line, and by what is saved.

Rules: a word that is the name of a saved network means that one; with a server there is no need of
a file; without either, all networks that connect by themselves are meant. Options are for one
network.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from types import MappingProxyType

from chatclient.config import DEFAULT_HOST, DEFAULT_PORT, ArgumentError, Config, Tool, build
from chatclient.configfile import ConfigFile, Saved
from chatclient.model.values import value
from chatclient.networks import Wishes, configure
from chatclient.settings import Settings


@value
class Start:
    """What to do."""

    networks: tuple[Config, ...]
    """What to connect to; () if the user has yet to be asked."""
    tool: Tool = Tool()
    """What to do without a screen."""
    settings: Settings = Settings()
    file: ConfigFile | None = None
    """Where settings and networks are saved, None for nowhere."""
    place: bool = True
    """Whether to come back to what was in view last time: no room was asked for."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What was in the environment, and no program that we start is to have: /upgrade needs it."""


def plan(
    where: Sequence[str],
    wishes: Wishes,
    file: ConfigFile | None,
    *,
    plain: bool = False,
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> Start:
    """Return what is asked for; `plain` if that is asked for this time.

    Raises `ArgumentError`, also for what is wrong in the file.
    """
    saved = file.read() if file else Saved()
    networks = _networks(where, wishes, saved, file)
    settings = replace(saved.settings, plain=saved.settings.plain or plain)
    place = not wishes.rooms and not any("://" in each for each in where)
    return Start(networks, wishes.tool, settings, file, place, secrets)


def _networks(
    where: Sequence[str], wishes: Wishes, saved: Saved, file: ConfigFile | None
) -> tuple[Config, ...]:
    named = saved.find(where[0]) if len(where) == 1 else ""
    if named:
        return (configure(named, saved.networks[named], wishes),)
    if len(where) == 1 and where[0].isalpha():
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        near = get_close_matches(where[0].lower(), saved.networks, 1)
        if near and where[0] != DEFAULT_HOST:
            raise ArgumentError(
                f"no network is called {where[0]}; do you mean {near[0]}? "
                f"(If {where[0]} is a host: chatclient {where[0]} {DEFAULT_PORT})"
            )
    if where or wishes.tool.wanted or file is None:
        return (_build(where, wishes),)
    chosen = [name for name, network in saved.networks.items() if network.autoconnect]
    if len(chosen) == 1:
        return (configure(chosen[0], saved.networks[chosen[0]], wishes),)
    if chosen and not wishes.any:
        # The password of the environment is of one of them, and no business of the others.
        wishes = replace(wishes, login=replace(wishes.login, password=""))
        return tuple(configure(name, saved.networks[name], wishes) for name in chosen)
    if chosen:
        raise ArgumentError(f"for which network is that? chatclient {chosen[0]} …, for instance")
    if saved.networks:
        names = ", ".join(saved.networks)
        raise ArgumentError(f"no network connects by itself (autoconnect); name one: {names}")
    return (_build(where, wishes),) if wishes.any else ()


def _build(where: Sequence[str], wishes: Wishes) -> Config:
    return build(
        where,
        nick=wishes.nick,
        login=wishes.login,
        rooms=wishes.rooms or None,
        security=wishes.security,
        proxy=wishes.proxy,
        timeout=wishes.timeout,
        tool=wishes.tool,
    )
