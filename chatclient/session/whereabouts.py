"""Who was in a room before us: whether they are away, and whose account they have (WHO, as of WHOX).

Rules: it is asked once each time that we come in, one room after the other, where the server tells
how that changes; not about very many, nor where nobody looks. Nothing is shown of the question.
"""

from chatclient.model import Buffer
from chatclient.session.accounts import account_of, note_account
from chatclient.session.people import note_away
from chatclient.session.replies import on_numeric
from chatclient.session.state import Heard, State
from chatwire import caps
from chatwire.text import plain

MOST = 200
"""The most members of a room about whom it is asked."""

_MARK = "907"
"""By it we know our answers from those that the user asked for."""


def look_around(state: State, buffer: Buffer) -> None:
    """Ask about those whom NAMES has listed, if that was not done since we came in."""
    if buffer in state.looked or not state.features.whox or not state.has(caps.AWAY_NOTIFY):
        return
    state.looked.add(buffer)
    if state.world.asks and 1 < len(buffer.members) <= MOST:
        state.looking.append(buffer)
        if len(state.looking) == 1:
            _ask(state)


def _ask(state: State) -> None:
    state.send("WHO", state.looking[0].target, f"%tnfa,{_MARK}")


def on_who(state: State, heard: Heard) -> None:
    """Take what is told of somebody (RPL_WHOSPCRPL); until then, they were taken for present."""
    if heard.text(1) != _MARK:
        on_numeric(state, heard)
        return
    nick = plain(heard.text(2))
    if heard.text(3).startswith("G"):
        note_away(state, nick, away=True)
    note_account(state, nick, account_of(heard.text(4)))


def on_who_end(state: State, heard: Heard) -> None:
    """Ask about the next room: that was all of this one (RPL_ENDOFWHO)."""
    if state.looking:
        state.looking.popleft()
    while state.looking and not state.looking[0].joined:
        state.looking.popleft()
    if state.looking:
        _ask(state)
