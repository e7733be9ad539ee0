"""Who is remembered by a room: accounts by account, guests by their mask; and whom the room belongs to.

Rules: what was given to an account is nobody else's, whatever they are called and wherever they come
from, and not that of a later account of the same name. A room belongs to the account of its founder, who
always has an operator's standing; when that account is gone, to the operator's that is remembered
longest; without one, to nobody.
"""

from typing import Final

from chatserver.core.accounts import Account
from chatserver.core.members import Room, User
from chatserver.core.records import STATUSES, Standing
from chatserver.core.state import State
from chatwire.names import fold

FOUNDED_MOST: Final = 50
"""Rooms that belong to one account at most: they are kept for ever."""


def join_statuses(*statuses: str) -> str:
    """Return the letters that are in any of `statuses`, highest first."""
    return "".join(letter for letter in STATUSES if any(letter in one for one in statuses))


def remembered(state: State, room: Room, user: User) -> str:
    """Return the status with which `user` enters `room`, if they are not the first."""
    own = standing_of(room, state.accounts.find(user.identity.account))
    return join_statuses(own, room.statuses.get(fold(user.identity.mask), ""))


def standing_of(room: Room, account: Account | None) -> str:
    """Return the status that `room` keeps for an account, "" for none."""
    standing = room.standings.get(account.key) if account is not None else None
    if account is None or standing is None or standing.since != account.created_at:
        return ""
    return standing.status


def find_founder(state: State, room: Room) -> Account | None:
    """Return the account that `room` belongs to, None if it is registered to none."""
    if not room.founder:
        return None
    heirs = (room.founder, *room.standings)
    known = (state.accounts.find(key) for key in heirs)
    return next((one for one in known if one and "o" in standing_of(room, one)), None)


def count_founded(state: State, account: Account) -> int:
    """Return how many rooms belong to `account`."""
    return sum(room.founder == account.key for room in state.rooms.values())


def settle(state: State, room: Room) -> None:
    """Let `room` belong to whom it belongs by now: the account of its founder may be gone."""
    founder = find_founder(state, room)
    key = founder.key if founder is not None else ""
    if key != room.founder:
        room.founder = key
        state.changed_rooms.add(room)


def keep_standing(state: State, room: Room, account: Account, status: str) -> bool:
    """Have `room` keep `status` ("" for none) for `account`; say whether there is place for it.

    The founder stays an operator.
    """
    if room.founder == account.key:
        status = join_statuses(status, "o")
    if not status:
        room.standings.pop(account.key, None)
    elif account.key in room.standings or len(room.standings) < state.limits.list_entries:
        room.standings[account.key] = Standing(status, account.created_at)
    else:
        return False
    state.changed_rooms.add(room)
    return True


def remember(state: State, room: Room, user: User, status: str) -> None:
    """Have `room` remember `status` ("" for none) of `user`, for as long as there is place for it.

    What it remembers of guests is bounded too: the status goes that was given longest ago.
    """
    mask = fold(user.identity.mask)
    room.statuses.pop(mask, None)
    account = state.accounts.find(user.identity.account)
    if account is not None:
        keep_standing(state, room, account, status)
    elif status:
        room.statuses[mask] = status
        if len(room.statuses) > state.limits.list_entries:
            del room.statuses[next(iter(room.statuses))]
    state.changed_rooms.add(room)
