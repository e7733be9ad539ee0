"""The state's snapshots: shared until something changes, never changing themselves."""

from chatserver.core.commands import ChangeNick, ChangeUserModes, ModeChange, Part
from chatserver.core.limits import Limits
from chatserver.core.records import RoomRecord
from chatserver.core.state import State
from tests.chatserver.core.chat import Chat


def test_rooms_whose_names_are_one_by_now_stay_two() -> None:
    """As earlier versions knew them apart: each has what was said in it, and the older its name."""
    state = State(Limits())
    kept = [
        RoomRecord("#\u00fcber", "#\u00fcber", 2, topic="younger"),
        RoomRecord("#\u00dcber", "#\u00dcber", 1, topic="older"),
        RoomRecord("#u\u0308ber", "#u\u0308ber", 3),
    ]
    rooms = [*state.restore_rooms(kept, 10)]
    assert [room.name for room in rooms] == ["#\u00dcber", "#\u00fcber-2", "#u\u0308ber-3"]
    assert [*state.rooms] == ["#\u00fcber", "#\u00fcber-2", "#\u00fcber-3"]
    assert state.find_room("#U\u0308BER") is rooms[0]
    assert [state.find_log(one.key) for one in kept] == [rooms[1], rooms[0], rooms[2]]


def test_snapshots_are_shared_until_somebody_comes_or_goes() -> None:
    """Many events have the same audience object, so that its plan is made once."""
    chat = Chat()
    ann, bob = chat.add("ann", "#a"), chat.add("bob", "#a")
    room = chat.room("#a")
    audience, roster = room.audience, room.roster
    assert room.audience is audience
    assert room.roster is roster
    chat.do("bob", Part("#a"))
    assert room.audience is not audience
    assert room.roster is not roster
    assert (bob in audience, bob in room.audience, ann in room.audience) == (True, False, True)
    assert (len(audience), len(room.audience)) == (2, 1)
    assert (audience.key, ann.alone.key) == ("#a", "")


def test_a_roster_is_made_anew_when_a_member_changes() -> None:
    """By name, status or visibility; entries of the others are the same objects as before."""
    chat = Chat()
    chat.add("ann", "#a")
    chat.add("bob", "#a")
    room = chat.room("#a")
    before = room.roster.entries
    chat.do("bob", ChangeNick("bill"))
    chat.mode("ann", "#a", "+v bill")
    chat.do("bill", ChangeUserModes("bill", (ModeChange(True, "i"),)))
    after = room.roster.entries
    assert after[0] is before[0]
    assert (after[1].identity.nick, after[1].status, after[1].invisible) == ("bill", "v", True)
    assert (before[1].identity.nick, before[1].status, before[1].invisible) == ("bob", "", False)


def test_who_holds_a_status_or_a_higher_one() -> None:
    """Operators hear what is said to the voices."""
    chat = Chat()
    op, voice, both = (chat.add(nick, "#a") for nick in ("op", "voice", "both"))
    chat.add("none", "#a")
    chat.mode("op", "#a", "+v voice", "+v both", "+o both")
    room = chat.room("#a")
    assert [*room.having("o")] == [op, both]
    assert [*room.having("v")] == [op, voice, both]


def test_peers_are_those_of_all_rooms_each_once() -> None:
    """Without oneself."""
    chat = Chat()
    ann = chat.add("ann", "#a", "#b")
    bob, cat = chat.add("bob", "#a", "#b"), chat.add("cat", "#b")
    chat.add("dan", "#c")
    assert chat.state.peers(ann).users == (bob, cat)
