"""Saying something: to whom it goes, who may, and what comes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.commands import ChangeNick, Part, Quit, Respond, Say, SetAway, Speak, Tag
from chatserver.core.effects import Effect, Emission, Reason, TargetAway, singly
from chatserver.core.events import Said, Tagged
from chatserver.core.execute import Stamp, execute
from tests.chatserver.core.chat import Chat, all_of, refusals, refused, seen


@pytest.fixture
def chat() -> Chat:
    """Return a chat with an operator, a voice and a member of #a, and somebody outside."""
    chat = Chat()
    chat.add("op", "#a")
    chat.add("voice", "#a")
    chat.add("bob", "#a")
    chat.add("out")
    chat.mode("op", "#a", "+v voice")
    return chat


def test_a_message_goes_to_all_in_the_room_its_sender_included(chat: Chat) -> None:
    """As one event; whether the sender sees it is for delivery to say."""
    (emission,) = all_of(Emission, chat.do("bob", Say("#A", "hi", tags={"+x": "1"})))
    event = emission.event
    assert isinstance(event, Said)
    assert (event.target, event.text, event.tags, event.notice) == ("#a", "hi", {"+x": "1"}, False)
    assert emission.audience is chat.room("#a").audience
    assert emission.origin is chat.state.nicks["bob"]
    assert chat.room("#a").last_seq == event.seq


def test_a_message_to_a_person_goes_to_them_and_back_as_an_echo(chat: Chat) -> None:
    """In the spelling of their nick; an absent one's message is told, but not to a notice."""
    chat.do("out", SetAway("tea"))
    effects = chat.do("bob", Say("OUT", "psst"))
    assert [(who, event.target) for event, who in seen(effects) if isinstance(event, Said)] == [
        ({"out"}, "out"), ({"bob"}, "out"),
    ]  # fmt: skip
    assert all_of(TargetAway, effects) == [TargetAway("out", "tea")]
    assert not all_of(TargetAway, chat.do("bob", Say("out", "psst", notice=True)))


@pytest.mark.parametrize(
    ("target", "readers"),
    [("@#a", {"op"}), ("+#a", {"op", "voice"}), ("@#A", {"op"})],
)
def test_a_status_means_its_holders_and_those_above(
    chat: Chat, target: str, readers: set[str]
) -> None:
    """Who is none of them may say it as well, and gets the echo."""
    effects = chat.do("bob", Say(target, "help"))
    assert [who for _, who in seen(effects)] == [readers, {"bob"}]
    last = chat.room("#a").last_seq
    assert last == 0, "what some hear is no message of the room"


@pytest.mark.parametrize(
    ("nick", "mode", "text", "why"),
    [
        ("out", "+n", "hi", "+n"),
        ("bob", "+m", "hi", "+m"),
        ("bob", "+b bob", "hi", "+b"),
        ("bob", "+C", "\x01VERSION\x01", "+C"),
        ("op", "+C", "\x01VERSION\x01", "+C"),
    ],
)
def test_modes_silence(chat: Chat, nick: str, mode: str, text: str, why: str) -> None:
    """The refusal says which; nothing is said."""
    chat.mode("op", "#a", mode)
    ((reason, subject, detail),) = refusals(chat.do(nick, Say("#a", text)))
    assert (reason, subject) == (Reason.CANNOT_SEND, "#a")
    assert why in detail


@pytest.mark.parametrize(
    ("nick", "mode", "text"),
    [
        ("voice", "+m", "hi"),
        ("op", "+m", "hi"),
        ("out", "-n", "hi"),
        ("bob", "+b out", "hi"),
        ("voice", "+b voice", "hi"),
        ("bob", "+C", "\x01ACTION waves\x01"),
    ],
)
def test_modes_let_speak(chat: Chat, nick: str, mode: str, text: str) -> None:
    """A voice is a right to speak; `/me` is no question of programs."""
    chat.mode("op", "#a", mode)
    assert not refusals(chat.do(nick, Say("#a", text)))


def test_an_exception_lifts_a_ban_on_speaking(chat: Chat) -> None:
    """As it does for entering."""
    chat.mode("op", "#a", "+b *!*@*", "+e bob")
    assert not refusals(chat.do("bob", Say("#a", "hi")))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("nobody", Reason.NO_SUCH_NICK), ("", Reason.NO_SUCH_NICK), ("@bob", Reason.NO_SUCH_NICK),
        ("#none", Reason.NO_SUCH_ROOM), ("@#none", Reason.NO_SUCH_ROOM), ("#", Reason.NO_SUCH_ROOM),
    ],
)  # fmt: skip
def test_there_must_be_somebody_to_say_it_to(chat: Chat, target: str, reason: Reason) -> None:
    """A notice or none: only a message is answered by a refusal."""
    assert refused(chat.do("bob", Say(target, "hi"))) is reason
    assert refused(chat.do("bob", Tag(target, {"+x": ""}))) is reason
    assert chat.do("bob", Say(target, "hi", notice=True)) == []


def test_nothing_is_said_in_an_empty_room(chat: Chat) -> None:
    """It is not there, although it is remembered."""
    for nick in ("op", "voice", "bob"):
        chat.do(nick, Part("#a"))
    assert refused(chat.do("out", Say("#a", "hi"))) is Reason.NO_SUCH_ROOM


def test_a_notice_is_never_refused_aloud(chat: Chat) -> None:
    """Not for its length either (RFC 2812, 3.3.2)."""
    assert chat.do("out", Say("#a", "x", notice=True)) == []
    assert chat.do("bob", Say("#a", "x" * 99, notice=True, most=9)) == []


def test_a_message_that_would_not_arrive_whole_is_refused(chat: Chat) -> None:
    """The detail says by how much."""
    ((reason, _, detail),) = refusals(
        chat.do("bob", Say("#a", "x" * 10, most=len("bob!u@h#a") + 9))
    )
    assert (reason, detail) == (Reason.TOO_LONG, "1")
    assert not refusals(chat.do("bob", Say("#a", "x" * 9, most=len("bob!u@h#a") + 9)))


def test_tags_alone_reach_whom_text_would(chat: Chat) -> None:
    """They change nothing, and follow the same rules."""
    effects = chat.do("bob", Tag("#a", {"+typing": "active"}))
    ((event, who),) = seen(effects)
    assert isinstance(event, Tagged)
    assert who == {"op", "voice", "bob"}
    assert refused(chat.do("out", Tag("#a", {}))) is Reason.CANNOT_SEND
    assert chat.room("#a").last_seq == 0


def test_speaking_is_being_active(chat: Chat) -> None:
    """Being refused is not."""
    bob, out = chat.state.nicks["bob"], chat.state.nicks["out"]
    chat.at += 1000
    chat.do("bob", Say("#a", "hi"))
    chat.do("out", Say("#a", "hi"))
    assert (bob.active_at, out.active_at) == (chat.at, out.connected_at)


# --- answering ------------------------------------------------------------------------------------


def answered(chat: Chat, nick: str) -> set[str]:
    """Return who gets the answer of `nick`."""
    effects = chat.do(nick, Respond("you?"))
    return set().union(*(who for _, who in seen(effects))) - {nick}


def test_an_answer_goes_to_who_wrote_last(chat: Chat) -> None:
    """To nobody, when nobody did."""
    assert refusals(chat.do("bob", Respond("x"))) == [(Reason.NO_SUCH_NICK, "", "")]
    chat.do("op", Say("bob", "1"))
    chat.do("out", Say("bob", "2", notice=True))
    chat.do("voice", Say("#a", "3"))
    assert answered(chat, "bob") == {"out"}
    assert answered(chat, "out") == {"bob"}


def test_an_answer_follows_a_new_nick(chat: Chat) -> None:
    """And not the old one, which somebody else may have by now."""
    chat.do("op", Say("bob", "1"))
    chat.do("op", ChangeNick("boss"))
    chat.do("out", ChangeNick("op"))
    assert answered(chat, "bob") == {"boss"}


def test_an_answer_never_reaches_a_stranger(chat: Chat) -> None:
    """Who took the nick of somebody who has left gets nothing that was meant for them."""
    chat.do("op", Say("bob", "1"))
    chat.do("op", Quit())
    chat.add("op")
    assert refusals(chat.do("bob", Respond("secret"))) == [(Reason.NO_SUCH_NICK, "op", "gone")]


def test_who_is_gone_keeps_nobody_in_memory(chat: Chat) -> None:
    """A chain of people who wrote to each other and left is no chain of objects."""
    op = chat.state.nicks["op"]
    chat.do("bob", Say("op", "1"))
    chat.do("op", Quit())
    assert op.correspondent is None


# --- several at once -------------------------------------------------------------------------------


def spoken(nick: str, modes: list[str]) -> tuple[Chat, int]:
    """Return a chat with two rooms, one of them with `modes`, and the number of who is called `nick`."""
    chat = Chat()
    chat.add("op", "#a", "#é")
    chat.add("bob", "#a")
    chat.add("out")
    for mode in modes:
        chat.mode("op", "#a", mode)
    return chat, chat.state.nicks[nick].id


def told(effects: list[Effect]) -> list[object]:
    """Return effects as what can be compared between two chats."""
    shown: list[object] = []
    for one in effects:
        if isinstance(one, Emission):
            readers = [user.nick for user in one.audience.users]
            shown.append((one.event, readers, one.audience.key, one.origin and one.origin.nick))
        else:
            shown.append(one)
    return shown


@given(
    st.sampled_from(("op", "bob", "out")),
    st.lists(st.sampled_from(("+n", "+m", "+s", "+C", "+b bob", "+v bob", "-n")), max_size=3),
    st.sampled_from(("#a", "#A", "#É", "#é", "#none", "@#a", "op")),
    st.lists(st.sampled_from(("", "hi", "x" * 40, "\xe9" * 9, "\x01VERSION\x01")), min_size=1),
    st.sampled_from((0, 20, 25, 498)),
)
def test_what_is_said_in_a_row_is_said_as_one_by_one(
    nick: str, modes: list[str], target: str, texts: list[str], most: int
) -> None:
    """The same is shown and refused, with the same numbers, and the same is known afterwards."""
    alone, number = spoken(nick, modes)
    together, _ = spoken(nick, modes)
    stamp = Stamp(alone.seq + 1, alone.at + 5)
    alone_told = [
        effect
        for seq, text in enumerate(texts, stamp.seq)
        for effect in execute(
            alone.state, Stamp(seq, stamp.at), number, Say(target, text, most=most)
        )
    ]
    at_once = execute(together.state, stamp, number, Speak(target, (*texts,), most))
    assert told([*singly(at_once)]) == told(alone_told)
    assert alone.state.users[number].active_at == together.state.users[number].active_at
    for name in ("#a", "#é"):
        assert alone.room(name).last_seq == together.room(name).last_seq
