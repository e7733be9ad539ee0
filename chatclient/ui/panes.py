"""What stands around the messages: rooms, people, topic, status. Values in, rows out.

Rules: each function makes the rows of one pane from the world alone (and the time, where it counts
seconds); a list that does not fit shows the part that matters and says how much it leaves out.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache

from chatclient.model import Buffer, BufferKind, ConnectionState, Fold, Member, Status
from chatclient.model.levels import is_muted, urgency
from chatclient.ui.cells import Row, clip, pad, width
from chatclient.ui.theme import nick_style

Title = Callable[[Buffer], str]
"""Returns the name of a buffer in lists: that of the network for a server's."""

JUMPS = 9  # rooms that have a number: Alt+1 to Alt+9


def badge(buffer: Buffer) -> str:
    """Return how much is unread, with `!` when some of it calls the user."""
    count = str(buffer.unread) if buffer.unread < 1000 else "999+"
    return f"!{count}" if buffer.mentions else count if buffer.unread else ""


def next_unread(buffers: Sequence[Buffer], active: Buffer) -> Buffer | None:
    """Return where to look next: what matters most, and of that the next after `active`, around."""
    at = buffers.index(active)
    around = [*buffers[at + 1 :], *buffers[:at]]
    best = max(around, key=urgency, default=None)  # the first of those that matter as much
    return best if best and urgency(best) else None


def buffer_style(buffer: Buffer) -> str:
    """Return how a buffer looks in a list: by what is unread, and whether one is in it."""
    if is_muted(buffer):
        return "class:closed"
    if buffer.mentions:
        return "class:called"
    if buffer.unread:
        return "class:unread"
    if (buffer.kind is BufferKind.ROOM and not buffer.joined) or buffer.online is False:
        return "class:closed"
    return ""


def _style(buffer: Buffer, active: Buffer) -> str:
    return "class:active" if buffer is active else buffer_style(buffer)


def _number(index: int) -> str:
    return f"{index + 1} " if index < JUMPS else "  "


def first_shown(buffers: Sequence[Buffer], active: Buffer, height: int) -> int:
    """Return the index of the buffer that is at the top of the list of `height` rows."""
    return max(0, min(buffers.index(active) - height + 2, len(buffers) - height))


def rooms(
    buffers: Sequence[Buffer], active: Buffer, title: Title, cells: int, height: int
) -> list[Row]:
    """Return the list of rooms and conversations, scrolled so that the active one is seen."""
    first = first_shown(buffers, active, height)
    grouped = sum(buffer.kind is BufferKind.SERVER for buffer in buffers) > 1
    made = []
    for index in range(first, min(len(buffers), first + height)):
        buffer = buffers[index]
        count = badge(buffer)
        name = f"{_number(index)}{title(buffer)}"
        style = _style(buffer, active)
        if grouped and buffer.kind is BufferKind.SERVER:  # which stands over its rooms
            style = f"{style} bold".lstrip()
        made.append(_room_row(name, count, style, cells))
    return made


@lru_cache(maxsize=256)
def _room_row(name: str, count: str, style: str, cells: int) -> Row:
    room = cells - (len(count) + 1 if count else 0)
    return Row([("", pad(name, room)), ("", f" {count}" if count else "")], style)


def tabs(buffers: Sequence[Buffer], active: Buffer, title: Title, cells: int) -> Row:
    """Return the rooms in one row, for screens too narrow for a list; the active one is seen."""
    made = _tabs(buffers, active, title, cells)
    return Row([(_style(buffer, active), name) for buffer, name in made])


def tab_at(
    column: int, buffers: Sequence[Buffer], active: Buffer, title: Title, cells: int
) -> Buffer | None:
    """Return the room whose tab is in a column of that row, None if none is."""
    for buffer, name in _tabs(buffers, active, title, cells):
        column -= width(name)
        if column < 0:
            return buffer
    return None


def _tabs(
    buffers: Sequence[Buffer], active: Buffer, title: Title, cells: int
) -> Sequence[tuple[Buffer, str]]:
    """Return the rooms that fit, each with what its tab says."""

    def tab(index: int) -> tuple[Buffer, str]:
        buffer = buffers[index]
        count = badge(buffer)
        name = f" {_number(index)}{clip(title(buffer), 14)}{f' {count}' if count else ''} "
        return buffer, name

    first = after = buffers.index(active)
    made: deque[tuple[Buffer, str]] = deque()
    room = cells
    while first >= 0 and (not made or width(tab(first)[1]) <= room):
        made.appendleft(tab(first))
        room -= width(made[0][1])
        first -= 1
    while (after := after + 1) < len(buffers) and room > 0:
        made.append(tab(after))
        room -= width(made[-1][1])
    return made


def people(
    members: Sequence[Member], fold: Fold, cells: int, height: int, first: int = 0
) -> list[Row]:
    """Return who is in a room, from the `first` on, with prefixes; those who are away are grey."""
    shown = people_shown(members, height, first)
    made = [_person(member, fold, cells) for member in shown]
    if len(made) < height and (more := len(members) - first - len(shown)):
        made.append(Row([("class:hint", f" +{more} more")]))
    return made


def people_shown(members: Sequence[Member], height: int, first: int) -> Sequence[Member]:
    """Return who has a row of the list; the last row says if there are more below."""
    says_more = len(members) - first > height
    return members[first : first + height - says_more] if height > 0 else ()


def _person(member: Member, fold: Fold, cells: int) -> Row:
    style = "class:away" if member.away else nick_style(fold(member.nick))
    return _person_row(member.prefixes[:1] or " ", member.nick, style, cells)


@lru_cache(maxsize=1024)  # a list of people is the same in almost every frame
def _person_row(prefix: str, nick: str, style: str, cells: int) -> Row:
    return Row([("class:prefix", prefix), (style, clip(nick, cells - 1))])


def topic(buffer: Buffer, title: str, status: Status, cells: int) -> Row:
    """Return the bar over the messages: what this is, what it is about, how many are here."""
    name = f" {title}"
    if buffer.kind is BufferKind.ROOM:
        away = status.state is ConnectionState.ONLINE and not buffer.joined
        about = "you are not in this room: /join" if away else buffer.topic.text
        right = f"{len(buffer.members)} here " if buffer.joined else ""
    elif buffer.kind is BufferKind.DIRECT:
        about, right = "a conversation between the two of you", _presence(buffer)
    else:
        about, right = "what the server says", ""
    return _topic_row(name, about, right, cells)


@lru_cache(maxsize=8)  # it is the same from frame to frame, and so are the rooms and the status
def _topic_row(name: str, about: str, right: str, cells: int) -> Row:
    room = cells - width(name) - width(right) - 4
    middle = f" · {clip(about, room)}" if about and room > 4 else ""
    gap = " " * max(0, cells - width(name) - width(middle) - width(right))
    return Row(
        [("class:bar.strong", name), ("", middle), ("", gap), ("class:bar", right)], "class:bar"
    )


def _presence(buffer: Buffer) -> str:
    if buffer.online is None:
        return ""
    return "offline " if not buffer.online else "away " if buffer.away else "online "


def connection(status: Status, now: float, *, behind: bool = False) -> tuple[str, str]:
    """Return the style and the words for how the connection is."""
    match status.state:
        case ConnectionState.ONLINE if behind:
            return "class:bar.warn", "◔ catching up"
        case ConnectionState.ONLINE:
            return "class:bar.good", "● connected"
        case ConnectionState.CONNECTING:
            return "class:bar.warn", "◌ connecting"
        case ConnectionState.REGISTERING:
            return "class:bar.warn", "◌ saying hello"
        case ConnectionState.WAITING:
            seconds = max(0, math.ceil((status.retry_at or now) - now))
            return "class:bar.warn", f"○ reconnecting in {seconds} s"
        case ConnectionState.OFFLINE:
            return "class:bar.warn", "○ not connected"


def status_line(
    status: Status,
    now: float,
    cells: int,
    hint: str,
    rank: int = 6,
    *,
    behind: bool = False,
    network: str = "",
) -> Row:
    """Return the status: connection, server, address, round trip, nick; and a hint if it fits.

    What matters least is left out first when the row is too narrow; `rank` says how little the
    hint matters, 0 being most; `behind`, that what was missed is still being filled in; `network`
    names the one in view, if there are several.
    """
    return _status_row(status, connection(status, now, behind=behind), cells, hint, rank, network)


@lru_cache(maxsize=8)
def _status_row(
    status: Status, connected: tuple[str, str], cells: int, hint: str, rank: int, network: str
) -> Row:
    style, words = connected
    parts: list[tuple[int, str]] = [(1, network), (1, _who(status))]
    if status.state is ConnectionState.ONLINE:
        if status.server != status.remote:
            parts.append((4, status.server))
        parts.append((3, f"{status.family} {status.remote}"))
        parts.append((5, "encrypted" if status.secure else ""))
        if status.round_trip is not None:
            parts.append((2, milliseconds(status.round_trip)))
    elif status.reason:
        parts.append((2, status.reason))
    parts.append((rank, hint))
    kept = [(rank, text) for rank, text in parts if text]
    room = cells - width(words) - 2
    while kept and sum(width(text) + 3 for _, text in kept) > room:
        if len(kept) == 1 and rank == 0 and " " in words and status.state is ConnectionState.ONLINE:
            words = words[0]  # its sign is enough: what the keys mean now says more
            room = cells - width(words) - 2
            continue
        if len(kept) == 1:
            kept = [(1, clip(kept[0][1], room - 3))]
            break
        kept.remove(max(kept))
    rest = "".join(f" · {text}" for _, text in kept)
    return Row([(style, f" {words}"), ("", rest)], "class:bar")


def _who(status: Status) -> str:
    """Return the nick, the account that it is of, and whether one is away."""
    account = status.account
    named = "" if not account else " (logged in)" if account == status.nick else f" (as {account})"
    return f"{status.nick}{named}{' (away)' if status.away else ''}"


def milliseconds(seconds: float) -> str:
    """Return a round trip as a person reads it."""
    value = seconds * 1000
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"
