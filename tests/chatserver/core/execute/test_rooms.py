"""Rooms: who gets in, who runs them, how long they are remembered."""

import pytest
from msgspec.structs import replace

from chatserver.core.commands import (
    ChangeNick,
    Invite,
    Join,
    Kick,
    Part,
    Quit,
    Say,
    SetAway,
    SetTopic,
)
from chatserver.core.effects import Entered, Inviting, Reason, Recall
from chatserver.core.events import (
    Invited,
    InviteSeen,
    Joined,
    Kicked,
    Parted,
    RoomModesChanged,
    TopicChanged,
)
from chatserver.core.limits import Limits
from chatserver.core.rights import ORPHANED_AFTER
from tests.chatserver.core.chat import Chat, all_of, recall, refusals, refused, seen, watchers

# --- entering -------------------------------------------------------------------------------------


def test_who_enters_is_announced_and_told_what_is_there(chat: Chat) -> None:
    """The audience has them in it already; the roster too."""
    chat.do("op", SetTopic("#a", "hi"))
    effects = chat.do("out", Join("#A"))
    assert watchers(effects, Joined) == {"op", "bob", "out"}
    (entered,) = all_of(Entered, effects)
    assert (entered.room, entered.topic, entered.topic_by) == ("#a", "hi", "op!u@h")
    assert [entry.prefixes + entry.identity.nick for entry in entered.roster.entries] == [
        "@op",
        "bob",
        "out",
    ]


def test_entering_twice_does_nothing(chat: Chat) -> None:
    """Nobody hears of it."""
    assert chat.do("bob", Join("#A")) == []


@pytest.mark.parametrize(
    "name", ["a", "#", "", "#a b", "#a,b", "#a:b", "#a\x07", "#\u200b", "#" + "x" * 64]
)
def test_a_room_has_a_name_that_can_be_said(chat: Chat, name: str) -> None:
    """And shown: other names are refused, and make no room."""
    rooms = len(chat.state.rooms)
    assert refused(chat.do("out", Join(name))) is Reason.ROOM_NAME_INVALID
    assert len(chat.state.rooms) == rooms


def test_nobody_is_in_more_rooms_than_allowed() -> None:
    """The limit is counted over rooms that one is in, not over those one was in."""
    chat = Chat(Limits(rooms_per_user=2))
    chat.add("ann", "#a", "#b")
    assert refused(chat.do("ann", Join("#c"))) is Reason.TOO_MANY_ROOMS
    chat.do("ann", Part("#a"))
    assert refused(chat.do("ann", Join("#c"))) is None


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("+b out", Reason.BANNED),
        ("+b *!*@h", Reason.BANNED),
        ("+i", Reason.INVITE_ONLY),
        ("+k sesame", Reason.BAD_KEY),
        ("+l 2", Reason.ROOM_FULL),
    ],
)
def test_what_bars_entry_bars_not_who_is_invited(chat: Chat, mode: str, reason: Reason) -> None:
    """An invitation opens every bar, once."""
    chat.mode("op", "#a", mode)
    assert refused(chat.do("out", Join("#a", "wrong"))) is reason
    chat.do("op", Invite("out", "#a"))
    assert refused(chat.do("out", Join("#a"))) is None
    chat.do("out", Part("#a"))
    assert refused(chat.do("out", Join("#a"))) is reason


def test_the_right_password_opens_and_exceptions_lift_bans(chat: Chat) -> None:
    """`+e` against `+b`, `+I` against `+i`."""
    chat.mode("op", "#a", "+k sesame", "+b *!*@*", "+e out", "+i", "+I out!*@*")
    assert refused(chat.do("out", Join("#a", "sesame"))) is None
    chat.add("cat")
    assert refused(chat.do("cat", Join("#a", "sesame"))) is Reason.BANNED


def test_who_enters_sees_the_newest_messages_if_there_are_any(chat: Chat) -> None:
    """A look back is asked of the store only when it may have something."""
    assert recall(chat.do("out", Join("#a"))) is None
    chat.do("out", Part("#a"))
    chat.do("bob", Say("#a", "hi"))
    found = recall(chat.do("out", Join("#a")))
    assert found == Recall("#a", "#a", chat.room("#a").created_seq, chat.seq, 20)


def test_history_on_join_can_be_switched_off() -> None:
    """With 0 there is no look back."""
    chat = Chat(Limits(history_on_join=0))
    chat.add("ann", "#a")
    chat.do("ann", Say("#a", "hi"))
    chat.add("bob")
    assert recall(chat.do("bob", Join("#a"))) is None


# --- who runs a room ------------------------------------------------------------------------------


def test_the_first_one_in_is_operator_of_a_new_room(chat: Chat) -> None:
    """Nobody after them; and the lobby has none."""
    chat.add("cat", "#lobby")
    entries = [chat.room(name).roster.entries[0] for name in ("#a", "#lobby")]
    assert [entry.status for entry in entries] == ["o", ""]
    assert chat.room("#a").flags == {"n", "t"}


def test_a_status_comes_back_with_its_owner(chat: Chat) -> None:
    """After leaving, after quitting, and after a restart of the server."""
    chat.mode("op", "#a", "+v bob")
    chat.do("op", Part("#a"))
    chat.do("bob", Quit())
    effects = chat.do("op", Join("#a"))
    assert chat.room("#a").members[chat.state.nicks["op"]].status == "o"
    chat.add("bob", "#a")
    assert chat.room("#a").members[chat.state.nicks["bob"]].status == "v"
    assert not all_of(RoomModesChanged, effects)

    again = chat.restart()
    again.add("bob", "#a")
    again.add("op")
    changed = watchers(again.do("op", Join("#a")), RoomModesChanged)
    assert changed == {"bob", "op"}
    assert [entry.prefixes for entry in again.room("#a").roster.entries] == ["+", "@"]


def test_nobody_gains_rights_by_a_restart(chat: Chat) -> None:
    """Who comes first is no operator while another is remembered."""
    again = chat.restart()
    again.add("out", "#a")
    assert again.room("#a").members[again.state.nicks["out"]].status == ""


def test_an_orphaned_room_has_a_new_operator(chat: Chat) -> None:
    """When it was empty for so long that its operators are forgotten."""
    for nick in ("op", "bob"):
        chat.do(nick, Part("#a"))
    chat.at += ORPHANED_AFTER
    chat.do("out", Join("#a"))
    assert chat.room("#a").members[chat.state.nicks["out"]].status == ""
    chat.do("out", Part("#a"))
    chat.at += ORPHANED_AFTER + 1
    chat.do("out", Join("#a"))
    assert chat.room("#a").statuses == {"out!u@h": "o"}
    chat.do("op", Join("#a"))
    assert chat.room("#a").members[chat.state.nicks["op"]].status == ""


def test_who_is_put_out_loses_their_status_for_good(chat: Chat) -> None:
    """It is not remembered under their name."""
    chat.mode("op", "#a", "+o bob")
    chat.do("bob", Kick("#a", "op"))
    chat.do("op", Join("#a"))
    assert chat.room("#a").members[chat.state.nicks["op"]].status == ""


def test_the_lobby_is_run_by_operators_of_the_server() -> None:
    """By them alone, as long as they are in it."""
    chat = Chat()
    chat.add("ann", "#lobby")
    chat.add_operator("root")
    assert refused(chat.do("ann", SetTopic("#lobby", "x"))) is Reason.NOT_ROOM_OPERATOR
    assert refused(chat.do("root", SetTopic("#lobby", "x"))) is Reason.NOT_IN_ROOM
    chat.do("root", Join("#lobby"))
    assert refused(chat.do("root", SetTopic("#lobby", "x"))) is None
    assert refused(chat.mode("root", "#lobby", "+m")) is None
    assert refused(chat.do("root", Kick("#lobby", "ann"))) is None


# --- how long a room is remembered ----------------------------------------------------------------


def test_an_empty_room_keeps_what_it_is(chat: Chat) -> None:
    """Its topic, modes and messages, for as long as the limit says, and is then forgotten."""
    chat.do("op", SetTopic("#a", "hi"))
    chat.do("op", Say("#a", "hi"))
    for nick in ("op", "bob"):
        chat.do(nick, Part("#a"))
    chat.at += chat.state.limits.room_expiry
    (entered,) = all_of(Entered, chat.do("op", Join("#a")))
    assert entered.topic == "hi"
    chat.do("op", Part("#a"))
    chat.at += chat.state.limits.room_expiry + 1
    effects = chat.do("out", Join("#a"))
    assert all_of(Entered, effects)[0].topic == ""
    assert recall(effects) is None
    assert chat.room("#a").created_seq == chat.seq
    assert chat.room("#a") in chat.state.changed_rooms
    assert "#a" not in chat.state.forgotten_rooms


def test_rooms_are_forgotten_without_anybody_asking_for_them(chat: Chat) -> None:
    """Their records too: names that come once and never again do not fill memory and disk."""
    chat.do("out", Join("#once"))
    chat.do("out", Part("#once"))
    chat.at += chat.state.limits.room_expiry + 1
    chat.do("out", Join("#another"))
    assert "#once" not in chat.state.rooms
    assert chat.state.forgotten_rooms == {"#once"}
    assert chat.room("#another") in chat.state.changed_rooms


def test_only_so_many_empty_rooms_are_kept() -> None:
    """Of more that are blank, those go that are empty longest; the lobby and rooms with people stay."""
    chat = Chat(Limits(empty_rooms=3))
    chat.add("ann", "#stays")
    chat.add("bob", "#lobby")
    chat.do("bob", Part("#lobby"))
    for number in range(9):
        chat.do("bob", Join(f"#{number}"))
        chat.do("bob", Part(f"#{number}"))
        chat.at += 1
    chat.do("bob", Join("#5"))
    assert set(chat.state.rooms) == {"#lobby", "#stays", "#5", "#6", "#7", "#8"}
    assert chat.state.forgotten_rooms == {"#0", "#1", "#2", "#3", "#4"}
    assert [*chat.state.empty_rooms] == ["#6", "#7", "#8"]


def test_who_makes_many_rooms_wipes_out_none_of_others() -> None:
    """Blank rooms are forgotten before those with a topic or words in them, then the youngest."""
    chat = Chat(Limits(empty_rooms=3))
    chat.add("ann")
    for room, deed in (("#topic", SetTopic("#topic", "mine")), ("#words", Say("#words", "hi"))):
        chat.do("ann", Join(room))
        chat.do("ann", deed)
        chat.do("ann", Part(room))
    chat.add("eve")
    for number in range(20):
        chat.do("eve", Join(f"#blank{number}"))
        chat.do("eve", Part(f"#blank{number}"))
    assert {"#topic", "#words"} <= set(chat.state.empty_rooms)
    for number in range(20):
        chat.do("eve", Join(f"#{number}"))
        chat.do("eve", SetTopic(f"#{number}", "x"))
        chat.do("eve", Part(f"#{number}"))
    chat.do("eve", Join("#last"))
    assert chat.room("#topic").topic == "mine"
    assert "#words" in chat.state.empty_rooms
    assert len(chat.state.empty_rooms) == 3


# --- leaving, putting out -------------------------------------------------------------------------


def test_who_leaves_a_room_is_in_the_audience_of_it() -> None:
    """The reason has a limit."""
    chat = Chat(Limits(reason=3))
    chat.add("ann", "#a")
    chat.add("bob", "#a")
    effects = chat.do("bob", Part("#A", "because"))
    ((event, who),) = seen(effects)
    assert isinstance(event, Parted)
    assert (event.room, event.reason, who) == ("#a", "bec", {"ann", "bob"})
    assert "#a" not in chat.state.nicks["bob"].rooms


@pytest.mark.parametrize(
    ("nick", "room", "reason"),
    [
        ("out", "#a", Reason.NOT_IN_ROOM),
        ("out", "#none", Reason.NO_SUCH_ROOM),
        ("out", "", Reason.NO_SUCH_ROOM),
    ],
)
def test_a_room_that_one_is_not_in_cannot_be_left(
    chat: Chat, nick: str, room: str, reason: Reason
) -> None:
    """Whether it is there or not."""
    assert refused(chat.do(nick, Part(room))) is reason


def test_operators_put_people_out(chat: Chat) -> None:
    """With a reason, or their nick for one; also themselves."""
    effects = chat.do("op", Kick("#a", "BOB"))
    ((event, who),) = seen(effects)
    assert isinstance(event, Kicked)
    assert (event.nick, event.reason, who) == ("bob", "op", {"op", "bob"})
    assert chat.state.nicks["bob"].rooms == {}
    assert watchers(chat.do("op", Kick("#a", "op", "tired")), Kicked) == {"op"}


@pytest.mark.parametrize(
    ("nick", "victim", "reason"),
    [
        ("bob", "op", Reason.NOT_ROOM_OPERATOR),
        ("out", "op", Reason.NOT_IN_ROOM),
        ("op", "nobody", Reason.NO_SUCH_NICK),
        ("op", "out", Reason.TARGET_NOT_IN_ROOM),
    ],
)
def test_a_kick_can_be_refused(chat: Chat, nick: str, victim: str, reason: Reason) -> None:
    """Nobody is put out then."""
    assert refused(chat.do(nick, Kick("#a", victim))) is reason
    assert len(chat.room("#a").members) == 2


# --- inviting -------------------------------------------------------------------------------------


def test_an_invitation_is_told_to_the_guest_and_to_operators(chat: Chat) -> None:
    """Not to who invites; they are told that the guest is away, if so."""
    chat.do("out", SetAway("tea"))
    effects = chat.do("bob", Invite("OUT", "#A"))
    assert all_of(Inviting, effects) == [Inviting("out", "#a", "tea")]
    assert watchers(effects, Invited) == {"out"}
    assert watchers(effects, InviteSeen) == {"op"}
    assert watchers(chat.do("op", Invite("out", "#a")), InviteSeen) == set()


@pytest.mark.parametrize(
    ("nick", "guest", "room", "reason"),
    [
        ("bob", "nobody", "#a", Reason.NO_SUCH_NICK),
        ("bob", "out", "#none", Reason.NO_SUCH_ROOM),
        ("out", "out", "#a", Reason.NOT_IN_ROOM),
        ("bob", "op", "#a", Reason.TARGET_IN_ROOM),
    ],
)
def test_an_invitation_can_be_refused(
    chat: Chat, nick: str, guest: str, room: str, reason: Reason
) -> None:
    """It has no effect then."""
    assert refused(chat.do(nick, Invite(guest, room))) is reason
    assert not chat.state.nicks["out"].invited


def test_only_operators_invite_where_only_the_invited_enter(chat: Chat) -> None:
    """Else `+i` would keep nobody out."""
    chat.mode("op", "#a", "+i")
    assert refused(chat.do("bob", Invite("out", "#a"))) is Reason.NOT_ROOM_OPERATOR


def test_an_invitation_ends_with_the_room_that_it_was_for(chat: Chat) -> None:
    """A later room of that name belongs to others."""
    chat.do("op", Invite("out", "#a"))
    for nick in ("op", "bob"):
        chat.do(nick, Part("#a"))
    chat.at += chat.state.limits.room_expiry + 1
    chat.add("new", "#a")
    chat.mode("new", "#a", "+i")
    assert refused(chat.do("out", Join("#a"))) is Reason.INVITE_ONLY


def test_invitations_are_bounded() -> None:
    """Nobody can fill another's memory with them: the newest count."""
    chat = Chat(Limits(rooms_per_user=2))
    out = chat.add("out")
    chat.add("ann")
    for number in range(5):
        chat.do("ann", Join(f"#{number}"))
        chat.do("ann", Invite("out", f"#{number}"))
        chat.do("ann", Part(f"#{number}"))
    assert [*out.invited] == ["#3", "#4"]


# --- topics ---------------------------------------------------------------------------------------


def test_operators_set_topics_and_others_where_they_may(chat: Chat) -> None:
    """`-t` lets everybody inside; the topic has a limit."""
    assert refused(chat.do("bob", SetTopic("#a", "x"))) is Reason.NOT_ROOM_OPERATOR
    assert refused(chat.do("out", SetTopic("#a", "x"))) is Reason.NOT_IN_ROOM
    assert refused(chat.do("out", SetTopic("#none", "x"))) is Reason.NO_SUCH_ROOM
    chat.mode("op", "#a", "-t")
    assert watchers(chat.do("bob", SetTopic("#a", "x" * 999)), TopicChanged) == {"op", "bob"}
    room = chat.room("#a")
    assert (len(room.topic), room.topic_by, room.topic_at) == (385, "bob!u@h", chat.at)
    chat.do("bob", SetTopic("#a", ""))
    assert room.topic == ""


# --- secrets --------------------------------------------------------------------------------------


def test_a_secret_room_is_not_there_for_others(chat: Chat) -> None:
    """No refusal tells that it is, but that of entering it."""
    chat.mode("op", "#a", "+s", "+k sesame")
    commands = (
        Part("#a"),
        SetTopic("#a", "x"),
        Invite("out", "#a"),
        Kick("#a", "op"),
        Say("#a", "x"),
        Say("@#a", "x"),
    )
    for command in commands:
        ((reason, subject, detail),) = refusals(chat.do("out", command))
        assert (reason, subject, detail) == (Reason.NO_SUCH_ROOM, "#a", "")
    ((reason, _, _),) = refusals(chat.mode("out", "#a", "+m"))
    assert reason is Reason.NO_SUCH_ROOM


def test_what_is_said_from_outside_reaches_a_secret_room_that_allows_it(chat: Chat) -> None:
    """A program that reports into it need not be inside."""
    chat.mode("op", "#a", "+s", "-n")
    assert not refusals(chat.do("out", Say("#a", "deployed")))


def test_a_room_is_kept_as_it_is(chat: Chat) -> None:
    """All that outlives the process comes back from its record, and nothing else."""
    chat.mode("op", "#a", "+k x", "+l 9", "+m", "+b a!b@C", "+e d", "+I e", "+v bob")
    chat.do("op", SetTopic("#a", "hi"))
    chat.do("bob", ChangeNick("bill"))
    record = chat.room("#a").record()
    again = chat.restart().room("#a")
    assert again.record() == replace(record, emptied_at=chat.at)
    assert not again.members
    assert again.last_seq is None
    assert set(again.lists["b"]) == {"a!b@c"}
