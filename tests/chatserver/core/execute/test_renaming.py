"""A room gets another name, and is what it was."""

import pytest

from chatserver.core.commands import (
    Invite,
    Join,
    MarkRead,
    Part,
    RegisterRoom,
    RenameRoom,
    Say,
    SetTopic,
)
from chatserver.core.effects import Effect, Emission, MarkerKept, Reason, Recall
from chatserver.core.events import RoomRenamed, Said
from chatserver.core.execute.renaming import RENAMED_AGAIN
from chatserver.core.execute.turn import MOVED_FOR
from chatserver.core.limits import Limits
from tests.chatserver.core.chat import Chat, all_of, recall, refused, watchers


def target(effects: list[Effect]) -> str:
    """Return to whom the one message was said."""
    (emission,) = all_of(Emission, effects)
    assert isinstance(emission.event, Said)
    return emission.event.target


def test_a_room_is_found_under_its_new_name_alone(chat: Chat) -> None:
    """Members, modes, topic and who is remembered are as before; all in it are told."""
    room = chat.room("#a")
    chat.mode("op", "#a", "+m", "+v bob", "+b x!*@*")
    effects = chat.do("op", RenameRoom("#A", "#B", "because"))
    assert watchers(effects, RoomRenamed) == {"op", "bob"}
    assert chat.room("#b") is room
    assert "#a" not in chat.state.rooms
    assert (room.name, room.flags, [*room.lists["b"]]) == ("#B", {"n", "t", "m"}, ["x!*@*"])
    assert [*chat.state.nicks["bob"].rooms] == ["#b"]
    chat.do("bob", Part("#b"))
    chat.do("bob", Join("#b"))
    assert room.members[chat.state.nicks["bob"]].status == "v"


def test_a_room_stands_in_the_log_where_it_stood(chat: Chat) -> None:
    """Under one key, whatever it is called, also after a restart; so does what is said from then on."""
    chat.do("op", Say("#a", "before"))
    chat.do("op", RenameRoom("#a", "#b"))
    (said,) = [e for e in all_of(Emission, chat.do("op", Say("#b", "after"))) if e.audience.key]
    assert isinstance(said.event, Said)
    assert (said.event.target, said.audience.key) == ("#b", "#a")
    created = chat.room("#b").created_seq
    assert recall(chat.do("out", Join("#b"))) == Recall("#a", "#b", created, chat.seq, 20)
    again = chat.restart()
    assert again.room("#b").log == "#a"
    assert again.state.find_log("#a") is again.room("#b")


def test_the_old_name_is_free_for_another_room(chat: Chat) -> None:
    """Which has a log of its own: neither shows what was said in the other."""
    chat.do("op", RenameRoom("#a", "#b"))
    chat.do("out", Join("#a"))
    other = chat.room("#a")
    assert other is not chat.room("#b")
    assert other.log != chat.room("#b").log == "#a"
    assert other.members[chat.state.nicks["out"]].status == "o"
    assert chat.restart().room("#a").log == other.log
    assert refused(chat.do("op", RenameRoom("#b", "#a"))) is Reason.ROOM_NAME_IN_USE


def test_a_name_may_come_back(chat: Chat) -> None:
    """And the room is found by its log as before."""
    chat.do("op", RenameRoom("#a", "#b"))
    chat.at += RENAMED_AGAIN
    chat.do("op", RenameRoom("#b", "#a"))
    assert chat.state.renamed == {}
    assert chat.state.find_log("#a") is chat.room("#a")


def test_letters_alone_may_change(chat: Chat) -> None:
    """From small to capital: it is the same name, and the room keeps it."""
    assert watchers(chat.do("op", RenameRoom("#a", "#A")), RoomRenamed) == {"op", "bob"}
    assert chat.room("#a").name == "#A"


@pytest.mark.parametrize(
    ("nick", "room", "name", "reason"),
    [
        ("bob", "#a", "#b", Reason.NOT_ROOM_OPERATOR),
        ("out", "#a", "#b", Reason.NOT_IN_ROOM),
        ("out", "#none", "#b", Reason.NO_SUCH_ROOM),
        ("op", "#a", "b", Reason.ROOM_NAME_INVALID),
        ("op", "#a", "#a", Reason.ROOM_NAME_IN_USE),
        ("op", "#a", "#taken", Reason.ROOM_NAME_IN_USE),
        ("op", "#a", "#lobby", Reason.ROOM_NAME_IN_USE),
        ("root", "#lobby", "#hall", Reason.LOBBY_STAYS),
    ],
)
def test_another_name_can_be_refused(
    chat: Chat, nick: str, room: str, name: str, reason: Reason
) -> None:
    """Nothing changes then."""
    chat.add("cat", "#taken")
    chat.add_operator("root", "#lobby")
    before = set(chat.state.rooms)
    assert refused(chat.do(nick, RenameRoom(room, name))) is reason
    assert set(chat.state.rooms) == before


def test_a_registered_room_is_renamed_by_whom_it_belongs_to(chat: Chat) -> None:
    """Not by any operator of it; it belongs to them under the new name."""
    chat.log_in("op")
    chat.do("op", RegisterRoom("#a"))
    chat.mode("op", "#a", "+o bob")
    assert refused(chat.do("bob", RenameRoom("#a", "#b"))) is Reason.NOT_ROOM_FOUNDER
    assert refused(chat.do("op", RenameRoom("#a", "#b"))) is None
    assert chat.room("#b").founder == "op"


def test_a_room_keeps_a_name_for_a_while(chat: Chat) -> None:
    """Most clients are told by a list of all who are in it: nobody can have that sent again and again."""
    chat.do("op", RenameRoom("#a", "#b"))
    assert refused(chat.do("op", RenameRoom("#b", "#c"))) is Reason.RENAMED_LATELY
    chat.at += RENAMED_AGAIN
    assert refused(chat.do("op", RenameRoom("#b", "#c"))) is None


def test_what_was_on_its_way_to_the_old_name_comes_to_the_room(chat: Chat) -> None:
    """For a moment, from its members, and not if they mean another room that they are in."""
    chat.mode("op", "#a", "-n")
    chat.do("op", RenameRoom("#a", "#b"))
    assert target(chat.do("bob", Say("#a", "hi"))) == "#b"
    assert refused(chat.do("out", Say("#a", "hi"))) is Reason.NO_SUCH_ROOM
    chat.do("bob", Join("#a"))
    assert target(chat.do("bob", Say("#a", "hi"))) == "#a"
    chat.at += MOVED_FOR + 1
    assert refused(chat.do("op", Say("#a", "hi"))) is Reason.CANNOT_SEND


def test_invitations_and_markers_go_with_the_room(chat: Chat) -> None:
    """They are about the room, not about its name."""
    chat.mode("op", "#a", "+i")
    chat.do("op", Invite("out", "#a"))
    chat.do("bob", MarkRead("#a", chat.at))
    chat.do("op", RenameRoom("#a", "#b"))
    assert refused(chat.do("out", Join("#b"))) is None
    (kept,) = chat.do("bob", MarkRead("#b", chat.at - 1))
    assert kept == MarkerKept("#b", chat.at)


def test_a_topic_fits_beside_the_new_name() -> None:
    """In the line that tells it, so a longer name may cost the end of it."""
    chat = Chat(Limits())
    chat.add("op", "#a")
    chat.do("op", SetTopic("#a", "x" * 999))
    before = len(chat.room("#a").topic)
    chat.do("op", RenameRoom("#a", "#" + "b" * 50))
    room = chat.room("#" + "b" * 50)
    assert len(room.topic) == chat.state.limits.topic_of(51) < before
