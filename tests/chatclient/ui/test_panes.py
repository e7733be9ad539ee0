"""Rooms, people, topic and status: values in, rows out."""

from dataclasses import replace

import pytest

from chatclient.model import Buffer, ConnectionState, Member, Members, Status, World
from chatclient.ui import panes
from chatclient.ui.cells import width
from tests.chatclient.ui.rig import NOON, join, make_world

ONLINE = Status(
    "chat.example:9000",
    state=ConnectionState.ONLINE,
    nick="anna",
    family="IPv6",
    remote="[2001:db8::1]:9000",
    round_trip=0.0123,
)


def _title(buffer: Buffer) -> str:
    return buffer.name


def _unread(world: World, name: str, unread: int, mentions: int = 0) -> Buffer:
    room = join(world, name, "anna")
    room.unread, room.mentions = unread, mentions
    return room


@pytest.mark.parametrize(
    ("unread", "mentions", "expected"),
    [(0, 0, ""), (7, 0, "7"), (7, 2, "!7"), (1234, 0, "999+"), (1234, 1, "!999+")],
)
def test_a_badge_counts_and_calls(unread: int, mentions: int, expected: str) -> None:
    """How much is unread, with a sign when some of it calls the user."""
    assert panes.badge(_unread(make_world(), "#x", unread, mentions)) == expected


def test_the_list_of_rooms_is_as_wide_as_it_may_be() -> None:
    """Long names are cut before their counts are."""
    world = make_world()
    _unread(world, "#a-room-with-a-very-long-name", 12)
    rows = [row.text for row in panes.rooms(world.buffers, world.active, _title, 16, 10)]
    assert rows == ["1 chat.example:…", "2 #lobby        ", "3 #a-room-wi… 12"]


@pytest.mark.parametrize("at", range(30))
def test_the_active_room_is_in_the_list(at: int) -> None:
    """Wherever it is, in a list too short for all."""
    world = make_world()
    for number in range(28):
        join(world, f"#room{number}")
    buffers = world.buffers
    rows = panes.rooms(buffers, buffers[at], _title, 16, 7)
    assert [row.style for row in rows].count("class:active") == 1
    assert len(rows) == 7


def test_tabs_show_the_active_room() -> None:
    """When they do not fit, those before it give way."""
    world = make_world()
    for number in range(20):
        join(world, f"#room{number}")
    last = world.buffers[-1]
    row = panes.tabs(world.buffers, last, _title, 40)
    assert row.fragments[-1] == ("class:active", "   #room19 ")
    assert width(row.text) <= 40


def test_the_next_unread_is_after_this_one_and_around() -> None:
    """First where one was called, then the next with anything; None when all is read."""
    world = make_world()
    server, lobby = world.buffers
    before, after, called = (_unread(world, name, 0) for name in ("#a", "#b", "#c"))
    assert panes.next_unread(world.buffers, after) is None
    lobby.unread = before.unread = 1
    assert panes.next_unread(world.buffers, after) is lobby
    assert panes.next_unread(world.buffers, server) is lobby
    called.unread = called.mentions = 1
    assert panes.next_unread(world.buffers, server) is called


def _people(*members: Member) -> Members:
    made = Members(str.lower)
    made.replace(members)
    return made


def test_people_have_their_prefix_and_room_for_it() -> None:
    """Operators first; those without a prefix are in line with those who have one."""
    members = _people(Member("zoe"), Member("oper", "@+"), Member("voiced", "+"))
    rows = panes.people(members.ordered(), str.lower, 10, 5)
    assert [row.text for row in rows] == ["@oper", "+voiced", " zoe"]


def test_people_who_stay_keep_their_rows() -> None:
    """The row of somebody who is as before is the same one, so that it is not drawn anew."""
    before = panes.people(_people(Member("bob"), Member("zoe")).ordered(), str.lower, 10, 5)
    after = panes.people(
        _people(Member("bob", away=True), Member("zoe")).ordered(), str.lower, 10, 5
    )
    assert after[1] is before[1]
    assert after[0].text == before[0].text
    assert after[0].fragments != before[0].fragments


def test_people_who_do_not_fit_are_counted() -> None:
    """The last row says how many more there are."""
    members = _people(*(Member(f"nick{number:05}") for number in range(10_000)))
    rows = panes.people(members.ordered(), str.lower, 13, 5)
    assert len(rows) == 5
    assert rows[-1].text == " +9996 more"


@pytest.mark.parametrize("cells", [10, 20, 40, 80, 200])
def test_the_topic_fills_its_row(cells: int) -> None:
    """A long topic is cut to what is left between the name and the number of people."""
    world = make_world()
    world.set_topic(world.active, "words " * 60)
    row = panes.topic(world.active, world.active.name, ONLINE, cells)
    assert width(row.text) == max(cells, width(" #lobby3 here "))


def test_a_room_one_is_not_in_says_so() -> None:
    """And how to go in again."""
    world = make_world()
    world.set_joined(world.active, joined=False)
    assert "/join" in panes.topic(world.active, world.active.name, ONLINE, 60).text


def test_the_status_leaves_out_what_matters_least() -> None:
    """From narrow to wide: nick, round trip, address, server, hint."""
    texts = [
        panes.status_line(ONLINE, NOON, cells, "F1 keys").text for cells in (24, 36, 64, 80, 99)
    ]
    assert texts == [
        " ● connected · anna",
        " ● connected · anna · 12 ms",
        " ● connected · anna · IPv6 [2001:db8::1]:9000 · 12 ms",
        " ● connected · anna · chat.example:9000 · IPv6 [2001:db8::1]:9000 · 12 ms",
        " ● connected · anna · chat.example:9000 · IPv6 [2001:db8::1]:9000 · 12 ms · F1 keys",
    ]


def test_a_hint_that_matters_stays() -> None:
    """What Enter is about to do is said on the narrowest screen."""
    text = panes.status_line(ONLINE, NOON, 40, "Enter sends 30 messages", 0).text
    assert text == " ● connected · Enter sends 30 messages"


def test_what_keys_mean_now_stays_whole() -> None:
    """The sign of the connection makes room for it, unless there is none to speak of."""
    hint = "r reply · e react · c copy · Esc"
    assert panes.status_line(ONLINE, NOON, 40, hint, 0).text == f" ● · {hint}"
    waiting = Status("h:1", state=ConnectionState.WAITING, retry_at=NOON + 9)
    assert "reconnecting" in panes.status_line(waiting, NOON, 40, hint, 0).text


def test_a_long_reason_is_cut() -> None:
    """Rather than left out."""
    status = Status("h:1", state=ConnectionState.WAITING, retry_at=NOON + 9, reason="x" * 200)
    assert width(panes.status_line(status, NOON, 60, "").text) <= 60


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.0004, "0.4 ms"), (0.0123, "12 ms"), (2.5, "2500 ms")]
)
def test_a_round_trip_is_read_easily(seconds: float, expected: str) -> None:
    """Small ones with a decimal."""
    assert panes.milliseconds(seconds) == expected


@pytest.mark.parametrize(
    ("account", "away", "shown"),
    [
        ("", False, "· anna ·"),
        ("anna", False, "· anna (logged in) ·"),
        ("boss", True, "· anna (as boss) (away) ·"),
    ],
)
def test_as_whom_one_is_logged_in(
    account: str,
    away: bool,  # noqa: FBT001 - a column of the table
    shown: str,
) -> None:
    """The status says it beside the nick."""
    status = replace(ONLINE, account=account, away=away)
    assert shown in panes.status_line(status, NOON, 120, "").text


@pytest.mark.parametrize(
    ("online", "away", "shown"),
    [(None, False, ""), (True, False, "online"), (True, True, "away"), (False, False, "offline")],
)
def test_whether_the_other_one_is_there(
    online: bool | None,  # noqa: FBT001 - a column of the table
    away: bool,  # noqa: FBT001 - a column of the table
    shown: str,
) -> None:
    """The bar over a conversation says it, as far as it is known."""
    world = make_world()
    bob = world.open_direct("bob")
    world.set_presence(bob, online=online, away=away)
    text = panes.topic(bob, bob.name, ONLINE, 80).text
    assert text.split("the two of you")[1].strip() == shown


def test_tabs_are_made_for_what_is_seen() -> None:
    """However many rooms there are: those that have no place on the row cost nothing."""
    world = World(ONLINE)
    buffers = [world.open_room(f"#room{number}") for number in range(2000)]
    named: list[Buffer] = []

    def title(buffer: Buffer) -> str:
        named.append(buffer)
        return buffer.name

    row = panes.tabs(buffers, buffers[1000], title, 40)
    assert "#room1000" in row.text
    assert "#room998" in row.text
    assert len(named) < 20
