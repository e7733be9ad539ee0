"""Watching nicks: what a session asks of its list, and what it is told of who is on it (IRCv3 monitor).

Rules: somebody is there as long as their nick is taken, so whatever takes or frees a nick is told, by
whichever command. What else is told of somebody (extended-monitor) comes to those who watch their nick
and do not see it in a room.
"""

from collections.abc import Iterator, Mapping, Sequence

from chatserver.core.commands import ListMonitored, Monitor
from chatserver.core.effects import Close, Effect, Emission, Monitored, MonitorListed
from chatserver.core.events import (
    AccountChanged,
    AwayChanged,
    CameOnline,
    HostChanged,
    Identity,
    Observed,
    RealnameChanged,
    WentOffline,
)
from chatserver.core.execute.turn import Stamp, Turn
from chatserver.core.members import User
from chatserver.core.naming import is_name
from chatserver.core.state import State
from chatwire.names import fold

_Telling = AccountChanged | AwayChanged | HostChanged | RealnameChanged
_OBSERVED = (AccountChanged, AwayChanged, HostChanged, RealnameChanged)


def monitor(turn: Turn, command: Monitor) -> Sequence[Effect]:
    """Put nicks on the list of the asking session, or take them off; tell who of the new ones is there."""
    monitors, session = turn.state.monitors, turn.session
    if command.clearing:
        monitors.forget(session)
    monitors.remove(session, command.removing)
    wanted: dict[str, str] = {}
    for nick in command.adding:
        if is_name(nick, turn.state.limits):
            wanted.setdefault(fold(nick), nick)
    added = [nick for nick in wanted.values() if monitors.add(session, nick)]
    full = tuple(nick for nick in wanted.values() if nick not in added)
    return (_tell(turn.state, added, full),) if wanted else ()


def list_monitored(turn: Turn, command: ListMonitored) -> Sequence[Effect]:
    """Tell who is on the list of the asking session, and maybe who of them is there."""
    listed = turn.state.monitors.listed(turn.session)
    if command.status:
        return (_tell(turn.state, listed),)
    return (MonitorListed(tuple(listed)),)


def _tell(state: State, nicks: Sequence[str], full: tuple[str, ...] = ()) -> Monitored:
    there = {nick: user.identity for nick in nicks if (user := state.find_user(nick))}
    missing = tuple(nick for nick in nicks if nick not in there)
    return Monitored(tuple(there.values()), missing, full)


def tell_watchers(
    state: State, stamp: Stamp, effects: Sequence[Effect], changed: Mapping[str, str]
) -> Iterator[Effect]:
    """Yield what those are told who watch somebody: of `changed` nicks, and of what `effects` tell."""
    for effect in effects:
        if isinstance(effect, Close):
            state.monitors.forget(effect.session)
    for key, before in changed.items():
        user = state.nicks.get(key)
        if user is not None and not before:
            yield from _emit(state, key, CameOnline(stamp.seq, stamp.at, user.identity))
        elif user is None and before:
            yield from _emit(state, key, WentOffline(stamp.seq, stamp.at, before))
    yield from _pass_on(state, effects)


def _pass_on(state: State, effects: Sequence[Effect]) -> Iterator[Emission]:
    """Yield what is told of somebody for those who watch them, but for whom it is told to anyway."""
    told: dict[tuple[type, Identity], set[User]] = {}
    found: dict[tuple[type, Identity], _Telling] = {}
    for effect in effects:
        if isinstance(effect, Emission) and isinstance(event := effect.event, _OBSERVED):
            key = type(event), event.who
            told.setdefault(key, set()).update(effect.audience.users)
            found.setdefault(key, event)
    for key, event in found.items():
        nick = event.who.nick
        told[key].update(filter(None, [state.find_user(nick)]))
        observed = Observed(event.seq, event.at, event)
        for emission in _emit(state, nick, observed):
            if told[key].isdisjoint(emission.audience.users):
                yield emission


def _emit(
    state: State, nick: str, event: CameOnline | WentOffline | Observed
) -> Iterator[Emission]:
    """Yield `event` for each session that watches `nick`."""
    for session in state.monitors.watchers(nick):
        user = state.sessions.get(session)
        if user is not None:
            yield Emission(event, user.alone, session=session)
