"""Modes: each letter does what its row says, each change by itself."""

import pytest

from chatserver.core.commands import BecomeOperator, ChangeUserModes, ModeChange
from chatserver.core.effects import Effect, Reason
from chatserver.core.events import RoomModesChanged, UserModesChanged
from chatserver.core.execute.modes import ROOM_MODES, USER_MODES, complete_mask
from chatserver.core.limits import Limits
from tests.chatserver.core.chat import Chat, parse_change, refusals, refused, seen


def done(effects: list[Effect]) -> list[str]:
    """Return the changes that took effect, as they are written."""
    changes = [
        change
        for event, _ in seen(effects)
        if isinstance(event, (RoomModesChanged, UserModesChanged))
        for change in event.changes
    ]
    return [
        f"{'+' if c.adding else '-'}{c.letter}{'' if c.argument is None else ' ' + c.argument}"
        for c in changes
    ]


# --- rooms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "undone", "shown"),
    [
        ("+i", "-i", "-i"), ("+m", "-m", "-m"), ("+s", "-s", "-s"), ("+C", "-C", "-C"),
        ("+k sesame", "-k whatever", "-k *"), ("+l 5", "-l", "-l"),
        ("+o bob", "-o bob", "-o bob"), ("+v bob", "-v BOB", "-v bob"),
        ("+b a!*@*", "-b A!*@*", "-b a!*@*"), ("+e a!b@c", "-e a!b@c", "-e a!b@c"),
        ("+I a!b@c", "-I a!b@c", "-I a!b@c"),
    ],
)  # fmt: skip
def test_every_mode_can_be_set_and_unset_once(
    chat: Chat, change: str, undone: str, shown: str
) -> None:
    """A second time nothing changes, and nothing is told."""
    assert done(chat.mode("op", "#a", change)) == [change]
    assert chat.room("#a") in chat.state.changed_rooms
    assert chat.mode("op", "#a", change) == []
    assert done(chat.mode("op", "#a", undone)) == [shown]
    assert chat.mode("op", "#a", undone) == []


def test_every_letter_has_been_tried() -> None:
    """With those that a new room has."""
    assert set(ROOM_MODES) == set("imsCklovbeI" + "ntr")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("+x", Reason.UNKNOWN_ROOM_MODE),
        ("+k", Reason.MODE_PARAMETER_MISSING),
        ("+l", Reason.MODE_PARAMETER_MISSING),
        ("+o", Reason.MODE_PARAMETER_MISSING),
        ("+l 0", Reason.MODE_PARAMETER_INVALID),
        ("+l -1", Reason.MODE_PARAMETER_INVALID),
        ("+l x", Reason.MODE_PARAMETER_INVALID),
        ("+l ²", Reason.MODE_PARAMETER_INVALID),
        ("+l 1000001", Reason.MODE_PARAMETER_INVALID),
        ("+l " + "9" * 99, Reason.MODE_PARAMETER_INVALID),
        ("+k a,b", Reason.KEY_INVALID),
        ("+k \x07", Reason.KEY_INVALID),
        ("+k " + "x" * 33, Reason.KEY_INVALID),
        ("+b " + "x" * 999, Reason.MODE_PARAMETER_INVALID),
        ("+b a b", Reason.MODE_PARAMETER_INVALID),
        ("+o nobody", Reason.NO_SUCH_NICK),
        ("+o out", Reason.TARGET_NOT_IN_ROOM),
    ],
)
def test_a_change_can_be_refused(chat: Chat, change: str, reason: Reason) -> None:
    """Nothing is told, nothing need be kept."""
    chat.state.changed_rooms.clear()
    assert refused(chat.mode("op", "#a", change)) is reason
    assert not chat.state.changed_rooms


def test_each_change_is_done_or_refused_by_itself(chat: Chat) -> None:
    """In order; what took effect is one event."""
    effects = chat.mode("op", "#a", "+m", "+x", "+o nobody", "+v bob", "-m")
    assert done(effects) == ["+m", "+v bob", "-m"]
    assert [reason for reason, _, _ in refusals(effects)] == [
        Reason.UNKNOWN_ROOM_MODE,
        Reason.NO_SUCH_NICK,
    ]


@pytest.mark.parametrize(
    ("nick", "room", "reason"),
    [
        ("bob", "#a", Reason.NOT_ROOM_OPERATOR),
        ("out", "#a", Reason.NOT_IN_ROOM),
        ("out", "#none", Reason.NO_SUCH_ROOM),
    ],
)
def test_only_its_operators_change_a_room(chat: Chat, nick: str, room: str, reason: Reason) -> None:
    """A server's operator from outside neither."""
    assert refused(chat.mode(nick, room, "+m")) is reason
    chat.do("out", BecomeOperator("root"))
    assert refused(chat.mode("out", "#a", "+m")) is Reason.NOT_IN_ROOM


def test_an_operator_who_gives_their_status_away_has_it_no_more(chat: Chat) -> None:
    """Not even for the rest of the same command."""
    chat.mode("op", "#a", "+o bob", "-o op")
    assert chat.room("#a").statuses == {"bob!u@h": "o"}
    assert refused(chat.mode("op", "#a", "+m")) is Reason.NOT_ROOM_OPERATOR


def test_both_statuses_are_held_side_by_side(chat: Chat) -> None:
    """The operator's first, whichever came first."""
    chat.mode("op", "#a", "+v bob")
    chat.mode("op", "#a", "+o bob")
    assert chat.room("#a").roster.entries[1].prefixes == "@+"
    chat.mode("op", "#a", "-o bob")
    assert chat.room("#a").roster.entries[1].prefixes == "+"
    assert chat.room("#a").statuses["bob!u@h"] == "v"


def test_lists_and_memories_are_bounded() -> None:
    """Each list by itself; of the statuses the oldest go."""
    chat = Chat(Limits(list_entries=2))
    chat.add("op", "#a")
    assert [r for r, _, _ in refusals(chat.mode("op", "#a", "+b 1", "+b 2", "+b 3", "+e 1"))] == [
        Reason.LIST_FULL
    ]
    for number in range(4):
        chat.add(f"p{number}", "#a")
        chat.mode("op", "#a", f"+v p{number}")
    assert [*chat.room("#a").statuses] == ["p2!u@h", "p3!u@h"]


def test_only_so_many_changes_with_a_parameter_count() -> None:
    """The rest of the command is left out."""
    chat = Chat(Limits(mode_changes=2))
    chat.add("op", "#a")
    assert done(chat.mode("op", "#a", "+b 1", "+m", "+b 2", "+i", "+b 3", "+s")) == [
        "+b 1!*@*", "+m", "+b 2!*@*", "+i",
    ]  # fmt: skip


def test_asking_for_a_list_changes_nothing(chat: Chat) -> None:
    """It is a question for a face."""
    assert chat.mode("op", "#a", "+b") == []


@pytest.mark.parametrize(
    ("written", "mask"),
    [
        ("bob", "bob!*@*"), ("*@host", "*!*@host"), ("b!u", "b!u@*"), ("b!u@h", "b!u@h"),
        ("!", "*!*@*"), ("@", "*!*@*"), ("b!@", "b!*@*"), ("b@h!x", "b@h!x@*"),
    ],
)  # fmt: skip
def test_masks_are_completed(written: str, mask: str) -> None:
    """What was left out is anything."""
    assert complete_mask(written) == mask


# --- users ----------------------------------------------------------------------------------------


def user_modes(chat: Chat, nick: str, *changes: str, of: str = "") -> list[Effect]:
    """Let somebody change modes of a user, their own unless said otherwise."""
    return chat.do(nick, ChangeUserModes(of or nick, tuple(map(parse_change, changes))))


@pytest.mark.parametrize("letter", USER_MODES.replace("o", ""))
def test_ones_own_modes_can_be_set_and_unset_once(chat: Chat, letter: str) -> None:
    """Nobody else is told."""
    for change in (f"+{letter}", f"-{letter}"):
        effects = user_modes(chat, "bob", change)
        assert done(effects) == [change]
        assert [who for _, who in seen(effects)] == [{"bob"}]
        assert user_modes(chat, "bob", change) == []


def test_modes_show_in_what_others_see(chat: Chat) -> None:
    """Who is invisible or a bot is so in every room at once."""
    user_modes(chat, "bob", "+iB")
    user_modes(chat, "bob", "+i", "+B")
    assert chat.room("#a").roster.entries[1].invisible
    assert chat.state.nicks["bob"].bot


def test_nobody_makes_themselves_an_operator(chat: Chat) -> None:
    """But may cease to be one."""
    assert user_modes(chat, "bob", "+o") == []
    chat.do("bob", BecomeOperator("root"))
    assert done(user_modes(chat, "bob", "-o")) == ["-o"]
    assert chat.state.nicks["bob"].operator == ""


def test_modes_of_others_and_unknown_ones_are_refused(chat: Chat) -> None:
    """What is known is done all the same."""
    assert refused(user_modes(chat, "bob", "+i", of="op")) is Reason.OTHER_USERS_MODES
    assert refused(user_modes(chat, "bob", "+i", of="nobody")) is Reason.OTHER_USERS_MODES
    effects = user_modes(chat, "bob", "+x", "+i", of="BOB")
    assert done(effects) == ["+i"]
    assert refusals(effects) == [(Reason.UNKNOWN_USER_MODE, "x", "")]
    assert ModeChange(True, "i") == parse_change("+i")
