"""Asking who is in the rooms that we come into, where the server does not tell by itself (NAMES).

Rules: with no-implicit-names it is asked about one room after the other, the one that the user looks
at first, so that coming back into hundreds of rooms is no flood.
"""

from chatclient.model import Buffer
from chatclient.session.state import State
from chatwire import caps


def name_members(state: State, buffer: Buffer) -> None:
    """Ask who is in a room that we came into, if the server does not tell."""
    if caps.NO_IMPLICIT_NAMES & state.enabled:
        state.unnamed.append(buffer)
        if state.naming is None:
            name_next(state)


def name_next(state: State) -> None:
    """Ask about the next room, as nothing more is to come about another."""
    waiting = state.unnamed = [each for each in state.unnamed if each.joined]
    active = state.world.active
    state.naming = active if active in waiting else next(iter(waiting), None)
    if state.naming is not None:
        waiting.remove(state.naming)
        state.send("NAMES", state.naming.target)
